//! Where the next page of what is expanded begins: a `$skiptoken` that leads from a row of the answer
//! to the collection that goes on. It is opaque to clients, and nothing that they could not see anyway.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::failure::Failure;

/// The beginning of a page within what is expanded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Nested {
    /// The row of the answer.
    #[serde(rename = "r")]
    pub root: Uuid,
    /// The navigations on the way, each with the row to which it leads; the last leads to the page.
    #[serde(rename = "w")]
    pub way: Vec<(String, Option<Uuid>)>,
    /// How many of the collection's rows were told before.
    #[serde(rename = "n")]
    pub taken: u64,
}

/// A row that led to others: by which navigation it was reached itself, and its id. The row of the answer
/// comes first, and was reached by none.
pub type Hop = (Cow<'static, str>, Uuid);

/// What tells such a token from one of a list.
const MARK: char = '~';
/// How long a token may be.
const MAX_BYTES: usize = 16 << 10;

impl Nested {
    /// The place of the page behind `taken` rows to which `navigation` leads from the last of these rows.
    pub fn behind(trail: &[Hop], navigation: &str, taken: u64) -> Option<Self> {
        let ((_, root), below) = trail.split_first()?;
        let way = below.iter().map(|(name, id)| (name.to_string(), Some(*id)));
        Some(Self {
            root: *root,
            way: way.chain([(navigation.to_owned(), None)]).collect(),
            taken,
        })
    }

    /// The rows that lead to the page.
    pub fn trail(&self) -> Vec<Hop> {
        let below = self
            .way
            .iter()
            .filter_map(|(name, id)| Some((Cow::Owned(name.clone()), (*id)?)));
        [(Cow::Borrowed(""), self.root)]
            .into_iter()
            .chain(below)
            .collect()
    }

    /// Whether a `$skiptoken` is one of these.
    pub fn is_one(token: &str) -> bool {
        token.starts_with(MARK)
    }

    /// The token that a client sent back.
    pub fn parse(token: &str) -> Result<Self, Failure> {
        let text = token.strip_prefix(MARK).filter(|text| text.len() <= MAX_BYTES);
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let nested = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        nested.ok_or(Failure::SkipToken)
    }

    /// As clients get it.
    pub fn print(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}
