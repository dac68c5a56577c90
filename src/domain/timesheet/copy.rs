//! Copying the rows of one sheet into another, with or without their hours. What the other has
//! already is not added again, so that copying twice adds nothing twice.

use std::collections::HashMap;

use uuid::Uuid;

use super::lock::Lock;
use super::references::{LineTarget, References};
use super::rows::Rows;
use super::{LineRef, TimeAllocation, Timesheet, TimesheetLine};
use crate::domain::error::{Error, FaultCode, Faults, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::time::{Date, Instant};
use crate::domain::version::RowVersion;

/// What is to be copied where.
#[derive(Clone, Copy, Debug)]
pub struct Copying<'a> {
    /// The sheet that gets the rows.
    pub target: &'a Timesheet,
    /// The sheet that has them.
    pub source: &'a Timesheet,
    /// Whether their cells come along.
    pub with_hours: bool,
    /// The records that the source's lines point to.
    pub known: &'a References,
    /// Which days take no hours.
    pub lock: Lock,
    /// The present.
    pub now: Instant,
}

/// The target with the source's rows; `None` if that changes nothing.
///
/// A row is copied if its project, task and activity are still open to the owner; into a row that
/// the target has already, hours come under the same condition. Of rows alike, the target gets as
/// many as the source has. A cell is copied to the same day of the target's
/// period, if that day is within it, not locked, takes bookings, and is still free in the row; it is a plain
/// cell whatever froze the one it comes from.
pub fn copy_lines(
    copying: &Copying<'_>,
    ids: &mut impl Iterator<Item = Uuid>,
) -> Result<Option<Timesheet>, Error> {
    let Copying {
        target,
        source,
        with_hours,
        ..
    } = *copying;
    let mut lines: Vec<TimesheetLine> = target.lines().map(LineRef::to_line).collect();
    // The rows of the target that stand for no row of the source yet, by what they are booked on.
    let mut unmatched: HashMap<LineTarget, Vec<usize>> = HashMap::new();
    for (index, line) in lines.iter().enumerate().rev() {
        unmatched.entry(line.target()).or_default().push(index);
    }
    let mut has_changed = false;
    for row in source.lines() {
        let match_in_target = unmatched.get_mut(&row.target()).and_then(Vec::pop);
        if !is_open(copying, row) {
            continue;
        }
        let index = if let Some(index) = match_in_target {
            index
        } else {
            lines.push(blank(row, copying.now, ids)?);
            has_changed = true;
            lines.len() - 1
        };
        if let Some(line) = lines.get_mut(index).filter(|_| with_hours) {
            has_changed |= copy_cells(copying, row, line, ids)?;
        }
    }
    if lines.len() > Timesheet::MAX_LINES {
        let message = format!(
            "the timesheet would have more than {} lines",
            Timesheet::MAX_LINES
        );
        return Err(Error::fault(Path::of("lines"), FaultCode::OutOfRange, message));
    }
    if !has_changed {
        return Ok(None);
    }
    let mut changed = target.clone();
    changed.meta = changed.meta.changed();
    changed.rows = Rows::pack(target.period.from(), &lines).ok_or_else(too_many)?;
    Ok(Some(changed))
}

fn is_open(copying: &Copying<'_>, row: LineRef<'_>) -> bool {
    let mut faults = Faults::default();
    copying
        .known
        .check(row.target(), None, copying.target, &Path::ROOT, &mut faults)
}

fn blank(
    row: LineRef<'_>,
    now: Instant,
    ids: &mut impl Iterator<Item = Uuid>,
) -> Result<TimesheetLine, Error> {
    Ok(TimesheetLine {
        id: LineId::new(ids.next().ok_or_else(too_many)?),
        created: now,
        version: RowVersion::UNASSIGNED,
        project_id: row.project_id(),
        task_id: row.task_id(),
        activity_id: row.activity_id(),
        cells: Vec::new(),
    })
}

fn copy_cells(
    copying: &Copying<'_>,
    row: LineRef<'_>,
    line: &mut TimesheetLine,
    ids: &mut impl Iterator<Item = Uuid>,
) -> Result<bool, Error> {
    let mut has_changed = false;
    for cell in row.cells().filter(|cell| cell.hours() > Hours::ZERO) {
        let Some(date) = counterpart(copying, cell.date()) else {
            continue;
        };
        let Err(position) = line.cells.binary_search_by_key(&date, |cell| cell.date) else {
            continue;
        };
        if copying.lock.covers(date) || !copying.known.takes_date(row.target(), date) {
            continue;
        }
        let copied = TimeAllocation {
            id: AllocationId::new(ids.next().ok_or_else(too_many)?),
            created: copying.now,
            date,
            hours: cell.hours(),
            comment: cell.comment().to_owned(),
            invoice_line_id: None,
            time_off_request_id: None,
        };
        line.cells.insert(position, copied);
        line.version = RowVersion::UNASSIGNED;
        has_changed = true;
    }
    Ok(has_changed)
}

/// The date that is as far into the target's period as `date` is into the source's.
fn counterpart(copying: &Copying<'_>, date: Date) -> Option<Date> {
    let Copying { target, source, .. } = copying;
    let counterpart = target
        .period
        .from()
        .plus_days(date.days_since(source.period.from()));
    Some(counterpart).filter(|date| target.period.contains(*date))
}

fn too_many() -> Error {
    Error::fault(
        Path::of("lines"),
        FaultCode::OutOfRange,
        "more than a timesheet can hold",
    )
}

#[cfg(test)]
mod tests;
