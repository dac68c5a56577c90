//! Access tokens: who calls, and which of their rights the call carries. The secret itself is
//! never kept, only its hash.

use serde::{Deserialize, Serialize};

use super::access::Permission;
use super::id::{TokenId, UserId};
use super::record::Meta;
use super::time::Instant;

/// SHA-256 of a token's secret text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct TokenHash(pub [u8; 32]);

/// A token: the right to act as a user. A revoked one is inactive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccessToken {
    /// Its id.
    pub id: TokenId,
    /// What every record has.
    pub meta: Meta,
    /// What it is for, in its owner's words.
    pub name: Box<str>,
    /// Whom it acts as.
    pub user_id: UserId,
    /// By which its text is recognized.
    pub hash: TokenHash,
    /// When it stops to count.
    pub expires: Option<Instant>,
    /// The rights that it carries at most; `None` carries all of its user's.
    pub permissions: Option<Box<[Permission]>>,
}

impl AccessToken {
    /// Whether it counts at `now`.
    pub fn is_valid_at(&self, now: Instant) -> bool {
        self.meta.is_active && self.expires.is_none_or(|expires| now < expires)
    }
}
