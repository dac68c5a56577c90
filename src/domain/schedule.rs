//! Schedules: how many hours a person is to work on a date.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::draft::{DraftReading, Drafted, MAX_NAME_CHARS};
use super::effective::Effective;
use super::error::{Error, FaultCode, Path};
use super::hours::Hours;
use super::id::ScheduleId;
use super::record::Meta;
use super::time::{Date, Instant};

/// A pattern of working hours with its exceptions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// The hours of an ordinary day.
    pub pattern: Pattern,
    /// The dates that differ, in date order, each once.
    pub exceptions: Box<[ScheduleException]>,
}

/// The hours of ordinary days.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Pattern {
    /// Monday to Sunday.
    Weekly([Hours; 7]),
    /// A cycle of any number of days, of which the first falls on `anchor`.
    Cycle {
        /// A date that has the first day's hours.
        anchor: Date,
        /// The hours of each day of the cycle; never empty.
        days: Box<[Hours]>,
    },
}

/// A date whose hours differ: a holiday (0 h), a short day, a working Saturday.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScheduleException {
    /// When.
    pub date: Date,
    /// Its hours.
    pub hours: Hours,
    /// Why.
    pub name: Option<Box<str>>,
}

impl Pattern {
    /// The longest cycle that is taken.
    pub const MAX_CYCLE_DAYS: usize = 366;

    fn hours_on(&self, date: Date) -> Hours {
        let hours = match self {
            Self::Weekly(days) => days.get(usize::from(date.days_from_monday())),
            Self::Cycle { anchor, days } => i32::try_from(days.len())
                .ok()
                .and_then(|length| date.days_since(*anchor).checked_rem_euclid(length))
                .and_then(|day| days.get(usize::try_from(day).ok()?)),
        };
        hours.copied().unwrap_or_default()
    }
}

impl Schedule {
    /// The hours to work on `date`.
    pub fn hours_on(&self, date: Date) -> Hours {
        match self
            .exceptions
            .binary_search_by_key(&date, |exception| exception.date)
        {
            Ok(index) => self
                .exceptions
                .get(index)
                .map_or(Hours::ZERO, |exception| exception.hours),
            Err(_) => self.pattern.hours_on(date),
        }
    }
}

/// The hours to work on `date` for somebody who follows `schedules`, by id out of `known`;
/// zero where there is no schedule (M4).
pub fn scheduled_hours<'a>(
    schedules: &Effective<ScheduleId>,
    known: impl Fn(ScheduleId) -> Option<&'a Schedule>,
    date: Date,
) -> Hours {
    schedules
        .at(date)
        .and_then(|id| known(*id))
        .map_or(Hours::ZERO, |schedule| schedule.hours_on(date))
}

/// What is to become of a schedule.
#[derive(Clone, Debug, Default)]
pub struct ScheduleDraft {
    /// Its name.
    pub name: Option<String>,
    /// The hours of ordinary days; needed at first.
    pub pattern: Option<Pattern>,
    /// All the dates that differ, in any order.
    pub exceptions: Option<Vec<ScheduleException>>,
}

impl Drafted for Schedule {
    type Draft = ScheduleDraft;

    /// The schedule that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &ScheduleDraft,
        id: ScheduleId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let schedule = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            pattern: match (&draft.pattern, existing) {
                (Some(pattern), _) => read_pattern(&mut reading, pattern),
                (None, Some(existing)) => existing.pattern.clone(),
                (None, None) => {
                    reading.fault(
                        Path::of("pattern"),
                        FaultCode::Required,
                        "a schedule needs a pattern of hours",
                    );
                    Pattern::Weekly([Hours::ZERO; 7])
                }
            },
            exceptions: match (&draft.exceptions, existing) {
                (Some(exceptions), _) => read_exceptions(&mut reading, exceptions),
                (None, existing) => existing.map(|it| it.exceptions.clone()).unwrap_or_default(),
            },
        };
        reading.finish(schedule)
    }
}

fn read_pattern(reading: &mut DraftReading, pattern: &Pattern) -> Pattern {
    let path = Path::of("pattern").member("days");
    let days: &[Hours] = match pattern {
        Pattern::Weekly(days) => days,
        Pattern::Cycle { days, .. } => days,
    };
    if days.is_empty() || days.len() > Pattern::MAX_CYCLE_DAYS {
        let message = format!("a cycle has 1 to {} days", Pattern::MAX_CYCLE_DAYS);
        reading.fault(path.clone(), FaultCode::OutOfRange, message);
    }
    for (index, hours) in days.iter().enumerate() {
        read_hours(reading, path.index(index), *hours);
    }
    pattern.clone()
}

fn read_exceptions(reading: &mut DraftReading, exceptions: &[ScheduleException]) -> Box<[ScheduleException]> {
    let path = Path::of("exceptions");
    if exceptions.len() > Schedule::MAX_EXCEPTIONS {
        let message = format!("at most {} exceptions", Schedule::MAX_EXCEPTIONS);
        reading.fault(path.clone(), FaultCode::OutOfRange, message);
    }
    let mut seen = HashSet::new();
    let mut sorted = Vec::with_capacity(exceptions.len());
    for (index, ScheduleException { date, hours, name }) in exceptions.iter().enumerate() {
        let path = path.index(index);
        if !seen.insert(*date) {
            reading.fault(
                path.member("date"),
                FaultCode::Duplicate,
                format!("{date} is there twice"),
            );
        }
        read_hours(reading, path.member("hours"), *hours);
        sorted.push(ScheduleException {
            date: *date,
            hours: *hours,
            name: name
                .as_deref()
                .map(|name| reading.text(&path.member("name"), name, MAX_NAME_CHARS)),
        });
    }
    sorted.sort_by_key(|exception| exception.date);
    sorted.into()
}

/// Two decimals, because that is what the schedule of a sheet is printed with (M4).
fn read_hours(reading: &mut DraftReading, path: Path, hours: Hours) {
    if hours < Hours::ZERO || hours > Hours::DAY {
        reading.fault(path, FaultCode::OutOfRange, "must be 0 to 24 hours");
    } else if hours.units() % 1_000 != 0 {
        reading.fault(path, FaultCode::TooManyPlaces, "at most 2 decimal places");
    }
}

impl Schedule {
    /// The most exceptions that one schedule takes: fifty years of thirty a year, and some.
    pub const MAX_EXCEPTIONS: usize = 2_000;
}
