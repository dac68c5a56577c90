//! The resource path: its segments, with keys and arguments in parentheses.

use winnow::Parser;

use super::ast::{Arguments, ResourcePath, Segment};
use super::call::{arguments, parenthesised};
use super::decode::{Plus, decoded};
use super::error::{Fault, Kind, SyntaxError};
use super::input::{
    Budget, Input, Parsed, close, count, expected, name, nested, next, peek_word, qualified_name, read,
    require, rest, separated, take,
};

const WHAT: &str = "path";
/// How many segments a path may have.
const MAX_SEGMENTS: usize = 100;

/// Reads a raw path below the service root, without the slash in front. It is split before it is
/// percent-decoded, and not within parentheses; parentheses and quotes may be encoded.
pub fn resource_path(raw: &str) -> Result<ResourcePath, SyntaxError> {
    let refuse = |kind, at, message: &str| {
        Fault {
            kind,
            at,
            message: message.to_owned(),
        }
        .within(WHAT, raw)
    };
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    let mut path = ResourcePath::default();
    if raw.is_empty() {
        return Ok(path);
    }
    let mut budget = Budget::default();
    let mut at = 0;
    for segment in Split::new(raw) {
        if segment.is_empty() {
            return Err(refuse(Kind::Malformed, at, "a segment is empty"));
        }
        if path.segments.len() == MAX_SEGMENTS {
            return Err(refuse(Kind::TooLarge, at, "a path has at most 100 segments"));
        }
        let text = decoded(segment, Plus::Plus)
            .map_err(|fault| refuse(fault.kind, at + fault.at, &fault.message))?;
        let read = read(WHAT, &text, &mut budget, self::segment);
        // What comes before is counted as it was sent.
        let before = raw.get(..at).unwrap_or_default().chars().count();
        path.segments.push(read.map_err(|error| SyntaxError {
            at: before + error.at,
            ..error
        })?);
        at += segment.len() + 1;
    }
    Ok(path)
}

/// Reads a decoded segment. Without parentheses it is a name whatever it contains, as it may be a
/// key.
fn segment(input: &mut Input<'_>) -> Parsed<Segment> {
    let text = rest(input);
    if !text.contains('(') {
        winnow::token::rest.void().parse_next(input)?;
        return Ok(Segment {
            name: text.to_owned(),
            arguments: None,
        });
    }
    let before = input.clone();
    let name = if take(input, '$') {
        match peek_word(input).to_ascii_lowercase().as_str() {
            "crossjoin" => return joined(input),
            "filter" => format!("${}", name(input, "filter")?),
            _ => return expected(&before, "a name, $filter or $crossjoin, before parentheses"),
        }
    } else {
        qualified_name(input, "a name before parentheses")?.to_owned()
    };
    if next(input) != Some('(') {
        return expected(input, "`(`");
    }
    let within = parenthesised(input)?;
    Ok(Segment {
        name,
        arguments: Some(arguments(&before, within)?),
    })
}

/// Reads `crossjoin(Users,Projects)`.
fn joined(input: &mut Input<'_>) -> Parsed<Segment> {
    let word = format!("${}", name(input, "crossjoin")?);
    let sets = nested(input, |input| {
        require(input, '(')?;
        let sets = separated(input, |input| {
            count(input)?;
            Ok(name(input, "the name of a set")?.to_owned())
        })?;
        close(input, "`,` or `)`")?;
        Ok(sets)
    })?;
    Ok(Segment {
        name: word,
        arguments: Some(Arguments::Sets(sets)),
    })
}

/// The segments of a raw path.
struct Split<'a> {
    rest: Option<&'a str>,
}

impl<'a> Split<'a> {
    const fn new(raw: &'a str) -> Self {
        Self { rest: Some(raw) }
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    /// The raw text up to the next slash that is in no parentheses.
    fn next(&mut self) -> Option<&'a str> {
        let raw = self.rest.take()?;
        let (mut depth, mut quoted, mut bytes) = (0_usize, false, raw.bytes().enumerate());
        while let Some((at, byte)) = bytes.next() {
            let plain = match (byte, raw.as_bytes().get(at + 1..at + 3)) {
                (b'%', Some(b"27")) => b'\'',
                (b'%', Some(b"28")) => b'(',
                (b'%', Some(b"29")) => b')',
                _ => byte,
            };
            match plain {
                b'\'' => quoted = !quoted,
                b'(' if !quoted => depth += 1,
                b')' if !quoted => depth = depth.saturating_sub(1),
                b'/' if depth == 0 => {
                    self.rest = raw.get(at + 1..);
                    return raw.get(..at);
                }
                _ => {}
            }
            if plain != byte {
                bytes.nth(1);
            }
        }
        Some(raw)
    }
}
