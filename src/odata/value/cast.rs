//! `cast` and `isof`: values as values of another primitive type, and as text.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use uuid::Uuid;

use super::{DAY_MICROS, Value};
use crate::domain::time::{Date, Instant};

/// A primitive type to cast to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "they are called as they are in `Edm`")]
pub enum Primitive {
    Boolean,
    Byte,
    SByte,
    Int16,
    Int32,
    Int64,
    Decimal,
    Single,
    Double,
    Date,
    DateTimeOffset,
    TimeOfDay,
    Duration,
    Guid,
    String,
    Binary,
}

impl Primitive {
    /// All of them, by name.
    const NAMES: [(&'static str, Self); 16] = [
        ("Boolean", Self::Boolean),
        ("Byte", Self::Byte),
        ("SByte", Self::SByte),
        ("Int16", Self::Int16),
        ("Int32", Self::Int32),
        ("Int64", Self::Int64),
        ("Decimal", Self::Decimal),
        ("Single", Self::Single),
        ("Double", Self::Double),
        ("Date", Self::Date),
        ("DateTimeOffset", Self::DateTimeOffset),
        ("TimeOfDay", Self::TimeOfDay),
        ("Duration", Self::Duration),
        ("Guid", Self::Guid),
        ("String", Self::String),
        ("Binary", Self::Binary),
    ];

    /// The type of this name, such as `Edm.String`.
    pub fn named(name: &str) -> Option<Self> {
        let (space, name) = name.split_once('.')?;
        let mut known = Self::NAMES.iter();
        let found = known.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        space.eq_ignore_ascii_case("Edm").then_some(found.1)
    }

    /// The whole numbers that it holds, if it is a type of whole numbers.
    const fn range(self) -> Option<(i64, i64)> {
        match self {
            Self::Byte => Some((0, 255)),
            Self::SByte => Some((-128, 127)),
            Self::Int16 => Some((-32_768, 32_767)),
            Self::Int32 => Some((-2_147_483_648, 2_147_483_647)),
            Self::Int64 => Some((i64::MIN, i64::MAX)),
            _ => None,
        }
    }

    /// Whether `value` is of this type; null is of none.
    pub fn holds(self, value: &Value<'_>) -> bool {
        match value {
            Value::Int(it) => match self.range() {
                Some((least, most)) => (least..=most).contains(it),
                None => self == Self::Decimal,
            },
            Value::Hours(_) | Value::Decimal(_) => self == Self::Decimal,
            Value::Double(_) => self == Self::Double,
            Value::Bool(_) => self == Self::Boolean,
            Value::Date(_) => self == Self::Date,
            Value::Instant(_) => self == Self::DateTimeOffset,
            Value::TimeOfDay(_) => self == Self::TimeOfDay,
            Value::Duration(_) => self == Self::Duration,
            Value::Id(_) => self == Self::Guid,
            Value::Text(_) => self == Self::String,
            Value::Binary(_) => self == Self::Binary,
            Value::Null | Value::Complex(_) | Value::List(_) => false,
        }
    }

    /// `value` as a value of this type; null if it cannot be one.
    pub fn cast(self, value: Value<'_>) -> Value<'_> {
        if self.holds(&value) {
            return value;
        }
        if let Value::Text(text) = &value {
            return self.parse(text).unwrap_or(Value::Null);
        }
        self.convert(&value).unwrap_or(Value::Null)
    }

    fn convert(self, value: &Value<'_>) -> Option<Value<'static>> {
        if let Some((least, most)) = self.range() {
            let whole = match value {
                Value::Double(it) => it.trunc().to_i64(),
                _ => value.to_decimal()?.trunc().to_i64(),
            };
            return whole.filter(|it| (least..=most).contains(it)).map(Value::Int);
        }
        match (self, value) {
            (Self::String, _) => value.print().map(|text| Value::Text(Cow::Owned(text))),
            (Self::Decimal, Value::Double(it)) => exact(*it).map(Value::Decimal),
            (Self::Single | Self::Double, _) => value.to_double().map(Value::Double),
            (Self::Date, Value::Instant(it)) => Some(Value::Date(it.utc_date())),
            (Self::DateTimeOffset, Value::Date(_)) => {
                Some(Value::Instant(Instant::from_epoch_micros(value.micros()?)))
            }
            (Self::TimeOfDay, Value::Instant(it)) => {
                Some(Value::TimeOfDay(it.epoch_micros().rem_euclid(DAY_MICROS)))
            }
            _ => None,
        }
    }

    /// The value that a text spells.
    pub fn parse(self, text: &str) -> Option<Value<'static>> {
        if let Some((least, most)) = self.range() {
            let whole = text.parse().ok()?;
            return (least..=most).contains(&whole).then_some(Value::Int(whole));
        }
        match self {
            Self::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
            Self::Decimal => Decimal::from_str_exact(text)
                .or_else(|_| Decimal::from_scientific(text))
                .ok()
                .map(Value::Decimal),
            Self::Single | Self::Double => text.parse().ok().map(Value::Double),
            Self::Date => text.parse().ok().map(Value::Date),
            Self::DateTimeOffset => text
                .parse::<Instant>()
                .ok()
                .or_else(|| {
                    let date = Value::Date(text.parse::<Date>().ok()?);
                    date.micros().map(Instant::from_epoch_micros)
                })
                .map(Value::Instant),
            Self::TimeOfDay => time_of_day(text).map(Value::TimeOfDay),
            Self::Duration => duration(text).map(Value::Duration),
            Self::Guid => Uuid::try_parse(text).ok().map(Value::Id),
            Self::String => Some(Value::Text(Cow::Owned(text.to_owned()))),
            Self::Binary => {
                let text = text.trim_end_matches('=');
                let bytes = URL_SAFE_NO_PAD.decode(text.replace('+', "-").replace('/', "_"));
                bytes.ok().map(|bytes| Value::Binary(Cow::Owned(bytes)))
            }
            Self::Byte | Self::SByte | Self::Int16 | Self::Int32 | Self::Int64 => None,
        }
    }
}

/// The decimal that a double is printed as.
pub fn exact(double: f64) -> Option<Decimal> {
    let text = format!("{double}");
    Decimal::from_str_exact(&text).ok().map(|it| it.normalize())
}

impl Value<'_> {
    /// As text, the way a literal is spelt but without quotes; [`None`] of null and of what has
    /// parts.
    pub fn print(&self) -> Option<String> {
        Some(match self {
            Self::Bool(it) => it.to_string(),
            Self::Int(it) => it.to_string(),
            Self::Hours(it) => it.to_string(),
            Self::Decimal(it) => it.normalize().to_string(),
            Self::Double(it) if it.is_infinite() => if *it > 0.0 { "INF" } else { "-INF" }.to_owned(),
            Self::Double(it) => it.to_string(),
            Self::Date(it) => it.to_string(),
            Self::Instant(it) => it.to_string().replace("+00:00", "Z"),
            Self::TimeOfDay(it) => print_time(*it),
            Self::Duration(it) => print_duration(*it),
            Self::Id(it) => it.to_string(),
            Self::Text(it) => it.to_string(),
            Self::Binary(it) => STANDARD.encode(it),
            Self::Null | Self::Complex(_) | Self::List(_) => return None,
        })
    }
}

/// `08:00:00`, with as many decimals as are needed.
fn print_time(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}{}",
        seconds % 60,
        decimals(fraction)
    )
}

/// `PT8H30M`, or `P1DT2H`; `PT0S` for nothing.
fn print_duration(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let total = micros.unsigned_abs();
    let (seconds, fraction) = (total / 1_000_000, total % 1_000_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let mut text = format!("{sign}P");
    if days > 0 {
        let _ = write!(text, "{days}D");
    }
    let seconds = seconds % 60;
    if total == 0 || hours > 0 || minutes > 0 || seconds > 0 || fraction > 0 {
        text.push('T');
    }
    if hours > 0 {
        let _ = write!(text, "{hours}H");
    }
    if minutes > 0 {
        let _ = write!(text, "{minutes}M");
    }
    if seconds > 0 || fraction > 0 || total == 0 {
        let fraction = decimals(i64::try_from(fraction).unwrap_or_default());
        let _ = write!(text, "{seconds}{fraction}S");
    }
    text
}

fn decimals(micros: i64) -> String {
    if micros == 0 {
        return String::new();
    }
    format!(".{micros:06}").trim_end_matches('0').to_owned()
}

/// `08:00`, `08:00:00` or `08:00:00.5` in microseconds of the day.
fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours = two_digits(parts.next()?)?;
    let minutes = two_digits(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), seconds)?;
    let fits = hours < 24 && minutes < 60 && seconds < 60_000_000 && parts.next().is_none();
    fits.then_some((hours * 60 + minutes) * 60_000_000 + seconds)
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds with up to twelve decimals, in microseconds; what is below is dropped.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 12 {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(micros.parse().ok()?)
}

/// `P1DT8H30M5.5S` in microseconds.
fn duration(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let mut total = 0_i64;
    let mut rest = days;
    if let Some((number, after)) = rest.split_once('D') {
        total = seconds(number)?.checked_mul(86_400)?;
        rest = after;
    }
    if !rest.is_empty() {
        return None;
    }
    let mut rest = time;
    for (unit, factor) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            total = total.checked_add(seconds(number)?.checked_mul(factor)?)?;
            rest = after;
        }
    }
    let total = if negative { total.checked_neg()? } else { total };
    rest.is_empty().then_some(total)
}
