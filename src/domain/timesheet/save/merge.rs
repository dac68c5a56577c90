//! Overlays the lines of a save on those of the sheet (S5 to S7): which rows are new, which are
//! known, which have moved, and what each is to be. Whether that is allowed, is decided after.

use std::cell::OnceCell;

use ahash::{AHashMap, AHashSet};
use uuid::Uuid;

use super::{CellInput, LineInput};
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::patch::patched;
use crate::domain::time::Date;
use crate::domain::timesheet::references::{LineTarget, References};
use crate::domain::timesheet::{CellRef, LineRef, Timesheet};

/// The rows of the stored sheet, to be found by their ids.
pub struct Stored<'a> {
    sheet: &'a Timesheet,
    /// Most saves name no ids.
    rows: OnceCell<AHashMap<Uuid, StoredRow<'a>>>,
}

#[derive(Clone, Copy)]
enum StoredRow<'a> {
    Line(LineRef<'a>),
    Cell(StoredCell<'a>),
}

/// A cell of the stored sheet.
#[derive(Clone, Copy)]
pub struct StoredCell<'a> {
    /// The id of its line.
    pub line_id: LineId,
    /// The cell.
    pub cell: CellRef<'a>,
}

/// A line as the save would have it.
pub struct LineDraft<'a> {
    /// Where the input has it.
    pub path: Path,
    /// What it was, if it is not new.
    pub stored: Option<LineRef<'a>>,
    /// Its id; `None` for one that the server is to make.
    pub id: Option<LineId>,
    /// The order number; `None` where a new line lacks it.
    pub order_number: Option<i64>,
    /// What its hours are booked on.
    pub target: LineTarget,
    /// Its cells.
    pub cells: Vec<CellDraft<'a>>,
}

/// A cell as the save would have it.
pub struct CellDraft<'a> {
    /// Where the input has it.
    pub place: CellPlace,
    /// What it was, if it is not new.
    pub stored: Option<StoredCell<'a>>,
    /// Its id; `None` for one that the server is to make.
    pub id: Option<AllocationId>,
    /// Its date.
    pub date: Date,
    /// Its hours.
    pub hours: Hours,
    /// Its comment; empty for none.
    pub comment: &'a str,
}

/// Where the input has a cell. Its path is made only for those that have faults.
#[derive(Clone, Copy)]
pub struct CellPlace {
    line: usize,
    /// `None` where the input does not touch the line's cells.
    cell: Option<usize>,
}

impl CellPlace {
    /// The cell; the line's cells if it is not spelt out.
    pub fn path(self) -> Path {
        let cells = Path::of("lines").index(self.line).member("cells");
        match self.cell {
            Some(cell) => cells.index(cell),
            None => cells,
        }
    }
}

impl<'a> Stored<'a> {
    /// The rows of `sheet`.
    pub const fn of(sheet: &'a Timesheet) -> Self {
        let rows = OnceCell::new();
        Self { sheet, rows }
    }

    fn rows(&self) -> &AHashMap<Uuid, StoredRow<'a>> {
        self.rows.get_or_init(|| {
            let sheet = self.sheet;
            let mut rows = AHashMap::with_capacity(sheet.rows.line_count() + sheet.rows.cell_count());
            for line in sheet.lines() {
                let line_id = line.id();
                rows.insert(line_id.uuid(), StoredRow::Line(line));
                for cell in line.cells() {
                    rows.insert(cell.id().uuid(), StoredRow::Cell(StoredCell { line_id, cell }));
                }
            }
            rows
        })
    }

    fn has(&self, id: Uuid) -> bool {
        self.rows().contains_key(&id)
    }

    fn line(&self, id: LineId) -> Option<LineRef<'a>> {
        match self.rows().get(&id.uuid())? {
            StoredRow::Line(line) => Some(*line),
            StoredRow::Cell(_) => None,
        }
    }

    fn cell(&self, id: AllocationId) -> Option<StoredCell<'a>> {
        match self.rows().get(&id.uuid())? {
            StoredRow::Cell(cell) => Some(*cell),
            StoredRow::Line(_) => None,
        }
    }
}

impl LineDraft<'_> {
    /// The ids among its own and its cells' that are new and the client's.
    pub fn client_row_ids(&self) -> impl Iterator<Item = Uuid> + '_ {
        let line = self.id.filter(|_| self.stored.is_none()).map(LineId::uuid);
        let cells = self.cells.iter().filter(|cell| cell.stored.is_none());
        line.into_iter()
            .chain(cells.filter_map(|cell| cell.id.map(AllocationId::uuid)))
    }
}

impl CellDraft<'_> {
    /// Where a fault of its date is reported.
    pub fn date_path(&self) -> Path {
        let path = self.place.path();
        match self.place.cell {
            Some(_) => path.member("date"),
            None => path,
        }
    }
}

/// What the lines of the input make of the stored ones. Notes faults of ids (S6) and the members
/// that new rows lack. `None` if there are more lines than a sheet may have.
pub fn merge<'a>(
    lines: &'a [LineInput],
    stored: &Stored<'a>,
    known: &References,
    faults: &mut Faults,
) -> Option<Vec<LineDraft<'a>>> {
    if lines.len() > Timesheet::MAX_LINES {
        let message = format!("at most {} lines are allowed", Timesheet::MAX_LINES);
        faults.add(Path::of("lines"), FaultCode::OutOfRange, message);
        return None;
    }
    let named_cells = lines
        .iter()
        .flat_map(|line| line.cells.iter().flatten())
        .filter_map(|cell| cell.id)
        .collect();
    let mut merger = Merger {
        stored,
        foreign_rows: &known.foreign_rows,
        named_cells,
        seen: AHashSet::new(),
        faults,
    };
    let drafts = (0..).zip(lines).map(|(index, line)| merger.line(line, index));
    Some(drafts.collect())
}

struct Merger<'a, 'f> {
    stored: &'f Stored<'a>,
    foreign_rows: &'f AHashSet<Uuid>,
    /// The cells that the input names, wherever: a known one among them is where it is named.
    named_cells: AHashSet<AllocationId>,
    seen: AHashSet<Uuid>,
    faults: &'f mut Faults,
}

impl<'a> Merger<'a, '_> {
    fn line(&mut self, input: &'a LineInput, index: usize) -> LineDraft<'a> {
        let LineInput {
            id,
            project_id,
            task_id,
            activity_id,
            order_number,
            cells,
        } = input;
        let path = Path::of("lines").index(index);
        let stored = id.and_then(|id| self.stored.line(id));
        self.check_id(id.map(LineId::uuid), stored.is_some(), || path.clone());
        let position = stored.and_then(|stored| i64::try_from(stored.order_number()).ok());
        let order_number = order_number.or(position);
        if order_number.is_none() {
            let message = "a new line needs an order number";
            self.faults
                .add(path.member("orderNumber"), FaultCode::Required, message);
        }
        let before = stored.map(LineRef::target).unwrap_or_default();
        let place = |cell| CellPlace { line: index, cell };
        let cells = match cells {
            Some(cells) => {
                let mut drafts = Vec::with_capacity(cells.len());
                let places = (0..).map(|cell| place(Some(cell)));
                drafts.extend(
                    places
                        .zip(cells)
                        .filter_map(|(place, cell)| self.cell(cell, place)),
                );
                drafts
            }
            None => self.untouched_cells(stored, place(None)),
        };
        LineDraft {
            path,
            stored,
            id: *id,
            order_number,
            target: LineTarget {
                project_id: patched(before.project_id, *project_id),
                task_id: patched(before.task_id, *task_id),
                activity_id: patched(before.activity_id, *activity_id),
            },
            cells,
        }
    }

    /// `None` if it is new and lacks a member that it needs.
    fn cell(&mut self, input: &'a CellInput, place: CellPlace) -> Option<CellDraft<'a>> {
        let CellInput {
            id,
            date,
            hours,
            comment,
        } = input;
        let stored = id.and_then(|id| self.stored.cell(id));
        self.check_id(id.map(AllocationId::uuid), stored.is_some(), || place.path());
        let before = stored.map(|stored| stored.cell);
        let date = date.or(before.map(CellRef::date));
        let hours = hours.or(before.map(CellRef::hours));
        if date.is_none() {
            let message = "a new cell needs a date";
            self.faults
                .add(place.path().member("date"), FaultCode::Required, message);
        }
        if hours.is_none() {
            let message = "a new cell needs hours";
            self.faults
                .add(place.path().member("hours"), FaultCode::Required, message);
        }
        let comment = match comment {
            Some(comment) => comment.as_deref().unwrap_or_default(),
            None => before.map(CellRef::comment).unwrap_or_default(),
        };
        Some(CellDraft {
            place,
            stored,
            id: *id,
            date: date?,
            hours: hours?,
            comment,
        })
    }

    /// The cells of a line that the input does not spell out (S5), without those that it has moved
    /// elsewhere (S7).
    fn untouched_cells(&self, line: Option<LineRef<'a>>, place: CellPlace) -> Vec<CellDraft<'a>> {
        let Some(line) = line else {
            return Vec::new();
        };
        line.cells()
            .filter(|cell| !self.named_cells.contains(&cell.id()))
            .map(|cell| CellDraft {
                place,
                stored: Some(StoredCell {
                    line_id: line.id(),
                    cell,
                }),
                id: Some(cell.id()),
                date: cell.date(),
                hours: cell.hours(),
                comment: cell.comment(),
            })
            .collect()
    }

    /// S6. An id that is known as the right kind of row names that row, any other must be unused.
    fn check_id(&mut self, id: Option<Uuid>, is_known: bool, path: impl FnOnce() -> Path) {
        let Some(id) = id else { return };
        let (code, message) = if id.is_nil() {
            (FaultCode::Malformed, "the nil UUID names nothing".to_owned())
        } else if !self.seen.insert(id) {
            (FaultCode::Duplicate, format!("the id {id} occurs twice"))
        } else if !is_known && self.stored.has(id) {
            let message = format!("the id {id} is that of another kind of row in this timesheet");
            (FaultCode::ForeignId, message)
        } else if self.foreign_rows.contains(&id) {
            (
                FaultCode::ForeignId,
                format!("the id {id} belongs to another timesheet"),
            )
        } else {
            return;
        };
        self.faults.add(path().member("id"), code, message);
    }
}
