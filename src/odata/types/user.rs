//! Users: people who have an account.

use super::{VERSION, department, timesheet};
use crate::domain::model::entities::timesheet as sheets;
use crate::domain::model::entities::user;
use crate::domain::record::{Kind, Record};
use crate::odata::row::Row;
use crate::odata::schema::{Navigation, Property, Set, Source, Type, Via};

/// The set.
pub const SET: Set = Set {
    name: "Users",
    of: &USER,
    source: Source::Records(Kind::User),
};

/// The type.
pub static USER: Type = Type {
    name: "User",
    description: user::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&user::ID),
        Property::of(&user::CREATED),
        Property::of(&user::IS_ACTIVE),
        Property::of(&user::NAME),
        Property::of(&user::EMAIL),
        Property::of(&user::EXTERNAL_ID),
        Property::of(&user::MANAGER_ID),
        Property::of(&user::EMPLOYED_FROM),
        Property::of(&user::EMPLOYED_TO),
    ],
    navigations: &[
        Navigation {
            name: "department",
            to: || &department::DEPARTMENT,
            set: "Departments",
            partner: None,
            description: "Where the user works today, by the reader's calendar.",
            via: Via::IdAt(Kind::Department, |row, today| match row {
                Row::Record(Record::User(it)) => it.departments.at(today).copied().map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "manager",
            to: || &USER,
            set: "Users",
            partner: Some("team"),
            description: "Who approves the timesheets.",
            via: Via::Id("managerId", Kind::User, |row| match row {
                Row::Record(Record::User(it)) => it.manager_id.map(Into::into),
                _ => None,
            }),
        },
        Navigation {
            name: "team",
            to: || &USER,
            set: "Users",
            partner: Some("manager"),
            description: "Whose timesheets the user approves.",
            via: Via::Referring(Kind::User, &user::MANAGER_ID),
        },
        Navigation {
            name: "timeSheets",
            to: || &timesheet::SHEET,
            set: "TimeSheets",
            partner: Some("user"),
            description: "The user's timesheets.",
            via: Via::Referring(Kind::Timesheet, &sheets::USER_ID),
        },
    ],
};
