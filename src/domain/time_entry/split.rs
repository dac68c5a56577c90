//! On which dates the work of a booking was done, on the owner's clock (I14).

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, Offset, TimeZone as _, Utc};
use chrono_tz::Tz;
use smallvec::SmallVec;

use super::{EntryTime, WorkedTime};
use crate::domain::time::{Date, Instant};

/// The work of one date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// The date.
    pub date: Date,
    /// How much was worked.
    pub worked: WorkedTime,
}

/// The dates on which the work was done, each with its share, in order; at least one.
///
/// Work over midnight is split at the midnights of `zone`. A break is taken from the longest part,
/// and what is longer than that from the next: when it was is not known.
pub fn parts(time: EntryTime, zone: Tz) -> SmallVec<[Part; 2]> {
    let (logon, logoff, break_hours) = match time {
        EntryTime::Day { date, hours } => {
            let worked = hours.into();
            return SmallVec::from_iter([Part { date, worked }]);
        }
        EntryTime::Span {
            logon,
            logoff,
            break_hours,
        } => (logon, logoff, break_hours),
    };
    let mut parts: SmallVec<[Part; 2]> = SmallVec::new();
    let mut date = logon.date_in(zone);
    let mut begun = logon;
    loop {
        let midnight = start_of(date.next(), zone);
        // At the end of the calendar there is no next midnight.
        let is_last = logoff <= midnight || date.next() == date;
        let ended = if is_last { logoff } else { midnight };
        let worked = WorkedTime::from_micros(ended.epoch_micros() - begun.epoch_micros());
        parts.push(Part { date, worked });
        if is_last {
            break;
        }
        (date, begun) = (date.next(), midnight);
    }
    take_break(&mut parts, break_hours.into());
    if parts.iter().any(|part| part.worked > WorkedTime::ZERO) {
        parts.retain(|part| part.worked > WorkedTime::ZERO);
    } else {
        parts.truncate(1);
    }
    parts
}

fn take_break(parts: &mut [Part], interrupted: WorkedTime) {
    let mut left = interrupted.micros();
    while left > 0 {
        // Of equally long ones the first.
        let longest = parts.iter_mut().rev().max_by_key(|part| part.worked);
        let Some(part) = longest.filter(|part| part.worked > WorkedTime::ZERO) else {
            return;
        };
        let taken = left.min(part.worked.micros());
        part.worked = WorkedTime::from_micros(part.worked.micros() - taken);
        left -= taken;
    }
}

/// The first instant of `date` on a clock in `zone`.
fn start_of(date: Date, zone: Tz) -> Instant {
    let midnight = date.to_naive().and_time(NaiveTime::MIN);
    at_local(midnight, zone).unwrap_or_else(|| first_after_gap(midnight, zone))
}

/// The instant at which a clock in `zone` shows `local`: the earlier of two, `None` if it never does
/// (I14).
pub fn at_local(local: NaiveDateTime, zone: Tz) -> Option<Instant> {
    zone.from_local_datetime(&local)
        .earliest()
        .map(|instant| Instant::from_epoch_micros(instant.timestamp_micros()))
}

/// The instant at which a clock in `zone` is put forward past `local`, which it never shows.
fn first_after_gap(local: NaiveDateTime, zone: Tz) -> Instant {
    let shown = |at: DateTime<Utc>| at.naive_utc() + zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    // No zone is a day off, and no clock was ever put forward by more than one.
    let mut before = local.and_utc() - Days::new(2);
    let mut after = local.and_utc() + Days::new(2);
    while (after - before).num_seconds() > 1 {
        let middle = before + (after - before) / 2;
        if shown(middle) < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    Instant::from_epoch_micros(after.timestamp() * 1_000_000)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Europe, Pacific, Tz, UTC};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::hours::Hours;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn span(logon: &str, logoff: &str, break_hours: i32, zone: Tz) -> Vec<(String, i64)> {
        let time = EntryTime::Span {
            logon: instant(logon),
            logoff: instant(logoff),
            break_hours: Hours::whole(break_hours),
        };
        let minutes = |part: &Part| (part.date.to_string(), part.worked.micros() / 60_000_000);
        parts(time, zone).iter().map(minutes).collect()
    }

    fn of(parts: &[(&str, i64)]) -> Vec<(String, i64)> {
        parts
            .iter()
            .map(|(date, minutes)| ((*date).to_owned(), *minutes))
            .collect()
    }

    #[test]
    fn i14_work_over_midnight_is_split_at_the_owners_midnight() {
        let (logon, logoff) = ("2021-03-22T21:00:00+00:00", "2021-03-23T01:30:00+00:00");
        assert_eq!(
            span(logon, logoff, 0, UTC),
            of(&[("2021-03-22", 180), ("2021-03-23", 90)])
        );
        assert_eq!(
            span(logon, logoff, 0, Europe::Berlin),
            of(&[("2021-03-22", 120), ("2021-03-23", 150)])
        );
        assert_eq!(
            span(logon, logoff, 0, Pacific::Auckland),
            of(&[("2021-03-23", 270)])
        );
        let until_midnight = span(logon, "2021-03-23T00:00:00+00:00", 0, UTC);
        assert_eq!(until_midnight, of(&[("2021-03-22", 180)]));
    }

    #[test]
    fn i14_elapsed_time_is_what_passed_when_clocks_change() {
        let night = |from: &str, to: &str| span(from, to, 0, Europe::Berlin);
        assert_eq!(
            night("2021-03-27T22:00:00+01:00", "2021-03-28T06:00:00+02:00"),
            of(&[("2021-03-27", 120), ("2021-03-28", 300)])
        );
        assert_eq!(
            night("2021-10-30T22:00:00+02:00", "2021-10-31T06:00:00+01:00"),
            of(&[("2021-10-30", 120), ("2021-10-31", 420)])
        );
    }

    #[test]
    fn i14_a_day_may_begin_after_midnight_or_not_be_at_all() {
        // In Sao Paulo clocks went from 23:59 to 01:00.
        assert_eq!(
            span(
                "2018-11-03T23:00:00-03:00",
                "2018-11-04T02:00:00-02:00",
                0,
                America::Sao_Paulo
            ),
            of(&[("2018-11-03", 60), ("2018-11-04", 60)])
        );
        // Samoa left out the 30th.
        assert_eq!(
            span(
                "2011-12-29T23:00:00-10:00",
                "2011-12-31T01:00:00+14:00",
                0,
                Pacific::Apia
            ),
            of(&[("2011-12-29", 60), ("2011-12-31", 60)])
        );
    }

    #[test]
    fn a_break_is_taken_from_the_longest_part_first() {
        let (logon, logoff) = ("2021-03-22T21:00:00+00:00", "2021-03-23T02:00:00+00:00");
        let with_break = |hours| span(logon, logoff, hours, UTC);
        assert_eq!(with_break(1), of(&[("2021-03-22", 120), ("2021-03-23", 120)]));
        assert_eq!(with_break(3), of(&[("2021-03-23", 120)]));
        assert_eq!(with_break(5), of(&[("2021-03-22", 0)]));
    }

    #[test]
    fn i14_a_local_time_that_is_shown_twice_is_the_earlier_and_one_never_shown_is_none() {
        let local = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap();
        let at = |text: &str| at_local(local(text), Europe::Berlin).map(|it| it.to_string());
        assert_eq!(at("2021-03-28T02:30"), None);
        assert_eq!(at("2021-10-31T02:30").unwrap(), "2021-10-31T00:30:00+00:00");
        assert_eq!(at("2021-07-01T12:00").unwrap(), "2021-07-01T10:00:00+00:00");
    }

    proptest! {
        #[test]
        fn parts_add_up_and_each_is_what_its_date_has(
            start in 0_i64..2_000_000_000,
            minutes in 0_i64..20_000,
            broken in 0_i64..20_000,
            zone in prop::sample::select(vec![UTC, Europe::Berlin, America::Sao_Paulo, Pacific::Apia]),
        ) {
            let logon = Instant::from_epoch_micros(start * 1_000_000);
            let logoff = logon.plus_seconds(minutes * 60);
            let units = broken.min(minutes) * 100_000 / 60;
            let break_hours = Hours::from_units(units);
            let parts = parts(EntryTime::Span { logon, logoff, break_hours }, zone);
            let sum: i64 = parts.iter().map(|part| part.worked.micros()).sum();
            prop_assert_eq!(sum, minutes * 60_000_000 - units * 36_000);
            prop_assert!(parts.windows(2).all(|pair| pair[0].date < pair[1].date));
            prop_assert!(parts.iter().all(|part| part.worked.micros() <= 25 * 3_600_000_000));
            prop_assert!(parts[0].date >= logon.date_in(zone));
            prop_assert!(parts[parts.len() - 1].date <= logoff.date_in(zone));
        }
    }
}
