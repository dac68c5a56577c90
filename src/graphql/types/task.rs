//! Tasks of projects, and common tasks.

use std::sync::Arc;

use super::project::ProjectObject;
use super::{EXTERNAL_ID, LAST_UPDATE, of_record};
use crate::domain::project::Project;
use crate::domain::record::Entity;
use crate::domain::task::{Assignees, ProjectTask};
use crate::graphql::render::{Field, Object, Type};

/// A node of a project's task tree, or a common task.
pub struct ProjectTaskObject;

const PROJECT: &str = "Its project; null for a common task.";
const LEAD_TASK: &str = "Its parent; null for the main task of a project and for common tasks.";

impl Object for ProjectTaskObject {
    type View<'a> = &'a Arc<ProjectTask>;
    const NAME: &'static str = "ProjectTask";
    const ABOUT: &'static str =
        "A node of a project's task tree, or a common task, which belongs to no project.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("projectId", PROJECT, Type::ID.nullable(), |it, json| {
            json.put(it.project_id);
        }),
        Field::reference::<ProjectObject>("project", PROJECT, |it, _| it.project_id.map(Project::key)),
        Field::leaf("leadTaskId", LEAD_TASK, Type::ID.nullable(), |it, json| {
            json.put(it.lead_task_id);
        }),
        Field::reference::<Self>("leadTask", LEAD_TASK, |it, _| {
            it.lead_task_id.map(ProjectTask::key)
        }),
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "number",
            "Its position among all its siblings, from 0 on.",
            Type::INT,
            |it, json| json.put(i32::try_from(it.number).unwrap_or(i32::MAX)),
        ),
        Field::leaf(
            "isOpen",
            "Whether it is still worked on.",
            Type::BOOLEAN,
            |it, json| json.put(it.is_open),
        ),
        Field::leaf(
            "allowsEntry",
            "Whether time may be booked on it.",
            Type::BOOLEAN,
            |it, json| json.put(it.allows_entry),
        ),
        Field::leaf(
            "assigneeIds",
            "The users who may book on it; null for everybody.",
            Type::ID.list().nullable(),
            |it, json| match &it.assignees {
                Assignees::All => json.put_null(),
                Assignees::Only(users) => json.put_list(users.iter().copied()),
            },
        ),
        Field::leaf(
            "firstBookingDate",
            "The first date that may be booked.",
            Type::DATE.nullable(),
            |it, json| json.put(it.first_booking_date),
        ),
        Field::leaf(
            "lastBookingDate",
            "The last date that may be booked.",
            Type::DATE.nullable(),
            |it, json| json.put(it.last_booking_date),
        ),
        Field::leaf(
            "estimate",
            "How many hours it is thought to take.",
            Type::DECIMAL.nullable(),
            |it, json| json.put(it.estimate),
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
        Field::leaf(
            "lastUpdate",
            LAST_UPDATE,
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.last_update),
        ),
    ];
}

super::shows!(ProjectTaskObject, Task, ProjectTask);
