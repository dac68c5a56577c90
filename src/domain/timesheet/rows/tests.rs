//! What is packed is what was given, however its ids and dates are chosen.

use proptest::prelude::*;

use super::*;

const FIRST: i32 = 18_000;

fn date(days: i32) -> Date {
    Date::from_epoch_days(FIRST + days).unwrap()
}

/// Ids that were made together, and ids of a client's own.
fn ids() -> impl Strategy<Value = Uuid> {
    prop_oneof![
        (0..3_u128, any::<u16>())
            .prop_map(|(origin, number)| Uuid::from_u128(origin << 64 | u128::from(number))),
        any::<u128>().prop_map(Uuid::from_u128),
    ]
}

fn instants() -> impl Strategy<Value = Instant> {
    (0..3_i64).prop_map(Instant::from_epoch_micros)
}

/// Nil stands for none where it is packed, so no reference is nil.
fn reference() -> impl Strategy<Value = Option<Uuid>> {
    proptest::option::of((1..=u128::MAX).prop_map(Uuid::from_u128))
}

fn cells() -> impl Strategy<Value = TimeAllocation> {
    let what = (0..=2_400_000_i64, "\\PC{0,12}", reference(), reference());
    (ids(), instants(), 0..31_i32, what).prop_map(|(id, created, day, what)| {
        let (hours, comment, invoice_line_id, time_off_request_id) = what;
        TimeAllocation {
            id: AllocationId::new(id),
            created,
            date: date(day),
            hours: Hours::from_units(hours),
            comment,
            invoice_line_id,
            time_off_request_id,
        }
    })
}

fn lines() -> impl Strategy<Value = TimesheetLine> {
    let references = (reference(), reference(), reference());
    let cells = proptest::collection::vec(cells(), 0..8);
    (ids(), instants(), any::<u64>(), references, cells).prop_map(
        |(id, created, version, (project, task, activity), cells)| TimesheetLine {
            id: LineId::new(id),
            created,
            version: RowVersion::new(version),
            project_id: project.map(ProjectId::new),
            task_id: task.map(TaskId::new),
            activity_id: activity.map(ActivityId::new),
            cells,
        },
    )
}

fn unpack(rows: &Rows) -> Vec<TimesheetLine> {
    rows.lines(date(0)).map(LineRef::to_line).collect()
}

proptest! {
    #[test]
    fn packed_rows_are_what_was_given_in_memory_and_written(
        lines in proptest::collection::vec(lines(), 0..8)
    ) {
        let rows = Rows::pack(date(0), &lines).unwrap();
        prop_assert_eq!(&unpack(&rows), &lines);
        for line in &lines {
            prop_assert!(rows.has_row(line.id.uuid()));
            prop_assert!(line.cells.iter().all(|cell| rows.has_row(cell.id.uuid())));
        }
        let written = postcard::to_allocvec(&rows).unwrap();
        let read: Rows = postcard::from_bytes(&written).unwrap();
        prop_assert_eq!(read, rows);
    }
}

fn cell(id: u128, day: i32, hours: i64) -> TimeAllocation {
    TimeAllocation {
        id: AllocationId::new(Uuid::from_u128(id)),
        created: Instant::from_epoch_micros(0),
        date: date(day),
        hours: Hours::from_units(hours),
        comment: String::new(),
        invoice_line_id: None,
        time_off_request_id: None,
    }
}

fn line(cells: Vec<TimeAllocation>) -> TimesheetLine {
    TimesheetLine {
        id: LineId::new(Uuid::from_u128(1)),
        created: Instant::from_epoch_micros(0),
        version: RowVersion::UNASSIGNED,
        project_id: None,
        task_id: None,
        activity_id: None,
        cells,
    }
}

#[test]
fn as_many_unrelated_ids_as_a_sheet_can_have_are_packed() {
    let cells = |line: u128| {
        (0_i32..31)
            .zip(1_u128..)
            .map(move |(day, id)| cell(line << 96 | id << 32, day, 1))
    };
    let lines: Vec<TimesheetLine> = (1..=500).map(|number| line(cells(number).collect())).collect();
    let rows = Rows::pack(date(0), &lines).unwrap();
    assert_eq!(rows.id_prefixes().count(), 500 * 31 + 1);
    assert_eq!(unpack(&rows), lines);
}

#[test]
fn a_cell_takes_twelve_bytes_and_one_that_does_not_fit_is_refused() {
    assert_eq!(size_of::<PackedCell>(), 12);
    let most = line(vec![cell(1, 255, (1 << 24) - 1)]);
    let rows = Rows::pack(date(0), std::slice::from_ref(&most)).unwrap();
    assert_eq!(unpack(&rows), [most]);
    for wrong in [
        cell(1, 256, 0),
        cell(1, -1, 0),
        cell(1, 0, 1 << 24),
        cell(1, 0, -1),
    ] {
        assert_eq!(Rows::pack(date(0), &[line(vec![wrong])]), None);
    }
}
