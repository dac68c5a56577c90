//! Activities: kinds of work, independent of projects.

use super::VERSION;
use crate::domain::model::entities::activity;
use crate::domain::record::Kind;
use crate::odata::schema::{Property, Set, Source, Type};

/// The set.
pub const SET: Set = Set {
    name: "Activities",
    of: &ACTIVITY,
    source: Source::Records(Kind::Activity),
};

/// The type.
pub static ACTIVITY: Type = Type {
    name: "Activity",
    description: activity::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&activity::ID),
        Property::of(&activity::CREATED),
        Property::of(&activity::IS_ACTIVE),
        Property::of(&activity::NAME),
        Property::of(&activity::CODE),
        Property::of(&activity::EXTERNAL_ID),
    ],
    navigations: &[],
};
