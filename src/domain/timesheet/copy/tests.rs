//! Copying against what people expect of it.

use proptest::prelude::*;

use super::*;
use crate::domain::id::RowIds;
use crate::domain::period::Period;
use crate::domain::timesheet::fixtures::*;

fn previous_week() -> Period {
    Period::new(day(-7), day(-1)).unwrap()
}

fn ids() -> RowIds {
    RowIds::starting_with(Uuid::from_u128(0xABCD_0000))
}

fn copied(target: &Timesheet, source: &Timesheet, with_hours: bool) -> Option<Timesheet> {
    let known = known();
    copy_lines(
        &Copying {
            target,
            source,
            with_hours,
            known: &known,
            lock: Lock::NONE,
            now: NOW,
        },
        &mut ids(),
    )
    .unwrap()
}

/// What a sheet is booked on, and the hours by day offset.
fn content(sheet: &Timesheet) -> Vec<(LineTarget, Vec<(i32, String)>)> {
    let first = sheet.period.from();
    sheet
        .lines()
        .map(|line| {
            let cells = line
                .cells()
                .map(|cell| (cell.date().days_since(first), cell.hours().to_string()));
            (line.target(), cells.collect())
        })
        .collect()
}

#[test]
fn rows_come_without_their_hours_unless_asked_for() {
    let row = target(OPEN, TASK, ACTIVITY);
    let source = sheet_for(
        previous_week(),
        &[line(1, row, vec![cell(1, day(-7), 8), cell(2, day(-5), 4)])],
    );
    let rows = copied(&sheet(&[]), &source, false).unwrap();
    assert_eq!(content(&rows), [(row, vec![])]);
    let hours = copied(&sheet(&[]), &source, true).unwrap();
    assert_eq!(
        content(&hours),
        [(row, vec![(0, "8".to_owned()), (2, "4".to_owned())])]
    );
    assert!(
        hours
            .lines()
            .all(|line| line.created() == NOW && line.version() == RowVersion::UNASSIGNED)
    );
}

#[test]
fn what_is_no_longer_open_to_the_owner_stays_behind() {
    let rows = [
        target(CLOSED, CLOSED_TASK, 0),
        target(OPEN, STRANGERS_TASK, 0),
        target(OPEN, TASK, ARCHIVED_ACTIVITY),
        target(OPEN, TASK, 0),
    ];
    let lines: Vec<_> = (1..)
        .zip(rows)
        .map(|(number, row)| line(number, row, vec![]))
        .collect();
    let copy = copied(&sheet(&[]), &sheet_for(previous_week(), &lines), false).unwrap();
    assert_eq!(content(&copy), [(target(OPEN, TASK, 0), vec![])]);
}

#[test]
fn hours_that_are_there_stay_and_days_that_take_no_bookings_stay_free() {
    let row = target(OPEN_MIDWEEK, 0, 0);
    let source_cells = (-7..0)
        .map(|offset| cell(u32::try_from(offset + 8).unwrap(), day(offset), 6))
        .collect();
    let source = sheet_for(previous_week(), &[line(1, row, source_cells)]);
    let typed = sheet(&[line(9, row, vec![cell(90, day(3), 1)])]);
    let copy = copied(&typed, &source, true).unwrap();
    let expected = [(2, "6"), (3, "1"), (4, "6")].map(|(day, hours)| (day, hours.to_owned()));
    assert_eq!(content(&copy), [(row, expected.to_vec())]);
}

#[test]
fn s13_a_frozen_cell_is_copied_as_a_plain_one() {
    let row = target(OPEN, TASK, 0);
    let mut frozen = cell(1, day(-7), 8);
    frozen.invoice_line_id = Some(Uuid::from_u128(1));
    let copy = copied(
        &sheet(&[]),
        &sheet_for(previous_week(), &[line(1, row, vec![frozen])]),
        true,
    )
    .unwrap();
    assert!(copy.cells().all(|cell| cell.invoice_line_id().is_none()));
    assert_eq!(copy.total_hours(), Hours::whole(8));
}

#[test]
fn comments_come_with_hours_and_cells_without_hours_stay_behind() {
    let row = target(OPEN, TASK, 0);
    let mut noted = cell(1, day(-7), 8);
    noted.comment = "planned".to_owned();
    let mut idle = cell(2, day(-6), 0);
    idle.comment = "was ill".to_owned();
    let source = sheet_for(previous_week(), &[line(1, row, vec![noted, idle])]);
    let copy = copied(&sheet(&[]), &source, true).unwrap();
    let comments: Vec<_> = copy.cells().map(|cell| (cell.date(), cell.comment())).collect();
    assert_eq!(comments, [(day(0), "planned")]);
}

#[test]
fn hours_do_not_come_into_a_row_whose_project_has_closed_since() {
    let row = target(CLOSED, CLOSED_TASK, 0);
    let source = sheet_for(previous_week(), &[line(1, row, vec![cell(1, day(-7), 8)])]);
    assert_eq!(copied(&sheet(&[line(9, row, vec![])]), &source, true), None);
}

#[test]
fn days_that_the_target_does_not_have_stay_behind() {
    let row = target(OPEN, TASK, 0);
    let cells = (-7..0).map(|offset| cell(u32::try_from(offset + 8).unwrap(), day(offset), 6));
    let source = sheet_for(previous_week(), &[line(1, row, cells.collect())]);
    let short = sheet_for(Period::new(day(0), day(1)).unwrap(), &[]);
    let expected = [(0, "6"), (1, "6")].map(|(day, hours)| (day, hours.to_owned()));
    assert_eq!(
        content(&copied(&short, &source, true).unwrap()),
        [(row, expected.to_vec())]
    );
}

#[test]
fn s2_the_sheet_and_the_rows_that_get_hours_await_versions_and_no_others() {
    let (one, other) = (target(OPEN, TASK, 0), target(OPEN, 0, 0));
    let source = sheet_for(previous_week(), &[line(1, one, vec![cell(1, day(-7), 8)])]);
    let typed = sheet(&[line(8, other, vec![]), line(9, one, vec![])]);
    let copy = copied(&typed, &source, true).unwrap();
    assert_eq!(copy.meta, typed.meta.changed());
    let versions: Vec<u64> = copy.lines().map(|line| line.version().value()).collect();
    assert_eq!(versions, [109, 0]);
}

#[test]
fn a_sheet_never_gets_more_rows_than_it_may_have() {
    let row = target(OPEN, TASK, 0);
    let typed: Vec<_> = (0..499)
        .map(|number| line(number, target(0, 0, 0), vec![]))
        .collect();
    let source = |count: u32| {
        let rows: Vec<_> = (0..count).map(|number| line(number, row, vec![])).collect();
        sheet_for(previous_week(), &rows)
    };
    let known = known();
    let copy = |source: &Timesheet| {
        let target = &sheet(&typed);
        let copying = Copying {
            target,
            source,
            with_hours: false,
            known: &known,
            lock: Lock::NONE,
            now: NOW,
        };
        copy_lines(&copying, &mut ids())
    };
    assert_eq!(copy(&source(1)).unwrap().unwrap().lines().len(), 500);
    assert!(
        matches!(copy(&source(2)), Err(Error::Invalid(faults)) if faults[0].code == FaultCode::OutOfRange)
    );
}

/// Rows by what they are booked on, out of few, so that some are alike.
fn rows(first: u32) -> impl Strategy<Value = Vec<TimesheetLine>> {
    let row = (0..3_usize, proptest::collection::btree_set(0..7_i32, 0..4));
    proptest::collection::vec(row, 0..6).prop_map(move |rows| {
        let targets = [
            target(OPEN, TASK, 0),
            target(OPEN, 0, ACTIVITY),
            target(OPEN_WITHOUT_COMMON, LONE_TASK, 0),
        ];
        (first..)
            .zip(rows)
            .map(|(number, (which, days))| {
                let cells = days
                    .into_iter()
                    .map(|offset| cell(number * 10 + offset.unsigned_abs(), day(offset), 2));
                line(number, targets[which], cells.collect())
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn twice_adds_nothing_twice(source in rows(1), typed in rows(100), with_hours: bool) {
        let target = sheet(&typed);
        let source: Vec<TimesheetLine> = source.into_iter().map(|mut line| {
            for cell in &mut line.cells {
                cell.date = cell.date.plus_days(-7);
            }
            line
        }).collect();
        let source = sheet_for(previous_week(), &source);
        let once = copied(&target, &source, with_hours).unwrap_or_else(|| target.clone());
        prop_assert!(copied(&once, &source, with_hours).is_none());

        // What was typed is all still there, in its place and as it was.
        for (before, after) in target.lines().zip(once.lines()) {
            prop_assert_eq!(before.id(), after.id());
            for cell in before.cells() {
                prop_assert!(after.cells().any(|other| other.to_allocation() == cell.to_allocation()));
            }
        }
        // Of rows alike there are as many as the sheet with more of them had.
        let count = |sheet: &Timesheet, of: LineTarget| sheet.lines().filter(|line| line.target() == of).count();
        for line in once.lines() {
            let of = line.target();
            prop_assert_eq!(count(&once, of), count(&target, of).max(count(&source, of)));
        }
    }
}
