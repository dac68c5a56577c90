//! F10: what a save may do to a sheet that lies partly in locked days.

use super::*;

/// Monday and Tuesday are locked.
fn saved(command: &SaveTimesheet) -> Result<Timesheet, Vec<(String, FaultCode)>> {
    let lock = Lock::up_to(Some(day(1)));
    let outcome = save(&stored(), command, &known(), lock, NOW, &mut new_ids());
    outcome.map(|saved| saved.sheet).map_err(|error| match error {
        Error::Invalid(faults) => faults
            .into_iter()
            .map(|it| (it.path.to_string(), it.code))
            .collect(),
        other => panic!("{other}"),
    })
}

/// The stored sheet, as its owner sends it back.
fn unchanged() -> Vec<LineInput> {
    commands::faithful(&stored(), u32::MAX).lines.unwrap()
}

fn refused(lines: Vec<LineInput>) -> Vec<(String, FaultCode)> {
    saved(&with_lines(&stored(), lines)).unwrap_err()
}

fn locked(path: &str) -> Vec<(String, FaultCode)> {
    vec![(path.to_owned(), FaultCode::Locked)]
}

fn hours_on(date: Date, hours: i32) -> CellInput {
    CellInput {
        date: Some(date),
        hours: Some(Hours::whole(hours)),
        ..CellInput::default()
    }
}

#[test]
fn f10_the_other_days_are_saved_if_the_frozen_cells_come_unchanged() {
    let mut lines = unchanged();
    lines[0].cells.as_mut().unwrap().push(hours_on(day(2), 5));
    let sheet = saved(&with_lines(&stored(), lines)).unwrap();
    assert_eq!(sheet.total_hours(), Hours::whole(19));
}

#[test]
fn f10_new_lines_and_another_order_are_fine_too() {
    let mut lines = unchanged();
    lines[0].order_number = Some(1);
    lines[1].order_number = Some(0);
    lines.push(LineInput {
        order_number: Some(2),
        cells: Some(vec![hours_on(day(3), 1)]),
        ..new_line(2, target(OPEN, TASK, 0))
    });
    assert!(saved(&with_lines(&stored(), lines)).is_ok());
}

#[test]
fn f10_frozen_cells_do_not_change_move_or_go_and_none_come() {
    let mut lines = unchanged();
    lines[0].cells.as_mut().unwrap()[1].hours = Some(Hours::whole(5));
    assert_eq!(refused(lines), locked("lines[0].cells[1]"));

    let mut lines = unchanged();
    lines[0].cells.as_mut().unwrap()[1].comment = Some(Some("later".to_owned()));
    assert_eq!(refused(lines), locked("lines[0].cells[1]"));

    let mut lines = unchanged();
    lines[0].cells.as_mut().unwrap()[1].date = Some(day(4));
    assert_eq!(refused(lines), locked("lines[0].cells[1]"));

    let mut lines = unchanged();
    lines[0].cells.as_mut().unwrap().pop();
    assert_eq!(refused(lines), locked("lines[0].cells"));

    let mut lines = unchanged();
    lines.pop();
    assert_eq!(refused(lines), locked("lines"));

    let mut lines = unchanged();
    lines[1].cells.as_mut().unwrap().push(hours_on(day(1), 1));
    assert_eq!(refused(lines), locked("lines[1].cells[1].date"));

    let mut lines = unchanged();
    lines[1].task_id = Some(Some(task_id(TASK)));
    assert_eq!(refused(lines), locked("lines[1].taskId"));
}

#[test]
fn f10_frozen_cells_do_not_go_with_all_others() {
    assert_eq!(
        refused(Vec::new()),
        [locked("lines"), locked("lines"), locked("lines")].concat()
    );
}

#[test]
fn f10_a_day_outside_the_period_is_that_and_nothing_else() {
    let lock = Lock::up_to(Some(day(-1)));
    for protected in [false, true] {
        let mut cell = cell(0, day(0), 8);
        cell.invoice_line_id = protected.then(|| Uuid::from_u128(1));
        let stored = sheet(&[line(0, target(OPEN, TASK, ACTIVITY), vec![cell])]);
        let mut lines = commands::faithful(&stored, u32::MAX).lines.unwrap();
        lines[0].cells.as_mut().unwrap().push(hours_on(day(-1), 1));
        let command = with_lines(&stored, lines);
        match save(&stored, &command, &known(), lock, NOW, &mut new_ids()) {
            Err(Error::Invalid(faults)) => {
                let codes: Vec<_> = faults.into_iter().map(|it| it.code).collect();
                assert_eq!(codes, [FaultCode::OutsidePeriod]);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn f10_a_cell_does_not_move_to_another_line_on_a_locked_day() {
    let mut lines = unchanged();
    let moved = lines[0].cells.as_mut().unwrap().pop().unwrap();
    lines[1].cells.as_mut().unwrap().push(moved);
    assert_eq!(refused(lines), locked("lines[1].cells[1]"));
}

#[test]
fn f10_a_name_changes_whatever_is_locked() {
    let command = SaveTimesheet {
        name: Some("mine".to_owned()),
        ..nothing(&stored())
    };
    assert_eq!(&*saved(&command).unwrap().name, "mine");
}
