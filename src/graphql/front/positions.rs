//! Lines and columns of a text, found in constant time: a document of one long line with
//! thousands of fields is not to be counted through for each of them.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;

/// Bytes between two places whose character count is kept.
const STRIDE: usize = 64;

/// Where the lines of a text start.
#[derive(Debug)]
pub struct Positions {
    /// Byte offsets of line starts; the first is 0.
    lines: Vec<usize>,
    /// Characters that start before each multiple of [`STRIDE`] bytes.
    characters: Vec<usize>,
    text: Box<str>,
}

impl Positions {
    /// Reads a text once.
    pub fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut characters = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STRIDE) {
            characters.push(count);
            count += chunk.iter().filter(|byte| starts_character(**byte)).count();
        }
        Self {
            lines: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect(),
            characters,
            text: text.into(),
        }
    }

    /// Line and column, both from 1, of a byte offset.
    pub fn at(&self, offset: usize) -> Pos {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        Pos {
            line,
            column: self.characters_before(offset) - self.characters_before(start) + 1,
        }
    }

    /// Line and column of a node of the tree, 0:0 for one that was not in the text.
    pub fn of_node(&self, location: Option<SourceSpan>) -> Pos {
        location.map(|span| self.at(span.offset())).unwrap_or_default()
    }

    fn characters_before(&self, offset: usize) -> usize {
        let chunk = offset / STRIDE;
        let kept = self.characters.get(chunk).copied();
        let rest = self
            .text
            .as_bytes()
            .get(chunk * STRIDE..offset)
            .unwrap_or_default();
        kept.unwrap_or_default() + rest.iter().filter(|byte| starts_character(**byte)).count()
    }
}

/// Every byte of UTF-8 but those that continue a character.
const fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::Positions;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting_through(text in "[aä\u{1f600}\\n]{0,300}") {
            let positions = Positions::of(&text);
            let (mut line, mut column) = (1, 1);
            for (offset, character) in text.char_indices() {
                let pos = positions.at(offset);
                prop_assert_eq!((pos.line, pos.column), (line, column));
                if character == '\n' {
                    (line, column) = (line + 1, 1);
                } else {
                    column += 1;
                }
            }
        }
    }
}
