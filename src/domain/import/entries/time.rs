//! When the work of a row was done: from one time to another, or so many hours of a day, in what the
//! row says and what is known already (I9, I14).

use chrono::DateTime;
use chrono_tz::Tz;

use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::hours::Hours;
use crate::domain::import::row::{EntryRow, Moment};
use crate::domain::time::{Date, Instant};
use crate::domain::time_entry::split::at_local;
use crate::domain::time_entry::{EntryTime, WorkedTime};

/// The longest time from beginning to end.
const LONGEST: WorkedTime = WorkedTime::from_micros(31 * 86_400_000_000);

/// When the work was done, if the row says it without a fault.
pub fn read(row: &EntryRow, stored: Option<EntryTime>, zone: Tz, faults: &mut Faults) -> Option<EntryTime> {
    let says_span = row.logon.is_some() || row.logoff.is_some() || row.break_hours.is_some();
    let says_day = row.date.is_some() || row.hours.is_some();
    match (says_span, says_day) {
        (true, true) => {
            let message = "a time entry has a logon and a logoff, or a date with hours, not both";
            faults.add(Path::of("date"), FaultCode::Contradiction, message);
            None
        }
        (false, true) => read_day(row, stored, faults),
        (true, false) => read_span(row, stored, zone, faults),
        (false, false) => {
            if stored.is_none() {
                let message = "a time entry needs a logon and a logoff, or a date with hours";
                faults.add(Path::of("logon"), FaultCode::Required, message);
            }
            stored
        }
    }
}

fn read_day(row: &EntryRow, stored: Option<EntryTime>, faults: &mut Faults) -> Option<EntryTime> {
    let before: Option<(Date, Hours)> = match stored {
        Some(EntryTime::Day { date, hours }) => Some((date, hours)),
        Some(EntryTime::Span { .. }) | None => None,
    };
    let date = row.date.or(before.map(|(date, _)| date));
    let hours = row.hours.or(before.map(|(_, hours)| hours));
    if date.is_none() {
        let message = "hours need their date";
        faults.add(Path::of("date"), FaultCode::Required, message);
    }
    if hours.is_none() {
        let message = "a date needs its hours";
        faults.add(Path::of("hours"), FaultCode::Required, message);
    }
    let (date, hours) = (date?, hours?);
    if hours < Hours::ZERO || hours > Hours::DAY {
        let message = format!("{hours} is not from 0 to {}", Hours::DAY);
        faults.add(Path::of("hours"), FaultCode::OutOfRange, message);
        return None;
    }
    Some(EntryTime::Day { date, hours })
}

fn read_span(row: &EntryRow, stored: Option<EntryTime>, zone: Tz, faults: &mut Faults) -> Option<EntryTime> {
    let before = match stored {
        Some(EntryTime::Span {
            logon,
            logoff,
            break_hours,
        }) => Some((logon, logoff, break_hours)),
        Some(EntryTime::Day { .. }) | None => None,
    };
    let mut end = |member, given: Option<Moment>, known: Option<Instant>| {
        if let Some(moment) = given {
            return read_moment(member, moment, zone, faults);
        }
        if known.is_none() {
            let message = "a time entry needs a logon and a logoff";
            faults.add(Path::of(member), FaultCode::Required, message);
        }
        known
    };
    let logon = end("logon", row.logon, before.map(|it| it.0));
    let logoff = end("logoff", row.logoff, before.map(|it| it.1));
    let (logon, logoff) = (logon?, logoff?);
    let break_hours = row.break_hours.or(before.map(|it| it.2)).unwrap_or_default();
    let span = WorkedTime::from_micros(logoff.epoch_micros().saturating_sub(logon.epoch_micros()));
    if span < WorkedTime::ZERO {
        let message = format!("the logoff {logoff} is before the logon {logon}");
        faults.add(Path::of("logoff"), FaultCode::Contradiction, message);
        return None;
    }
    if span > LONGEST {
        let message = "at most 31 days after the logon";
        faults.add(Path::of("logoff"), FaultCode::OutOfRange, message);
        return None;
    }
    if break_hours < Hours::ZERO || WorkedTime::from(break_hours) > span {
        let message = format!(
            "{break_hours} is not from 0 to the {} from logon to logoff",
            span.to_hours()
        );
        faults.add(Path::of("breakHours"), FaultCode::OutOfRange, message);
        return None;
    }
    Some(EntryTime::Span {
        logon,
        logoff,
        break_hours,
    })
}

fn read_moment(member: &'static str, moment: Moment, zone: Tz, faults: &mut Faults) -> Option<Instant> {
    let local = match moment {
        Moment::Instant(instant) => return Some(instant),
        Moment::Local(micros) => DateTime::from_timestamp_micros(micros)?.naive_utc(),
    };
    let instant = at_local(local, zone);
    if instant.is_none() {
        let message = format!(
            "clocks in {} never show {local}: they are put forward past it",
            zone.name()
        );
        faults.add(Path::of(member), FaultCode::NoSuchTime, message);
    }
    instant
}
