//! What became of a sheet from one version to another (X3): its name, its state, its lines and its
//! cells. Told so that the old sheet and the difference give the new one. Who did it and when is not
//! known here.

use ahash::{AHashMap, AHashSet};
use uuid::Uuid;

use super::references::LineTarget;
use super::{CellRef, LineRef, Timesheet};
use crate::domain::approval::ApprovalStatus;
use crate::domain::hours::Hours;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::time::Date;

#[cfg(test)]
mod tests;

/// What something was and what it is; `None` before it was made and after it was removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed<T> {
    /// What it was.
    pub was: Option<T>,
    /// What it is.
    pub is: Option<T>,
}

/// What became of a sheet. What stayed as it was is not named.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Its name.
    pub name: Option<Changed<Box<str>>>,
    /// Where it stands.
    pub status: Option<Changed<ApprovalStatus>>,
    /// The lines that were added, removed, moved among the others, or booked on something else: first
    /// those that are, by order number, then those that were.
    pub lines: Vec<LineChange>,
    /// The cells that were added, removed or changed: first those that are, line by line and by date,
    /// then those that were.
    pub cells: Vec<CellChange>,
}

/// What became of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineChange {
    /// Which.
    pub id: LineId,
    /// What it was and is.
    pub state: Changed<LineState>,
}

/// A line, but for its cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineState {
    /// Its position among the lines.
    pub order_number: usize,
    /// What its hours are booked on.
    pub target: LineTarget,
}

/// What became of a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellChange {
    /// Which.
    pub id: AllocationId,
    /// What it was and is.
    pub state: Changed<CellState>,
}

/// A cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellState {
    /// The line that it is in.
    pub line_id: LineId,
    /// What that line's hours are booked on.
    pub target: LineTarget,
    /// Its date.
    pub date: Date,
    /// Its hours.
    pub hours: Hours,
    /// What was done; empty for no comment.
    pub comment: Box<str>,
    /// The invoice line that bills it.
    pub invoice_line_id: Option<Uuid>,
    /// The time-off request that made it.
    pub time_off_request_id: Option<Uuid>,
}

impl<T: PartialEq> Changed<T> {
    /// The change, if it is one.
    fn from_to(was: Option<T>, is: Option<T>) -> Option<Self> {
        (was != is).then_some(Self { was, is })
    }
}

impl Difference {
    /// From `old` to `new`; `None` for a sheet that is not there.
    pub fn between(old: Option<&Timesheet>, new: Option<&Timesheet>) -> Self {
        let (old_name, old_status) = old.map(head).unzip();
        let (new_name, new_status) = new.map(head).unzip();
        Self {
            name: Changed::from_to(old_name, new_name),
            status: Changed::from_to(old_status, new_status),
            lines: lines(old, new),
            cells: cells(old, new),
        }
    }

    /// Whether nothing has changed that it tells of.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is told of a sheet itself.
fn head(sheet: &Timesheet) -> (Box<str>, ApprovalStatus) {
    let Timesheet {
        // Never changes.
        id: _,
        meta: _,
        user_id: _,
        period: _,
        due_date: _,
        department_id: _,
        template_id: _,
        // Follows from the state.
        submitted: _,
        approved: _,
        status,
        name,
        // Told row by row.
        rows: _,
        // What of them counts is in the cells.
        contributions: _,
        // A history of their own, which the sheet carries with it.
        approvals: _,
        // Follows from the state.
        billing: _,
    } = sheet;
    (name.clone(), *status)
}

fn lines(old: Option<&Timesheet>, new: Option<&Timesheet>) -> Vec<LineChange> {
    let states = |sheet: Option<&Timesheet>| -> Vec<(LineId, LineState)> {
        sheet.map_or_else(Vec::new, |sheet| sheet.lines().map(line_state).collect())
    };
    let (old, new) = (states(old), states(new));
    let before: AHashMap<LineId, LineState> = old.iter().copied().collect();
    let after: AHashSet<LineId> = new.iter().map(|(id, _)| *id).collect();
    let stayed: Vec<usize> = new
        .iter()
        .filter_map(|(id, _)| before.get(id).map(|state| state.order_number))
        .collect();
    let in_place = longest_rise(&stayed);
    let mut changes = Vec::new();
    for (id, is) in new {
        let was = before.get(&id).copied();
        let is_same = was.is_some_and(|was| was.target == is.target && in_place.contains(&was.order_number));
        if !is_same {
            let state = Changed { was, is: Some(is) };
            changes.push(LineChange { id, state });
        }
    }
    for (id, was) in old.into_iter().filter(|(id, _)| !after.contains(id)) {
        let state = Changed {
            was: Some(was),
            is: None,
        };
        changes.push(LineChange { id, state });
    }
    changes
}

fn line_state(line: LineRef<'_>) -> (LineId, LineState) {
    let state = LineState {
        order_number: line.order_number(),
        target: line.target(),
    };
    (line.id(), state)
}

/// The most of these distinct numbers that rise as they come: the lines that need not have moved.
fn longest_rise(numbers: &[usize]) -> AHashSet<usize> {
    // The least last number of a rise of each length, and the number before each in its rise.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: AHashMap<usize, usize> = AHashMap::new();
    for number in numbers {
        let length = ends.partition_point(|end| end < number);
        if let Some(previous) = length.checked_sub(1).and_then(|it| ends.get(it)) {
            before.insert(*number, *previous);
        }
        match ends.get_mut(length) {
            Some(end) => *end = *number,
            None => ends.push(*number),
        }
    }
    std::iter::successors(ends.last().copied(), |number| before.get(number).copied()).collect()
}

fn cells(old: Option<&Timesheet>, new: Option<&Timesheet>) -> Vec<CellChange> {
    let mut before: AHashMap<AllocationId, CellState> = AHashMap::new();
    let mut order = Vec::new();
    for (id, state) in old.into_iter().flat_map(cell_states) {
        order.push(id);
        before.insert(id, state);
    }
    let mut changes = Vec::new();
    for (id, is) in new.into_iter().flat_map(cell_states) {
        let was = before.remove(&id);
        // What a line is booked on is told once, of the line.
        let is_same = was.as_ref().is_some_and(|was| {
            let booked_as_before = CellState {
                target: was.target,
                ..is.clone()
            };
            *was == booked_as_before
        });
        if !is_same {
            let state = Changed { was, is: Some(is) };
            changes.push(CellChange { id, state });
        }
    }
    for id in order {
        if let Some(was) = before.remove(&id) {
            let state = Changed {
                was: Some(was),
                is: None,
            };
            changes.push(CellChange { id, state });
        }
    }
    changes
}

fn cell_states(sheet: &Timesheet) -> impl Iterator<Item = (AllocationId, CellState)> + '_ {
    sheet
        .lines()
        .flat_map(|line| line.cells().map(move |cell| (cell.id(), cell_state(line, cell))))
}

fn cell_state(line: LineRef<'_>, cell: CellRef<'_>) -> CellState {
    CellState {
        line_id: line.id(),
        target: line.target(),
        date: cell.date(),
        hours: cell.hours(),
        comment: cell.comment().into(),
        invoice_line_id: cell.invoice_line_id(),
        time_off_request_id: cell.time_off_request_id(),
    }
}
