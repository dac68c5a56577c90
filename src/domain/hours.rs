//! Exact hours: an integer of 1/100,000 h, never a float (SPEC 1).

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Units in one hour.
const UNITS: i64 = 100_000;
/// Decimal places that the unit holds.
const PLACES: usize = 5;

/// A duration in hours with at most five decimal places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(i64);

impl Hours {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// The most that one cell may hold (S10).
    pub const DAY: Self = Self(24 * UNITS);

    /// Whole hours.
    pub const fn whole(hours: i32) -> Self {
        // i32 times 100,000 is always within i64.
        Self(hours as i64 * UNITS)
    }

    /// From units of 1/100,000 h.
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// In units of 1/100,000 h.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// To be printed with exactly `places` decimals (at most five); OData prints five, and two for
    /// schedules. Places that are cut are cut towards zero; schedules are kept to two, so none is lost
    /// there.
    pub fn with_places(self, places: usize) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            let places = places.min(PLACES);
            let sign = if self.0 < 0 { "-" } else { "" };
            let (whole, fraction) = self.split();
            let cut = 10_u64.pow(u32::try_from(PLACES - places).unwrap_or_default());
            match places {
                0 => write!(f, "{sign}{whole}"),
                _ => write!(f, "{sign}{whole}.{:0places$}", fraction / cut),
            }
        })
    }

    const fn split(self) -> (u64, u64) {
        let units = self.0.unsigned_abs();
        (units / UNITS.unsigned_abs(), units % UNITS.unsigned_abs())
    }
}

impl FromStr for Hours {
    type Err = InvalidHours;

    /// Reads a decimal number, optionally with an exponent; more places than five that are not
    /// zero are an error and never rounded (S10).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(plain) = plain(text.as_bytes()) {
            return Ok(plain);
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match split_at_byte(unsigned, |byte| matches!(byte, b'e' | b'E')) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = split_at_byte(mantissa, |byte| byte == b'.').unwrap_or((mantissa, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(InvalidHours::NotANumber);
        }
        let units = scale(whole, fraction, exponent)?;
        Ok(Self(if negative { -units } else { units }))
    }
}

/// The hours in a text of at most nine digits and a point, as people book them, in one pass; `None`
/// for whatever else there is.
fn plain(text: &[u8]) -> Option<Hours> {
    let ([b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9']) = text else {
        return None;
    };
    if text.len() > 10 {
        return None;
    }
    let (mut value, mut places) = (0_i64, None);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                places = places.map(|places| places + 1);
            }
            b'.' if places.is_none() => places = Some(0_usize),
            _ => return None,
        }
    }
    let unit = [100_000, 10_000, 1_000, 100, 10, 1].get(places.unwrap_or_default())?;
    Some(Hours(value * unit))
}

/// What is before and behind the first byte that `is_mark`, which is an ASCII character. For texts of
/// three or four characters it is quicker than a search for a pattern.
fn split_at_byte(text: &str, is_mark: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let at = text.bytes().position(is_mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// An exponent as JSON allows it; beyond three digits no value is in range anyway.
fn parse_exponent(text: &str) -> Result<i32, InvalidHours> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidHours::NotANumber);
    }
    text.strip_prefix('+')
        .unwrap_or(text)
        .parse()
        .map_err(|_| InvalidHours::NotANumber)
}

/// The value of `whole.fraction` times ten to the `exponent`, in units.
fn scale(whole: &str, fraction: &str, exponent: i32) -> Result<i64, InvalidHours> {
    let mut places = -exponent;
    let mut value: i64 = 0;
    let digits = whole.bytes().chain(fraction.bytes());
    places += i32::try_from(fraction.len()).map_err(|_| InvalidHours::TooManyPlaces)?;
    // `position` counts the decimal place of each digit: digits past the fifth must be zero.
    let total = i32::try_from(whole.len() + fraction.len()).map_err(|_| InvalidHours::OutOfRange)?;
    for (index, digit) in (0_i32..).zip(digits) {
        let position = places - (total - 1 - index);
        let digit = i64::from(digit - b'0');
        if position > 5 {
            if digit != 0 {
                return Err(InvalidHours::TooManyPlaces);
            }
            continue;
        }
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(digit))
            .ok_or(InvalidHours::OutOfRange)?;
    }
    if value == 0 {
        return Ok(0);
    }
    for _ in places.min(5)..5 {
        value = value.checked_mul(10).ok_or(InvalidHours::OutOfRange)?;
    }
    Ok(value)
}

impl fmt::Display for Hours {
    /// The shortest exact decimal: `3`, `3.25`, `-0.00001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.split();
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:05}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}h")
    }
}

impl Add for Hours {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Hours {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Hours {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Hours {
    fn sum<I: Iterator<Item = Self>>(hours: I) -> Self {
        hours.fold(Self::ZERO, Add::add)
    }
}

/// Why a text is not a number of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// Not a decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// A digit other than zero past the fifth decimal place.
    #[error("more than 5 decimal places")]
    TooManyPlaces,
    /// Larger than any duration.
    #[error("out of range")]
    OutOfRange,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Hours, InvalidHours};

    fn read(text: &str) -> Result<i64, InvalidHours> {
        text.parse::<Hours>().map(Hours::units)
    }

    #[test]
    fn s10_reads_exactly_and_refuses_a_sixth_place() {
        assert_eq!(read("3.25"), Ok(325_000));
        assert_eq!(read("3.00000"), Ok(300_000));
        assert_eq!(read("0.00001"), Ok(1));
        assert_eq!(read("-0.5"), Ok(-50_000));
        assert_eq!(read("1.0000000"), Ok(100_000));
        assert_eq!(read("0.000001"), Err(InvalidHours::TooManyPlaces));
        assert_eq!(read("3.123456"), Err(InvalidHours::TooManyPlaces));
        assert_eq!(read("1e-5"), Ok(1));
        assert_eq!(read("25e-1"), Ok(250_000));
        assert_eq!(read("2.5E+1"), Ok(2_500_000));
        assert_eq!(read("1e-7"), Err(InvalidHours::TooManyPlaces));
        assert_eq!(read("0e999"), Ok(0));
        assert_eq!(read("1e300"), Err(InvalidHours::OutOfRange));
        assert_eq!(read("99999999999999999999"), Err(InvalidHours::OutOfRange));
        for wrong in [
            "", "-", ".", "1.", ".5", "1,5", "+1", "NaN", "1e", "1e9999", "0x1", " 1", "1 ",
        ] {
            assert_eq!(read(wrong), Err(InvalidHours::NotANumber), "{wrong}");
        }
    }

    #[test]
    fn prints_shortest_and_with_places() {
        assert_eq!(Hours::from_units(325_000).to_string(), "3.25");
        assert_eq!(Hours::whole(8).with_places(2).to_string(), "8.00");
        assert_eq!(Hours::whole(3).with_places(5).to_string(), "3.00000");
        assert_eq!(Hours::from_units(-1).to_string(), "-0.00001");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(units in any::<i64>().prop_map(|u| u / 4)) {
            let hours = Hours::from_units(units);
            prop_assert_eq!(hours.to_string().parse(), Ok(hours));
            prop_assert_eq!(hours.with_places(5).to_string().parse(), Ok(hours));
        }

        #[test]
        fn what_is_plain_is_what_it_is_with_an_exponent(text in r"[0-9]{0,6}\.?[0-9]{0,7}") {
            prop_assert_eq!(read(&text), read(&format!("{text}e0")), "{}", text);
        }

        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,40}") {
            let _ = text.parse::<Hours>();
        }
    }
}
