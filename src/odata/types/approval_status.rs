//! The states that a timesheet goes through.

use crate::domain::approval::ApprovalStatus;
use crate::odata::row::Row;
use crate::odata::schema::{Edm, Property, Set, Source, Type};
use crate::odata::value::Value;

/// The set.
pub const SET: Set = Set {
    name: "ApprovalStatuses",
    of: &STATUS,
    source: Source::Statuses,
};

/// The type.
pub static STATUS: Type = Type {
    name: "ApprovalStatus",
    description: "A state that a timesheet goes through.",
    has_key: true,
    properties: &[
        Property::row("id", Edm::Guid, false, "The id.", |row| Value::Id(row.id())),
        Property::row("code", Edm::String, false, "The code.", code),
        Property::row("name", Edm::String, false, "The name.", code),
        Property::row(
            "isActive",
            Edm::Boolean,
            false,
            "Whether it is in use; always.",
            |_| Value::Bool(true),
        ),
    ],
    navigations: &[],
};

fn code(row: &Row) -> Value<'_> {
    match row {
        Row::Status(status) => Value::Text(ApprovalStatus::code(*status).into()),
        _ => Value::Null,
    }
}
