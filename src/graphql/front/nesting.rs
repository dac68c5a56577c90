//! How deep the brackets of a document are nested, found without recursion: parsers recurse on
//! them, so this is known before any parser sees the text.

use async_graphql::Pos;

/// The place of the first bracket that is nested deeper than `limit`, if there is one.
///
/// Brackets in strings, block strings and comments do not count. The text need not be valid.
pub fn too_deep(text: &str, limit: usize) -> Option<Pos> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'(' | b'[' => {
                depth += 1;
                if depth > limit {
                    return Some(position(text, at));
                }
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            b'#' => at = skip_comment(bytes, at),
            b'"' => {
                at = skip_string(bytes, at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The index of the line end that closes the comment at `from`, or the end.
fn skip_comment(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(bytes.len(), |length| from + length)
}

/// The index behind the string that starts at `from`. An open string ends with its line, as the
/// lexers see it; an open block string ends with the text.
fn skip_string(bytes: &[u8], from: usize) -> usize {
    let block = bytes.get(from..from + 3) == Some(b"\"\"\"");
    let mut at = from + if block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if block && bytes.get(at + 1..at + 4) == Some(b"\"\"\"") => at += 4,
            b'\\' if !block => at += 2,
            b'"' if !block => return at + 1,
            b'"' if bytes.get(at..at + 3) == Some(b"\"\"\"") => return at + 3,
            b'\n' | b'\r' if !block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Line and column, from 1, of a byte that starts a character.
fn position(text: &str, at: usize) -> Pos {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Pos {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::too_deep;
    use async_graphql::Pos;
    use proptest::prelude::*;

    #[test]
    fn brackets_count_where_a_parser_would_see_them() {
        assert_eq!(too_deep("{a{b(c:[1])}}", 4), None);
        assert_eq!(too_deep("{a\n{b(c:[1])}}", 3), Some(Pos { line: 2, column: 6 }));
        let hidden = "{a(s:\"{{{{\\\"{{{\" b:\"\"\"{{{ \\\"\"\" {{\"\"\") # {{{{\n}";
        assert_eq!(too_deep(hidden, 2), None);
        assert_eq!(too_deep("}}}}{{", 2), None);
        assert!(
            too_deep("{a(s:\"open\n{{{", 2).is_some(),
            "a string ends with its line"
        );
    }

    #[test]
    fn fifty_thousand_brackets_are_counted_not_followed() {
        assert!(too_deep(&"{a".repeat(50_000), 100).is_some());
        assert!(too_deep(&"[".repeat(50_000), 100).is_some());
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "[{}()\\[\\]\"\\\\#\\na\u{e9}]{0,60}") {
            let _ = too_deep(&text, 3);
        }
    }
}
