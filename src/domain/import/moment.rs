//! Points in time as other systems write them: with an offset, or on the owner's clock.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;

use super::row::Moment;
use crate::domain::time::{Date, Instant};

impl FromStr for Moment {
    type Err = InvalidMoment;

    /// Reads RFC 3339, with an offset or without one; seconds may be left out where it has none.
    /// Digits past the microsecond are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(instant) = text.parse() {
            return Ok(Self::Instant(instant));
        }
        let stands = |place: usize, byte: u8| text.as_bytes().get(place) == Some(&byte);
        let is_plain = |byte: u8| byte.is_ascii_digit() || b"-:.T".contains(&byte);
        let is_one = text.bytes().all(is_plain) && stands(4, b'-') && stands(10, b'T') && stands(13, b':');
        if !is_one {
            return Err(InvalidMoment);
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .into_iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .filter(|local| Date::from_naive(local.date()).is_some())
            .map(|local| Self::Local(local.and_utc().timestamp_micros()))
            .ok_or(InvalidMoment)
    }
}

impl fmt::Display for Moment {
    /// As it is read: an instant in UTC with its offset, a local time without one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(instant) => instant.fmt(f),
            Self::Local(micros) => {
                let text = Instant::from_epoch_micros(*micros).to_string();
                f.write_str(text.strip_suffix("+00:00").unwrap_or(&text))
            }
        }
    }
}

/// The text is not a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a date and time: expected 2021-03-22T08:00:00+00:00, or 2021-03-22T08:00:00 on the owner's clock"
)]
pub struct InvalidMoment;

#[cfg(test)]
mod tests {
    use crate::domain::import::Moment;

    #[test]
    fn i14_moments_have_an_offset_or_are_on_the_owners_clock() {
        for (text, printed) in [
            ("2021-03-22T08:00:00+03:00", "2021-03-22T05:00:00+00:00"),
            ("2021-03-22T08:00:00Z", "2021-03-22T08:00:00+00:00"),
            ("2021-03-22T08:00:00", "2021-03-22T08:00:00"),
            ("2021-03-22T08:00:00.25", "2021-03-22T08:00:00.250"),
            ("2021-03-22T08:00", "2021-03-22T08:00:00"),
        ] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.to_string(), printed);
            assert_eq!(printed.parse(), Ok(moment));
        }
        for wrong in [
            "",
            "2021-03-22",
            "08:00",
            "2021-02-30T08:00:00",
            "2021-03-22T25:00:00",
            "22.03.2021T08:00",
            "+2021-03-22T08:00:00",
            "12021-03-22T08:00:00",
            "2021-3-22T08:00:00",
            "2021-03-22T08:00:00 PM",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
