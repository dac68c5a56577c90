//! Cells that a save leaves as they are: those that an invoice or time off made (S13), and those of
//! locked days, on which there are no new ones either (F10).

use std::collections::HashSet;

use super::merge::{CellDraft, LineDraft};
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::id::AllocationId;
use crate::domain::timesheet::lock::Lock;
use crate::domain::timesheet::{CellRef, Timesheet};

/// Why a cell stays as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frost {
    /// An invoice or time off made it.
    Source,
    /// Its day is locked.
    Day(Lock),
}

impl Frost {
    fn of(cell: CellRef<'_>, lock: Lock) -> Option<Self> {
        if cell.is_protected() {
            Some(Self::Source)
        } else {
            lock.covers(cell.date()).then_some(Self::Day(lock))
        }
    }

    const fn code(self) -> FaultCode {
        match self {
            Self::Source => FaultCode::Protected,
            Self::Day(_) => FaultCode::Locked,
        }
    }

    fn why(self) -> String {
        match self {
            Self::Source => "it is invoiced or comes from time off".to_owned(),
            Self::Day(lock) => lock.reason(),
        }
    }
}

/// Notes every frozen cell that would change, move or go, and every new one on a locked day.
pub fn check(drafts: &[LineDraft<'_>], sheet: &Timesheet, lock: Lock, faults: &mut Faults) {
    // Days outside the period are told of elsewhere.
    if !lock.covers(sheet.period.from()) && !sheet.rows.has_protected() {
        return;
    }
    let mut kept: HashSet<AllocationId> = HashSet::new();
    for line in drafts {
        let mut holds = None;
        for cell in &line.cells {
            let before = cell.stored.map(|before| (before, Frost::of(before.cell, lock)));
            let Some((before, Some(frost))) = before else {
                if sheet.period.contains(cell.date) && lock.covers(cell.date) {
                    let message = format!("{} takes no hours: {}", cell.date, lock.reason());
                    faults.add(cell.date_path(), FaultCode::Locked, message);
                }
                continue;
            };
            kept.insert(before.cell.id());
            let stays = line.stored.is_some_and(|stored| stored.id() == before.line_id);
            if stays {
                holds = holds.or(Some(frost));
            }
            if !stays || !is_same(before.cell, cell) {
                let message = format!("the cell cannot be changed: {}", frost.why());
                faults.add(cell.place.path(), frost.code(), message);
            }
        }
        if let Some(frost) = holds {
            check_target(line, frost, faults);
        }
    }
    check_dropped(drafts, sheet, lock, &kept, faults);
}

fn is_same(before: CellRef<'_>, cell: &CellDraft<'_>) -> bool {
    before.date() == cell.date && before.hours() == cell.hours && before.comment() == cell.comment
}

/// What the hours of frozen cells were booked on stays too.
fn check_target(line: &LineDraft<'_>, frost: Frost, faults: &mut Faults) {
    let Some(before) = line.stored else { return };
    let (before, after) = (before.target(), line.target);
    let members = [
        ("projectId", before.project_id == after.project_id),
        ("taskId", before.task_id == after.task_id),
        ("activityId", before.activity_id == after.activity_id),
    ];
    for (member, _) in members.into_iter().filter(|(_, is_same)| !is_same) {
        let message = format!("the line has a cell that cannot be changed: {}", frost.why());
        faults.add(line.path.member(member), frost.code(), message);
    }
}

fn check_dropped(
    drafts: &[LineDraft<'_>],
    sheet: &Timesheet,
    lock: Lock,
    kept: &HashSet<AllocationId>,
    faults: &mut Faults,
) {
    for line in sheet.lines() {
        for cell in line.cells().filter(|cell| !kept.contains(&cell.id())) {
            let Some(frost) = Frost::of(cell, lock) else {
                continue;
            };
            let draft = drafts
                .iter()
                .find(|draft| draft.stored.is_some_and(|stored| stored.id() == line.id()));
            let path = draft.map_or_else(|| Path::of("lines"), |draft| draft.path.member("cells"));
            let message = format!("the cell {} cannot be dropped: {}", cell.id(), frost.why());
            faults.add(path, frost.code(), message);
        }
    }
}
