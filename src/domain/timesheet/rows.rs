//! Lines and cells of a sheet, packed: a million sheets of 5 x 5 are to fit into memory at well
//! under 2 KB each, so cells are 12 bytes in one slice, comments one text, and the ids of rows
//! that were made together share their first 14 bytes and their time of making.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::hours::Hours;
use crate::domain::id::{ActivityId, AllocationId, LineId, ProjectId, RowIdPrefix, TaskId};
use crate::domain::time::{Date, Instant};
use crate::domain::version::RowVersion;

mod cell;
mod pack;
#[cfg(test)]
mod tests;

use cell::PackedCell;
use pack::Packer;

/// A row of a sheet, spelt out: what decisions work on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimesheetLine {
    /// Its id.
    pub id: LineId,
    /// When it was made (X4).
    pub created: Instant,
    /// Its version; [`RowVersion::UNASSIGNED`] when it or one of its cells has changed.
    pub version: RowVersion,
    /// The project.
    pub project_id: Option<ProjectId>,
    /// The task of that project, or a common one.
    pub task_id: Option<TaskId>,
    /// The kind of work.
    pub activity_id: Option<ActivityId>,
    /// Its cells by date, each date once (S9).
    pub cells: Vec<TimeAllocation>,
}

/// A cell of a sheet, spelt out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeAllocation {
    /// Its id.
    pub id: AllocationId,
    /// When it was made (X4); stays when it moves to another line (S7).
    pub created: Instant,
    /// Its date, within the sheet's period (S8).
    pub date: Date,
    /// Its hours, 0 to 24 (S10).
    pub hours: Hours,
    /// What was done; empty for no comment.
    pub comment: String,
    /// The invoice line that bills it; such a cell is frozen (S13).
    pub invoice_line_id: Option<Uuid>,
    /// The time-off request that made it; such a cell is frozen (S13).
    pub time_off_request_id: Option<Uuid>,
}

impl TimeAllocation {
    /// Whether a save may neither change nor drop it (S13).
    pub const fn is_protected(&self) -> bool {
        self.invoice_line_id.is_some() || self.time_off_request_id.is_some()
    }
}

/// All lines and cells of one sheet.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Rows {
    origins: Box<[Origin]>,
    lines: Box<[PackedLine]>,
    cells: Box<[PackedCell]>,
    comments: Box<str>,
    links: Box<[Links]>,
}

/// Rows that were made together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Origin {
    prefix: RowIdPrefix,
    created: Instant,
}

/// Which origin, and which number within it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct RowId {
    origin: u16,
    number: u16,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct PackedLine {
    id: RowId,
    /// Where its cells end; they begin where those of the line before end.
    cells_end: u32,
    version: RowVersion,
    /// Nil where there is none.
    #[serde(with = "uuid::serde::compact")]
    project: Uuid,
    #[serde(with = "uuid::serde::compact")]
    task: Uuid,
    #[serde(with = "uuid::serde::compact")]
    activity: Uuid,
}

/// What freezes a cell: at least one of the two. Rare, so kept beside the cells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Links {
    cell: u32,
    invoice_line: Option<Uuid>,
    time_off_request: Option<Uuid>,
}

/// A line within its sheet.
#[derive(Clone, Copy, Debug)]
pub struct LineRef<'a> {
    rows: &'a Rows,
    first_date: Date,
    line: &'a PackedLine,
    position: usize,
}

/// A cell within its sheet.
#[derive(Clone, Copy, Debug)]
pub struct CellRef<'a> {
    rows: &'a Rows,
    first_date: Date,
    cell: &'a PackedCell,
    position: usize,
}

impl Rows {
    /// Packs `lines`, of a sheet that begins on `first_date`; their order is the order of the
    /// lines. `None` if there are more rows, or dates farther off, than a sheet can hold: the
    /// limits of [`Timesheet`](super::Timesheet) keep far below.
    pub fn pack(first_date: Date, lines: &[TimesheetLine]) -> Option<Self> {
        let mut packer = Packer::default();
        for line in lines {
            packer.add(first_date, line)?;
        }
        Some(packer.into_rows())
    }

    /// The lines by order number, of a sheet that begins on `first_date`.
    pub fn lines(&self, first_date: Date) -> impl ExactSizeIterator<Item = LineRef<'_>> + Clone {
        self.lines
            .iter()
            .enumerate()
            .map(move |(position, line)| LineRef {
                rows: self,
                first_date,
                line,
                position,
            })
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// How many cells there are.
    pub fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has a cell that a save may neither change nor drop (S13).
    pub fn has_protected(&self) -> bool {
        !self.links.is_empty()
    }

    /// Whether it has a cell that an invoice line bills.
    pub fn has_invoiced(&self) -> bool {
        self.links.iter().any(|links| links.invoice_line.is_some())
    }

    /// The shared parts of the ids of its rows: what an index needs in order to find the sheet by
    /// the id of any row.
    pub fn id_prefixes(&self) -> impl Iterator<Item = RowIdPrefix> + '_ {
        self.origins.iter().map(|origin| origin.prefix)
    }

    /// Whether one of its lines or cells has this id.
    pub fn has_row(&self, id: Uuid) -> bool {
        let (prefix, number) = RowIdPrefix::split(id);
        if self.id_prefixes().all(|it| it != prefix) {
            return false;
        }
        let is_it = |row: RowId| row.number == number && self.prefix(row) == Some(prefix);
        self.lines.iter().any(|line| is_it(line.id)) || self.cells.iter().any(|cell| is_it(cell.id))
    }

    /// Gives the lines that have changed their versions.
    pub fn assign_versions(&mut self, mut next: impl FnMut() -> RowVersion) {
        for line in &mut self.lines {
            if line.version == RowVersion::UNASSIGNED {
                line.version = next();
            }
        }
    }

    /// Takes back the versions after `last`.
    pub fn take_back_versions(&mut self, last: RowVersion) {
        for line in &mut self.lines {
            if line.version > last {
                line.version = RowVersion::UNASSIGNED;
            }
        }
    }

    fn id(&self, id: RowId) -> Uuid {
        self.prefix(id)
            .map_or(Uuid::nil(), |prefix| prefix.join(id.number))
    }

    fn prefix(&self, id: RowId) -> Option<RowIdPrefix> {
        self.origins
            .get(usize::from(id.origin))
            .map(|origin| origin.prefix)
    }

    fn created(&self, id: RowId) -> Instant {
        self.origins
            .get(usize::from(id.origin))
            .map_or(Instant::from_epoch_micros(0), |origin| origin.created)
    }

    fn links(&self, cell: usize) -> Option<&Links> {
        let cell = u32::try_from(cell).ok()?;
        let index = self.links.binary_search_by_key(&cell, |links| links.cell).ok()?;
        self.links.get(index)
    }
}

impl<'a> LineRef<'a> {
    /// Its id.
    pub fn id(self) -> LineId {
        LineId::new(self.rows.id(self.line.id))
    }

    /// When it was made.
    pub fn created(self) -> Instant {
        self.rows.created(self.line.id)
    }

    /// Its version.
    pub const fn version(self) -> RowVersion {
        self.line.version
    }

    /// Its position among the lines, 0..n-1 (S4).
    pub const fn order_number(self) -> usize {
        self.position
    }

    /// The project, if it names one.
    pub fn project_id(self) -> Option<ProjectId> {
        present(self.line.project).map(ProjectId::new)
    }

    /// The task, if it names one.
    pub fn task_id(self) -> Option<TaskId> {
        present(self.line.task).map(TaskId::new)
    }

    /// The activity, if it names one.
    pub fn activity_id(self) -> Option<ActivityId> {
        present(self.line.activity).map(ActivityId::new)
    }

    /// Its cells by date.
    pub fn cells(self) -> impl ExactSizeIterator<Item = CellRef<'a>> + Clone {
        let before = self
            .position
            .checked_sub(1)
            .and_then(|before| self.rows.lines.get(before));
        let start = before.map_or(0, |line| line.cells_end as usize);
        let cells = self
            .rows
            .cells
            .get(start..self.line.cells_end as usize)
            .unwrap_or_default();
        cells.iter().enumerate().map(move |(offset, cell)| CellRef {
            rows: self.rows,
            first_date: self.first_date,
            cell,
            position: start + offset,
        })
    }

    /// The sum of its cells.
    pub fn hours(self) -> Hours {
        self.cells().map(CellRef::hours).sum()
    }

    /// Spelt out, for a decision to work on.
    pub fn to_line(self) -> TimesheetLine {
        TimesheetLine {
            id: self.id(),
            created: self.created(),
            version: self.version(),
            project_id: self.project_id(),
            task_id: self.task_id(),
            activity_id: self.activity_id(),
            cells: self.cells().map(CellRef::to_allocation).collect(),
        }
    }
}

impl<'a> CellRef<'a> {
    /// Its id.
    pub fn id(self) -> AllocationId {
        AllocationId::new(self.rows.id(self.cell.id))
    }

    /// When it was made.
    pub fn created(self) -> Instant {
        self.rows.created(self.cell.id)
    }

    /// Its date.
    pub fn date(self) -> Date {
        self.first_date.plus_days(i32::from(self.cell.day()))
    }

    /// Its hours.
    pub fn hours(self) -> Hours {
        Hours::from_units(i64::from(self.cell.hour_units()))
    }

    /// Its comment; empty for none.
    pub fn comment(self) -> &'a str {
        let before = self
            .position
            .checked_sub(1)
            .and_then(|before| self.rows.cells.get(before));
        let start = before.map_or(0, |cell| cell.comment_end as usize);
        self.rows
            .comments
            .get(start..self.cell.comment_end as usize)
            .unwrap_or_default()
    }

    /// The invoice line that bills it.
    pub fn invoice_line_id(self) -> Option<Uuid> {
        self.rows
            .links(self.position)
            .and_then(|links| links.invoice_line)
    }

    /// The time-off request that made it.
    pub fn time_off_request_id(self) -> Option<Uuid> {
        self.rows
            .links(self.position)
            .and_then(|links| links.time_off_request)
    }

    /// Whether a save may neither change nor drop it (S13).
    pub fn is_protected(self) -> bool {
        self.rows.links(self.position).is_some()
    }

    /// Spelt out, for a decision to work on.
    pub fn to_allocation(self) -> TimeAllocation {
        TimeAllocation {
            id: self.id(),
            created: self.created(),
            date: self.date(),
            hours: self.hours(),
            comment: self.comment().to_owned(),
            invoice_line_id: self.invoice_line_id(),
            time_off_request_id: self.time_off_request_id(),
        }
    }
}

fn present(id: Uuid) -> Option<Uuid> {
    (!id.is_nil()).then_some(id)
}
