//! What can be booked on a timesheet: projects, and the tasks of one.

use super::organization::OrganizationObject;
use super::project::ProjectObject;
use super::task::ProjectTaskObject;
use crate::app::reader::booking::{AvailableProject, BookableTask};
use crate::graphql::render::{Answered, Field, Object, Type, own_part, part};

/// A project that a timesheet's owner may book on.
pub struct AvailableProjectObject;

/// A task that a timesheet's owner may book on, or an ancestor of one.
pub struct TaskTreeNodeObject;

impl Object for AvailableProjectObject {
    type View<'a> = &'a AvailableProject;
    const NAME: &'static str = "AvailableProject";
    const ABOUT: &'static str = "A project that a timesheet's owner may book on.";
    const FIELDS: &'static [Field<Self>] = &[
        own_part!(ProjectObject, "project", "The project.", |it| &it.project),
        part!(OrganizationObject, "organization", "Whom it is for.", |it| it
            .organization
            .as_ref()),
    ];
}

impl Answered for AvailableProjectObject {
    type Owned = AvailableProject;

    fn view(owned: &AvailableProject) -> &AvailableProject {
        owned
    }
}

impl Object for TaskTreeNodeObject {
    type View<'a> = &'a BookableTask;
    const NAME: &'static str = "TaskTreeNode";
    const ABOUT: &'static str =
        "A task that a timesheet's owner may book on, or an ancestor of one. Nodes come depth first.";
    const FIELDS: &'static [Field<Self>] = &[
        own_part!(ProjectTaskObject, "task", "The task.", |it| &it.task),
        Field::leaf(
            "leadTaskId",
            "The parent; for a common task the main task of the project that offers it.",
            Type::ID.nullable(),
            |it, json| json.put(it.lead_task_id),
        ),
        Field::leaf(
            "number",
            "The position in the branch, from 0 on.",
            Type::INT,
            |it, json| json.put(count(it.number)),
        ),
        Field::leaf(
            "indent",
            "The depth; 0 for the main task.",
            Type::INT,
            |it, json| json.put(count(it.indent)),
        ),
        Field::leaf(
            "structNumber",
            "The place in the tree, such as `1.10`; `0` for the main task.",
            Type::STRING,
            |it, json| {
                json.put(&*it.struct_number);
            },
        ),
        Field::leaf(
            "allowEntry",
            "Whether time may be booked on it; false marks the ancestors.",
            Type::BOOLEAN,
            |it, json| {
                json.put(it.allow_entry);
            },
        ),
    ];
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Answered for TaskTreeNodeObject {
    type Owned = BookableTask;

    fn view(owned: &BookableTask) -> &BookableTask {
        owned
    }
}
