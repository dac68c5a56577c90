//! S1 to S15, rule by rule. The model test is in [`model`].

use super::*;
use crate::domain::timesheet::fixtures::*;

mod commands;
mod locks;
mod model;
mod references;
mod rows;

fn new_ids() -> RowIds {
    RowIds::starting_with(Uuid::from_u128(0xAAAA_0000))
}

/// Two lines: 8 h on Monday and 4 h on Tuesday; 2 h on Monday.
fn stored() -> Timesheet {
    sheet(&[
        line(
            0,
            target(OPEN, TASK, ACTIVITY),
            vec![cell(0, day(0), 8), cell(1, day(1), 4)],
        ),
        line(1, target(OPEN, COMMON_TASK, 0), vec![cell(10, day(0), 2)]),
    ])
}

/// A command that says nothing but the version.
fn nothing(sheet: &Timesheet) -> SaveTimesheet {
    SaveTimesheet {
        id: sheet.id,
        body_id: None,
        version: Some(sheet.meta.version),
        name: None,
        lines: None,
    }
}

fn with_lines(sheet: &Timesheet, lines: Vec<LineInput>) -> SaveTimesheet {
    SaveTimesheet {
        lines: Some(lines),
        ..nothing(sheet)
    }
}

/// A line of the sheet of which nothing is to change.
fn same(sheet: &Timesheet, position: usize) -> LineInput {
    LineInput {
        id: sheet.lines().nth(position).map(LineRef::id),
        ..LineInput::default()
    }
}

fn new_line(order_number: i64, target: LineTarget) -> LineInput {
    LineInput {
        id: None,
        project_id: Some(target.project_id),
        task_id: Some(target.task_id),
        activity_id: Some(target.activity_id),
        order_number: Some(order_number),
        cells: None,
    }
}

fn known_cell(number: u32) -> CellInput {
    CellInput {
        id: Some(cell(number, day(0), 0).id),
        ..CellInput::default()
    }
}

fn new_cell(offset: i32, hours: i32) -> CellInput {
    CellInput {
        id: None,
        date: Some(day(offset)),
        hours: Some(Hours::whole(hours)),
        comment: None,
    }
}

fn decide(sheet: &Timesheet, command: &SaveTimesheet) -> Result<Saved, Error> {
    save(sheet, command, &known(), Lock::NONE, NOW, &mut new_ids())
}

fn accepted(sheet: &Timesheet, command: &SaveTimesheet) -> Timesheet {
    decide(sheet, command).unwrap().sheet
}

/// `path CODE` of every fault of a save with these lines.
fn faults(sheet: &Timesheet, lines: Vec<LineInput>) -> Vec<String> {
    faults_of(sheet, &with_lines(sheet, lines))
}

fn faults_of(sheet: &Timesheet, command: &SaveTimesheet) -> Vec<String> {
    match decide(sheet, command) {
        Err(Error::Invalid(faults)) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.path, fault.code.as_str()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn s1_another_version_is_a_conflict_before_anything_else_and_none_is_a_fault() {
    let sheet = stored();
    for given in [VERSION.value() - 1, VERSION.value() + 1].map(RowVersion::new) {
        let command = SaveTimesheet {
            version: Some(given),
            ..with_lines(&sheet, vec![new_line(7, target(NO_PROJECT, 0, 0))])
        };
        let current = VERSION;
        assert_eq!(
            decide(&sheet, &command),
            Err(Error::VersionConflict { given, current })
        );
    }
    let command = SaveTimesheet {
        version: None,
        ..with_lines(&sheet, vec![new_line(7, target(0, 0, 0))])
    };
    assert_eq!(
        faults_of(&sheet, &command),
        ["version REQUIRED", "lines[0].orderNumber ORDER_NUMBERS"]
    );
}

#[test]
fn s2_a_save_that_changes_nothing_takes_a_version_and_its_lines_keep_theirs() {
    let sheet = stored();
    for command in [
        nothing(&sheet),
        with_lines(&sheet, vec![same(&sheet, 1), same(&sheet, 0)]),
    ] {
        let saved = accepted(&sheet, &command);
        assert_eq!(saved.meta, sheet.meta.changed());
        assert_eq!(saved.rows, sheet.rows);
        assert_eq!(saved.name, sheet.name);
    }
}

#[test]
fn s2_lines_whose_order_target_or_cells_change_await_a_version() {
    let sheet = stored();
    let versions = |lines: Vec<LineInput>| -> Vec<u64> {
        let saved = accepted(&sheet, &with_lines(&sheet, lines));
        saved.lines().map(|line| line.version().value()).collect()
    };
    let at = |position: usize, order: i64| LineInput {
        order_number: Some(order),
        ..same(&sheet, position)
    };
    assert_eq!(versions(vec![at(0, 1), at(1, 0)]), [0, 0]);
    let clear_activity = LineInput {
        activity_id: Some(None),
        ..same(&sheet, 0)
    };
    assert_eq!(versions(vec![clear_activity, same(&sheet, 1)]), [0, 102]);
    let comment = CellInput {
        comment: Some(Some("done".to_owned())),
        ..known_cell(10)
    };
    let commented = LineInput {
        cells: Some(vec![comment]),
        ..same(&sheet, 1)
    };
    assert_eq!(versions(vec![same(&sheet, 0), commented]), [101, 0]);
}

#[test]
fn s4_order_numbers_are_never_repaired() {
    let sheet = stored();
    let order = |numbers: [i64; 2]| {
        let lines = [0, 1].map(|position| LineInput {
            order_number: Some(numbers[position]),
            ..same(&sheet, position)
        });
        faults(&sheet, lines.into())
    };
    assert_eq!(order([0, 0]), ["lines[1].orderNumber ORDER_NUMBERS"]);
    assert_eq!(order([1, 2]), ["lines[1].orderNumber ORDER_NUMBERS"]);
    assert_eq!(
        order([-1, i64::MAX]),
        [
            "lines[0].orderNumber ORDER_NUMBERS",
            "lines[1].orderNumber ORDER_NUMBERS"
        ]
    );
    // The line that stays keeps its number 1, which is none of a single line.
    assert_eq!(
        faults(&sheet, vec![same(&sheet, 1)]),
        ["lines[0].orderNumber ORDER_NUMBERS"]
    );
    let unnumbered = LineInput {
        order_number: None,
        ..new_line(2, target(0, 0, 0))
    };
    assert_eq!(
        faults(&sheet, vec![same(&sheet, 0), unnumbered, same(&sheet, 1)]),
        ["lines[1].orderNumber REQUIRED"]
    );
}

#[test]
fn s15_limits_hold_and_a_refusal_names_them() {
    let sheet = stored();
    let lines = |count: i64| {
        (0..count)
            .map(|order| new_line(order, target(0, 0, 0)))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        accepted(&sheet, &with_lines(&sheet, lines(500))).lines().len(),
        500
    );
    assert_eq!(faults(&sheet, lines(501)), ["lines OUT_OF_RANGE"]);
    let named = |length: usize| SaveTimesheet {
        name: Some("я".repeat(length)),
        ..nothing(&sheet)
    };
    assert_eq!(&*accepted(&sheet, &named(0)).name, "");
    assert_eq!(accepted(&sheet, &named(400)).name.chars().count(), 400);
    assert_eq!(faults_of(&sheet, &named(401)), ["name TOO_LONG"]);
}

#[test]
fn what_must_be_known_is_all_that_the_sheet_and_the_command_name() {
    let sheet = stored();
    let line = new_line(2, target(CLOSED, CLOSED_TASK, ARCHIVED_ACTIVITY));
    let ids = with_lines(&sheet, vec![same(&sheet, 0), line]).reference_ids(&sheet);
    assert_eq!(ids.projects, [OPEN, CLOSED].map(project_id).into());
    assert_eq!(ids.tasks, [TASK, COMMON_TASK, CLOSED_TASK].map(task_id).into());
    assert_eq!(
        ids.activities,
        [ACTIVITY, ARCHIVED_ACTIVITY].map(activity_id).into()
    );
    assert!(ids.rows.is_empty());
}
