//! Timesheets, saved whole.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Deserialize;

use super::{Element, Reading, by_ref, decodes_from_object, patch};
use crate::app::Error;
use crate::domain::error::Path;
use crate::domain::timesheet::save::{CellInput, LineInput, SaveTimesheet};
use crate::graphql::scalars::{Date, Decimal, RowVersion, Uuid};

/// A timesheet as it is to be. What is left out stays as it is. A list is the full set: what it
/// does not name is deleted.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveTimesheetInput {
    /// The timesheet.
    id: Uuid,
    /// The version on which the change is based. If the stored one is another, nothing is changed
    /// and the payload has a conflict.
    row_version: RowVersion,
    /// What lists show; at most 400 characters.
    #[serde(default)]
    name: MaybeUndefined<String>,
    /// All its lines, in any order; at most 500.
    #[serde(default)]
    lines: MaybeUndefined<Vec<TimesheetLineInput>>,
}

/// A line as it is to be. What is left out stays as it is in a line that is there already.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct TimesheetLineInput {
    /// Its id; left out for a new one, or a new one of the client's own making.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its position: the lines of a timesheet have exactly 0 to n-1. A new line needs it.
    #[serde(default)]
    order_number: MaybeUndefined<i32>,
    /// The project; null for none.
    #[serde(default)]
    project_id: MaybeUndefined<Uuid>,
    /// The task of that project, or a common one; null for none.
    #[serde(default)]
    task_id: MaybeUndefined<Uuid>,
    /// The kind of work; null for none.
    #[serde(default)]
    activity_id: MaybeUndefined<Uuid>,
    /// All its cells, in any order, one a date at most.
    #[serde(default)]
    cells: MaybeUndefined<Vec<TimeAllocationInput>>,
}

/// A cell as it is to be. What is left out stays as it is in a cell that is there already, be it
/// in this line or in another, from which it moves here.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeAllocationInput {
    /// Its id; left out for a new one, or a new one of the client's own making.
    #[serde(default)]
    id: Option<Uuid>,
    /// The date, within the timesheet's period. A new cell needs it.
    #[serde(default)]
    date: MaybeUndefined<Date>,
    /// The hours, 0 to 24, with at most 5 decimal places. A new cell needs them.
    #[serde(default)]
    hours: MaybeUndefined<Decimal>,
    /// What was done, in at most 4,000 characters; null for no comment.
    #[serde(default)]
    comment: MaybeUndefined<String>,
}

decodes_from_object!(SaveTimesheetInput, TimesheetLineInput, TimeAllocationInput);

impl SaveTimesheetInput {
    /// As a command.
    pub fn read(&self) -> Result<SaveTimesheet, Error> {
        let Self {
            id,
            row_version,
            name,
            lines,
        } = self;
        let mut reading = Reading::default();
        let command = SaveTimesheet {
            id: (*id).into(),
            body_id: None,
            version: Some((*row_version).into()),
            name: reading.given(|| Path::of("name"), name.clone()),
            lines: reading.list(&Path::of("lines"), by_ref(lines), read_line),
        };
        reading.finish(command)
    }
}

fn read_line(reading: &mut Reading, line: Element<'_>, input: &TimesheetLineInput) -> LineInput {
    let TimesheetLineInput {
        id,
        order_number,
        project_id,
        task_id,
        activity_id,
        cells,
    } = input;
    LineInput {
        id: id.map(Into::into),
        project_id: patch(*project_id),
        task_id: patch(*task_id),
        activity_id: patch(*activity_id),
        order_number: reading.given(|| line.member("orderNumber"), *order_number),
        cells: reading.list(&line.member("cells"), by_ref(cells), read_cell),
    }
}

fn read_cell(reading: &mut Reading, cell: Element<'_>, input: &TimeAllocationInput) -> CellInput {
    let TimeAllocationInput {
        id,
        date,
        hours,
        comment,
    } = input;
    CellInput {
        id: id.map(Into::into),
        date: reading.given(|| cell.member("date"), *date),
        hours: reading.given(|| cell.member("hours"), *hours),
        comment: patch(by_ref(comment).map_value(String::clone)),
    }
}
