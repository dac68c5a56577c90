//! The difference against a plain reading of it: applied to the old sheet, it gives the new one, and
//! it names nothing that stayed.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::timesheet::fixtures::{cell, day, line, sheet, target};

/// A sheet as far as a difference tells of it.
#[derive(Clone, PartialEq, Debug, Default)]
struct Plain {
    name: Option<Box<str>>,
    status: Option<ApprovalStatus>,
    lines: Vec<(LineId, LineTarget)>,
    cells: BTreeMap<AllocationId, CellState>,
}

impl Plain {
    fn of(sheet: Option<&Timesheet>) -> Self {
        let Some(sheet) = sheet else {
            return Self::default();
        };
        Self {
            name: Some(sheet.name.clone()),
            status: Some(sheet.status),
            lines: sheet.lines().map(|line| (line.id(), line.target())).collect(),
            cells: cell_states(sheet).collect(),
        }
    }

    fn apply(mut self, difference: &Difference) -> Self {
        if let Some(name) = &difference.name {
            assert_eq!(self.name, name.was);
            self.name.clone_from(&name.is);
        }
        if let Some(status) = &difference.status {
            assert_eq!(self.status, status.was);
            self.status = status.is;
        }
        self.lines
            .retain(|(id, _)| difference.lines.iter().all(|change| change.id != *id));
        for change in &difference.lines {
            if let Some(is) = change.state.is {
                self.lines.insert(is.order_number, (change.id, is.target));
            }
        }
        for change in &difference.cells {
            assert_eq!(self.cells.remove(&change.id), change.state.was);
            if let Some(is) = &change.state.is {
                self.cells.insert(change.id, is.clone());
            }
        }
        for cell in self.cells.values_mut() {
            let line = self.lines.iter().find(|(id, _)| *id == cell.line_id);
            cell.target = line.unwrap().1;
        }
        self
    }
}

/// Sheets of a few lines and cells out of the same few ids, in any order.
fn sheets() -> impl Strategy<Value = Option<Timesheet>> {
    let lines = Just((0..6_u32).collect::<Vec<_>>()).prop_shuffle();
    let hours = (
        0..3_i32,
        prop_oneof![Just(""), Just("done"), Just("redone")],
        any::<bool>(),
    );
    let cells = proptest::collection::vec((0..6_usize, 0..3_i32, hours), 8);
    let targets = proptest::collection::vec(0..3_u32, 6);
    let numbers = Just((0..8_u32).collect::<Vec<_>>()).prop_shuffle();
    let whole = (
        lines,
        0..7_usize,
        targets,
        cells,
        numbers,
        0..9_usize,
        any::<bool>(),
    );
    let whole = whole.prop_map(
        |(lines, count, targets, cells, numbers, cell_count, is_submitted)| {
            let lines: Vec<_> = lines
                .into_iter()
                .take(count)
                .enumerate()
                .map(|(place, number)| {
                    let own = numbers.iter().zip(&cells).take(cell_count);
                    let own = own.filter(|(_, (line, ..))| *line == place);
                    let by_date: BTreeMap<i32, _> = own
                        .map(|(number, (_, offset, (hours, comment, is_billed)))| {
                            let mut cell = cell(*number, day(*offset), *hours);
                            cell.comment = (*comment).to_owned();
                            cell.invoice_line_id = is_billed.then_some(Uuid::from_u128(1));
                            (*offset, cell)
                        })
                        .collect();
                    line(
                        number,
                        target(targets[place], 0, 0),
                        by_date.into_values().collect(),
                    )
                })
                .collect();
            let mut sheet = sheet(&lines);
            if is_submitted {
                sheet.status = ApprovalStatus::Submitted;
                sheet.name = "another".into();
            }
            sheet
        },
    );
    prop_oneof![9 => whole.prop_map(Some), 1 => Just(None)]
}

proptest! {
    #[test]
    fn x3_the_old_sheet_and_the_difference_give_the_new_one(old in sheets(), new in sheets()) {
        let (old, new) = (old.as_ref(), new.as_ref());
        let difference = Difference::between(old, new);
        let (before, after) = (Plain::of(old), Plain::of(new));
        prop_assert_eq!(before.clone().apply(&difference), after.clone());
        prop_assert_eq!(difference.is_empty(), before == after);
        for change in &difference.cells {
            prop_assert_ne!(&change.state.was, &change.state.is);
        }
    }

    #[test]
    fn x3_a_line_that_moves_is_the_one_that_is_told(from in 0..5_u32, to in 0..5_usize) {
        let lines: Vec<_> = (0..5).map(|number| line(number, target(1, 0, 0), vec![])).collect();
        let mut moved = lines.clone();
        let it = moved.remove(from as usize);
        moved.insert(to, it.clone());
        let difference = Difference::between(Some(&sheet(&lines)), Some(&sheet(&moved)));
        let is_moved = from as usize != to;
        prop_assert_eq!(difference.lines.len(), usize::from(is_moved));
        prop_assert!(difference.cells.is_empty());
    }
}

#[test]
fn x3_a_changed_cell_tells_what_was_and_is() {
    let mut after = cell(1, day(0), 8);
    after.comment = "done".to_owned();
    let of = |cells| sheet(&[line(1, target(1, 11, 1), cells)]);
    let old = of(vec![cell(1, day(0), 7), cell(2, day(1), 1)]);
    let new = of(vec![after]);
    let difference = Difference::between(Some(&old), Some(&new));
    assert_eq!((difference.name, difference.status), (None, None));
    assert_eq!(difference.lines, []);
    let [changed, removed] = &difference.cells[..] else {
        panic!("{:?}", difference.cells)
    };
    let (was, is) = (
        changed.state.was.as_ref().unwrap(),
        changed.state.is.as_ref().unwrap(),
    );
    assert_eq!((was.hours, &*was.comment), (Hours::whole(7), ""));
    assert_eq!((is.hours, &*is.comment), (Hours::whole(8), "done"));
    assert_eq!(is.target, target(1, 11, 1));
    assert_eq!(removed.state.is, None);
}
