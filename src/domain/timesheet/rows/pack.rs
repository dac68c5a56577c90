//! Packs rows, one after another. However many of them were made apart, in ids of a client's own,
//! each takes the same time.

use ahash::AHashMap;
use uuid::Uuid;

use super::{Links, Origin, PackedCell, PackedLine, RowId, Rows, TimeAllocation, TimesheetLine};
use crate::domain::id::{ActivityId, ProjectId, RowIdPrefix, TaskId};
use crate::domain::time::{Date, Instant};

/// Rows in the making.
#[derive(Default)]
pub(super) struct Packer {
    origins: Vec<Origin>,
    /// Where in `origins` each of them is.
    known: AHashMap<Origin, u16>,
    /// Where the origin of the row before is; the next one is likely to have the same.
    latest: u16,
    lines: Vec<PackedLine>,
    cells: Vec<PackedCell>,
    comments: String,
    links: Vec<Links>,
}

impl Packer {
    /// Adds the next line; `None` if there are more rows, or dates farther off, than fit.
    pub(super) fn add(&mut self, first_date: Date, line: &TimesheetLine) -> Option<()> {
        let id = self.row_id(line.id.uuid(), line.created)?;
        for cell in &line.cells {
            self.add_cell(first_date, cell)?;
        }
        self.lines.push(PackedLine {
            id,
            cells_end: u32::try_from(self.cells.len()).ok()?,
            version: line.version,
            project: line.project_id.map_or(Uuid::nil(), ProjectId::uuid),
            task: line.task_id.map_or(Uuid::nil(), TaskId::uuid),
            activity: line.activity_id.map_or(Uuid::nil(), ActivityId::uuid),
        });
        Some(())
    }

    /// All of them.
    pub(super) fn into_rows(self) -> Rows {
        Rows {
            origins: self.origins.into(),
            lines: self.lines.into(),
            cells: self.cells.into(),
            comments: self.comments.into(),
            links: self.links.into(),
        }
    }

    fn add_cell(&mut self, first_date: Date, cell: &TimeAllocation) -> Option<()> {
        let id = self.row_id(cell.id.uuid(), cell.created)?;
        if cell.is_protected() {
            self.links.push(Links {
                cell: u32::try_from(self.cells.len()).ok()?,
                invoice_line: cell.invoice_line_id,
                time_off_request: cell.time_off_request_id,
            });
        }
        self.comments.push_str(&cell.comment);
        let hours = u32::try_from(cell.hours.units()).ok()?;
        let comment_end = u32::try_from(self.comments.len()).ok()?;
        let day = u16::try_from(cell.date.days_since(first_date)).ok()?;
        self.cells.push(PackedCell::new(id, hours, comment_end, day)?);
        Some(())
    }

    fn row_id(&mut self, id: Uuid, created: Instant) -> Option<RowId> {
        let (prefix, number) = RowIdPrefix::split(id);
        let origin = Origin { prefix, created };
        if self.origins.get(usize::from(self.latest)) != Some(&origin) {
            self.latest = self.find_or_add(origin)?;
        }
        Some(RowId {
            origin: self.latest,
            number,
        })
    }

    fn find_or_add(&mut self, origin: Origin) -> Option<u16> {
        if let Some(known) = self.known.get(&origin) {
            return Some(*known);
        }
        let index = u16::try_from(self.origins.len()).ok()?;
        self.origins.push(origin);
        self.known.insert(origin, index);
        Some(index)
    }
}
