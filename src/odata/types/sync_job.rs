//! Imports, and what came of them.

use super::{VERSION, user};
use crate::domain::model::entities::sync_job;
use crate::domain::record::{Kind, Record};
use crate::odata::row::Row;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "SyncJobs",
    of: &JOB,
    source: Source::Records(Kind::SyncJob),
};

/// The type.
pub static JOB: Type = Type {
    name: "SyncJob",
    description: sync_job::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&sync_job::ID),
        Property::of(&sync_job::CREATED),
        Property::of(&sync_job::OWNER_ID),
        Property::of(&sync_job::KIND),
        Property::of(&sync_job::STATE),
        Property::of(&sync_job::DRY_RUN),
        Property::of(&sync_job::ROWS),
        Property::of(&sync_job::STARTED),
        Property::of(&sync_job::FINISHED),
    ],
    navigations: &[Navigation {
        name: "owner",
        to: || &user::USER,
        set: "Users",
        partner: None,
        description: "Who asked for it.",
        via: Via::Id("ownerId", Kind::User, |row| match row {
            Row::Record(Record::SyncJob(it)) => Some(it.owner_id.uuid()),
            _ => None,
        }),
    }],
};
