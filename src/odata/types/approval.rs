//! What `WP.Check` and `WP.GetApprovalHistory` answer: the rules that a sheet breaks, and what was done
//! in the course of its approvals.

use uuid::Uuid;

use crate::domain::approval::ApprovalEntry;
use crate::domain::timesheet::rules::Violation;
use crate::odata::row::Row;
use crate::odata::schema::{Edm, Property, Type};
use crate::odata::value::Value;

/// A broken rule.
pub static VIOLATION: Type = Type {
    name: "RuleViolation",
    description: "A rule that a timesheet breaks, and where.",
    has_key: false,
    properties: &[
        Property::row(
            "rule",
            Edm::String,
            false,
            "Which, such as MAX_HOURS_PER_DAY.",
            |row| of_violation(row, |it| Value::Text(it.rule.code().into())),
        ),
        Property::row(
            "severity",
            Edm::String,
            false,
            "ERROR where it keeps the timesheet from being handed in, else WARNING.",
            |row| of_violation(row, |it| Value::Text(it.severity.code().into())),
        ),
        Property::row(
            "date",
            Edm::Date,
            true,
            "The day, where it is about one.",
            |row| of_violation(row, |it| it.date.map_or(Value::Null, Value::Date)),
        ),
        Property::row(
            "timeSheetLineId",
            Edm::Guid,
            true,
            "The line, where it is about one.",
            |row| of_violation(row, |it| id(it.line_id)),
        ),
        Property::row(
            "timeAllocationId",
            Edm::Guid,
            true,
            "The cell, where it is about one.",
            |row| of_violation(row, |it| id(it.cell_id)),
        ),
        Property::row("message", Edm::String, false, "What, for people.", |row| {
            of_violation(row, |it| Value::Text(it.message.as_str().into()))
        }),
    ],
    navigations: &[],
};

/// Something that was done.
pub static ENTRY: Type = Type {
    name: "ApprovalEntry",
    description: "Something that was done in the course of an approval.",
    has_key: false,
    properties: &[
        Property::row("approvalInstanceId", Edm::Guid, false, "The approval.", |row| {
            Value::Id(row.id())
        }),
        Property::row("at", Edm::DateTimeOffset, false, "When.", |row| {
            of_entry(row, |it| Value::Instant(it.at))
        }),
        Property::row(
            "action",
            Edm::String,
            false,
            "What, such as approveTimesheet.",
            |row| of_entry(row, |it| Value::Text(it.action.transition().verb.into())),
        ),
        Property::row("userId", Edm::Guid, false, "In whose name.", |row| {
            of_entry(row, |it| Value::Id(it.actor.id.uuid()))
        }),
        Property::row("userName", Edm::String, false, "Their name at the time.", |row| {
            of_entry(row, |it| Value::Text((&*it.actor.name).into()))
        }),
        Property::row(
            "performedById",
            Edm::Guid,
            true,
            "Who it was really, if they acted for another.",
            |row| of_entry(row, |it| id(it.performed_by.as_ref().map(|person| person.id))),
        ),
        Property::row(
            "step",
            Edm::Int32,
            true,
            "In which step, counted from 0, where it was an approver's turn.",
            |row| {
                of_entry(row, |it| {
                    it.step.map_or(Value::Null, |step| Value::Int(step.into()))
                })
            },
        ),
        Property::row("comment", Edm::String, true, "What they said.", |row| {
            of_entry(row, |it| {
                it.comment
                    .as_deref()
                    .map_or(Value::Null, |text| Value::Text(text.into()))
            })
        }),
    ],
    navigations: &[],
};

fn of_violation<'a>(row: &'a Row, read: fn(&'a Violation) -> Value<'a>) -> Value<'a> {
    match row {
        Row::Violation(it) => read(it),
        _ => Value::Null,
    }
}

fn of_entry<'a>(row: &'a Row, read: fn(&'a ApprovalEntry) -> Value<'a>) -> Value<'a> {
    match row {
        Row::Approval(_, it) => read(it),
        _ => Value::Null,
    }
}

fn id(id: Option<impl Into<Uuid>>) -> Value<'static> {
    id.map_or(Value::Null, |id| Value::Id(id.into()))
}
