//! Which rules a sheet breaks, and where.

use std::collections::HashSet;

use super::{Demand, Rule, Violation};
use crate::domain::hours::Hours;
use crate::domain::time::Date;
use crate::domain::timesheet::references::LineTarget;
use crate::domain::timesheet::{CellRef, LineRef, Timesheet};

/// The owner's days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// The hours to work on each date of the period, in order; `None` where no schedule says, and
    /// nothing is judged by one.
    pub scheduled: Vec<Option<Hours>>,
    /// The date on the owner's wall.
    pub today: Date,
}

/// Every broken rule: rule after rule, and for each in the order of days, or of lines and cells. What
/// comes from time off is counted as hours, and is asked for nothing else.
pub fn check(sheet: &Timesheet, rules: &[Rule], calendar: &Calendar) -> Vec<Violation> {
    let mut report = Report {
        sheet,
        calendar,
        rule: None,
        violations: Vec::new(),
    };
    for rule in rules {
        report.rule = Some(*rule);
        report.check(rule.demand);
    }
    report.violations
}

struct Report<'a> {
    sheet: &'a Timesheet,
    calendar: &'a Calendar,
    /// The rule that is being checked.
    rule: Option<Rule>,
    violations: Vec<Violation>,
}

/// What a violation is about.
#[derive(Clone, Copy)]
enum Place<'a> {
    Period,
    Day(Date),
    Line(LineRef<'a>),
    Cell(LineRef<'a>, CellRef<'a>),
}

impl Report<'_> {
    fn check(&mut self, demand: Demand) {
        match demand {
            Demand::MaxHoursPerDay(most) => self.days(|booked, _| {
                (booked > most).then(|| format!("{booked} h are more than the {most} h that a day may have"))
            }),
            Demand::MinHoursPerDay(least) => self.days(|booked, scheduled| {
                let least = scheduled?.min(least);
                (booked < least).then(|| format!("{booked} h are less than the {least} h that the day needs"))
            }),
            Demand::DayDeviation(most) => self.days(|booked, scheduled| deviation(booked, scheduled?, most)),
            Demand::PeriodDeviation(most) => self.period(most),
            Demand::ProjectRequired => self.lines(|target| target.project_id.is_none(), "a project"),
            Demand::TaskRequired => self.lines(|target| target.task_id.is_none(), "a task"),
            Demand::ActivityRequired => self.lines(|target| target.activity_id.is_none(), "an activity"),
            Demand::CommentRequired => self.cells(|_, cell| {
                let is_bare = cell.comment().trim().is_empty();
                is_bare.then(|| format!("the hours of {} need a comment", cell.date()))
            }),
            Demand::NoEntryOnDaysOff => self.cells(|calendar, cell| {
                let is_off = calendar(cell.date()) == Some(Hours::ZERO);
                is_off.then(|| format!("{} is a day off", cell.date()))
            }),
            Demand::NoEntryInFuture => {
                let today = self.calendar.today;
                self.cells(|_, cell| {
                    (cell.date() > today).then(|| format!("{} is still to come", cell.date()))
                });
            }
            Demand::NoDuplicateLines => self.duplicates(),
        }
    }

    fn add(&mut self, place: Place<'_>, message: String) {
        let Some(rule) = self.rule else { return };
        let (date, line_id, cell_id) = match place {
            Place::Period => (None, None, None),
            Place::Day(date) => (Some(date), None, None),
            Place::Line(line) => (None, Some(line.id()), None),
            Place::Cell(line, cell) => (Some(cell.date()), Some(line.id()), Some(cell.id())),
        };
        self.violations.push(Violation {
            rule: rule.demand.kind(),
            severity: rule.severity,
            date,
            line_id,
            cell_id,
            message,
        });
    }

    fn days(&mut self, judge: impl Fn(Hours, Option<Hours>) -> Option<String>) {
        let totals = self.sheet.day_totals();
        for (total, scheduled) in totals.iter().zip(&self.calendar.scheduled) {
            if let Some(message) = judge(total.hours, *scheduled) {
                self.add(Place::Day(total.date), message);
            }
        }
    }

    fn period(&mut self, most: Hours) {
        let scheduled = self.calendar.scheduled.iter().copied();
        let Some(scheduled) = scheduled.sum::<Option<Hours>>() else {
            return;
        };
        if let Some(message) = deviation(self.sheet.total_hours(), scheduled, most) {
            self.add(Place::Period, message);
        }
    }

    fn lines(&mut self, is_missing: impl Fn(LineTarget) -> bool, what: &str) {
        let sheet = self.sheet;
        for line in sheet.lines().filter(|line| line.cells().any(is_worked)) {
            if is_missing(line.target()) {
                let number = line.order_number() + 1;
                self.add(
                    Place::Line(line),
                    format!("the hours of line {number} need {what}"),
                );
            }
        }
    }

    fn cells(&mut self, judge: impl Fn(&dyn Fn(Date) -> Option<Hours>, CellRef<'_>) -> Option<String>) {
        let (sheet, calendar) = (self.sheet, self.calendar);
        let scheduled = |date: Date| {
            let index = usize::try_from(date.days_since(sheet.period.from())).ok()?;
            calendar.scheduled.get(index).copied().flatten()
        };
        for line in sheet.lines() {
            for cell in line.cells().filter(|cell| is_worked(*cell)) {
                if let Some(message) = judge(&scheduled, cell) {
                    self.add(Place::Cell(line, cell), message);
                }
            }
        }
    }

    fn duplicates(&mut self) {
        let sheet = self.sheet;
        let mut seen = HashSet::new();
        for line in sheet.lines().filter(|line| line.cells().any(is_worked)) {
            if !seen.insert(line.target()) {
                let number = line.order_number() + 1;
                let message = format!("line {number} has the same project, task and activity as one before");
                self.add(Place::Line(line), message);
            }
        }
    }
}

/// Whether the cell has hours that were worked.
fn is_worked(cell: CellRef<'_>) -> bool {
    cell.hours() > Hours::ZERO && cell.time_off_request_id().is_none()
}

fn deviation(booked: Hours, scheduled: Hours, most: Hours) -> Option<String> {
    let deviation = (booked - scheduled).max(scheduled - booked);
    (deviation > most).then(|| {
        format!("{booked} h differ from the {scheduled} h to work by {deviation} h; {most} h are allowed")
    })
}

#[cfg(test)]
mod tests;
