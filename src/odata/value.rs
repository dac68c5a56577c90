//! The values that expressions come to and that answers show.

use std::borrow::Cow;

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::hours::Hours;
use crate::domain::query;
use crate::domain::time::{Date, Instant};

/// A value. Text is borrowed from the rows where it can be.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'a> {
    /// Nothing.
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
