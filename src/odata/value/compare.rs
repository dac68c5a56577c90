//! How values stand to each other: numbers whatever their kind, dates against points in time.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{DAY_MICROS, Value};

impl Value<'_> {
    /// How two values stand to each other; [`None`] if one is null or they cannot be compared.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Self::Hours(a), Value::Hours(b)) => Some(a.cmp(b)),
            (Self::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
            (Self::Date(_), Value::Instant(_)) | (Self::Instant(_), Value::Date(_)) => {
                Some(self.micros()?.cmp(&other.micros()?))
            }
            (Self::TimeOfDay(a), Value::TimeOfDay(b)) | (Self::Duration(a), Value::Duration(b)) => {
                Some(a.cmp(b))
            }
            (Self::Id(a), Value::Id(b)) => Some(a.cmp(b)),
            (Self::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Self::Binary(a), Value::Binary(b)) => Some(a.cmp(b)),
            (Self::Double(_), _) | (_, Value::Double(_)) => {
                self.to_double()?.partial_cmp(&other.to_double()?)
            }
            (Self::List(a), Value::List(b)) => a.eq(b).then_some(Ordering::Equal),
            _ => Some(self.to_decimal()?.cmp(&other.to_decimal()?)),
        }
    }

    /// Whether two values are equal as OData has it: null equals null and nothing else.
    pub fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Null, Value::Null) => true,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// The place in an order: null is the lowest, what cannot be compared stands by its kind, so
    /// that the order is total.
    pub fn order(&self, other: &Value<'_>) -> Ordering {
        match (self, other) {
            (Self::Double(a), Value::Double(b)) => a.total_cmp(b),
            _ => self
                .compare(other)
                .unwrap_or_else(|| self.rank().cmp(&other.rank())),
        }
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The number that it is, exactly; [`None`] if it is none.
    pub fn to_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(it) => Some(Decimal::from(*it)),
            Self::Hours(it) => Decimal::try_new(it.units(), 5).ok(),
            Self::Decimal(it) => Some(*it),
            _ => None,
        }
    }

    /// The number that it is, as near as a double comes.
    pub fn to_double(&self) -> Option<f64> {
        match self {
            Self::Double(it) => Some(*it),
            _ => self.to_decimal()?.to_f64(),
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z; of a date, of its first moment in UTC.
    pub fn micros(&self) -> Option<i64> {
        match self {
            Self::Date(it) => Some(i64::from(it.epoch_days()) * DAY_MICROS),
            Self::Instant(it) => Some(it.epoch_micros()),
            _ => None,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::Hours(_) | Self::Decimal(_) | Self::Double(_) => 2,
            Self::Date(_) | Self::Instant(_) => 3,
            Self::TimeOfDay(_) => 4,
            Self::Duration(_) => 5,
            Self::Id(_) => 6,
            Self::Text(_) => 7,
            Self::Binary(_) => 8,
            Self::Complex(_) => 9,
            Self::List(_) => 10,
        }
    }
}
