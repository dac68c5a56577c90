//! Literals. What looks like several types becomes the most special of them.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rust_decimal::Decimal;
use uuid::Uuid;
use winnow::Parser;

use super::ast::Literal;
use super::error::Kind;
use super::input::{
    Input, Parsed, begins_name, continues_name, expected, peek_word, qualified_name, refuse, rest, take_word,
    unsupported,
};
use super::quoted::{double_quoted, single_quoted};
use super::temporal::{begins_like, clock, date_or_instant, duration};

const GUID: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/// How many characters `10:20` has.
const MINUTES: usize = 5;
/// How many bytes are looked at for what a colon belongs to.
const MAX_LOOK_AHEAD: usize = 10_000;
/// How many characters a number may have.
const MAX_NUMBER: usize = 400;
/// Base64 as URLs have it, with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a number begins here; a minus before one is its sign and no operator.
pub(super) fn begins_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    unsigned.starts_with(|it: char| it.is_ascii_digit()) || is_infinity(unsigned)
}

/// Takes the literal that is next, or [`None`] if there is none.
pub(super) fn literal(input: &mut Input<'_>) -> Parsed<Option<Literal>> {
    let text = rest(input);
    let literal = if text.starts_with('\'') {
        Literal::Text(single_quoted(input)?)
    } else if text.starts_with('"') {
        Literal::Text(double_quoted(input)?)
    } else if begins_guid(text) {
        guid(input)?
    } else if begins_like(text, "9999-99-99") {
        date_or_instant(input)?
    } else if let Some(length) = time_of_day(text, input.state.in_condition) {
        Literal::TimeOfDay(clock(input, length > MINUTES)?)
    } else if begins_number(text) {
        number(input)?
    } else if text.starts_with(begins_name) {
        return word(input);
    } else {
        return Ok(None);
    };
    Ok(Some(literal))
}

fn skip(input: &mut Input<'_>, bytes: usize) -> Parsed<()> {
    let characters = rest(input).get(..bytes).unwrap_or_default().chars().count();
    winnow::token::take(characters).void().parse_next(input)
}

/// Whether a GUID, and nothing longer, begins here.
pub(super) fn begins_guid(text: &str) -> bool {
    let is_longer = |behind: &str| behind.starts_with(continues_name);
    begins_like(text, GUID) && !text.get(GUID.len()..).is_some_and(is_longer)
}

/// Takes the GUID that is next.
pub(super) fn guid(input: &mut Input<'_>) -> Parsed<Literal> {
    let text = rest(input).get(..GUID.len()).unwrap_or_default();
    let Ok(guid) = Uuid::try_parse(text) else {
        return refuse(input, Kind::Malformed, "it is not a GUID");
    };
    skip(input, GUID.len())?;
    Ok(Literal::Guid(guid))
}

/// How long the time is that is next, if one is.
///
/// In a condition of `case`, whose value follows a colon, `10:20` is a time only if that colon is
/// still to come.
fn time_of_day(text: &str, in_condition: bool) -> Option<usize> {
    if !begins_like(text, "99:99") {
        return None;
    }
    let seconds = text
        .get(MINUTES..)
        .filter(|rest| begins_like(rest, ":99"))
        .map(|_| 8);
    let fraction = seconds.and_then(|seconds| {
        let decimals = text.get(seconds..)?.strip_prefix('.')?;
        let digits = decimals.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then_some(seconds + 1 + digits)
    });
    [fraction, seconds, Some(MINUTES)]
        .into_iter()
        .flatten()
        .find(|length| {
            let rest = text.get(*length..).unwrap_or_default();
            !rest.starts_with(continues_name) && (!in_condition || colon_follows(rest))
        })
}

/// Whether a colon comes before the next comma or closing parenthesis of this level, as far as is
/// looked ahead.
fn colon_follows(text: &str) -> bool {
    let (mut depth, mut quoted) = (0_usize, false);
    for byte in text.bytes().take(MAX_LOOK_AHEAD) {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' => depth += 1,
            b')' | b']' if depth > 0 => depth -= 1,
            b':' if depth == 0 => return true,
            b',' | b')' | b']' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

fn is_infinity(text: &str) -> bool {
    text.strip_prefix("INF")
        .is_some_and(|rest| !rest.starts_with(continues_name))
}

/// Takes a number: an integer, a decimal, a double.
fn number(input: &mut Input<'_>) -> Parsed<Literal> {
    let text = rest(input);
    let sign = usize::from(text.starts_with(['-', '+']));
    if text.get(sign..).is_some_and(is_infinity) {
        skip(input, sign + "INF".len())?;
        return Ok(Literal::Double(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }));
    }
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let mut end = digits(sign);
    if text.get(end..).is_some_and(|rest| begins_like(rest, ".9")) {
        end = digits(end + 1);
    }
    let mantissa = text.get(..end).unwrap_or_default();
    let exponent = exponent_length(text.get(end..).unwrap_or_default());
    if exponent > 0 {
        end = digits(end + exponent);
    }
    if end > MAX_NUMBER {
        return refuse(
            input,
            Kind::TooLarge,
            format!("a number has at most {MAX_NUMBER} characters"),
        );
    }
    if text
        .get(end..)
        .is_some_and(|rest| rest.starts_with(continues_name))
    {
        return refuse(
            input,
            Kind::Malformed,
            "it is neither a number nor a name: a name does not begin with a digit",
        );
    }
    let number = text.get(..end).unwrap_or_default();
    let literal = if exponent > 0 {
        double(number)
    } else if mantissa.contains('.') {
        decimal(number)
    } else {
        number.parse().map(Literal::Int).ok().or_else(|| decimal(number))
    };
    match literal {
        Some(literal) => {
            skip(input, end)?;
            Ok(literal)
        }
        None => refuse(input, Kind::Malformed, "it is not a number"),
    }
}

/// How much of `e`, sign and a digit comes before the exponent's digits; 0 without an exponent.
fn exponent_length(text: &str) -> usize {
    let Some(exponent) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    // A plus that was not encoded is a blank.
    let unsigned = exponent.strip_prefix(['-', '+', ' ']).unwrap_or(exponent);
    if begins_like(unsigned, "9") {
        text.len() - unsigned.len()
    } else {
        0
    }
}

fn decimal(text: &str) -> Option<Literal> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let exact = Decimal::from_str_exact(text).or_else(|_| text.parse());
    exact.map(Literal::Decimal).ok().or_else(|| double(text))
}

fn double(text: &str) -> Option<Literal> {
    text.replace(' ', "").parse().map(Literal::Double).ok()
}

/// Takes a literal that begins with a letter: `null`, `true`, `NaN`, `duration'PT8H'`.
fn word(input: &mut Input<'_>) -> Parsed<Option<Literal>> {
    let word = peek_word(input);
    let behind = rest(input).get(word.len()..).unwrap_or_default();
    if behind.starts_with('\'') {
        return prefixed(input, word).map(Some);
    }
    if behind.starts_with('.') {
        return enumeration(input);
    }
    let keywords = [
        ("null", Literal::Null),
        ("true", Literal::Bool(true)),
        ("false", Literal::Bool(false)),
    ];
    for (keyword, literal) in keywords {
        if !behind.starts_with(['/', '(']) && take_word(input, keyword) {
            return Ok(Some(literal));
        }
    }
    let double = match word {
        "NaN" => f64::NAN,
        "INF" => f64::INFINITY,
        _ => return Ok(None),
    };
    skip(input, word.len())?;
    Ok(Some(Literal::Double(double)))
}

/// Takes a literal in quotes with its type before it.
fn prefixed(input: &mut Input<'_>, word: &str) -> Parsed<Literal> {
    let before = input.clone();
    if word.eq_ignore_ascii_case("geography") || word.eq_ignore_ascii_case("geometry") {
        return unsupported(input, "geography");
    }
    let name = qualified_name(input, "a type")?;
    let text = single_quoted(input)?;
    if name.eq_ignore_ascii_case("duration") {
        return match duration(&text) {
            Some(micros) => Ok(Literal::Duration(micros)),
            None => refuse(
                &before,
                Kind::Malformed,
                "a duration is written as duration'P1DT2H30M15.5S'",
            ),
        };
    }
    if name.eq_ignore_ascii_case("binary") {
        // Lax clients send the other alphabet of base64, and its plus as it is.
        let url_safe = text.replace(['+', ' '], "-").replace('/', "_");
        return match BASE64.decode(url_safe) {
            Ok(bytes) => Ok(Literal::Binary(bytes)),
            Err(_) => refuse(
                &before,
                Kind::Malformed,
                "binary is written in base64url, as binary'AAAAAAAADMQ='",
            ),
        };
    }
    Ok(Literal::Enum(name.to_owned(), text))
}

/// Takes `WP.Color'Red'`, or nothing if there is no quote behind the name.
fn enumeration(input: &mut Input<'_>) -> Parsed<Option<Literal>> {
    let text = rest(input);
    let name = text.find(|it| it != '.' && !continues_name(it));
    if !name
        .and_then(|end| text.get(end..))
        .is_some_and(|rest| rest.starts_with('\''))
    {
        return Ok(None);
    }
    let name = qualified_name(input, "a type")?.to_owned();
    if !rest(input).starts_with('\'') {
        return refuse(
            input,
            Kind::Malformed,
            "an enumeration is written as Namespace.Type'Member'",
        );
    }
    Ok(Some(Literal::Enum(name, single_quoted(input)?)))
}

/// Takes `true` or `false`.
pub(super) fn boolean(input: &mut Input<'_>) -> Parsed<bool> {
    if take_word(input, "true") {
        Ok(true)
    } else if take_word(input, "false") {
        Ok(false)
    } else {
        expected(input, "true or false")
    }
}
