//! The hours that a sheet's owner is to work, date by date (M4).

use crate::domain::effective::Effective;
use crate::domain::hours::Hours;
use crate::domain::id::ScheduleId;
use crate::domain::period::Period;
use crate::domain::schedule::{Schedule, scheduled_hours};
use crate::domain::time::Date;

/// How long somebody is to work on a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScheduledDay {
    /// When.
    pub date: Date,
    /// How long; zero on a day off.
    pub hours: Hours,
}

/// One entry for each date of `period`, zeros included, for somebody who follows `schedules`, by
/// id out of `known` (M4).
pub fn scheduled_days<'a>(
    period: Period,
    schedules: &Effective<ScheduleId>,
    known: impl Fn(ScheduleId) -> Option<&'a Schedule>,
) -> impl Iterator<Item = ScheduledDay> {
    period.dates().map(move |date| ScheduledDay {
        date,
        hours: scheduled_hours(schedules, &known, date),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::record::Meta;
    use crate::domain::schedule::{Pattern, ScheduleException};
    use crate::domain::timesheet::fixtures::{EARLIER, date, week};

    fn id(number: u128) -> ScheduleId {
        ScheduleId::new(Uuid::from_u128(number))
    }

    fn schedule(number: u128, pattern: Pattern, exceptions: &[(&str, i32)]) -> Schedule {
        let exceptions = exceptions.iter().map(|(on, hours)| ScheduleException {
            date: date(on),
            hours: Hours::whole(*hours),
            name: None,
        });
        Schedule {
            id: id(number),
            meta: Meta::new(EARLIER),
            name: "schedule".into(),
            pattern,
            exceptions: exceptions.collect(),
        }
    }

    fn office(exceptions: &[(&str, i32)]) -> Schedule {
        schedule(
            1,
            Pattern::Weekly([8, 8, 8, 8, 7, 0, 0].map(Hours::whole)),
            exceptions,
        )
    }

    /// Two days of 12 h and two off, from 2021-03-24 on.
    fn shifts() -> Schedule {
        let days = [12, 12, 0, 0].map(Hours::whole);
        let pattern = Pattern::Cycle {
            anchor: date("2021-03-24"),
            days: days.into(),
        };
        schedule(2, pattern, &[])
    }

    fn hours(period: Period, followed: &[(&str, u128)], known: &[Schedule]) -> Vec<String> {
        let entries = followed.iter().map(|(from, number)| (date(from), id(*number)));
        let schedules = Effective::from_entries(entries.collect()).unwrap();
        let find = |id: ScheduleId| known.iter().find(|schedule| schedule.id == id);
        let days: Vec<ScheduledDay> = scheduled_days(period, &schedules, find).collect();
        assert!(days.iter().map(|day| day.date).eq(period.dates()));
        days.iter().map(|day| day.hours.to_string()).collect()
    }

    #[test]
    fn m4_a_week_has_an_entry_for_each_date_with_days_off_as_zero() {
        let always = [("0001-01-01", 1)];
        assert_eq!(
            hours(week(), &always, &[office(&[])]),
            ["8", "8", "8", "8", "7", "0", "0"]
        );
        assert_eq!(hours(week(), &[], &[office(&[])]), ["0"; 7]);
        assert_eq!(hours(week(), &always, &[]), ["0"; 7]);
    }

    #[test]
    fn m4_holidays_short_days_and_working_saturdays_differ_from_the_pattern() {
        let exceptions = [
            ("2021-03-22", 0),
            ("2021-03-25", 5),
            ("2021-03-27", 8),
            ("2021-03-29", 1),
        ];
        let known = [office(&exceptions)];
        assert_eq!(
            hours(week(), &[("0001-01-01", 1)], &known),
            ["0", "8", "8", "5", "7", "8", "0"]
        );
    }

    #[test]
    fn m4_a_cycle_goes_on_before_and_after_its_anchor() {
        let always = [("0001-01-01", 2)];
        assert_eq!(
            hours(week(), &always, &[shifts()]),
            ["0", "0", "12", "12", "0", "0", "12"]
        );
        let far = Period::new(date("1999-12-30"), date("2000-01-04")).unwrap();
        // 7,755 days before the anchor: 4 x 1,939 - 1, so one day after the first of a cycle.
        assert_eq!(date("2021-03-24").days_since(far.from()), 7_755);
        assert_eq!(
            hours(far, &always, &[shifts()]),
            ["12", "0", "0", "12", "12", "0"]
        );
    }

    #[test]
    fn m4_a_change_of_schedule_counts_from_its_date_within_the_period() {
        let followed = [("2021-01-01", 1), ("2021-03-25", 2), ("2021-03-28", 1)];
        let known = [office(&[]), shifts()];
        assert_eq!(
            hours(week(), &followed, &known),
            ["8", "8", "8", "12", "0", "0", "0"]
        );
    }

    proptest! {
        #[test]
        fn m4_a_cycle_repeats_itself_by_its_length(
            days in proptest::collection::vec(0..=24_i32, 1..40),
            anchor in -40_000..40_000_i32,
            on in -40_000..40_000_i32,
        ) {
            let [anchor, on] = [anchor, on].map(|days| Date::from_epoch_days(days).unwrap());
            let length = i32::try_from(days.len()).unwrap();
            let first = Hours::whole(days[0]);
            let days: Box<[Hours]> = days.into_iter().map(Hours::whole).collect();
            let schedule = schedule(1, Pattern::Cycle { anchor, days }, &[]);
            prop_assert_eq!(schedule.hours_on(anchor), first);
            prop_assert_eq!(schedule.hours_on(on), schedule.hours_on(on.plus_days(length)));
            prop_assert_eq!(schedule.hours_on(on), schedule.hours_on(on.plus_days(-length)));
        }
    }
}
