//! Aggregates, exactly: sums of hours and whole numbers in integers, of decimals as decimals.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::group::KeyPart;
use super::refusal;
use crate::domain::hours::Hours;
use crate::odata::bind::{BindError, BindErrorKind};
use crate::odata::expression::Class;
use crate::odata::value::Value;
use crate::odata::value::arithmetic::{Arithmetic, ArithmeticError};

/// How values are brought together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// `sum`
    Sum,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `average`
    Average,
    /// `countdistinct`
    CountDistinct,
    /// `$count`
    Count,
}

impl Method {
    /// The method of this name for values of a class, and the class of its outcome.
    pub fn bind(name: &str, of: Option<Class>) -> Result<(Self, Class), BindError> {
        let Some(class) = of else {
            return Ok((Self::Count, Class::Int));
        };
        let (method, takes_all) = match name.to_ascii_lowercase().as_str() {
            "sum" => (Self::Sum, false),
            "average" => (Self::Average, false),
            "min" => (Self::Min, true),
            "max" => (Self::Max, true),
            "countdistinct" => (Self::CountDistinct, true),
            _ => {
                return Err(refusal(
                    BindErrorKind::Unsupported,
                    format!(
                        "there is no aggregation {name}; there are sum, min, max, average and countdistinct"
                    ),
                ));
            }
        };
        let is_plain = !matches!(class, Class::List | Class::ScheduleDays | Class::Entity);
        let is_summed = class.is_number() || matches!(class, Class::Duration | Class::Any);
        if !(is_summed || (takes_all && is_plain)) {
            return Err(refusal(
                BindErrorKind::Type,
                format!("{name} is not for {}", class.name()),
            ));
        }
        Ok((
            method,
            match (method, class) {
                (Self::CountDistinct | Self::Count, _) => Class::Int,
                (Self::Average, Class::Int) => Class::Decimal,
                _ => class,
            },
        ))
    }
}

/// What a group comes to so far. Null is left out everywhere.
#[derive(Debug)]
pub enum Total {
    Count(i64),
    Sum(Sum),
    Average(Sum, i64),
    Least(Value<'static>),
    Greatest(Value<'static>),
    Distinct(HashSet<KeyPart>),
}

impl Total {
    pub fn new(method: Method) -> Self {
        match method {
            Method::Count => Self::Count(0),
            Method::Sum => Self::Sum(Sum::None),
            Method::Average => Self::Average(Sum::None, 0),
            Method::Min => Self::Least(Value::Null),
            Method::Max => Self::Greatest(Value::Null),
            Method::CountDistinct => Self::Distinct(HashSet::new()),
        }
    }

    /// Adds a value; for a count, a row.
    pub fn add(&mut self, value: &Value<'_>) -> Result<(), ArithmeticError> {
        if let Self::Count(count) = self {
            *count += 1;
            return Ok(());
        }
        if value.is_null() {
            return Ok(());
        }
        match self {
            Self::Count(_) => {}
            Self::Sum(sum) => sum.add(value)?,
            Self::Average(sum, count) => {
                sum.add(value)?;
                *count += 1;
            }
            Self::Least(least) => {
                if least.is_null() || value.order(least).is_lt() {
                    *least = value.clone().into_owned();
                }
            }
            Self::Greatest(greatest) => {
                if greatest.is_null() || value.order(greatest).is_gt() {
                    *greatest = value.clone().into_owned();
                }
            }
            Self::Distinct(known) => {
                known.insert(KeyPart::of(value));
            }
        }
        Ok(())
    }

    /// What it comes to; null where nothing was added, but for counts.
    pub fn into_value(self) -> Result<Value<'static>, ArithmeticError> {
        match self {
            Self::Count(count) => Ok(Value::Int(count)),
            Self::Sum(sum) => sum.into_value(),
            Self::Average(sum, count) => match sum.into_value()? {
                Value::Null => Ok(Value::Null),
                sum => Arithmetic::DivBy.apply(&sum, &Value::Int(count)),
            },
            Self::Least(value) | Self::Greatest(value) => Ok(value),
            Self::Distinct(known) => Ok(Value::Int(i64::try_from(known.len()).unwrap_or(i64::MAX))),
        }
    }
}

/// A sum; of hours and whole numbers it cannot overflow before it is read.
#[derive(Clone, Copy, Debug)]
pub enum Sum {
    None,
    Hours(i128),
    Int(i128),
    Decimal(Decimal),
    Double(f64),
    Duration(i128),
}

impl Sum {
    fn add(&mut self, value: &Value<'_>) -> Result<(), ArithmeticError> {
        *self = match (*self, value) {
            (Self::None, Value::Hours(it)) => Self::Hours(it.units().into()),
            (Self::Hours(sum), Value::Hours(it)) => Self::Hours(sum + i128::from(it.units())),
            (Self::None, Value::Int(it)) => Self::Int((*it).into()),
            (Self::Int(sum), Value::Int(it)) => Self::Int(sum + i128::from(*it)),
            (Self::None, Value::Duration(it)) => Self::Duration((*it).into()),
            (Self::Duration(sum), Value::Duration(it)) => Self::Duration(sum + i128::from(*it)),
            (Self::None, Value::Double(it)) => Self::Double(*it),
            (Self::None, _) => Self::Decimal(value.to_decimal().unwrap_or_default()),
            (sum, _) => {
                let sum = sum.into_value()?;
                match Arithmetic::Add.apply(&sum, value)? {
                    Value::Double(it) => Self::Double(it),
                    other => Self::Decimal(other.to_decimal().unwrap_or_default()),
                }
            }
        };
        Ok(())
    }

    fn into_value(self) -> Result<Value<'static>, ArithmeticError> {
        let fitting = |sum: i128| i64::try_from(sum).map_err(|_| ArithmeticError::Overflow);
        Ok(match self {
            Self::None => Value::Null,
            Self::Hours(units) => Value::Hours(Hours::from_units(fitting(units)?)),
            Self::Int(sum) => Value::Int(fitting(sum)?),
            Self::Duration(sum) => Value::Duration(fitting(sum)?),
            Self::Decimal(sum) => Value::Decimal(sum.normalize()),
            Self::Double(sum) => Value::Double(sum),
        })
    }
}
