//! Texts in quotes: single ones as OData writes them, double ones as JSON does.

use winnow::Parser;
use winnow::token::{any, take_till};

use super::error::Kind;
use super::input::{Input, Parsed, refuse, take};

/// Takes `'text'`; a quote within it is doubled.
pub(super) fn single_quoted(input: &mut Input<'_>) -> Parsed<String> {
    let before = input.clone();
    take(input, '\'');
    let mut text = String::new();
    loop {
        let piece: &str = take_till(0.., '\'').parse_next(input)?;
        text.push_str(piece);
        if !take(input, '\'') {
            return refuse(
                &before,
                Kind::Malformed,
                "the quote `'` is not closed; within a text it is doubled",
            );
        }
        if !take(input, '\'') {
            return Ok(text);
        }
        text.push('\'');
    }
}

/// Takes `"text"` with the escapes of JSON.
pub(super) fn double_quoted(input: &mut Input<'_>) -> Parsed<String> {
    let before = input.clone();
    take(input, '"');
    let mut text = String::new();
    loop {
        let piece: &str = take_till(0.., ['"', '\\']).parse_next(input)?;
        text.push_str(piece);
        if take(input, '"') {
            return Ok(text);
        }
        if !take(input, '\\') {
            return refuse(&before, Kind::Malformed, "the quote `\"` is not closed");
        }
        match escaped(input) {
            Some(character) => text.push(character),
            None => return refuse(input, Kind::Malformed, "there is no such escape in JSON"),
        }
    }
}

/// What a backslash was before.
fn escaped(input: &mut Input<'_>) -> Option<char> {
    let character: Parsed<char> = any.parse_next(input);
    Some(match character.ok()? {
        character @ ('"' | '\\' | '/') => character,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => unicode(input)?,
        _ => return None,
    })
}

/// The character of `\u` and four hexadecimal digits, or of two of these for one beyond the 16 bits.
fn unicode(input: &mut Input<'_>) -> Option<char> {
    let first = hexadecimal(input)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    let second = (take(input, '\\') && take(input, 'u')).then(|| hexadecimal(input))??;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + (first - 0xD800) * 0x400 + low)
}

fn hexadecimal(input: &mut Input<'_>) -> Option<u32> {
    (0..4).try_fold(0, |number, _| {
        let character: Parsed<char> = any.parse_next(input);
        Some(number * 16 + character.ok()?.to_digit(16)?)
    })
}
