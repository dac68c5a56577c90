//! The history of a timesheet: who changed it, and what was and is.

use super::activity::ActivityObject;
use super::audit::deed_and;
use super::enums::{ApprovalStatus, Face};
use super::past::Remembered;
use super::project::ProjectObject;
use super::task::ProjectTaskObject;
use super::user::UserObject;
use crate::app::audit::Place;
use crate::app::audit::{Deed, HistoryEntry};
use crate::domain::activity::Activity;
use crate::domain::approval;
use crate::domain::project::Project;
use crate::domain::record::Entity;
use crate::domain::task::ProjectTask;
use crate::domain::timesheet::difference::{CellChange, CellState, Changed, LineChange, LineState};
use crate::domain::timesheet::references::LineTarget;
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Type, part, parts};

/// What one write made of a timesheet.
pub struct TimesheetHistoryEntryObject;

/// A changed text.
pub struct TextChangeObject;

/// A changed state.
pub struct StatusChangeObject;

/// A changed line.
pub struct LineChangeObject;

/// What a line was or is.
pub struct LineStateObject;

/// A changed cell.
pub struct CellChangeObject;

/// What a cell was or is.
pub struct CellStateObject;

fn deed(entry: &HistoryEntry) -> &Deed {
    &entry.deed
}

impl Object for TimesheetHistoryEntryObject {
    type View<'a> = &'a HistoryEntry;
    const NAME: &'static str = "TimesheetHistoryEntry";
    const ABOUT: &'static str = "What one write made of a timesheet. What is not named stayed as it was.";
    const FIELDS: &'static [Field<Self>] = deed_and![|it| deed(it);
        Field::leaf(
            "rowVersion",
            "The timesheet's version since, for `timesheetAsOf`.",
            Type::VERSION,
            |it, json| json.put(it.version),
        ),
        Field::leaf(
            "isDeleted",
            "Whether the timesheet was deleted.",
            Type::BOOLEAN,
            |it, json| json.put(it.is_deleted),
        ),
        part!(TextChangeObject, "name", "Its name; null if it stayed.", |it| it
            .difference
            .name
            .as_ref()),
        part!(
            StatusChangeObject,
            "status",
            "Where it stands; null if that stayed.",
            |it| it.difference.status.as_ref()
        ),
        parts!(
            LineChangeObject,
            "lines",
            "The lines that were added, removed, moved among the others, or booked on something else.",
            |it| it.difference.lines.iter()
        ),
        parts!(
            CellChangeObject,
            "cells",
            "The cells that were added, removed or changed.",
            |it| it.difference.cells.iter()
        ),
    ];
}

impl Remembered for TimesheetHistoryEntryObject {
    type Item = HistoryEntry;
    const CONNECTION: &'static str = "TimesheetHistoryConnection";
    const EDGE: &'static str = "TimesheetHistoryEdge";

    fn view(item: &HistoryEntry) -> &HistoryEntry {
        item
    }

    fn at(item: &HistoryEntry) -> Place {
        item.deed.at
    }
}

const WAS: &str = "What it was; null if it was not there before.";
const IS: &str = "What it is since; null if it is no longer there.";

impl Object for TextChangeObject {
    type View<'a> = &'a Changed<Box<str>>;
    const NAME: &'static str = "TextChange";
    const ABOUT: &'static str = "What a text was and is.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("was", WAS, Type::STRING.nullable(), |it, json| {
            json.put(it.was.as_deref());
        }),
        Field::leaf("is", IS, Type::STRING.nullable(), |it, json| {
            json.put(it.is.as_deref());
        }),
    ];
}

impl Object for StatusChangeObject {
    type View<'a> = &'a Changed<approval::ApprovalStatus>;
    const NAME: &'static str = "ApprovalStatusChange";
    const ABOUT: &'static str = "Where a timesheet stood and stands.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "was",
            WAS,
            Type::input::<ApprovalStatus>().nullable(),
            |it, json| json.put(it.was.map(ApprovalStatus::from)),
        ),
        Field::leaf(
            "is",
            IS,
            Type::input::<ApprovalStatus>().nullable(),
            |it, json| json.put(it.is.map(ApprovalStatus::from)),
        ),
    ];
}

impl Object for LineChangeObject {
    type View<'a> = &'a LineChange;
    const NAME: &'static str = "TimesheetLineChange";
    const ABOUT: &'static str = "What became of a line.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", "Which line.", Type::ID, |it, json| json.put(it.id)),
        part!(LineStateObject, "was", WAS, |it| it.state.was.as_ref()),
        part!(LineStateObject, "is", IS, |it| it.state.is.as_ref()),
    ];
}

impl Object for CellChangeObject {
    type View<'a> = &'a CellChange;
    const NAME: &'static str = "TimeAllocationChange";
    const ABOUT: &'static str = "What became of a cell. A line that is booked on something else is told once, as a change of the line.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", "Which cell.", Type::ID, |it, json| json.put(it.id)),
        part!(CellStateObject, "was", WAS, |it| it.state.was.as_ref()),
        part!(CellStateObject, "is", IS, |it| it.state.is.as_ref()),
    ];
}

/// The fields that tell what hours are booked on.
macro_rules! target_and {
    (|$view:ident| $target:expr; $($own:expr),+ $(,)?) => {
        &[
            $($own,)+
            Field::leaf("projectId", PROJECT, Type::ID.nullable(), |$view, json| {
                json.put($target.project_id);
            }),
            Field::reference::<ProjectObject>("project", PROJECT, |$view, _| {
                $target.project_id.map(Project::key)
            }),
            Field::leaf("taskId", TASK, Type::ID.nullable(), |$view, json| json.put($target.task_id)),
            Field::reference::<ProjectTaskObject>("task", TASK, |$view, _| {
                $target.task_id.map(ProjectTask::key)
            }),
            Field::leaf("activityId", ACTIVITY, Type::ID.nullable(), |$view, json| {
                json.put($target.activity_id);
            }),
            Field::reference::<ActivityObject>("activity", ACTIVITY, |$view, _| {
                $target.activity_id.map(Activity::key)
            }),
        ]
    };
}

const PROJECT: &str = "The project, if the line named one.";
const TASK: &str = "The task, if the line named one.";
const ACTIVITY: &str = "The kind of work, if the line named one.";

fn target_of_line(line: &LineState) -> &LineTarget {
    &line.target
}

fn target_of_cell(cell: &CellState) -> &LineTarget {
    &cell.target
}

impl Object for LineStateObject {
    type View<'a> = &'a LineState;
    const NAME: &'static str = "TimesheetLineState";
    const ABOUT: &'static str = "A line as it was or is, but for its cells.";
    const FIELDS: &'static [Field<Self>] = target_and![|it| target_of_line(it);
        Field::leaf(
            "orderNumber",
            "Its position among the lines, from 0 on.",
            Type::INT,
            |it, json| json.put(i32::try_from(it.order_number).unwrap_or(i32::MAX)),
        ),
    ];
}

impl Object for CellStateObject {
    type View<'a> = &'a CellState;
    const NAME: &'static str = "TimeAllocationState";
    const ABOUT: &'static str = "A cell as it was or is.";
    const FIELDS: &'static [Field<Self>] = target_and![|it| target_of_cell(it);
        Field::leaf("lineId", "The line that it is in.", Type::ID, |it, json| {
            json.put(it.line_id);
        }),
        Field::leaf("date", "The date.", Type::DATE, |it, json| json.put(it.date)),
        Field::leaf("hours", "The hours.", Type::DECIMAL, |it, json| json.put(it.hours)),
        Field::leaf(
            "comment",
            "What was done; null for no comment.",
            Type::STRING.nullable(),
            |it, json| json.put(Some(&*it.comment).filter(|text| !text.is_empty())),
        ),
        Field::leaf(
            "invoiceLineId",
            "The invoice line that bills it.",
            Type::ID.nullable(),
            |it, json| json.put(it.invoice_line_id),
        ),
        Field::leaf(
            "timeOffRequestId",
            "The time-off request that made it.",
            Type::ID.nullable(),
            |it, json| json.put(it.time_off_request_id),
        ),
    ];
}
