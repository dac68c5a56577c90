//! Imported bookings, which TimePunch calls time entries: who worked when on what. What of one
//! lands in which cell is a contribution, kept with the sheet (I13).

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::id::TimeEntryId;
use super::time::{Date, Instant};
use super::timesheet::references::LineTarget;

pub mod split;

/// A booking, without its owner: it is kept with the sheets of theirs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimeEntry {
    /// Its id.
    pub id: TimeEntryId,
    /// Its id in the system that imports it.
    pub external_id: Option<Box<str>>,
    /// What its hours are booked on.
    pub target: LineTarget,
    /// When the work was done.
    pub time: EntryTime,
    /// What was done; empty for nothing said.
    pub description: Box<str>,
    /// Whether it no longer counts (I4).
    pub is_deleted: bool,
    /// When the importing system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// When the work of a booking was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum EntryTime {
    /// From one point in time to another.
    Span {
        /// When it began.
        logon: Instant,
        /// When it ended, not before it began (I9).
        logoff: Instant,
        /// How long it was interrupted, no longer than it took (I9).
        break_hours: Hours,
    },
    /// So many hours of a day.
    Day {
        /// The day.
        date: Date,
        /// The hours.
        hours: Hours,
    },
}

/// Working time, exact to the microsecond: minutes are no exact decimals of hours, so what several
/// bookings bring to a cell is added up before it is rounded once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkedTime(i64);

impl WorkedTime {
    /// None.
    pub const ZERO: Self = Self(0);
    /// Microseconds in the unit of [`Hours`].
    const UNIT: i64 = 36_000;

    /// From microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// As hours, to the nearest 1/100,000 h; a half goes up.
    pub const fn to_hours(self) -> Hours {
        Hours::from_units((self.0 + Self::UNIT / 2).div_euclid(Self::UNIT))
    }
}

impl From<Hours> for WorkedTime {
    fn from(hours: Hours) -> Self {
        Self(hours.units().saturating_mul(Self::UNIT))
    }
}

impl std::ops::Add for WorkedTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for WorkedTime {
    fn sum<I: Iterator<Item = Self>>(times: I) -> Self {
        times.fold(Self::ZERO, std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hours, WorkedTime};

    #[test]
    fn minutes_are_added_up_before_they_are_rounded() {
        let third = WorkedTime::from_micros(20 * 60_000_000);
        assert_eq!(third.to_hours(), Hours::from_units(33_333));
        let whole: WorkedTime = [third; 3].into_iter().sum();
        assert_eq!(whole.to_hours(), Hours::whole(1));
        assert_eq!(
            WorkedTime::from(Hours::from_units(7)).to_hours(),
            Hours::from_units(7)
        );
        assert_eq!(WorkedTime::from_micros(18_000).to_hours(), Hours::from_units(1));
        assert_eq!(WorkedTime::from_micros(17_999).to_hours(), Hours::ZERO);
    }
}
