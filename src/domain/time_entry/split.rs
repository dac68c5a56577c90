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
