//! What a save may not do to a sheet (S4, S8 to S11, S13): notes every fault with its path.

use std::collections::HashSet;

use ahash::AHashSet;

use super::merge::{CellDraft, LineDraft};
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::hours::Hours;
use crate::domain::id::AllocationId;
use crate::domain::timesheet::references::{LineTarget, References};
use crate::domain::timesheet::{LineRef, Timesheet};

/// Checks the lines that a save would leave.
pub fn check(drafts: &[LineDraft<'_>], sheet: &Timesheet, known: &References, faults: &mut Faults) {
    check_order_numbers(drafts, faults);
    for line in drafts {
        let before = line.stored.map(LineRef::target);
        let takes_bookings = known.check(line.target, before, sheet, &line.path, faults);
        let takes_date = known.booking_dates(line.target);
        let mut dates = AHashSet::with_capacity(line.cells.len());
        for cell in &line.cells {
            check_cell(cell, sheet, faults);
            if !dates.insert(cell.date) {
                let message = format!("the line has another cell on {}", cell.date);
                faults.add(cell.date_path(), FaultCode::Duplicate, message);
            }
            if takes_bookings && is_booked_anew(cell, line) && !takes_date(cell.date) {
                let message = format!(
                    "{} is outside the booking dates of the project or task",
                    cell.date
                );
                faults.add(cell.date_path(), FaultCode::NotOpen, message);
            }
        }
    }
    check_protected(drafts, sheet, faults);
}

/// S4: exactly 0..n-1, in whatever order.
fn check_order_numbers(drafts: &[LineDraft<'_>], faults: &mut Faults) {
    let mut taken = vec![false; drafts.len()];
    for draft in drafts {
        let Some(number) = draft.order_number else {
            continue;
        };
        let slot = usize::try_from(number).ok().and_then(|at| taken.get_mut(at));
        let message = match slot {
            Some(taken) if !*taken => {
                *taken = true;
                continue;
            }
            Some(_) => format!("the order number {number} occurs twice"),
            None => format!(
                "{number} is no order number: those of {} lines are 0 to {}",
                drafts.len(),
                drafts.len() - 1
            ),
        };
        faults.add(draft.path.member("orderNumber"), FaultCode::OrderNumbers, message);
    }
}

fn check_cell(cell: &CellDraft<'_>, sheet: &Timesheet, faults: &mut Faults) {
    if !sheet.period.contains(cell.date) {
        let (from, to) = (sheet.period.from(), sheet.period.to());
        let message = format!("{} is not from {from} to {to}", cell.date);
        faults.add(cell.date_path(), FaultCode::OutsidePeriod, message);
    }
    if cell.hours < Hours::ZERO || cell.hours > Timesheet::MAX_CELL_HOURS {
        let message = format!("{} is not from 0 to {}", cell.hours, Timesheet::MAX_CELL_HOURS);
        faults.add(cell.path.member("hours"), FaultCode::OutOfRange, message);
    }
    let path = || cell.path.member("comment");
    super::check_length(cell.comment, Timesheet::MAX_COMMENT_CHARS, path, faults);
}

/// Whether the cell's hours are booked by this save rather than before: a comment books nothing.
fn is_booked_anew(cell: &CellDraft<'_>, line: &LineDraft<'_>) -> bool {
    let (Some(cell_before), Some(line_before)) = (cell.stored, line.stored) else {
        return true;
    };
    let booked_on = |target: LineTarget| (target.project_id, target.task_id);
    cell_before.line_id != line_before.id()
        || cell_before.cell.date() != cell.date
        || cell_before.cell.hours() != cell.hours
        || booked_on(line_before.target()) != booked_on(line.target)
}

/// S13: invoiced cells and time-off cells stay where and as they are, on what they were booked.
fn check_protected(drafts: &[LineDraft<'_>], sheet: &Timesheet, faults: &mut Faults) {
    let mut refuse = |path: Path, message: String| faults.add(path, FaultCode::Protected, message);
    let mut kept: HashSet<AllocationId> = HashSet::new();
    for line in drafts {
        let mut holds_protected = false;
        for cell in &line.cells {
            let Some(before) = cell.stored.filter(|before| before.cell.is_protected()) else {
                continue;
            };
            kept.insert(before.cell.id());
            let stays = line.stored.is_some_and(|stored| stored.id() == before.line_id);
            holds_protected |= stays;
            let is_same = before.cell.date() == cell.date
                && before.cell.hours() == cell.hours
                && before.cell.comment() == cell.comment;
            if !stays || !is_same {
                let message = "an invoiced or time-off cell cannot be changed".to_owned();
                refuse(cell.path.clone(), message);
            }
        }
        if let Some(before) = line.stored.filter(|_| holds_protected) {
            let (before, after) = (before.target(), line.target);
            let members = [
                ("projectId", before.project_id == after.project_id),
                ("taskId", before.task_id == after.task_id),
                ("activityId", before.activity_id == after.activity_id),
            ];
            for (member, _) in members.into_iter().filter(|(_, is_same)| !is_same) {
                let message = "the line has an invoiced or time-off cell".to_owned();
                refuse(line.path.member(member), message);
            }
        }
    }
    for line in sheet.lines() {
        let lost = line
            .cells()
            .filter(|cell| cell.is_protected() && !kept.contains(&cell.id()));
        for cell in lost {
            let draft = drafts
                .iter()
                .find(|draft| draft.stored.is_some_and(|stored| stored.id() == line.id()));
            let path = draft.map_or_else(|| Path::of("lines"), |draft| draft.path.member("cells"));
            refuse(
                path,
                format!("the invoiced or time-off cell {} cannot be dropped", cell.id()),
            );
        }
    }
}
