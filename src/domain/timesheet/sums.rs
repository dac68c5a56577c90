//! What the cells of a sheet add up to (M1, M2, M5). Every face and report takes its sums from
//! here, so that they agree to the last digit.

use super::Timesheet;
use crate::domain::hours::Hours;
use crate::domain::id::ProjectId;
use crate::domain::project::BillingType;
use crate::domain::time::Date;

/// The hours of a sheet by whether a client pays for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// Hours on projects that are billed (M2).
    pub billable: Hours,
    /// All other hours, those of lines without a project included.
    pub non_billable: Hours,
}

impl Sums {
    /// All hours (M1).
    pub fn total(self) -> Hours {
        self.billable + self.non_billable
    }
}

/// What was done on a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayTotal {
    /// When.
    pub date: Date,
    /// The hours of all cells of that date.
    pub hours: Hours,
}

impl Timesheet {
    /// Its sums, given how its projects are billed; one of which that is not known is not (M2). Those
    /// of an approved sheet are what they were when it was approved (M3).
    pub fn sums(&self, billing_type: impl Fn(ProjectId) -> Option<BillingType>) -> Sums {
        let billing_type = |id| match &self.billing {
            None => billing_type(id),
            Some(billing) => {
                let place = billing.binary_search_by_key(&id, |(project, _)| *project).ok()?;
                billing.get(place).map(|(_, billing_type)| *billing_type)
            }
        };
        let mut sums = Sums::default();
        for line in self.lines() {
            let is_billable = line
                .project_id()
                .and_then(&billing_type)
                .is_some_and(BillingType::is_billable);
            let side = if is_billable {
                &mut sums.billable
            } else {
                &mut sums.non_billable
            };
            *side = *side + line.hours();
        }
        sums
    }

    /// The hours of each date of the period, zeros included.
    pub fn day_totals(&self) -> Vec<DayTotal> {
        let mut totals: Vec<DayTotal> = self
            .period
            .dates()
            .map(|date| DayTotal {
                date,
                hours: Hours::ZERO,
            })
            .collect();
        for cell in self.cells() {
            let offset = usize::try_from(cell.date().days_since(self.period.from()));
            if let Some(total) = offset.ok().and_then(|offset| totals.get_mut(offset)) {
                total.hours = total.hours + cell.hours();
            }
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::timesheet::TimesheetLine;
    use crate::domain::timesheet::fixtures::*;

    fn billing_types(number: u32) -> Option<BillingType> {
        match number {
            1 => Some(BillingType::TimeAndMaterial),
            2 => Some(BillingType::FixedBid),
            3 => Some(BillingType::NonBillable),
            _ => None,
        }
    }

    fn billing_type(id: ProjectId) -> Option<BillingType> {
        (1..4)
            .find(|number| project_id(*number) == id)
            .and_then(billing_types)
    }

    #[test]
    fn m2_time_and_material_and_fixed_bid_are_billable_and_nothing_else_is() {
        for (project, is_billable) in [(0, false), (1, true), (2, true), (3, false), (4, false)] {
            let sheet = sheet(&[line(0, target(project, 0, 0), vec![cell(0, day(0), 3)])]);
            let sums = sheet.sums(billing_type);
            let expected = if is_billable { (3, 0) } else { (0, 3) };
            assert_eq!(
                (sums.billable, sums.non_billable),
                (Hours::whole(expected.0), Hours::whole(expected.1)),
                "project {project}"
            );
        }
    }

    #[test]
    fn m2_the_seeds_sheet_has_3_billable_and_24_other_hours() {
        let days = |number: u32| (0..3).map(move |offset| cell(number + 1, day(offset), 8));
        let sheet = sheet(&[
            line(0, target(1, TASK, 0), vec![cell(0, day(0), 3)]),
            line(1, target(3, 0, 0), days(1).collect()),
        ]);
        let sums = sheet.sums(billing_type);
        assert_eq!(sums.billable.with_places(5).to_string(), "3.00000");
        assert_eq!(sums.non_billable.with_places(5).to_string(), "24.00000");
        let totals: Vec<String> = sheet
            .day_totals()
            .iter()
            .map(|total| format!("{} {}", total.date, total.hours))
            .collect();
        assert_eq!(
            totals,
            [
                "2021-03-22 11",
                "2021-03-23 8",
                "2021-03-24 8",
                "2021-03-25 0",
                "2021-03-26 0",
                "2021-03-27 0",
                "2021-03-28 0",
            ]
        );
    }

    fn lines() -> impl Strategy<Value = Vec<TimesheetLine>> {
        let cells = proptest::collection::btree_map(0..7_i32, 0..=2_400_000_i64, 0..7);
        proptest::collection::vec((0..5_u32, cells), 0..6).prop_map(|lines| {
            let lines = (0..).zip(lines).map(|(number, (project, cells))| {
                let cells = (number * 10..).zip(cells).map(|(number, (offset, units))| {
                    let mut cell = cell(number, day(offset), 0);
                    cell.hours = Hours::from_units(units);
                    cell
                });
                line(number, target(project, 0, 0), cells.collect())
            });
            lines.collect()
        })
    }

    proptest! {
        #[test]
        fn m1_m5_the_parts_add_up_to_the_cells_exactly(lines in lines()) {
            let sheet = sheet(&lines);
            let sums = sheet.sums(billing_type);
            let units = |is_wanted: &dyn Fn(&TimesheetLine) -> bool| -> i64 {
                let cells = lines.iter().filter(|line| is_wanted(line)).flat_map(|line| &line.cells);
                cells.map(|cell| cell.hours.units()).sum()
            };
            prop_assert_eq!(sums.total().units(), units(&|_| true));
            prop_assert_eq!(sheet.total_hours(), sums.total());
            let on_1_or_2 = [Some(project_id(1)), Some(project_id(2))];
            prop_assert_eq!(sums.billable.units(), units(&|line| on_1_or_2.contains(&line.project_id)));
            let totals = sheet.day_totals();
            prop_assert_eq!(totals.iter().map(|total| total.hours).sum::<Hours>(), sums.total());
            prop_assert!(totals.iter().map(|total| total.date).eq(sheet.period.dates()));
        }
    }
}
