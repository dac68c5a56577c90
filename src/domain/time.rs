//! Dates without a zone, and instants in UTC. The clock is handed in.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};

/// Tells the time. Production reads the system's clock; tests bring their own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// A calendar date between 0001-01-01 and 9999-12-31, kept as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(i32);

/// Days from 0001-01-01 to 1970-01-01, the origin of [`Date`].
const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(1 - EPOCH_FROM_COMMON_ERA);
    /// 9999-12-31.
    pub const MAX: Self = Self(3_652_059 - EPOCH_FROM_COMMON_ERA);

    /// The date `days` after 1970-01-01, if it is within the calendar.
    pub fn from_epoch_days(days: i32) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// The date with these numbers, if there is one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::from_naive)
    }

    /// Takes over a chrono date within the calendar's range.
    pub fn from_naive(date: NaiveDate) -> Option<Self> {
        Self::from_epoch_days(date.num_days_from_ce().checked_sub(EPOCH_FROM_COMMON_ERA)?)
    }

    /// The same date for chrono.
    pub fn to_naive(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_COMMON_ERA).unwrap_or_default()
    }

    /// The date `days` later (earlier when negative), held within the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus_days(1)
    }

    /// The day before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.plus_days(-1)
    }

    /// Days from `earlier` to this date; negative when it is later.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Days since Monday: 0 is Monday, 6 is Sunday.
    pub fn days_from_monday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.0 + 3).rem_euclid(7)).unwrap_or_default()
    }

    /// Year, month (1 to 12) and day (1 to 31).
    pub const fn ymd(self) -> (i32, u32, u32) {
        // Counted from 0000-03-01, leap days come last: in their year, in four, in a hundred and
        // in the four hundred years after which everything repeats.
        const FROM_MARCH_0000: i32 = 719_468;
        const DAYS_OF_400_YEARS: u32 = 146_097;
        let days = (self.0 + FROM_MARCH_0000).unsigned_abs();
        let (cycles, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
        let leap_days = day / 1_460 - day / 36_524 + day / 146_096;
        let year = (day - leap_days) / 365;
        let day = day - (year * 365 + year / 4 - year / 100);
        // The months from March on have 153 days in every five.
        let month = (day * 5 + 2) / 153;
        let day = day - (month * 153 + 2) / 5 + 1;
        let (month, next_year) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        ((cycles * 400 + year + next_year).cast_signed(), month, day)
    }

    /// `dd.MM.yyyy`, as a sheet's default name prints it (P7).
    pub fn dotted(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{day:02}.{month:02}.{year:04}")
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    /// Reads `yyyy-MM-dd` and nothing else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(text @ [_, _, _, _, b'-', _, _, b'-', _, _]) = text.as_bytes().as_array::<10>() else {
            return Err(InvalidDate);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |number, digit| {
                let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
                Some(number * 10 + digit)
            })
        };
        let date = number(&text[..4])
            .zip(number(&text[5..7]))
            .zip(number(&text[8..]));
        date.and_then(|((year, month), day)| Self::from_ymd(year.into(), month.into(), day.into()))
            .ok_or(InvalidDate)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a date of the form `yyyy-MM-dd` in the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date: expected yyyy-MM-dd in the years 0001 to 9999")]
pub struct InvalidDate;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The instant this many microseconds after the epoch.
    pub const fn from_epoch_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn epoch_micros(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The date in UTC.
    pub fn utc_date(self) -> Date {
        let days = self.0.div_euclid(86_400_000_000);
        let days = days.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0));
        Date(i32::try_from(days).unwrap_or_default())
    }

    /// The date that a calendar on the wall in `zone` shows.
    pub fn date_in(self, zone: chrono_tz::Tz) -> Date {
        self.to_utc()
            .and_then(|utc| Date::from_naive(utc.with_timezone(&zone).date_naive()))
            .unwrap_or_else(|| self.utc_date())
    }

    fn to_utc(self) -> Option<DateTime<chrono::Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

impl FromStr for Instant {
    type Err = InvalidInstant;

    /// Reads RFC 3339 with an offset; digits past the microsecond are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| Self(instant.timestamp_micros()))
            .map_err(|_| InvalidInstant)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with the offset spelt `+00:00` and as few decimals as are exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_utc() {
            Some(utc) => f.write_str(&utc.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            None => f.write_str("9999-12-31T23:59:59+00:00"),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an RFC 3339 date and time with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time: expected RFC 3339 with an offset, such as 2021-03-22T08:00:00+00:00")]
pub struct InvalidInstant;

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::{Date, Instant};

    #[test]
    fn every_date_of_the_calendar_has_its_numbers() {
        let mut expected = Date::MIN.to_naive();
        let mut date = Date::MIN;
        while date < Date::MAX {
            assert_eq!(date.ymd(), (expected.year(), expected.month(), expected.day()));
            (date, expected) = (date.next(), expected.succ_opt().unwrap());
        }
        assert_eq!(date.ymd(), (9_999, 12, 31));
    }

    #[test]
    fn dates_read_and_print_the_iso_form_and_nothing_else() {
        for text in ["0001-01-01", "1970-01-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().map(|d| d.to_string()), Ok(text.to_owned()));
        }
        let wrong =
            "2023-02-29 2023-2-01 20230201 0000-01-01 +023-01-01 2023-01-01T00 2023-01-01- 10000-01-01";
        for text in wrong.split(' ').chain([""]) {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn weekdays_count_from_monday() {
        let monday: Date = "2021-03-22".parse().unwrap();
        for days in 0..7 {
            assert_eq!(i32::from(monday.plus_days(days).days_from_monday()), days);
        }
        assert_eq!(Date::MAX.next(), Date::MAX);
        assert_eq!(Date::MIN.to_string(), "0001-01-01");
    }

    #[test]
    fn instants_print_an_offset() {
        let instant: Instant = "2021-02-22T08:55:46.6233881+03:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2021-02-22T05:55:46.623388+00:00");
        assert_eq!(instant.utc_date().to_string(), "2021-02-22");
        let auckland = "Pacific/Auckland".parse().unwrap();
        let evening: Instant = "2021-02-22T20:00:00+00:00".parse().unwrap();
        assert_eq!(evening.date_in(auckland).to_string(), "2021-02-23");
    }
}
