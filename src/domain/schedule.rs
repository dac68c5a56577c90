//! Schedules: how many hours a person is to work on a date.

use serde::{Deserialize, Serialize};

use super::effective::Effective;
use super::hours::Hours;
use super::id::ScheduleId;
use super::record::Meta;
use super::time::Date;

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
