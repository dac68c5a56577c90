//! Tasks of projects, and common ones.

use super::{VERSION, project};
use crate::domain::model::entities::task;
use crate::domain::record::{Kind, Record};
use crate::odata::row::Row;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "ProjectTasks",
    of: &TASK,
    source: Source::Records(Kind::Task),
};

/// The type.
pub static TASK: Type = Type {
    name: "ProjectTask",
    description: task::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&task::ID),
        Property::of(&task::CREATED),
        Property::of(&task::IS_ACTIVE),
        Property::of(&task::NAME),
        Property::of(&task::NUMBER),
        Property::of(&task::LEAD_TASK_ID),
        Property::of(&task::PROJECT_ID),
        Property::of(&task::IS_OPEN),
        Property::of(&task::ALLOWS_ENTRY),
        Property::of(&task::ESTIMATE),
        Property::of(&task::EXTERNAL_ID),
    ],
    navigations: &[
        Navigation {
            name: "project",
            to: || &project::PROJECT,
            set: "Projects",
            partner: Some("projectTasks"),
            description: "The project; none for a common task.",
            via: Via::Id("projectId", Kind::Project, |row| match row {
                Row::Record(Record::Task(it)) => it.project_id.map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "leadTask",
            to: || &TASK,
            set: "ProjectTasks",
            partner: Some("childTasks"),
            description: "The parent; none for the main task.",
            via: Via::Id("leadTaskId", Kind::Task, |row| match row {
                Row::Record(Record::Task(it)) => it.lead_task_id.map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "childTasks",
            to: || &TASK,
            set: "ProjectTasks",
            partner: Some("leadTask"),
            description: "The tasks right below it.",
            via: Via::Referring(Kind::Task, &task::LEAD_TASK_ID),
        },
    ],
};
