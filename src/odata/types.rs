//! The tables of types and sets, a file for each noun.

pub mod activity;
pub mod approval;
pub mod approval_status;
pub mod booking;
pub mod department;
pub mod organization;
pub mod project;
pub mod sync_job;
pub mod task;
pub mod template;
pub mod timesheet;
pub mod user;

use super::row::Row;
use super::schema::{Property, Set, Type};
use super::value::Value;
use crate::domain::record::Record;

/// Every set, in the order in which the service document lists them.
pub static SETS: [Set; 12] = [
    timesheet::SHEETS,
    timesheet::LINES,
    timesheet::CELLS,
    project::SET,
    task::SET,
    user::SET,
    organization::SET,
    activity::SET,
    department::SET,
    approval_status::SET,
    template::SET,
    sync_job::SET,
];

/// Every type: those of the sets, then those that functions answer.
pub static TYPES: [&Type; 16] = [
    &timesheet::SHEET,
    &timesheet::LINE,
    &timesheet::CELL,
    &project::PROJECT,
    &task::TASK,
    &user::USER,
    &organization::ORGANIZATION,
    &activity::ACTIVITY,
    &department::DEPARTMENT,
    &approval_status::STATUS,
    &template::TEMPLATE,
    &sync_job::JOB,
    &booking::PROJECT,
    &booking::TASK,
    &approval::VIOLATION,
    &approval::ENTRY,
];

/// The set of this name, whatever the case of its letters.
pub fn set(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name.eq_ignore_ascii_case(name))
}

/// The version of a record, of which its `ETag` is made.
const VERSION: Property = Property::row(
    "rowVersion",
    super::schema::Edm::Binary,
    false,
    "The version: it is another one after every change.",
    |row| match row {
        Row::Record(record) => version(record),
        _ => Value::Null,
    },
);

fn version(record: &Record) -> Value<'static> {
    Value::Binary(record.meta().version.value().to_be_bytes().to_vec().into())
}
