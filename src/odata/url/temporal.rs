//! Dates, times, points in time and durations.
//!
//! Fractions of a second count to the microsecond; further digits are dropped.

use winnow::Parser;
use winnow::token::take as take_characters;

use super::ast::Literal;
use super::error::Kind;
use super::input::{Input, Parsed, digits, refuse, rest, take, take_text};
use crate::domain::time::{Date, Instant};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Whether a text begins so: `9` stands for a digit, `f` for a hexadecimal one, others for
/// themselves.
pub(super) fn begins_like(text: &str, pattern: &str) -> bool {
    let mut bytes = text.bytes();
    pattern.bytes().all(|expected| {
        bytes.next().is_some_and(|byte| match expected {
            b'9' => byte.is_ascii_digit(),
            b'f' => byte.is_ascii_hexdigit(),
            _ => byte == expected,
        })
    })
}

/// Takes `2021-03-22`, or `2021-03-22T08:00:00+03:00`; whoever calls has seen that it begins like
/// a date.
pub(super) fn date_or_instant(input: &mut Input<'_>) -> Parsed<Literal> {
    let text = rest(input).get(..10).unwrap_or_default();
    let Ok(date) = text.parse::<Date>() else {
        return refuse(
            input,
            Kind::Malformed,
            format!("there is no date {text} in the calendar"),
        );
    };
    for part in ["9999", "-99", "-99"] {
        fixed(input, part)?;
    }
    if !rest(input).starts_with(['T', 't']) {
        return Ok(Literal::Date(date));
    }
    take_text(input, "T");
    let time = clock(input, true)?;
    let offset = offset(input)?;
    let day = i64::from(date.epoch_days()) * MICROS_PER_DAY;
    Ok(Literal::Instant(Instant::from_epoch_micros(day + time - offset)))
}

/// Takes `08:00`, `08:00:00` or `08:00:00.5`, and gives the microseconds of the day; the seconds
/// stay if they are not wanted.
pub(super) fn clock(input: &mut Input<'_>, with_seconds: bool) -> Parsed<i64> {
    let hours = below(input, 24, "the hour is from 00 to 23")?;
    if !take(input, ':') {
        return refuse(input, Kind::Malformed, "a time is written as hh:mm or hh:mm:ss");
    }
    let minutes = below(input, 60, "the minute is from 00 to 59")?;
    let mut micros = hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE;
    if with_seconds && begins_like(rest(input), ":99") {
        take(input, ':');
        // A leap second is the beginning of the next minute.
        micros += below(input, 61, "the second is from 00 to 60")? * MICROS_PER_SECOND;
        micros += fraction(input)?;
    }
    Ok(micros)
}

/// Takes `.5`, if it is there, as microseconds.
fn fraction(input: &mut Input<'_>) -> Parsed<i64> {
    if !begins_like(rest(input), ".9") {
        return Ok(0);
    }
    take(input, '.');
    let before = input.clone();
    let digits = digits(input)?;
    if digits.len() > 12 {
        return refuse(&before, Kind::Malformed, "a second has at most 12 decimals");
    }
    let micros = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
    Ok(micros.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')))
}

/// Takes `Z` or `+03:00`, where a plus that was not encoded is a blank.
fn offset(input: &mut Input<'_>) -> Parsed<i64> {
    if take_text(input, "Z") {
        return Ok(0);
    }
    let signed = rest(input).strip_prefix(['+', '-', ' ']);
    if !signed.is_some_and(|rest| begins_like(rest, "99:99")) {
        return refuse(
            input,
            Kind::Malformed,
            "a date and time ends with its offset, such as Z or +03:00 (the plus as %2B)",
        );
    }
    let west = take(input, '-');
    if !west && !take(input, '+') {
        take(input, ' ');
    }
    let hours = below(input, 24, "the hours of an offset are from 00 to 23")?;
    take(input, ':');
    let minutes = below(input, 60, "the minutes of an offset are from 00 to 59")?;
    let offset = hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE;
    Ok(if west { -offset } else { offset })
}

/// Takes two digits of a number below a limit.
fn below(input: &mut Input<'_>, limit: i64, message: &str) -> Parsed<i64> {
    let number = rest(input).get(..2).filter(|text| begins_like(text, "99"));
    match number
        .and_then(|text| text.parse().ok())
        .filter(|number| *number < limit)
    {
        Some(number) => {
            fixed(input, "99")?;
            Ok(number)
        }
        None => refuse(input, Kind::Malformed, message),
    }
}

/// Takes as many characters as this pattern has, which are known to be there.
fn fixed(input: &mut Input<'_>, pattern: &str) -> Parsed<()> {
    take_characters(pattern.len()).void().parse_next(input)
}

/// The microseconds of `P1DT2H30M15.5S`, or [`None`] if it is none or too long.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix(['P', 'p'])?;
    let (days, time) = match text.split_once(['T', 't']) {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let mut micros = 0_i64;
    if !days.is_empty() {
        micros = whole(days.strip_suffix(['D', 'd'])?, MICROS_PER_DAY)?;
    }
    let mut time = time;
    for (unit, size) in [(['H', 'h'], MICROS_PER_HOUR), (['M', 'm'], MICROS_PER_MINUTE)] {
        if let Some((number, rest)) = time.split_once(unit) {
            micros = micros.checked_add(whole(number, size)?)?;
            time = rest;
        }
    }
    if !time.is_empty() {
        let seconds = time.strip_suffix(['S', 's'])?;
        let (seconds, decimals) = match seconds.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (seconds, ""),
        };
        if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let fraction = decimals.bytes().chain(std::iter::repeat(b'0')).take(6);
        let fraction = fraction.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'));
        micros = micros
            .checked_add(whole(seconds, MICROS_PER_SECOND)?)?
            .checked_add(fraction)?;
    }
    Some(if negative { -micros } else { micros })
}

/// So many of a unit, in microseconds.
fn whole(number: &str, unit: i64) -> Option<i64> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<i64>().ok()?.checked_mul(unit)
}
