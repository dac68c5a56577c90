//! Departments: where people work, one at a time.

use super::{VERSION, timesheet};
use crate::domain::model::entities::department;
use crate::domain::model::entities::timesheet as sheets;
use crate::domain::record::Kind;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "Departments",
    of: &DEPARTMENT,
    source: Source::Records(Kind::Department),
};

/// The type.
pub static DEPARTMENT: Type = Type {
    name: "Department",
    description: department::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&department::ID),
        Property::of(&department::CREATED),
        Property::of(&department::IS_ACTIVE),
        Property::of(&department::NAME),
        Property::of(&department::CODE),
        Property::of(&department::EXTERNAL_ID),
    ],
    navigations: &[Navigation {
        name: "timeSheets",
        to: || &timesheet::SHEET,
        set: "TimeSheets",
        partner: Some("department"),
        description: "The timesheets of who worked there when they were made.",
        via: Via::Referring(Kind::Timesheet, &sheets::DEPARTMENT_ID),
    }],
};
