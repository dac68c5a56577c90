//! Arithmetic: whole numbers and decimals exactly, dates and spans of time, doubles only where an
//! operand is one already. What does not fit is an error, never a wrong number.

use rust_decimal::Decimal;

use super::{DAY_MICROS, Value};
use crate::domain::time::{Date, Instant};

/// An arithmetic operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arithmetic {
    /// `add`
    Add,
    /// `sub`
    Sub,
    /// `mul`
    Mul,
    /// `div`, of whole numbers without a remainder.
    Div,
    /// `divby`, always with a fraction.
    DivBy,
    /// `mod`, with the sign of the dividend.
    Mod,
}

/// Why a value cannot be computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArithmeticError {
    /// Division by zero.
    #[error("a number is divided by zero")]
    DivisionByZero,
    /// The outcome does not fit.
    #[error("the outcome of a computation is too large")]
    Overflow,
}

use ArithmeticError::{DivisionByZero, Overflow};

impl Arithmetic {
    /// The outcome; null if an operand is null or the operands do not go together.
    pub fn apply(self, left: &Value<'_>, right: &Value<'_>) -> Result<Value<'static>, ArithmeticError> {
        match (left, right) {
            (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
            (Value::Int(a), Value::Int(b)) => self.of_ints(*a, *b),
            (Value::Double(_), _) | (_, Value::Double(_)) => {
                Ok(match (left.to_double(), right.to_double()) {
                    (Some(a), Some(b)) => Value::Double(self.of_doubles(a, b)),
                    _ => Value::Null,
                })
            }
            _ => match (left.to_decimal(), right.to_decimal()) {
                (Some(a), Some(b)) => self.of_decimals(a, b),
                _ => self.of_times(left, right),
            },
        }
    }

    fn of_ints(self, a: i64, b: i64) -> Result<Value<'static>, ArithmeticError> {
        let outcome = match self {
            Self::Add => a.checked_add(b),
            Self::Sub => a.checked_sub(b),
            Self::Mul => a.checked_mul(b),
            Self::Div | Self::DivBy | Self::Mod if b == 0 => return Err(DivisionByZero),
            Self::Div => a.checked_div(b),
            Self::DivBy => return self.of_decimals(a.into(), b.into()),
            // Of i64::MIN and -1 the remainder is zero, though it overflows.
            Self::Mod => Some(a.wrapping_rem(b)),
        };
        outcome.map(Value::Int).ok_or(Overflow)
    }

    fn of_decimals(self, a: Decimal, b: Decimal) -> Result<Value<'static>, ArithmeticError> {
        let outcome = match self {
            Self::Add => a.checked_add(b),
            Self::Sub => a.checked_sub(b),
            Self::Mul => a.checked_mul(b),
            Self::Div | Self::DivBy | Self::Mod if b.is_zero() => return Err(DivisionByZero),
            Self::Div | Self::DivBy => a.checked_div(b),
            Self::Mod => a.checked_rem(b),
        };
        outcome.map(|it| Value::Decimal(it.normalize())).ok_or(Overflow)
    }

    fn of_doubles(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div | Self::DivBy => a / b,
            Self::Mod => a % b,
        }
    }

    fn of_times(self, left: &Value<'_>, right: &Value<'_>) -> Result<Value<'static>, ArithmeticError> {
        match (self, left, right) {
            (Self::Add, Value::Date(date), Value::Duration(span))
            | (Self::Add, Value::Duration(span), Value::Date(date)) => later(*date, *span),
            (Self::Sub, Value::Date(date), Value::Duration(span)) => {
                later(*date, span.checked_neg().ok_or(Overflow)?)
            }
            (Self::Add, Value::Instant(at), Value::Duration(span))
            | (Self::Add, Value::Duration(span), Value::Instant(at)) => {
                instant(at.epoch_micros().checked_add(*span))
            }
            (Self::Sub, Value::Instant(at), Value::Duration(span)) => {
                instant(at.epoch_micros().checked_sub(*span))
            }
            (Self::Add, Value::Duration(a), Value::Duration(b)) => span(a.checked_add(*b)),
            (Self::Sub, Value::Duration(a), Value::Duration(b)) => span(a.checked_sub(*b)),
            (Self::Sub, Value::Date(_) | Value::Instant(_), Value::Date(_) | Value::Instant(_)) => {
                match (left.micros(), right.micros()) {
                    (Some(a), Some(b)) => span(a.checked_sub(b)),
                    _ => Ok(Value::Null),
                }
            }
            (Self::Mul, Value::Duration(span), factor) | (Self::Mul, factor, Value::Duration(span)) => {
                scaled(*span, factor, Decimal::checked_mul)
            }
            (Self::Div | Self::DivBy, Value::Duration(span), divisor) => match divisor.to_decimal() {
                Some(zero) if zero.is_zero() => Err(DivisionByZero),
                _ => scaled(*span, divisor, Decimal::checked_div),
            },
            _ => Ok(Value::Null),
        }
    }
}

impl Value<'_> {
    /// The number or the span of time with the other sign; null of anything else.
    pub fn negated(&self) -> Result<Value<'static>, ArithmeticError> {
        match self {
            Self::Int(it) => it.checked_neg().map(Value::Int).ok_or(Overflow),
            Self::Duration(it) => span(it.checked_neg()),
            Self::Hours(it) => Ok(Value::Hours(-*it)),
            Self::Decimal(it) => Ok(Value::Decimal(-*it)),
            Self::Double(it) => Ok(Value::Double(-*it)),
            _ => Ok(Value::Null),
        }
    }
}

/// A date and a span of time: whole days count, what is left of a day does not.
fn later(date: Date, span: i64) -> Result<Value<'static>, ArithmeticError> {
    i32::try_from(span / DAY_MICROS)
        .ok()
        .and_then(|days| date.epoch_days().checked_add(days))
        .and_then(Date::from_epoch_days)
        .map(Value::Date)
        .ok_or(Overflow)
}

fn instant(micros: Option<i64>) -> Result<Value<'static>, ArithmeticError> {
    micros
        .filter(|micros| (super::MIN_INSTANT..=super::MAX_INSTANT).contains(micros))
        .map(|micros| Value::Instant(Instant::from_epoch_micros(micros)))
        .ok_or(Overflow)
}

fn span(micros: Option<i64>) -> Result<Value<'static>, ArithmeticError> {
    micros.map(Value::Duration).ok_or(Overflow)
}

fn scaled(
    span: i64,
    number: &Value<'_>,
    scale: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Result<Value<'static>, ArithmeticError> {
    let Some(number) = number.to_decimal() else {
        return Ok(Value::Null);
    };
    let micros = scale(Decimal::from(span), number).and_then(|it| i64::try_from(it.round()).ok());
    micros.map(Value::Duration).ok_or(Overflow)
}
