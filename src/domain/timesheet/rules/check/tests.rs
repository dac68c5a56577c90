//! Each rule against a sheet that keeps it and one that does not.

use super::*;
use crate::domain::id::{AllocationId, LineId};
use crate::domain::timesheet::TimesheetLine;
use crate::domain::timesheet::fixtures::*;
use crate::domain::timesheet::rules::{RuleKind, Severity};

/// Eight hours from Monday to Friday; today is Thursday.
fn calendar() -> Calendar {
    let day_of = |offset: i32| Some(Hours::whole(if offset < 5 { 8 } else { 0 }));
    Calendar {
        scheduled: (0..7).map(day_of).collect(),
        today: day(3),
    }
}

fn broken(lines: &[TimesheetLine], demand: Demand) -> Vec<Violation> {
    let rule = Rule {
        demand,
        severity: Severity::Warning,
    };
    check(&sheet(lines), &[rule], &calendar())
}

fn dates(violations: &[Violation]) -> Vec<Date> {
    violations.iter().filter_map(|it| it.date).collect()
}

/// A line of the fixtures' first project with hours by day offset.
fn booked(number: u32, hours: &[(i32, i32)]) -> TimesheetLine {
    let cells = (0..)
        .zip(hours)
        .map(|(at, (offset, hours))| cell(number * 10 + at, day(*offset), *hours));
    line(number, target(OPEN, TASK, ACTIVITY), cells.collect())
}

#[test]
fn hours_of_a_day_are_counted_over_all_lines() {
    let lines = [booked(0, &[(0, 8), (1, 8)]), booked(1, &[(0, 3), (1, 2)])];
    let most = Demand::MaxHoursPerDay(Hours::whole(10));
    assert_eq!(dates(&broken(&lines, most)), [day(0)]);
    assert_eq!(broken(&lines, Demand::MaxHoursPerDay(Hours::whole(11))), []);
}

#[test]
fn a_minimum_holds_on_working_days_and_never_exceeds_what_there_is_to_work() {
    let lines = [booked(0, &[(0, 6), (1, 5), (2, 8), (3, 8), (4, 8)])];
    let least = Demand::MinHoursPerDay(Hours::whole(6));
    assert_eq!(dates(&broken(&lines, least)), [day(1)]);
    let least = Demand::MinHoursPerDay(Hours::whole(12));
    assert_eq!(dates(&broken(&lines, least)), [day(0), day(1)]);
}

#[test]
fn deviations_are_by_day_or_over_the_period_in_both_directions() {
    let lines = [booked(0, &[(0, 10), (1, 6), (2, 8), (3, 8), (4, 8), (5, 3)])];
    let most = |hours| Demand::DayDeviation(Hours::whole(hours));
    assert_eq!(dates(&broken(&lines, most(1))), [day(0), day(1), day(5)]);
    assert_eq!(dates(&broken(&lines, most(2))), [day(5)]);
    let period = |hours| Demand::PeriodDeviation(Hours::whole(hours));
    assert_eq!(broken(&lines, period(2)).len(), 1);
    assert_eq!(broken(&lines, period(3)), []);
    assert_eq!(broken(&[], period(39)).len(), 1);
    assert_eq!(broken(&[], period(40)), []);
}

#[test]
fn without_a_schedule_nothing_is_judged_by_one() {
    let mut calendar = calendar();
    calendar.scheduled = vec![None; 7];
    let lines = [booked(0, &[(6, 3)])];
    for demand in [
        Demand::MinHoursPerDay(Hours::whole(8)),
        Demand::DayDeviation(Hours::ZERO),
        Demand::PeriodDeviation(Hours::ZERO),
        Demand::NoEntryOnDaysOff,
    ] {
        let rule = Rule {
            demand,
            severity: Severity::Error,
        };
        assert_eq!(check(&sheet(&lines), &[rule], &calendar), [], "{demand:?}");
    }
}

#[test]
fn what_hours_must_name_is_asked_of_lines_with_hours() {
    let bare = |number: u32, hours: i32| line(number, target(0, 0, 0), vec![cell(number, day(0), hours)]);
    let lines = [booked(0, &[(0, 1)]), bare(1, 2), bare(2, 0)];
    for demand in [
        Demand::ProjectRequired,
        Demand::TaskRequired,
        Demand::ActivityRequired,
    ] {
        let violations = broken(&lines, demand);
        let named: Vec<Option<LineId>> = violations.iter().map(|it| it.line_id).collect();
        assert_eq!(named, [Some(lines[1].id)], "{demand:?}");
    }
}

#[test]
fn comments_days_off_and_the_future_are_asked_of_cells_that_were_worked() {
    let mut spoken = cell(0, day(0), 1);
    spoken.comment = "meeting".into();
    let mut blank = cell(1, day(1), 1);
    blank.comment = "  ".into();
    let empty = cell(2, day(2), 0);
    let mut away = cell(3, day(5), 8);
    away.time_off_request_id = Some(uuid::Uuid::from_u128(1));
    let sunday = cell(4, day(6), 1);
    let ids = |demand| -> Vec<Option<AllocationId>> {
        let cells = [&spoken, &blank, &empty, &away, &sunday];
        let lines = [line(
            0,
            target(OPEN, TASK, 0),
            cells.into_iter().cloned().collect(),
        )];
        broken(&lines, demand).iter().map(|it| it.cell_id).collect()
    };
    assert_eq!(ids(Demand::CommentRequired), [Some(blank.id), Some(sunday.id)]);
    assert_eq!(ids(Demand::NoEntryOnDaysOff), [Some(sunday.id)]);
    assert_eq!(ids(Demand::NoEntryInFuture), [Some(sunday.id)]);
}

#[test]
fn lines_alike_are_found_where_both_have_hours() {
    let lines = [
        booked(0, &[(0, 1)]),
        booked(1, &[(1, 1)]),
        booked(2, &[(1, 0)]),
        line(3, target(OPEN, TASK, 0), vec![cell(90, day(0), 1)]),
    ];
    let violations = broken(&lines, Demand::NoDuplicateLines);
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].line_id, Some(lines[1].id));
    assert_eq!(violations[0].rule, RuleKind::NoDuplicateLines);
}

#[test]
fn each_violation_has_the_severity_of_its_rule() {
    let rules = [
        Rule {
            demand: Demand::MaxHoursPerDay(Hours::whole(1)),
            severity: Severity::Error,
        },
        Rule {
            demand: Demand::CommentRequired,
            severity: Severity::Warning,
        },
    ];
    let found = check(&sheet(&[booked(0, &[(0, 2)])]), &rules, &calendar());
    let severities: Vec<Severity> = found.iter().map(|it| it.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning]);
}
