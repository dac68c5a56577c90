//! Organizations: client companies.

use super::{VERSION, project};
use crate::domain::model::entities::organization;
use crate::domain::model::entities::project as projects;
use crate::domain::record::Kind;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "Organizations",
    of: &ORGANIZATION,
    source: Source::Records(Kind::Organization),
};

/// The type.
pub static ORGANIZATION: Type = Type {
    name: "Organization",
    description: organization::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&organization::ID),
        Property::of(&organization::CREATED),
        Property::of(&organization::IS_ACTIVE),
        Property::of(&organization::NAME),
        Property::of(&organization::NUMBER),
        Property::of(&organization::EXTERNAL_ID),
    ],
    navigations: &[Navigation {
        name: "projects",
        to: || &project::PROJECT,
        set: "Projects",
        partner: Some("organization"),
        description: "The projects that are done for it.",
        via: Via::Referring(Kind::Project, &projects::ORGANIZATION_ID),
    }],
};
