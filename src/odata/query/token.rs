//! Where the next page begins: opaque to clients, and nothing that they could not see anyway.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::query::Cursor;
use crate::odata::failure::Failure;

/// A position in a list.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Token {
    /// How many rows were answered before, what was skipped not among them.
    #[serde(rename = "n")]
    pub taken: u64,
    /// The last of them; nothing for the beginning, and where rows can only be counted off.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Position>,
    /// How many rows there are in all, if they were counted for the first page.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none", default)]
    pub total: Option<u64>,
}

/// The place of a row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Of the record that it is, or is in.
    #[serde(rename = "c")]
    pub cursor: Cursor,
    /// The line and the cell within the sheet.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none", default)]
    pub within: Option<(usize, usize)>,
}

/// How long a token may be.
const MAX_BYTES: usize = 16 << 10;

impl Token {
    /// The token that a client sent back.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.len() > MAX_BYTES {
            return Err(Failure::SkipToken);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .map_err(|_| Failure::SkipToken)?;
        serde_json::from_slice(&bytes).map_err(|_| Failure::SkipToken)
    }

    /// As clients get it.
    pub fn print(&self) -> Result<String, Failure> {
        let bytes = serde_json::to_vec(self).map_err(|_| Failure::SkipToken)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }
}
