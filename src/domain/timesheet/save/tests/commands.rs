//! Any sheets, and commands that differ from what they hold in a few places, so that many are
//! accepted and every rule is met.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn targets() -> impl Strategy<Value = LineTarget> {
    let likely = prop_oneof![
        Just(target(OPEN, TASK, ACTIVITY)),
        Just(target(OPEN, COMMON_TASK, 0)),
        Just(target(OPEN_MIDWEEK, MIDWEEK_TASK, 0)),
        Just(target(OPEN_MIDWEEK, 0, 0)),
        Just(target(OPEN_WITHOUT_COMMON, LONE_TASK, ACTIVITY)),
        Just(target(CLOSED, CLOSED_TASK, ARCHIVED_ACTIVITY)),
        Just(target(0, 0, 0)),
    ];
    prop_oneof![4 => likely, 1 => (projects(), tasks(), activities()).prop_map(|(project, task, activity)| target(project, task, activity))]
}

fn projects() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![
        0,
        OPEN,
        OPEN_MIDWEEK,
        OPEN_WITHOUT_COMMON,
        CLOSED,
        ARCHIVED,
        ENDED,
        NO_PROJECT,
    ])
}

fn tasks() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![
        0,
        TASK,
        OWNERS_TASK,
        SHUT_TASK,
        STRANGERS_TASK,
        MIDWEEK_TASK,
        LONE_TASK,
        CLOSED_TASK,
        COMMON_TASK,
        STRANGERS_COMMON_TASK,
        NO_TASK,
    ])
}

fn activities() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![0, ACTIVITY, ARCHIVED_ACTIVITY, NO_ACTIVITY])
}

pub fn sheets() -> impl Strategy<Value = Timesheet> {
    let cell = (
        0..24_i32,
        prop_oneof![Just(""), Just("done")],
        proptest::option::weighted(0.2, any::<bool>()),
    );
    let cells = proptest::collection::btree_map(0..7_i32, cell, 0..4);
    proptest::collection::vec((targets(), cells), 0..4).prop_map(|lines| {
        let lines = (0..).zip(lines).map(|(number, (target, cells))| {
            let cells = (number * 10..)
                .zip(cells)
                .map(|(number, (offset, (hours, comment, invoiced)))| TimeAllocation {
                    comment: comment.to_owned(),
                    invoice_line_id: invoiced.filter(|it| *it).map(|_| Uuid::from_u128(1)),
                    time_off_request_id: invoiced.filter(|it| !*it).map(|_| Uuid::from_u128(2)),
                    ..cell_of(number, offset, hours)
                });
            line(number, target, cells.collect())
        });
        sheet(&lines.collect::<Vec<_>>())
    })
}

fn cell_of(number: u32, offset: i32, hours: i32) -> TimeAllocation {
    cell(number, day(offset), hours)
}

/// One way in which a command differs from what is stored.
#[derive(Clone, Debug)]
pub enum Edit {
    Version(Option<u64>),
    BodyId(Option<u128>),
    Name(Option<usize>),
    NoLines,
    DropLine(Index),
    AddLine(Option<u128>, LineTarget),
    SwapOrders(Index, Index),
    Order(Index, Option<i64>),
    Project(Index, u32),
    Task(Index, u32),
    Activity(Index, u32),
    Cells(Index, bool),
    DropCell(Index, Index),
    AddCell(Index, Option<u128>, Option<i32>, Option<i32>),
    MoveCell(Index, Index, Index),
    Cell(Index, Index, Option<i32>, Option<i64>, Option<String>),
    Renumber,
    SwapLines(Index, Index),
}

fn row_ids() -> impl Strategy<Value = Option<u128>> {
    prop_oneof![
        4 => Just(None),
        4 => (0xC000..0xC008_u128).prop_map(Some),
        1 => prop_oneof![Just(0), Just(0xF001), Just(0x4001), Just(0x5001), Just(0x5010)].prop_map(Some),
    ]
}

pub fn edits() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let hours = prop_oneof![8 => 0..=2_400_000_i64, 1 => Just(2_400_000_i64), 1 => Just(2_400_001_i64), 1 => Just(-1_i64)];
    let texts = prop_oneof![8 => "[a-z]{0,3}", 1 => Just("я".repeat(4_000)), 1 => Just("я".repeat(4_001))];
    prop_oneof![
        1 => prop_oneof![Just(None), Just(Some(99)), Just(Some(100)), Just(Some(101))].prop_map(Edit::Version),
        1 => prop_oneof![Just(None), Just(Some(0x6000)), Just(Some(0x6001))].prop_map(Edit::BodyId),
        2 => prop_oneof![Just(None), Just(Some(0)), Just(Some(400)), Just(Some(401))].prop_map(Edit::Name),
        1 => Just(Edit::NoLines),
        6 => at().prop_map(Edit::DropLine),
        6 => (row_ids(), targets()).prop_map(|(id, target)| Edit::AddLine(id, target)),
        4 => (at(), at()).prop_map(|(one, other)| Edit::SwapOrders(one, other)),
        1 => (at(), proptest::option::of(-1..5_i64)).prop_map(|(line, order)| Edit::Order(line, order)),
        4 => (at(), projects()).prop_map(|(line, number)| Edit::Project(line, number)),
        4 => (at(), tasks()).prop_map(|(line, number)| Edit::Task(line, number)),
        2 => (at(), activities()).prop_map(|(line, number)| Edit::Activity(line, number)),
        4 => (at(), any::<bool>()).prop_map(|(line, empty)| Edit::Cells(line, empty)),
        4 => (at(), at()).prop_map(|(line, cell)| Edit::DropCell(line, cell)),
        8 => (at(), row_ids(), proptest::option::weighted(0.9, -1..8_i32), proptest::option::weighted(0.9, 0..25_i32))
            .prop_map(|(line, id, day, hours)| Edit::AddCell(line, id, day, hours)),
        8 => (at(), at(), at()).prop_map(|(from, cell, to)| Edit::MoveCell(from, cell, to)),
        8 => (at(), at(), proptest::option::of(0..7_i32), proptest::option::of(hours), proptest::option::of(texts))
            .prop_map(|(line, cell, day, hours, text)| Edit::Cell(line, cell, day, hours, text)),
        8 => Just(Edit::Renumber),
        4 => (at(), at()).prop_map(|(one, other)| Edit::SwapLines(one, other)),
    ]
}

fn numbered<T>(number: u32, id: fn(u32) -> T) -> Option<T> {
    Some(number).filter(|number| *number > 0).map(id)
}

pub fn apply(command: &mut SaveTimesheet, edit: Edit) {
    let uuid = Uuid::from_u128;
    match edit {
        Edit::Version(version) => command.version = version.map(RowVersion::new),
        Edit::BodyId(id) => command.body_id = id.map(uuid),
        Edit::Name(length) => command.name = length.map(|length| "я".repeat(length)),
        Edit::NoLines => command.lines = None,
        edit => {
            if let Some(lines) = &mut command.lines {
                apply_to_lines(lines, edit);
            }
        }
    }
}

fn apply_to_lines(lines: &mut Vec<LineInput>, edit: Edit) {
    let uuid = Uuid::from_u128;
    let count = lines.len();
    if let Edit::AddLine(id, target) = edit {
        lines.push(LineInput {
            id: id.map(|id| LineId::new(uuid(id))),
            project_id: Some(target.project_id),
            task_id: Some(target.task_id),
            activity_id: Some(target.activity_id),
            order_number: Some(i64::try_from(count).unwrap()),
            cells: None,
        });
        return;
    }
    if count == 0 {
        return;
    }
    match edit {
        Edit::DropLine(at) => drop(lines.remove(at.index(count))),
        Edit::SwapOrders(one, other) => {
            let (one, other) = (one.index(count), other.index(count));
            let kept = lines[one].order_number;
            lines[one].order_number = lines[other].order_number;
            lines[other].order_number = kept;
        }
        Edit::Order(at, order) => lines[at.index(count)].order_number = order,
        Edit::Project(at, number) => lines[at.index(count)].project_id = Some(numbered(number, project_id)),
        Edit::Task(at, number) => lines[at.index(count)].task_id = Some(numbered(number, task_id)),
        Edit::Activity(at, number) => {
            lines[at.index(count)].activity_id = Some(numbered(number, activity_id));
        }
        Edit::Cells(at, empty) => lines[at.index(count)].cells = empty.then(Vec::new),
        Edit::AddCell(at, id, offset, hours) => {
            lines[at.index(count)]
                .cells
                .get_or_insert_default()
                .push(CellInput {
                    id: id.map(|id| AllocationId::new(uuid(id))),
                    date: offset.map(day),
                    hours: hours.map(Hours::whole),
                    comment: None,
                });
        }
        Edit::Renumber => {
            for (order, line) in (0..).zip(lines) {
                line.order_number = Some(order);
            }
        }
        Edit::SwapLines(one, other) => lines.swap(one.index(count), other.index(count)),
        edit => apply_to_cells(lines, edit),
    }
}

fn apply_to_cells(lines: &mut [LineInput], edit: Edit) {
    let count = lines.len();
    let (Edit::DropCell(line, cell) | Edit::MoveCell(line, cell, _) | Edit::Cell(line, cell, ..)) = &edit
    else {
        return;
    };
    let Some(cells) = lines[line.index(count)]
        .cells
        .as_mut()
        .filter(|cells| !cells.is_empty())
    else {
        return;
    };
    let place = cell.index(cells.len());
    match edit {
        Edit::DropCell(..) => drop(cells.remove(place)),
        Edit::MoveCell(_, _, to) => {
            let cell = cells.remove(place);
            lines[to.index(count)].cells.get_or_insert_default().push(cell);
        }
        Edit::Cell(_, _, offset, hours, text) => {
            cells[place].date = offset.map(day);
            cells[place].hours = hours.map(Hours::from_units);
            cells[place].comment = text.map(|text| Some(text).filter(|text| !text.is_empty()));
        }
        _ => {}
    }
}

/// The command that says what is stored; `spelt` decides what of it is said.
pub fn faithful(sheet: &Timesheet, spelt: u32) -> SaveTimesheet {
    let says = |bit: u32| spelt & (1 << bit) != 0;
    let lines = sheet
        .lines()
        .map(LineRef::to_line)
        .enumerate()
        .map(|(position, line)| LineInput {
            id: Some(line.id),
            project_id: says(0).then_some(line.project_id),
            task_id: says(1).then_some(line.task_id),
            activity_id: says(2).then_some(line.activity_id),
            order_number: says(3).then(|| i64::try_from(position).unwrap()),
            cells: says(4 + u32::try_from(position).unwrap()).then(|| {
                let cells = line.cells.iter().map(|cell| CellInput {
                    id: Some(cell.id),
                    date: says(10).then_some(cell.date),
                    hours: says(11).then_some(cell.hours),
                    comment: says(12).then(|| Some(cell.comment.clone())),
                });
                cells.collect()
            }),
        });
    SaveTimesheet {
        id: sheet.id,
        body_id: None,
        version: Some(sheet.meta.version),
        name: None,
        lines: Some(lines.collect()),
    }
}
