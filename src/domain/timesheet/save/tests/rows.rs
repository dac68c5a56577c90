//! Which lines and cells a save leaves: S5 to S10.

use super::*;

#[test]
fn s5_a_collection_is_the_full_set_absent_it_is_untouched_and_empty_it_clears() {
    let sheet = stored();
    let emptied = LineInput {
        cells: Some(Vec::new()),
        order_number: Some(0),
        ..same(&sheet, 1)
    };
    let saved = accepted(&sheet, &with_lines(&sheet, vec![emptied]));
    let lines: Vec<_> = saved.lines().map(LineRef::to_line).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].created, lines[0].cells.len()), (EARLIER, 0));
    assert_eq!(
        accepted(&sheet, &with_lines(&sheet, Vec::new())).rows,
        Rows::default()
    );
    assert_eq!(accepted(&sheet, &nothing(&sheet)).rows, sheet.rows);
}

#[test]
fn s6_a_clients_own_unused_ids_are_kept_and_told() {
    let sheet = stored();
    let mine = Uuid::from_u128(0xC0DE);
    let cell_id = Uuid::from_u128(0xC0DF);
    let line = LineInput {
        id: Some(LineId::new(mine)),
        cells: Some(vec![
            CellInput {
                id: Some(AllocationId::new(cell_id)),
                ..new_cell(2, 1)
            },
            new_cell(1, 1),
        ]),
        ..new_line(2, target(0, 0, 0))
    };
    let command = with_lines(&sheet, vec![same(&sheet, 0), same(&sheet, 1), line]);
    assert_eq!(command.reference_ids(&sheet).rows, [mine, cell_id].into());
    let saved = decide(&sheet, &command).unwrap();
    assert_eq!(saved.client_row_ids, [mine, cell_id]);
    let line = saved.sheet.lines().nth(2).unwrap().to_line();
    assert_eq!((line.id.uuid(), line.created), (mine, NOW));
    let cells: Vec<_> = line
        .cells
        .iter()
        .map(|cell| (cell.id.uuid(), cell.date))
        .collect();
    assert_eq!(cells, [(Uuid::from_u128(0xAAAA_0000), day(1)), (cell_id, day(2))]);
}

#[test]
fn s6_ids_that_are_nil_twice_or_anothers_are_faults() {
    let sheet = stored();
    let with_ids = |line: u128, cell: u128| {
        let line = LineInput {
            id: Some(LineId::new(Uuid::from_u128(line))),
            cells: Some(vec![CellInput {
                id: Some(AllocationId::new(Uuid::from_u128(cell))),
                ..new_cell(0, 1)
            }]),
            ..new_line(2, target(0, 0, 0))
        };
        faults(&sheet, vec![same(&sheet, 0), same(&sheet, 1), line])
    };
    let (line_of_sheet, cell_of_sheet, foreign) = (0x4001, 0x5000, 0xF001);
    assert_eq!(with_ids(0, 9), ["lines[2].id MALFORMED"]);
    assert_eq!(with_ids(9, 0), ["lines[2].cells[0].id MALFORMED"]);
    assert_eq!(with_ids(9, 9), ["lines[2].cells[0].id DUPLICATE"]);
    assert_eq!(with_ids(foreign, 9), ["lines[2].id FOREIGN_ID"]);
    assert_eq!(with_ids(9, foreign), ["lines[2].cells[0].id FOREIGN_ID"]);
    assert_eq!(with_ids(cell_of_sheet, 9), ["lines[2].id FOREIGN_ID"]);
    assert_eq!(with_ids(9, line_of_sheet), ["lines[2].cells[0].id DUPLICATE"]);
    assert_eq!(
        faults_of(
            &sheet,
            &SaveTimesheet {
                body_id: Some(Uuid::from_u128(1)),
                ..nothing(&sheet)
            }
        ),
        ["id ID_MISMATCH"]
    );
    // A line that is dropped still owns its id in this save.
    let cell = CellInput {
        id: Some(AllocationId::new(Uuid::from_u128(line_of_sheet))),
        ..new_cell(0, 1)
    };
    let line = LineInput {
        cells: Some(vec![cell]),
        ..same(&sheet, 0)
    };
    assert_eq!(faults(&sheet, vec![line]), ["lines[0].cells[0].id FOREIGN_ID"]);
}

#[test]
fn s7_cells_move_between_lines_with_their_ids_whatever_the_order() {
    let sheet = stored();
    let holding = |position: usize, cells: Vec<CellInput>| LineInput {
        cells: Some(cells),
        ..same(&sheet, position)
    };
    let ids = |saved: &Timesheet| -> Vec<Vec<u128>> {
        let cells = |line: LineRef<'_>| {
            assert!(line.cells().all(|cell| cell.created() == EARLIER));
            line.cells()
                .map(|cell| cell.id().uuid().as_u128() - 0x5000)
                .collect()
        };
        saved.lines().map(cells).collect()
    };
    // Swapped, in both array orders.
    for flip in [false, true] {
        let mut lines = vec![
            holding(0, vec![known_cell(10), known_cell(1)]),
            holding(1, vec![known_cell(0)]),
        ];
        if flip {
            lines.reverse();
        }
        assert_eq!(
            ids(&accepted(&sheet, &with_lines(&sheet, lines))),
            [vec![10, 1], vec![0]]
        );
    }
    // Out of a line whose cells are not spelt out.
    let lines = vec![same(&sheet, 0), holding(1, vec![known_cell(10), known_cell(1)])];
    let saved = accepted(&sheet, &with_lines(&sheet, lines));
    assert_eq!(ids(&saved), [vec![0], vec![10, 1]]);
    assert!(saved.lines().all(|line| line.version() == RowVersion::UNASSIGNED));
    // Out of a line that is removed, into a new one.
    let mut line = new_line(0, target(OPEN, TASK, 0));
    line.cells = Some(vec![known_cell(0), known_cell(10)]);
    let moved_date = CellInput {
        date: Some(day(4)),
        ..known_cell(10)
    };
    let clash = faults(&sheet, vec![line.clone()]);
    assert_eq!(clash, ["lines[0].cells[1].date DUPLICATE"]);
    line.cells = Some(vec![known_cell(0), moved_date]);
    let saved = accepted(&sheet, &with_lines(&sheet, vec![line]));
    assert_eq!(ids(&saved), [vec![0, 10]]);
}

#[test]
fn s8_s9_s10_cells_lie_in_the_period_once_a_date_with_hours_of_a_day() {
    let sheet = stored();
    let with_cells = |cells: Vec<CellInput>| {
        let line = LineInput {
            cells: Some(cells),
            ..new_line(2, target(0, 0, 0))
        };
        faults(&sheet, vec![same(&sheet, 0), same(&sheet, 1), line])
    };
    let hours = |units: i64| CellInput {
        hours: Some(Hours::from_units(units)),
        ..new_cell(3, 0)
    };
    let comment = CellInput {
        comment: Some(Some("я".repeat(4_001))),
        ..new_cell(4, 1)
    };
    assert_eq!(
        with_cells(vec![
            new_cell(-1, 1),
            new_cell(7, 1),
            new_cell(1, 1),
            new_cell(1, 1),
            hours(-1),
            CellInput {
                date: Some(day(5)),
                ..hours(2_400_001)
            },
            comment,
            CellInput::default(),
        ]),
        [
            "lines[2].cells[7].date REQUIRED",
            "lines[2].cells[7].hours REQUIRED",
            "lines[2].cells[0].date OUTSIDE_PERIOD",
            "lines[2].cells[1].date OUTSIDE_PERIOD",
            "lines[2].cells[3].date DUPLICATE",
            "lines[2].cells[4].hours OUT_OF_RANGE",
            "lines[2].cells[5].hours OUT_OF_RANGE",
            "lines[2].cells[6].comment TOO_LONG",
        ]
    );
    let edge = |number: u32, offset: i32, units: i64| CellInput {
        date: Some(day(offset)),
        hours: Some(Hours::from_units(units)),
        ..known_cell(number)
    };
    let line = LineInput {
        cells: Some(vec![edge(0, 0, 0), edge(1, 6, 2_400_000)]),
        ..same(&sheet, 0)
    };
    let saved = accepted(&sheet, &with_lines(&sheet, vec![line, same(&sheet, 1)]));
    assert_eq!(saved.lines().next().unwrap().hours(), Hours::DAY);
}

#[test]
fn s6_a_made_id_never_meets_one_that_the_sheet_or_the_client_uses() {
    let sheet = stored();
    let mut ids = RowIds::starting_with(Uuid::nil());
    // The next would be that of the first line.
    assert_eq!(ids.nth(0x3FFF), Some(Uuid::from_u128(0x3FFF)));
    let mut mine = new_line(3, target(0, 0, 0));
    mine.id = Some(LineId::new(Uuid::from_u128(0x4002)));
    let lines = vec![
        same(&sheet, 0),
        same(&sheet, 1),
        new_line(2, target(0, 0, 0)),
        mine,
    ];
    let saved = save(
        &sheet,
        &with_lines(&sheet, lines),
        &known(),
        Lock::NONE,
        NOW,
        &mut ids,
    )
    .unwrap();
    let lines = saved.sheet.lines().map(|line| line.id().uuid().as_u128());
    assert_eq!(lines.collect::<Vec<_>>(), [0x4000, 0x4001, 0x4003, 0x4002]);
}
