//! Projects: what time is booked on.

use super::{VERSION, organization, task, user};
use crate::domain::model::entities::project;
use crate::domain::model::entities::task as tasks;
use crate::domain::record::{Kind, Record};
use crate::odata::row::Row;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "Projects",
    of: &PROJECT,
    source: Source::Records(Kind::Project),
};

/// The type.
pub static PROJECT: Type = Type {
    name: "Project",
    description: project::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&project::ID),
        Property::of(&project::CREATED),
        Property::of(&project::IS_ACTIVE),
        Property::of(&project::NAME),
        Property::of(&project::CODE),
        Property::of(&project::DESCRIPTION),
        Property::of(&project::ORGANIZATION_ID),
        Property::of(&project::BILLING_TYPE),
        Property::of(&project::STATE),
        Property::of(&project::MANAGER_ID),
        Property::of(&project::FIRST_BOOKING_DATE),
        Property::of(&project::LAST_BOOKING_DATE),
        Property::of(&project::ESTIMATE),
        Property::of(&project::WORKING_TIME_LIMIT),
        Property::of(&project::EXTERNAL_ID),
    ],
    navigations: &[
        Navigation {
            name: "organization",
            to: || &organization::ORGANIZATION,
            set: "Organizations",
            partner: Some("projects"),
            description: "The client that it is for.",
            via: Via::Id("organizationId", Kind::Organization, |row| match row {
                Row::Record(Record::Project(it)) => it.organization_id.map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "manager",
            to: || &user::USER,
            set: "Users",
            partner: None,
            description: "Who leads it.",
            via: Via::Id("managerId", Kind::User, |row| match row {
                Row::Record(Record::Project(it)) => it.manager_id.map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "projectTasks",
            to: || &task::TASK,
            set: "ProjectTasks",
            partner: Some("project"),
            description: "Its tasks.",
            via: Via::Referring(Kind::Task, &tasks::PROJECT_ID),
        },
    ],
};
