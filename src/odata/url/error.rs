//! Why a URL is refused. Which status and code that is on the wire is not known here.

use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Location, Stream};

/// What kind of fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It is not `OData`.
    Malformed,
    /// It is `OData` that is not supported.
    Unsupported,
    /// It is deeper, longer or wider than the limits.
    TooLarge,
}

/// A URL is refused for how it is written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}, position {at}: {message}")]
pub struct SyntaxError {
    /// The kind of fault.
    pub kind: Kind,
    /// The part that it is in: `path`, or the name of an option such as `$filter`.
    pub what: String,
    /// How many characters of that part, percent-decoded, come before the fault.
    pub at: usize,
    /// What is expected there, or which limit is hit.
    pub message: String,
}

/// A fault on its way out of the grammar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub kind: Kind,
    /// Bytes of the text that come before.
    pub at: usize,
    pub message: String,
}

impl Fault {
    /// Names the part, and counts in characters rather than bytes.
    pub fn within(self, what: &str, text: &str) -> SyntaxError {
        let before = text.get(..self.at).unwrap_or(text);
        SyntaxError {
            kind: self.kind,
            what: what.to_owned(),
            at: before.chars().count(),
            message: self.message,
        }
    }
}

impl<I: Stream + Location> ParserError<I> for Fault {
    type Inner = Self;

    /// A token is not there; who looked for it says what it should have been.
    fn from_input(input: &I) -> Self {
        Self {
            kind: Kind::Malformed,
            at: input.current_token_start(),
            message: String::new(),
        }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

impl From<ErrMode<Fault>> for Fault {
    fn from(mode: ErrMode<Fault>) -> Self {
        match mode {
            ErrMode::Backtrack(fault) | ErrMode::Cut(fault) => fault,
            ErrMode::Incomplete(_) => Self {
                kind: Kind::Malformed,
                at: 0,
                message: "it is incomplete".to_owned(),
            },
        }
    }
}
