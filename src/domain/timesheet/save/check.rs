//! What a save may not do to a sheet (S4, S8 to S11): notes every fault with its path.

use ahash::AHashSet;

use super::frozen;
use super::merge::{CellDraft, LineDraft};
use crate::domain::error::{FaultCode, Faults};
use crate::domain::hours::Hours;
use crate::domain::timesheet::lock::Lock;
use crate::domain::timesheet::references::{LineTarget, References};
use crate::domain::timesheet::{LineRef, Timesheet};

/// Checks the lines that a save would leave.
pub fn check(
    drafts: &[LineDraft<'_>],
    sheet: &Timesheet,
    known: &References,
    lock: Lock,
    faults: &mut Faults,
) {
    check_order_numbers(drafts, faults);
    let longest = drafts.iter().map(|line| line.cells.len()).max();
    let mut dates = AHashSet::with_capacity(longest.unwrap_or_default());
    for line in drafts {
        let before = line.stored.map(LineRef::target);
        let takes_bookings = known.check(line.target, before, sheet, &line.path, faults);
        let takes_date = known.booking_dates(line.target);
        dates.clear();
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
    frozen::check(drafts, sheet, lock, faults);
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
        faults.add(cell.place.path().member("hours"), FaultCode::OutOfRange, message);
    }
    let path = || cell.place.path().member("comment");
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
