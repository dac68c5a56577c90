//! The cells of a sheet as bookings change them: by the difference, so that hours typed by hand stay
//! (I13).

use uuid::Uuid;

use super::sheet::{Spot, Touched};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::time::{Date, Instant};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::references::LineTarget;
use crate::domain::timesheet::rows::{TimeAllocation, TimesheetLine};
use crate::domain::version::RowVersion;

/// The lines of a sheet in the making.
pub(super) struct Cells<'i> {
    lines: Vec<TimesheetLine>,
    now: Instant,
    fresh: &'i mut dyn Iterator<Item = Uuid>,
}

/// Why a cell does not take what is brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Obstacle {
    /// It would hold so much too many hours (S10).
    TooFull(Hours, Box<Fault>),
    /// It does not change (I12), or there is no room for it.
    Closed(Box<Fault>),
}

impl<'i> Cells<'i> {
    /// Those of `lines`; new rows are made at `now` with ids from `fresh`.
    pub(super) fn new(
        lines: Vec<TimesheetLine>,
        now: Instant,
        fresh: &'i mut dyn Iterator<Item = Uuid>,
    ) -> Self {
        Self { lines, now, fresh }
    }

    /// All lines; those that have changed await their versions.
    pub(super) fn into_lines(self) -> Vec<TimesheetLine> {
        self.lines
    }

    /// Changes the cell by what is brought to it more or less than before. A comment that a person
    /// wrote stays; what only imports said follows them.
    pub(super) fn bring(&mut self, (target, date): Spot, touched: &Touched<'_>) -> Result<(), Obstacle> {
        let (before, after) = (&touched.before, &touched.after);
        let place = self.place(target, date);
        let cell = place.and_then(|(line, cell)| self.lines.get(line)?.cells.get(cell));
        let held = cell.map_or(Hours::ZERO, |cell| cell.hours);
        let said = cell.map_or("", |cell| &cell.comment);
        let hours = (held + after.worked.to_hours() - before.worked.to_hours()).max(Hours::ZERO);
        let comment = if said == before.comment() {
            after.comment()
        } else {
            said.to_owned()
        };
        if hours == held && comment == said {
            return Ok(());
        }
        if cell.is_some_and(TimeAllocation::is_protected) {
            let message = format!("the hours of {date} are invoiced or come from time off");
            return Err(Obstacle::Closed(fault(FaultCode::Protected, message)));
        }
        if hours > Timesheet::MAX_CELL_HOURS {
            let most = Timesheet::MAX_CELL_HOURS;
            let message = format!("the cell of {date} would hold {hours} hours; at most {most} are allowed");
            let fault = fault(FaultCode::OutOfRange, message);
            return Err(Obstacle::TooFull(hours - most, fault));
        }
        let is_empty = hours == Hours::ZERO && comment.is_empty();
        match place {
            Some((line, cell)) => {
                let was_brought = held == before.worked.to_hours();
                self.change(
                    line,
                    cell,
                    (!is_empty || !was_brought).then_some((hours, comment)),
                );
                Ok(())
            }
            None if is_empty => Ok(()),
            None => self.add(target, date, hours, comment).ok_or_else(|| {
                Obstacle::Closed(fault(FaultCode::OutOfRange, "the timesheet is full".to_owned()))
            }),
        }
    }

    /// Where the cell is: in the first of the lines alike that has one on the date.
    fn place(&self, target: LineTarget, date: Date) -> Option<(usize, usize)> {
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| line.target() == target)
            .find_map(|(index, line)| {
                let cell = line.cells.binary_search_by_key(&date, |cell| cell.date).ok()?;
                Some((index, cell))
            })
    }

    /// Lets the cell be as said, or takes it away.
    fn change(&mut self, line: usize, cell: usize, become_: Option<(Hours, String)>) {
        let Some(line) = self.lines.get_mut(line) else {
            return;
        };
        line.version = RowVersion::UNASSIGNED;
        match (become_, line.cells.get_mut(cell)) {
            (Some((hours, comment)), Some(cell)) => {
                cell.hours = hours;
                cell.comment = comment;
            }
            (None, Some(_)) => drop(line.cells.remove(cell)),
            (_, None) => {}
        }
    }

    /// Adds a cell, to the first line that is booked on `target` or to a new one at the end.
    fn add(&mut self, target: LineTarget, date: Date, hours: Hours, comment: String) -> Option<()> {
        let cell = TimeAllocation {
            id: AllocationId::new(self.fresh.next()?),
            created: self.now,
            date,
            hours,
            comment,
            invoice_line_id: None,
            time_off_request_id: None,
        };
        if let Some(line) = self.lines.iter_mut().find(|line| line.target() == target) {
            let at = line.cells.partition_point(|cell| cell.date < date);
            line.cells.insert(at, cell);
            line.version = RowVersion::UNASSIGNED;
            return Some(());
        }
        let LineTarget {
            project_id,
            task_id,
            activity_id,
        } = target;
        self.lines.push(TimesheetLine {
            id: LineId::new(self.fresh.next()?),
            created: self.now,
            version: RowVersion::UNASSIGNED,
            project_id,
            task_id,
            activity_id,
            cells: vec![cell],
        });
        Some(())
    }
}

fn fault(code: FaultCode, message: String) -> Box<Fault> {
    Box::new(Fault {
        path: Path::ROOT,
        code,
        message,
    })
}
