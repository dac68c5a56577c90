//! Timesheets with their lines and cells: the members and their order are the seed's.

use super::{VERSION, activity, approval_status, department, project, task, template, user};
use crate::app::reader::facts::Asked;
use crate::domain::model::entities::timesheet;
use crate::domain::record::{Kind, Record};
use crate::domain::timesheet::{CellRef, LineRef, Timesheet};
use crate::domain::version::RowVersion;
use crate::odata::row::Row;
use crate::odata::schema::{Edm, Navigation, Property, Set, Source, Type, Via};
use crate::odata::value::Value;

/// The set of sheets.
pub const SHEETS: Set = Set {
    name: "TimeSheets",
    of: &SHEET,
    source: Source::Records(Kind::Timesheet),
};

/// The set of lines.
pub const LINES: Set = Set {
    name: "TimeSheetLines",
    of: &LINE,
    source: Source::Lines,
};

/// The set of cells.
pub const CELLS: Set = Set {
    name: "TimeAllocations",
    of: &CELL,
    source: Source::Cells,
};

const FLAGS: Asked = Asked {
    flags: true,
    sums: false,
    schedule: false,
};

const SUMS: Asked = Asked {
    flags: false,
    sums: true,
    schedule: false,
};

const SCHEDULE: Asked = Asked {
    flags: false,
    sums: false,
    schedule: true,
};

/// A sheet.
pub static SHEET: Type = Type {
    name: "TimeSheet",
    description: timesheet::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&timesheet::ID),
        Property::of(&timesheet::CREATED),
        Property::of(&timesheet::IS_ACTIVE),
        Property::of(&timesheet::DUE_DATE),
        Property::of(&timesheet::DATE_FROM),
        Property::of(&timesheet::DATE_TO),
        Property::row("approvalStatusId", Edm::Guid, false, "Where it stands.", |row| {
            row.sheet()
                .map_or(Value::Null, |sheet| Value::Id(sheet.status.id()))
        }),
        Property::of(&timesheet::SUBMITTED),
        Property::of(&timesheet::APPROVED),
        Property::of(&timesheet::USER_ID),
        Property::of(&timesheet::DEPARTMENT_ID),
        Property::row(
            "approvalInstanceId",
            Edm::Guid,
            true,
            "The approval that it is in; null for a draft.",
            |row| {
                row.sheet()
                    .and_then(|sheet| sheet.approval())
                    .map_or(Value::Null, |approval| Value::Id(approval.id.uuid()))
            },
        ),
        Property::of(&timesheet::TEMPLATE_ID),
        Property::of(&timesheet::NAME),
        Property::fact(
            "billableDuration",
            Edm::Decimal(5),
            "The hours that a client pays for.",
            SUMS,
            |facts| Value::Hours(facts.sums.billable),
        ),
        Property::fact(
            "nonBillableDuration",
            Edm::Decimal(5),
            "All other hours.",
            SUMS,
            |facts| Value::Hours(facts.sums.non_billable),
        ),
        Property::fact(
            "editAllowed",
            Edm::Boolean,
            "Whether the caller may save it.",
            FLAGS,
            |facts| Value::Bool(facts.flags.edit),
        ),
        Property::fact(
            "deleteAllowed",
            Edm::Boolean,
            "Whether the caller may delete it.",
            FLAGS,
            |facts| Value::Bool(facts.flags.delete),
        ),
        Property::fact(
            "submitAllowed",
            Edm::Boolean,
            "Whether the caller may hand it in.",
            FLAGS,
            |facts| Value::Bool(facts.flags.submit),
        ),
        Property::fact(
            "forceSubmitAllowed",
            Edm::Boolean,
            "Whether the caller may hand it in past the rules.",
            FLAGS,
            |facts| Value::Bool(facts.flags.force_submit),
        ),
        Property::fact(
            "reopenAllowed",
            Edm::Boolean,
            "Whether the caller may take it back into work.",
            FLAGS,
            |facts| Value::Bool(facts.flags.reopen),
        ),
        Property::fact(
            "executeAllowed",
            Edm::Boolean,
            "Whether the caller may approve or reject it.",
            FLAGS,
            |facts| Value::Bool(facts.flags.execute),
        ),
        Property::fact(
            "forceExecuteAllowed",
            Edm::Boolean,
            "Whether the caller may approve or reject it past its approver.",
            FLAGS,
            |facts| Value::Bool(facts.flags.force_execute),
        ),
        Property::fact(
            "schedule",
            Edm::ScheduleDays,
            "The hours to work on each of its dates.",
            SCHEDULE,
            |facts| {
                let days = facts.schedule.iter().map(|(date, hours)| {
                    Value::Complex(vec![
                        ("date", Value::Date(*date)),
                        ("duration", Value::Hours(*hours)),
                    ])
                });
                Value::List(days.collect())
            },
        ),
    ],
    navigations: &[
        Navigation {
            name: "user",
            to: || &user::USER,
            set: "Users",
            partner: Some("timeSheets"),
            description: "Whose hours it holds.",
            via: Via::Id("userId", Kind::User, |row| {
                of_sheet(row).map(|sheet| sheet.user_id.uuid())
            }),
        },
        Navigation {
            name: "department",
            to: || &department::DEPARTMENT,
            set: "Departments",
            partner: Some("timeSheets"),
            description: "Where the owner worked when it was made.",
            via: Via::Id("departmentId", Kind::Department, |row| {
                of_sheet(row)?.department_id.map(Into::into)
            }),
        },
        Navigation {
            name: "template",
            to: || &template::TEMPLATE,
            set: "TimeSheetTemplates",
            partner: Some("timeSheets"),
            description: "What it was made after.",
            via: Via::Id("templateId", Kind::Template, |row| {
                of_sheet(row).map(|sheet| sheet.template_id.uuid())
            }),
        },
        Navigation {
            name: "approvalStatus",
            to: || &approval_status::STATUS,
            set: "ApprovalStatuses",
            partner: None,
            description: "Where it stands.",
            via: Via::Status,
        },
        Navigation {
            name: "timeSheetLines",
            to: || &LINE,
            set: "TimeSheetLines",
            partner: Some("timeSheet"),
            description: "Its lines, by order number.",
            via: Via::Lines,
        },
    ],
};

/// A line.
pub static LINE: Type = Type {
    name: "TimeSheetLine",
    description: "A row of a timesheet: a project, a task, an activity.",
    has_key: true,
    properties: &[
        Property::row("id", Edm::Guid, false, "The id.", |row| Value::Id(row.id())),
        Property::row(
            "created",
            Edm::DateTimeOffset,
            false,
            "When it was made.",
            |row| of_line(row, |line| Value::Instant(line.created())),
        ),
        Property::row(
            "isActive",
            Edm::Boolean,
            false,
            "Whether it is in use; always.",
            |_| Value::Bool(true),
        ),
        Property::row(
            "rowVersion",
            Edm::Binary,
            false,
            "The version: it is another one after every change.",
            |row| of_line(row, |line| bytes(line.version())),
        ),
        Property::row("date", Edm::Date, true, "Unused; always null.", |_| Value::Null),
        Property::row("activityId", Edm::Guid, true, "The activity.", |row| {
            of_line(row, |line| id(line.activity_id()))
        }),
        Property::row("billingRateId", Edm::Guid, true, "Unused; always null.", |_| {
            Value::Null
        }),
        Property::row("projectId", Edm::Guid, true, "The project.", |row| {
            of_line(row, |line| id(line.project_id()))
        }),
        Property::row("projectTaskId", Edm::Guid, true, "The task.", |row| {
            of_line(row, |line| id(line.task_id()))
        }),
        Property::row(
            "orderNumber",
            Edm::Int32,
            false,
            "The place among the lines, from 0.",
            |row| {
                of_line(row, |line| {
                    Value::Int(i64::try_from(line.order_number()).unwrap_or(i64::MAX))
                })
            },
        ),
    ],
    navigations: &[
        Navigation {
            name: "timeSheet",
            to: || &SHEET,
            set: "TimeSheets",
            partner: Some("timeSheetLines"),
            description: "The timesheet that it is in.",
            via: Via::SheetOfLine,
        },
        Navigation {
            name: "project",
            to: || &project::PROJECT,
            set: "Projects",
            partner: None,
            description: "The project.",
            via: Via::Id("projectId", Kind::Project, |row| {
                row.line()?.project_id().map(Into::into)
            }),
        },
        Navigation {
            name: "projectTask",
            to: || &task::TASK,
            set: "ProjectTasks",
            partner: None,
            description: "The task.",
            via: Via::Id("projectTaskId", Kind::Task, |row| {
                row.line()?.task_id().map(Into::into)
            }),
        },
        Navigation {
            name: "activity",
            to: || &activity::ACTIVITY,
            set: "Activities",
            partner: None,
            description: "The activity.",
            via: Via::Id("activityId", Kind::Activity, |row| {
                row.line()?.activity_id().map(Into::into)
            }),
        },
        Navigation {
            name: "timeAllocations",
            to: || &CELL,
            set: "TimeAllocations",
            partner: Some("timeSheetLine"),
            description: "Its cells, by date.",
            via: Via::Cells,
        },
    ],
};

/// A cell.
pub static CELL: Type = Type {
    name: "TimeAllocation",
    description: "A cell of a timesheet: the hours of a date.",
    has_key: true,
    properties: &[
        Property::row("id", Edm::Guid, false, "The id.", |row| Value::Id(row.id())),
        Property::row(
            "created",
            Edm::DateTimeOffset,
            false,
            "When it was made.",
            |row| of_cell(row, |cell| Value::Instant(cell.created())),
        ),
        Property::row(
            "isActive",
            Edm::Boolean,
            false,
            "Whether it is in use; always.",
            |_| Value::Bool(true),
        ),
        Property::row("date", Edm::Date, false, "The date.", |row| {
            of_cell(row, |cell| Value::Date(cell.date()))
        }),
        Property::row("duration", Edm::Decimal(5), false, "The hours.", |row| {
            of_cell(row, |cell| Value::Hours(cell.hours()))
        }),
        Property::row("comments", Edm::String, false, "What was done.", |row| {
            of_cell(row, |cell| Value::Text(cell.comment().into()))
        }),
        Property::row(
            "invoiceLineId",
            Edm::Guid,
            true,
            "The line of an invoice that bills it.",
            |row| of_cell(row, |cell| id(cell.invoice_line_id())),
        ),
        Property::row(
            "timeOffRequestId",
            Edm::Guid,
            true,
            "The request for time off that made it.",
            |row| of_cell(row, |cell| id(cell.time_off_request_id())),
        ),
    ],
    navigations: &[Navigation {
        name: "timeSheetLine",
        to: || &LINE,
        set: "TimeSheetLines",
        partner: Some("timeAllocations"),
        description: "The line that it is in.",
        via: Via::LineOfCell,
    }],
};

fn of_sheet(row: &Row) -> Option<&Timesheet> {
    match row {
        Row::Record(Record::Timesheet(sheet)) => Some(sheet),
        _ => None,
    }
}

fn of_line<'a>(row: &'a Row, read: impl FnOnce(LineRef<'a>) -> Value<'a>) -> Value<'a> {
    row.line().map_or(Value::Null, read)
}

fn of_cell<'a>(row: &'a Row, read: impl FnOnce(CellRef<'a>) -> Value<'a>) -> Value<'a> {
    row.cell().map_or(Value::Null, read)
}

fn id(id: Option<impl Into<uuid::Uuid>>) -> Value<'static> {
    id.map_or(Value::Null, |id| Value::Id(id.into()))
}

fn bytes(version: RowVersion) -> Value<'static> {
    Value::Binary(version.value().to_be_bytes().to_vec().into())
}
