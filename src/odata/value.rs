//! The values that expressions come to and that answers show.

use std::borrow::Cow;

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::hours::Hours;
use crate::domain::query;
use crate::domain::time::{Date, Instant};

pub mod arithmetic;
pub mod cast;
mod compare;
#[cfg(test)]
mod tests;

/// Microseconds in a day.
pub const DAY_MICROS: i64 = 86_400_000_000;
/// 0001-01-01T00:00:00Z
pub const MIN_INSTANT: i64 = -62_135_596_800_000_000;
/// 9999-12-31T23:59:59.999999Z
pub const MAX_INSTANT: i64 = 253_402_300_799_999_999;

/// A value. Text is borrowed from the rows where it can be.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value<'a> {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Hours, exactly; a decimal to clients.
    Hours(Hours),
    /// A number.
    Decimal(Decimal),
    /// What only a double can hold: the outcome of casts, `INF`, `NaN`.
    Double(f64),
    /// A date.
    Date(Date),
    /// A point in time.
    Instant(Instant),
    /// Microseconds of a day.
    TimeOfDay(i64),
    /// A span of time in microseconds.
    Duration(i64),
    /// An id.
    Id(Uuid),
    /// A text, or the code of an enumeration.
    Text(Cow<'a, str>),
    /// Bytes.
    Binary(Cow<'a, [u8]>),
    /// Named members, in order.
    Complex(Vec<(&'static str, Value<'a>)>),
    /// Several.
    List(Vec<Value<'a>>),
}

impl Value<'_> {
    /// The value by itself.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => Value::Bool(it),
            Self::Int(it) => Value::Int(it),
            Self::Hours(it) => Value::Hours(it),
            Self::Decimal(it) => Value::Decimal(it),
            Self::Double(it) => Value::Double(it),
            Self::Date(it) => Value::Date(it),
            Self::Instant(it) => Value::Instant(it),
            Self::TimeOfDay(it) => Value::TimeOfDay(it),
            Self::Duration(it) => Value::Duration(it),
            Self::Id(it) => Value::Id(it),
            Self::Text(it) => Value::Text(Cow::Owned(it.into_owned())),
            Self::Binary(it) => Value::Binary(Cow::Owned(it.into_owned())),
            Self::Complex(it) => {
                let members = it.into_iter();
                Value::Complex(members.map(|(name, it)| (name, it.into_owned())).collect())
            }
            Self::List(it) => Value::List(it.into_iter().map(Value::into_owned).collect()),
        }
    }
}

impl<'a> From<query::Value<'a>> for Value<'a> {
    fn from(value: query::Value<'a>) -> Self {
        match value {
            query::Value::Null => Self::Null,
            query::Value::Bool(it) => Self::Bool(it),
            query::Value::Int(it) => Self::Int(it),
            query::Value::Hours(it) => Self::Hours(it),
            query::Value::Date(it) => Self::Date(it),
            query::Value::Instant(it) => Self::Instant(it),
            query::Value::Id(it) => Self::Id(it),
            query::Value::Text(it) => Self::Text(it),
        }
    }
}
