//! Saving a sheet whole (S1 to S15): the command, and the one function that decides it. Whether
//! the caller may, is decided before; what the lines point to is handed in.

use std::collections::HashSet;

use uuid::Uuid;

use super::lock::Lock;
use super::references::{LineTarget, ReferenceIds, References};
use super::rows::{Rows, TimeAllocation, TimesheetLine};
use super::{CellRef, LineRef, Timesheet};
use crate::domain::error::{Error, FaultCode, Faults, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{ActivityId, AllocationId, LineId, ProjectId, RowIds, TaskId, TimesheetId};
use crate::domain::patch::Patch;
use crate::domain::time::{Date, Instant};
use crate::domain::version::RowVersion;

mod check;
mod frozen;
mod merge;

use merge::{LineDraft, Stored};

/// A sheet as its caller wants it. What is absent stays as it is; what the server owns (sums,
/// flags, status, dates) has no place here (S12).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaveTimesheet {
    /// The sheet.
    pub id: TimesheetId,
    /// The id in the body, which must be the same (S6).
    pub body_id: Option<Uuid>,
    /// The version on which the caller decided; absence is a fault (S1).
    pub version: Option<RowVersion>,
    /// Its name: any text of at most [`Timesheet::MAX_NAME_CHARS`] characters.
    pub name: Option<String>,
    /// All its lines (S5).
    pub lines: Option<Vec<LineInput>>,
}

/// A line as its caller wants it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineInput {
    /// Its id; absent for one that the server is to make.
    pub id: Option<LineId>,
    /// The project.
    pub project_id: Patch<ProjectId>,
    /// The task.
    pub task_id: Patch<TaskId>,
    /// The activity.
    pub activity_id: Patch<ActivityId>,
    /// Its place among the lines, 0..n-1 over all of them (S4).
    pub order_number: Option<i64>,
    /// All its cells (S5).
    pub cells: Option<Vec<CellInput>>,
}

/// A cell as its caller wants it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CellInput {
    /// Its id; absent for one that the server is to make.
    pub id: Option<AllocationId>,
    /// Its date, within the period (S8), each once a line (S9).
    pub date: Option<Date>,
    /// Its hours, 0 to 24 (S10).
    pub hours: Option<Hours>,
    /// What was done, in at most [`Timesheet::MAX_COMMENT_CHARS`] characters.
    pub comment: Patch<String>,
}

/// A save that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// The sheet as it is to be; it and its changed lines await their versions (S2).
    pub sheet: Timesheet,
    /// The ids of new lines and cells that the client chose: no other sheet may have them by the
    /// time of the write (S6).
    pub client_row_ids: Vec<Uuid>,
}

impl SaveTimesheet {
    /// What must be known before the save of `sheet` can be decided.
    pub fn reference_ids(&self, sheet: &Timesheet) -> ReferenceIds {
        let mut ids = ReferenceIds::default();
        ids.extend(sheet.lines().map(LineRef::target));
        for line in self.lines.iter().flatten() {
            ids.extend([LineTarget {
                project_id: line.project_id.flatten(),
                task_id: line.task_id.flatten(),
                activity_id: line.activity_id.flatten(),
            }]);
            ids.rows.extend(line.id.map(LineId::uuid));
            let cells = line.cells.iter().flatten();
            ids.rows
                .extend(cells.filter_map(|cell| cell.id).map(AllocationId::uuid));
        }
        // Mostly there are none to look for, as clients leave the ids of new rows to the server.
        if !ids.rows.is_empty() {
            for line in sheet.lines() {
                ids.rows.remove(&line.id().uuid());
                for cell in line.cells() {
                    ids.rows.remove(&cell.id().uuid());
                }
            }
        }
        ids
    }
}

/// The sheet that `command` makes of `sheet`, or everything that is wrong with it (S15).
///
/// A stale version is refused before the rest is looked at (S1). `known` holds what
/// [`SaveTimesheet::reference_ids`] named; cells on the days of `lock` stay as they are (F10); new rows
/// are made at `now` with ids from `ids`. A save
/// that changes nothing is accepted and takes a new version too.
pub fn save(
    sheet: &Timesheet,
    command: &SaveTimesheet,
    known: &References,
    lock: Lock,
    now: Instant,
    ids: &mut RowIds,
) -> Result<Saved, Error> {
    let SaveTimesheet {
        id: _,
        body_id,
        version,
        name,
        lines,
    } = command;
    let mut faults = Faults::default();
    check_version(sheet, *version, &mut faults)?;
    if body_id.is_some_and(|body_id| body_id != sheet.id.uuid()) {
        let message = format!("the body's id is not that of the timesheet {}", sheet.id);
        faults.add(Path::of("id"), FaultCode::IdMismatch, message);
    }
    if let Some(name) = &name {
        check_length(name, Timesheet::MAX_NAME_CHARS, || Path::of("name"), &mut faults);
    }
    let stored = Stored::of(sheet);
    let drafts = lines.as_ref().and_then(|lines| {
        let drafts = merge::merge(lines, &stored, known, &mut faults)?;
        check::check(&drafts, sheet, known, lock, &mut faults);
        Some(drafts)
    });
    faults.into_result(())?;

    let mut next = sheet.clone();
    next.meta = next.meta.changed();
    if let Some(name) = name {
        next.name = name.as_str().into();
    }
    let mut client_row_ids = Vec::new();
    if let Some(mut drafts) = drafts {
        drafts.sort_by_key(|draft| draft.order_number);
        client_row_ids = drafts.iter().flat_map(LineDraft::client_row_ids).collect();
        let taken: HashSet<Uuid> = client_row_ids.iter().copied().collect();
        let mut fresh = ids.filter(|id| !sheet.rows.has_row(*id) && !taken.contains(id));
        let lines: Option<Vec<TimesheetLine>> = (0..)
            .zip(drafts)
            .map(|(position, draft)| settle(draft, position, now, &mut fresh))
            .collect();
        next.rows = lines
            .and_then(|lines| Rows::pack(sheet.period.from(), &lines))
            .ok_or_else(|| {
                Error::fault(
                    Path::of("lines"),
                    FaultCode::OutOfRange,
                    "more than a timesheet can hold",
                )
            })?;
    }
    Ok(Saved {
        sheet: next,
        client_row_ids,
    })
}

fn check_version(sheet: &Timesheet, version: Option<RowVersion>, faults: &mut Faults) -> Result<(), Error> {
    let current = sheet.meta.version;
    match version {
        Some(given) if given != current => Err(Error::VersionConflict { given, current }),
        Some(_) => Ok(()),
        None => {
            let message = "the version on which the change is based is needed";
            faults.add(Path::of("version"), FaultCode::Required, message);
            Ok(())
        }
    }
}

fn check_length(text: &str, most: usize, path: impl FnOnce() -> Path, faults: &mut Faults) {
    // No character is shorter than a byte, so most texts need not be counted.
    if text.len() > most && text.chars().count() > most {
        let message = format!("at most {most} characters are allowed");
        faults.add(path(), FaultCode::TooLong, message);
    }
}

/// The line that a faultless draft becomes: `None` if `fresh` has run out of ids.
fn settle(
    draft: LineDraft<'_>,
    position: usize,
    now: Instant,
    fresh: &mut impl Iterator<Item = Uuid>,
) -> Option<TimesheetLine> {
    let LineDraft {
        path: _,
        stored,
        id,
        order_number: _,
        target,
        cells,
    } = draft;
    let id = id.or_else(|| fresh.next().map(LineId::new))?;
    let mut cells: Vec<TimeAllocation> = cells
        .into_iter()
        .map(|cell| {
            let before = cell.stored.map(|stored| stored.cell);
            Some(TimeAllocation {
                id: cell.id.or_else(|| fresh.next().map(AllocationId::new))?,
                created: before.map_or(now, CellRef::created),
                date: cell.date,
                hours: cell.hours,
                comment: cell.comment.to_owned(),
                invoice_line_id: before.and_then(CellRef::invoice_line_id),
                time_off_request_id: before.and_then(CellRef::time_off_request_id),
            })
        })
        .collect::<Option<_>>()?;
    cells.sort_by_key(|cell| cell.date);
    let mut line = TimesheetLine {
        id,
        created: stored.map_or(now, LineRef::created),
        version: stored.map_or(RowVersion::UNASSIGNED, LineRef::version),
        project_id: target.project_id,
        task_id: target.task_id,
        activity_id: target.activity_id,
        cells,
    };
    if stored.is_some_and(|stored| stored.order_number() != position || !is_unchanged(stored, &line)) {
        line.version = RowVersion::UNASSIGNED;
    }
    Some(line)
}

/// Whether what was booked on a line of this id, and its cells, are what they were.
fn is_unchanged(stored: LineRef<'_>, line: &TimesheetLine) -> bool {
    let cells = stored.cells();
    stored.target() == line.target()
        && cells.len() == line.cells.len()
        && cells.zip(&line.cells).all(|(stored, cell)| is_same(stored, cell))
}

fn is_same(stored: CellRef<'_>, cell: &TimeAllocation) -> bool {
    let TimeAllocation {
        id,
        created,
        date,
        hours,
        comment,
        invoice_line_id,
        time_off_request_id,
    } = cell;
    stored.id() == *id
        && stored.created() == *created
        && stored.date() == *date
        && stored.hours() == *hours
        && stored.comment() == comment
        && stored.invoice_line_id() == *invoice_line_id
        && stored.time_off_request_id() == *time_off_request_id
}

#[cfg(test)]
mod tests;
