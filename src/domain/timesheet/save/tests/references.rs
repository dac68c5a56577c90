//! What lines may point to, and what is protected: S11 and S13.

use super::*;

#[test]
fn s11_new_references_must_exist_belong_together_and_be_open_to_the_owner() {
    let sheet = stored();
    let with_target = |project: u32, task: u32, activity: u32| {
        let line = new_line(2, target(project, task, activity));
        match decide(
            &sheet,
            &with_lines(&sheet, vec![same(&sheet, 0), same(&sheet, 1), line]),
        ) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults
                .iter()
                .map(|fault| {
                    format!(
                        "{} {}",
                        fault.path.to_string().replace("lines[2].", ""),
                        fault.code.as_str()
                    )
                })
                .collect(),
            Err(other) => panic!("{other}"),
        }
    };
    for (project, task, activity) in [
        (0, 0, 0),
        (0, 0, ACTIVITY),
        (OPEN, 0, 0),
        (OPEN, TASK, ACTIVITY),
        (OPEN, OWNERS_TASK, 0),
        (OPEN, COMMON_TASK, 0),
        (OPEN_MIDWEEK, MIDWEEK_TASK, 0),
        (OPEN_WITHOUT_COMMON, LONE_TASK, 0),
    ] {
        assert_eq!(
            with_target(project, task, activity),
            [""; 0],
            "{project} {task} {activity}"
        );
    }
    for (project, task, activity, expected) in [
        (NO_PROJECT, 0, 0, "projectId UNKNOWN_REFERENCE"),
        (CLOSED, 0, 0, "projectId NOT_OPEN"),
        (ARCHIVED, 0, 0, "projectId NOT_OPEN"),
        (ENDED, 0, 0, "projectId NOT_OPEN"),
        (CLOSED, CLOSED_TASK, 0, "projectId NOT_OPEN"),
        (0, TASK, 0, "projectId REQUIRED"),
        (0, COMMON_TASK, 0, "projectId REQUIRED"),
        (OPEN, NO_TASK, 0, "taskId UNKNOWN_REFERENCE"),
        (OPEN, LONE_TASK, 0, "taskId CONTRADICTION"),
        (OPEN, SHUT_TASK, 0, "taskId NOT_OPEN"),
        (OPEN, STRANGERS_TASK, 0, "taskId NOT_OPEN"),
        (OPEN, STRANGERS_COMMON_TASK, 0, "taskId NOT_OPEN"),
        (OPEN_WITHOUT_COMMON, COMMON_TASK, 0, "taskId NOT_OPEN"),
        (OPEN, TASK, NO_ACTIVITY, "activityId UNKNOWN_REFERENCE"),
        (OPEN, TASK, ARCHIVED_ACTIVITY, "activityId NOT_OPEN"),
    ] {
        assert_eq!(
            with_target(project, task, activity),
            [expected],
            "{project} {task} {activity}"
        );
    }
    assert_eq!(
        with_target(CLOSED, NO_TASK, NO_ACTIVITY),
        [
            "projectId NOT_OPEN",
            "taskId UNKNOWN_REFERENCE",
            "activityId UNKNOWN_REFERENCE"
        ]
    );
}

#[test]
fn s11_a_nil_reference_is_unknown_even_if_a_record_had_that_id() {
    let sheet = stored();
    let mut known = known();
    let open = known.projects[&project_id(OPEN)].clone();
    known.projects.insert(ProjectId::new(Uuid::nil()), open);
    let mut line = new_line(0, target(0, 0, 0));
    line.project_id = Some(Some(ProjectId::new(Uuid::nil())));
    let result = save(
        &sheet,
        &with_lines(&sheet, vec![line]),
        &known,
        Lock::NONE,
        NOW,
        &mut new_ids(),
    );
    assert!(matches!(result, Err(Error::Invalid(faults)) if faults[0].code == FaultCode::UnknownReference));
}

#[test]
fn s11_what_has_closed_since_stays_and_takes_no_other_task() {
    let sheet = sheet(&[
        line(
            0,
            target(CLOSED, CLOSED_TASK, ARCHIVED_ACTIVITY),
            vec![cell(0, day(0), 8)],
        ),
        line(
            1,
            target(OPEN_MIDWEEK, 0, 0),
            vec![cell(1, day(0), 8), cell(2, day(3), 1)],
        ),
    ]);
    let hours = |number: u32, hours: i32| CellInput {
        hours: Some(Hours::whole(hours)),
        ..known_cell(number)
    };
    let with_cells = |position: usize, cells: Vec<CellInput>| LineInput {
        cells: Some(cells),
        ..same(&sheet, position)
    };
    let fewer = with_cells(0, vec![hours(0, 5)]);
    let comment = CellInput {
        comment: Some(Some("late".to_owned())),
        ..known_cell(1)
    };
    let noted = with_cells(1, vec![comment, hours(2, 2)]);
    accepted(&sheet, &with_lines(&sheet, vec![fewer, noted]));

    let other_task = LineInput {
        task_id: Some(Some(task_id(COMMON_TASK))),
        ..same(&sheet, 0)
    };
    let rebooked = with_cells(1, vec![hours(1, 7), new_cell(5, 1), new_cell(4, 1)]);
    assert_eq!(
        faults(&sheet, vec![other_task, rebooked]),
        [
            "lines[0].taskId NOT_OPEN",
            "lines[1].cells[0].date NOT_OPEN",
            "lines[1].cells[1].date NOT_OPEN"
        ]
    );
    let with_task = LineInput {
        task_id: Some(Some(task_id(MIDWEEK_TASK))),
        ..same(&sheet, 1)
    };
    assert_eq!(
        faults(&sheet, vec![same(&sheet, 0), with_task]),
        ["lines[1].cells NOT_OPEN"]
    );
}

/// A line with an invoiced cell, a time-off cell and a plain one; a line without cells.
fn with_protected_cells() -> Timesheet {
    let mut invoiced = cell(0, day(0), 8);
    invoiced.invoice_line_id = Some(Uuid::from_u128(1));
    let mut time_off = cell(1, day(1), 8);
    time_off.time_off_request_id = Some(Uuid::from_u128(2));
    let cells = vec![invoiced, time_off, cell(2, day(2), 1)];
    sheet(&[
        line(0, target(OPEN, TASK, 0), cells),
        line(1, target(OPEN, COMMON_TASK, 0), Vec::new()),
    ])
}

#[test]
fn s13_protected_cells_stay_when_they_are_sent_back_as_they_are() {
    let sheet = with_protected_cells();
    let as_it_is = CellInput {
        date: Some(day(1)),
        hours: Some(Hours::whole(8)),
        comment: Some(None),
        ..known_cell(1)
    };
    let kept = LineInput {
        cells: Some(vec![as_it_is, known_cell(0), new_cell(3, 1)]),
        ..same(&sheet, 0)
    };
    let saved = accepted(&sheet, &with_lines(&sheet, vec![kept, same(&sheet, 1)]));
    let links = saved
        .cells()
        .map(|cell| (cell.invoice_line_id(), cell.time_off_request_id()));
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(
        links.collect::<Vec<_>>(),
        [(Some(one), None), (None, Some(two)), (None, None)]
    );
}

#[test]
fn s13_protected_cells_are_not_changed_dropped_or_moved() {
    let sheet = with_protected_cells();
    let refused = |cells: Vec<CellInput>| {
        let line = LineInput {
            cells: Some(cells),
            ..same(&sheet, 0)
        };
        faults(&sheet, vec![line, same(&sheet, 1)])
    };
    let mut hours = known_cell(0);
    hours.hours = Some(Hours::whole(7));
    let mut date = known_cell(0);
    date.date = Some(day(5));
    let mut comment = known_cell(0);
    comment.comment = Some(Some("x".to_owned()));
    for changed in [hours, date, comment] {
        assert_eq!(
            refused(vec![known_cell(1), changed]),
            ["lines[0].cells[1] PROTECTED"]
        );
    }
    assert_eq!(refused(vec![known_cell(0)]), ["lines[0].cells PROTECTED"]);
    let only_second = LineInput {
        order_number: Some(0),
        ..same(&sheet, 1)
    };
    assert_eq!(
        faults(&sheet, vec![only_second]),
        ["lines PROTECTED", "lines PROTECTED"]
    );
    let taking = LineInput {
        cells: Some(vec![known_cell(1)]),
        ..same(&sheet, 1)
    };
    assert_eq!(
        faults(&sheet, vec![same(&sheet, 0), taking]),
        ["lines[1].cells[0] PROTECTED"]
    );
}

#[test]
fn s13_what_a_protected_cell_was_booked_on_stays() {
    let sheet = with_protected_cells();
    let other = LineInput {
        project_id: Some(Some(project_id(OPEN_MIDWEEK))),
        task_id: Some(None),
        activity_id: Some(Some(activity_id(ACTIVITY))),
        cells: Some(vec![known_cell(0), known_cell(1)]),
        ..same(&sheet, 0)
    };
    let expected = ["projectId", "taskId", "activityId"].map(|member| format!("lines[0].{member} PROTECTED"));
    let found = faults(&sheet, vec![other, same(&sheet, 1)]);
    assert!(expected.iter().all(|fault| found.contains(fault)), "{found:?}");
}
