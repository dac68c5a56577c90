//! The canonical functions. Texts count in characters; null in is null out.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::time::{Date, Instant};
use crate::odata::expression::Function;
use crate::odata::value::{DAY_MICROS, MAX_INSTANT, MIN_INSTANT, Value};

/// What a function answers.
pub fn call(function: Function, arguments: Vec<Value<'_>>, now: Instant) -> Value<'_> {
    let mut arguments = arguments.into_iter();
    match (function, arguments.next(), arguments.next(), arguments.next()) {
        (Function::Now, ..) => Value::Instant(now),
        (Function::MinDateTime, ..) => Value::Instant(Instant::from_epoch_micros(MIN_INSTANT)),
        (Function::MaxDateTime, ..) => Value::Instant(Instant::from_epoch_micros(MAX_INSTANT)),
        (_, Some(value), None, None) => of_one(function, value),
        (_, Some(Value::Text(text)), Some(Value::Text(part)), None) => of_texts(function, text, &part),
        (_, Some(Value::List(list)), Some(Value::List(other)), None) => of_lists(function, list, other),
        (Function::Substring, Some(Value::Text(text)), Some(Value::Int(start)), None) => {
            substring(text, start, i64::MAX)
        }
        (Function::Substring, Some(Value::Text(text)), Some(Value::Int(start)), Some(Value::Int(length))) => {
            substring(text, start, length)
        }
        _ => Value::Null,
    }
}

fn of_one(function: Function, value: Value<'_>) -> Value<'_> {
    match (function, value) {
        (Function::ToLower, Value::Text(it)) => Value::Text(Cow::Owned(it.to_lowercase())),
        (Function::ToUpper, Value::Text(it)) => Value::Text(Cow::Owned(it.to_uppercase())),
        (Function::Trim, Value::Text(it)) => Value::Text(match it {
            Cow::Borrowed(it) => Cow::Borrowed(it.trim()),
            Cow::Owned(it) => Cow::Owned(it.trim().to_owned()),
        }),
        (Function::Length, Value::Text(it)) => count(it.chars().count()),
        (Function::Length, Value::List(it)) => count(it.len()),
        (Function::TotalOffsetMinutes, Value::Instant(_)) => Value::Int(0),
        (Function::TotalSeconds, Value::Duration(it)) => seconds(it),
        (Function::Round | Function::Floor | Function::Ceiling, value) => rounded(function, value),
        (_, value @ Value::Date(date)) => of_date(function, date, value),
        (_, Value::Instant(at)) => {
            let date = at.utc_date();
            let micros = at.epoch_micros().rem_euclid(DAY_MICROS);
            match of_date(function, date, Value::Date(date)) {
                Value::Null => of_time(function, micros),
                answer => answer,
            }
        }
        (_, Value::TimeOfDay(micros)) => of_time(function, micros),
        _ => Value::Null,
    }
}

fn of_date(function: Function, date: Date, value: Value<'_>) -> Value<'_> {
    let (year, month, day) = date.ymd();
    match function {
        Function::Year => Value::Int(year.into()),
        Function::Month => Value::Int(month.into()),
        Function::Day => Value::Int(day.into()),
        Function::Date => value,
        _ => Value::Null,
    }
}

fn of_time(function: Function, micros: i64) -> Value<'static> {
    match function {
        Function::Hour => Value::Int(micros / 3_600_000_000),
        Function::Minute => Value::Int(micros / 60_000_000 % 60),
        Function::Second => Value::Int(micros / 1_000_000 % 60),
        Function::FractionalSeconds => seconds(micros % 1_000_000),
        Function::Time => Value::TimeOfDay(micros),
        _ => Value::Null,
    }
}

fn of_texts<'v>(function: Function, text: Cow<'v, str>, part: &str) -> Value<'v> {
    match function {
        Function::Contains => Value::Bool(text.contains(part)),
        Function::StartsWith => Value::Bool(text.starts_with(part)),
        Function::EndsWith => Value::Bool(text.ends_with(part)),
        Function::IndexOf => match text.split_once(part) {
            Some((before, _)) => count(before.chars().count()),
            None => Value::Int(-1),
        },
        Function::Concat => Value::Text(Cow::Owned(text.into_owned() + part)),
        _ => Value::Null,
    }
}

fn of_lists<'v>(function: Function, list: Vec<Value<'v>>, other: Vec<Value<'v>>) -> Value<'v> {
    match function {
        Function::Concat => Value::List(list.into_iter().chain(other).collect()),
        Function::HasSubset => {
            let has = |value: &Value<'_>| list.iter().any(|it| it.equals(value));
            Value::Bool(other.iter().all(has))
        }
        Function::HasSubsequence => {
            let mut rest = list.iter();
            let follows = |value: &Value<'_>| rest.any(|it| it.equals(value));
            Value::Bool(other.iter().all(follows))
        }
        _ => Value::Null,
    }
}

/// The part of a text that begins at a character and is so long; what is outside is not there.
/// A negative start counts from the end.
fn substring(text: Cow<'_, str>, start: i64, length: i64) -> Value<'_> {
    let before_end = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let start = usize::try_from(start).unwrap_or_else(|_| text.chars().count().saturating_sub(before_end));
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    let at = |text: &str, chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    let from = at(&text, start);
    let to = from + at(text.get(from..).unwrap_or_default(), length);
    Value::Text(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(from..to).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(from..to).unwrap_or_default().to_owned()),
    })
}

/// Decimals stay exact; a half is rounded away from zero.
fn rounded(function: Function, value: Value<'_>) -> Value<'_> {
    if let Value::Double(it) = value {
        return Value::Double(match function {
            Function::Floor => it.floor(),
            Function::Ceiling => it.ceil(),
            _ => it.round(),
        });
    }
    match (value.to_decimal(), &value) {
        (Some(_), Value::Int(_)) => value,
        (Some(it), _) => Value::Decimal(match function {
            Function::Floor => it.floor(),
            Function::Ceiling => it.ceil(),
            _ => it.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
        }),
        (None, _) => Value::Null,
    }
}

fn count(number: usize) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn seconds(micros: i64) -> Value<'static> {
    Value::Decimal(Decimal::new(micros, 6).normalize())
}
