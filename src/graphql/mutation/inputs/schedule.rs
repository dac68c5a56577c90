//! Schedules.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, Saving};
use crate::app::Error;
use crate::domain::error::{FaultCode, Path};
use crate::domain::hours::Hours;
use crate::domain::schedule::{Pattern, Schedule, ScheduleDraft, ScheduleException};
use crate::graphql::scalars::{Date, Decimal, RowVersion, Uuid};

/// A schedule to be made or changed. What is left out stays as it is.
#[derive(InputObject)]
pub struct SaveScheduleInput {
    /// The schedule to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// The hours of ordinary days; a new one needs them.
    pattern: MaybeUndefined<SchedulePatternInput>,
    /// All the dates that differ, in any order.
    exceptions: MaybeUndefined<Vec<ScheduleExceptionInput>>,
}

/// The hours of ordinary days: a week, or a cycle of any number of days.
#[derive(InputObject)]
pub struct SchedulePatternInput {
    /// A date that has the first day's hours; left out for a week, of which Monday has them.
    anchor: Option<Date>,
    /// The hours of each day in turn: seven for a week, up to 366 for a cycle.
    days: Vec<Decimal>,
}

/// A date whose hours differ.
#[derive(InputObject)]
pub struct ScheduleExceptionInput {
    /// When.
    date: Date,
    /// Its hours.
    hours: Decimal,
    /// Why.
    name: Option<String>,
}

impl From<ScheduleExceptionInput> for ScheduleException {
    fn from(input: ScheduleExceptionInput) -> Self {
        let ScheduleExceptionInput { date, hours, name } = input;
        Self {
            date: date.into(),
            hours: hours.into(),
            name: name.map(Into::into),
        }
    }
}

impl SaveScheduleInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<Schedule>, Error> {
        let Self {
            id,
            row_version,
            name,
            pattern,
            exceptions,
        } = self;
        let mut reading = Reading::default();
        let pattern: Option<SchedulePatternInput> = reading.given(|| Path::of("pattern"), pattern);
        let draft = ScheduleDraft {
            name: reading.given(|| Path::of("name"), name),
            pattern: pattern.and_then(|pattern| read_pattern(&mut reading, pattern)),
            exceptions: reading.list(&Path::of("exceptions"), exceptions, |_, _, it| it.into()),
        };
        reading.saving(id, row_version, draft)
    }
}

fn read_pattern(reading: &mut Reading, input: SchedulePatternInput) -> Option<Pattern> {
    let SchedulePatternInput { anchor, days } = input;
    let days: Vec<Hours> = days.into_iter().map(Into::into).collect();
    if let Some(anchor) = anchor {
        return Some(Pattern::Cycle {
            anchor: anchor.into(),
            days: days.into(),
        });
    }
    let week = <[Hours; 7]>::try_from(days).ok();
    if week.is_none() {
        let message = "a week has 7 days, from Monday on; a cycle of another length needs an anchor";
        reading.fault(Path::of("pattern").member("days"), FaultCode::OutOfRange, message);
    }
    week.map(Pattern::Weekly)
}
