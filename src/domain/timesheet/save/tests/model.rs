//! Any sheet and any command, against a plain reading of S1 to S13: tables of what is open, and
//! one pass over maps. Both refuse, or both make the same sheet.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashSet;
use proptest::prelude::*;

use super::commands::{apply, edits, faithful, sheets};
use super::*;

/// Which projects take new bookings of the owner in the week.
const OPEN_PROJECTS: [u32; 3] = [OPEN, OPEN_MIDWEEK, OPEN_WITHOUT_COMMON];
/// Which tasks the owner may book on under which project.
const ENTERABLE: [(u32, u32); 6] = [
    (OPEN, TASK),
    (OPEN, OWNERS_TASK),
    (OPEN, COMMON_TASK),
    (OPEN_MIDWEEK, MIDWEEK_TASK),
    (OPEN_MIDWEEK, COMMON_TASK),
    (OPEN_WITHOUT_COMMON, LONE_TASK),
];

/// The days of the week that may be booked on the project with the task.
fn bookable_days(target: LineTarget) -> (i32, i32) {
    let is = |project: u32| target.project_id == Some(project_id(project));
    let (first, last) = if is(OPEN_MIDWEEK) {
        (2, 4)
    } else if is(ENDED) {
        (i32::MIN, -1)
    } else {
        (i32::MIN, i32::MAX)
    };
    let has_project = target.project_id.is_some() && !is(NO_PROJECT);
    if has_project && target.task_id == Some(task_id(MIDWEEK_TASK)) {
        (first, last.min(3))
    } else {
        (first, last)
    }
}

fn may_book(target: LineTarget, before: Option<LineTarget>) -> bool {
    let project_changed = before.is_none_or(|before| before.project_id != target.project_id);
    let task_changed = before.is_none_or(|before| before.task_id != target.task_id);
    let activity_changed = before.is_none_or(|before| before.activity_id != target.activity_id);
    let project = target.project_id.filter(|_| project_changed);
    let task = target.task_id.filter(|_| project_changed || task_changed);
    let activity = target.activity_id.filter(|_| activity_changed);
    project.is_none_or(|id| OPEN_PROJECTS.map(project_id).contains(&id))
        && task.is_none_or(|task| {
            ENTERABLE
                .iter()
                .any(|(of, number)| task_id(*number) == task && Some(project_id(*of)) == target.project_id)
        })
        && activity.is_none_or(|id| id == activity_id(ACTIVITY))
}

/// A line as far as the rules settle it: the server's own ids are left open.
#[derive(Debug, PartialEq)]
struct Row {
    id: Option<Uuid>,
    created: Instant,
    version: RowVersion,
    target: LineTarget,
    cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq)]
struct Cell {
    id: Option<Uuid>,
    created: Instant,
    date: Date,
    hours: Hours,
    comment: String,
    links: (Option<Uuid>, Option<Uuid>),
}

/// Where and what a cell was, if it is not new, and where and what it is to be.
struct Placed {
    before: Option<(Uuid, Cell)>,
    line: usize,
    cell: Cell,
}

/// What is stored, by id: lines with their order numbers, cells with their lines.
struct Before {
    lines: BTreeMap<Uuid, (i64, Row)>,
    cells: BTreeMap<Uuid, (Uuid, Cell)>,
}

impl Before {
    fn of(sheet: &Timesheet) -> Self {
        let rows = sheet.lines().map(|line| row_of(line, |_| true));
        let lines: BTreeMap<_, _> = (0..)
            .zip(rows)
            .map(|(order, row)| (row.id.unwrap(), (order, row)))
            .collect();
        let cells = lines
            .iter()
            .flat_map(|(line, (_, row))| {
                row.cells
                    .iter()
                    .map(|cell| (cell.id.unwrap(), (*line, cell.clone())))
            })
            .collect();
        Self { lines, cells }
    }
}

/// The name and the lines that the rules make of the command, and the client's new ids; `None` if
/// they refuse it.
fn model(
    sheet: &Timesheet,
    command: &SaveTimesheet,
    known: &References,
) -> Option<(String, Vec<Row>, BTreeSet<Uuid>)> {
    let name = command.name.clone().unwrap_or_else(|| sheet.name.to_string());
    let is_addressed = command.version == Some(sheet.meta.version)
        && command.body_id.is_none_or(|id| id == sheet.id.uuid())
        && name.chars().count() <= 400;
    if !is_addressed {
        return None;
    }
    let before = Before::of(sheet);
    let Some(lines) = &command.lines else {
        let rows = sheet.lines().map(|line| row_of(line, |_| true));
        return Some((name, rows.collect(), BTreeSet::new()));
    };
    let ids = usable_ids(lines, &before, &known.foreign_rows)?;
    let placed = place_cells(lines, &before, &ids)?;
    let mut rows = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        let was = line.id.and_then(|id| before.lines.get(&id.uuid()));
        let order = line.order_number.or(was.map(|(order, _)| *order))?;
        let cells = placed.iter().filter(|placed| placed.line == place);
        rows.insert(order, line_after(line, order, was, cells)?);
    }
    // S4
    if !rows.keys().copied().eq(0..i64::try_from(lines.len()).unwrap()) {
        return None;
    }
    // S13
    let kept: BTreeSet<Uuid> = placed.iter().filter_map(|placed| placed.cell.id).collect();
    let mut stored = before.cells.iter();
    if stored.any(|(id, (_, cell))| cell.links != (None, None) && !kept.contains(id)) {
        return None;
    }
    let new_ids = ids
        .into_iter()
        .filter(|id| !before.lines.contains_key(id) && !before.cells.contains_key(id));
    Some((name, rows.into_values().collect(), new_ids.collect()))
}

/// S6: all ids of the body, if it may use them.
fn usable_ids(lines: &[LineInput], before: &Before, foreign: &AHashSet<Uuid>) -> Option<BTreeSet<Uuid>> {
    let line_ids: Vec<Uuid> = lines
        .iter()
        .filter_map(|line| line.id)
        .map(LineId::uuid)
        .collect();
    let cells = lines.iter().flat_map(|line| line.cells.iter().flatten());
    let cell_ids: Vec<Uuid> = cells.filter_map(|cell| cell.id).map(AllocationId::uuid).collect();
    let ids: BTreeSet<Uuid> = line_ids.iter().chain(&cell_ids).copied().collect();
    let are_usable = ids.len() == line_ids.len() + cell_ids.len()
        && !ids.contains(&Uuid::nil())
        && ids.iter().all(|id| !foreign.contains(id))
        && line_ids.iter().all(|id| !before.cells.contains_key(id))
        && cell_ids.iter().all(|id| !before.lines.contains_key(id));
    are_usable.then_some(ids)
}

/// S5, S7: the cells that stay because their line's are not spelt out, and those that are.
fn place_cells(lines: &[LineInput], before: &Before, ids: &BTreeSet<Uuid>) -> Option<Vec<Placed>> {
    let mut placed = Vec::new();
    for (id, (line, cell)) in &before.cells {
        let is_line = |input: &LineInput| input.id.map(LineId::uuid) == Some(*line);
        let place = lines
            .iter()
            .position(|input| is_line(input) && input.cells.is_none());
        if let Some(place) = place.filter(|_| !ids.contains(id)) {
            let before = Some((*line, cell.clone()));
            let cell = cell.clone();
            placed.push(Placed {
                before,
                line: place,
                cell,
            });
        }
    }
    for (place, line) in lines.iter().enumerate() {
        for input in line.cells.iter().flatten() {
            let id = input.id.map(AllocationId::uuid);
            let before = id.and_then(|id| before.cells.get(&id).cloned());
            let base = before.as_ref().map(|(_, cell)| cell);
            let comment = match &input.comment {
                Some(comment) => comment.clone().unwrap_or_default(),
                None => base.map(|base| base.comment.clone()).unwrap_or_default(),
            };
            let cell = Cell {
                id,
                created: base.map_or(NOW, |base| base.created),
                date: input.date.or(base.map(|base| base.date))?,
                hours: input.hours.or(base.map(|base| base.hours))?,
                comment,
                links: base.map(|base| base.links).unwrap_or_default(),
            };
            placed.push(Placed {
                before,
                line: place,
                cell,
            });
        }
    }
    Some(placed)
}

fn line_after<'a>(
    line: &LineInput,
    order: i64,
    before: Option<&(i64, Row)>,
    placed: impl Iterator<Item = &'a Placed>,
) -> Option<Row> {
    let was = before.map(|(_, row)| row.target);
    let base = was.unwrap_or_default();
    let target = LineTarget {
        project_id: line.project_id.unwrap_or(base.project_id),
        task_id: line.task_id.unwrap_or(base.task_id),
        activity_id: line.activity_id.unwrap_or(base.activity_id),
    };
    let mut cells = BTreeMap::new();
    for placed in placed {
        let is_at_home =
            line.id.is_some() && placed.before.as_ref().map(|(of, _)| *of) == line.id.map(LineId::uuid);
        let was = was.filter(|_| is_at_home);
        let is_fine = cell_is_fine(placed, was, target);
        if !is_fine || cells.insert(placed.cell.date, placed.cell.clone()).is_some() {
            return None;
        }
    }
    if !may_book(target, was) {
        return None;
    }
    let mut row = Row {
        id: line.id.map(LineId::uuid),
        created: before.map_or(NOW, |(_, row)| row.created),
        version: RowVersion::UNASSIGNED,
        target,
        cells: cells.into_values().collect(),
    };
    // S2
    if let Some((was_order, was)) = before
        && (*was_order, was.target, &was.cells) == (order, row.target, &row.cells)
    {
        row.version = was.version;
    }
    Some(row)
}

/// S8, S10, S11, S13, for a cell whose line books on `target`, and booked on `was` if the cell was
/// in it before.
fn cell_is_fine(placed: &Placed, was: Option<LineTarget>, target: LineTarget) -> bool {
    let Placed {
        before,
        line: _,
        cell,
    } = placed;
    let before = before.as_ref().map(|(_, before)| before);
    let is_same_time = before.is_some_and(|before| (before.date, before.hours) == (cell.date, cell.hours));
    let is_same_work =
        was.is_some_and(|was| (was.project_id, was.task_id) == (target.project_id, target.task_id));
    let (first, last) = bookable_days(target);
    let offset = cell.date.days_since(day(0));
    (0..7).contains(&offset)
        && (0..=2_400_000).contains(&cell.hours.units())
        && cell.comment.chars().count() <= 4_000
        && (is_same_time && is_same_work || (first..=last).contains(&offset))
        && (cell.links == (None, None) || before == Some(cell) && was == Some(target))
}

/// The line, with the ids of its cells and its own where `is_settled`.
fn row_of(line: LineRef<'_>, is_settled: impl Fn(Uuid) -> bool) -> Row {
    let settled = |id: Uuid| Some(id).filter(|id| is_settled(*id));
    let cells = line.cells().map(|cell| Cell {
        id: settled(cell.id().uuid()),
        created: cell.created(),
        date: cell.date(),
        hours: cell.hours(),
        comment: cell.comment().to_owned(),
        links: (cell.invoice_line_id(), cell.time_off_request_id()),
    });
    Row {
        id: settled(line.id().uuid()),
        created: line.created(),
        version: line.version(),
        target: line.target(),
        cells: cells.collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn s1_to_s15_any_save_of_any_sheet_does_what_the_rules_say(
        sheet in sheets(), spelt in any::<u32>(), edits in proptest::collection::vec(edits(), 0..6),
    ) {
        let known = known();
        let mut command = faithful(&sheet, spelt);
        for edit in edits {
            apply(&mut command, edit);
        }
        let untouched = sheet.clone();
        let result = save(&sheet, &command, &known, Lock::NONE, NOW, &mut new_ids());
        prop_assert_eq!(&sheet, &untouched);
        let Some((name, rows, client_ids)) = model(&sheet, &command, &known) else {
            prop_assert!(result.is_err(), "the rules refuse, the save accepts: {:#?}", result);
            return Ok(());
        };
        let saved = match result {
            Ok(saved) => saved,
            Err(error) => return Err(TestCaseError::fail(format!("the rules accept: {error:?}"))),
        };
        let before = Before::of(&sheet);
        let is_settled = |id: Uuid| {
            before.lines.contains_key(&id) || before.cells.contains_key(&id) || saved.client_row_ids.contains(&id)
        };
        let saved_rows: Vec<Row> = saved.sheet.lines().map(|line| row_of(line, is_settled)).collect();
        prop_assert_eq!(saved_rows, rows);
        prop_assert_eq!(saved.client_row_ids.iter().copied().collect::<BTreeSet<_>>(), client_ids);
        let ids = saved.sheet.lines().flat_map(|line| std::iter::once(line.id().uuid()).chain(line.cells().map(|cell| cell.id().uuid())));
        let count = saved.sheet.rows.line_count() + saved.sheet.rows.cell_count();
        prop_assert_eq!(ids.collect::<BTreeSet<_>>().len(), count);
        let expected = Timesheet { meta: sheet.meta.changed(), name: name.into(), rows: saved.sheet.rows.clone(), ..sheet };
        prop_assert_eq!(saved.sheet, expected);
    }
}
