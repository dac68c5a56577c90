//! Access tokens as callers present them: what their text looks like, how it is recognized, and
//! when each was last used. Uses are kept in memory only: a write per request would cost more
//! than the knowledge is worth.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dashmap::DashMap;
use sha2::{Digest, Sha256};

use super::context::Identity;
use super::{App, Caller, Error};
use crate::domain::change::Face;
use crate::domain::id::TokenId;
use crate::domain::time::Instant;
use crate::domain::token::TokenHash;

/// What a token's text begins with, so that people and secret scanners recognize it.
pub const TOKEN_PREFIX: &str = "pct_";

/// When each token was last used.
#[derive(Debug, Default)]
pub struct Sessions {
    last_used: DashMap<TokenId, Instant>,
}

/// The text of a token with these 32 secret bytes.
pub fn token_text(secret: [u8; 32]) -> String {
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))
}

/// The hash by which a token's text is recognized.
pub fn token_hash(text: &str) -> TokenHash {
    TokenHash(Sha256::digest(text.as_bytes()).into())
}

impl App {
    /// The caller who presents this token's text, or [`Error::Unauthenticated`] for one that is
    /// unknown, revoked, expired, or belongs to an archived user.
    pub async fn authenticate(&self, token: &str, face: Face) -> Result<Caller, Error> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Err(Error::Unauthenticated);
        }
        let hash = token_hash(token);
        let view = self.store.view(None).await?;
        let (token, user) = view.token(hash).await?.ok_or(Error::Unauthenticated)?;
        let now = self.now();
        if !token.is_valid_at(now) || !user.meta.is_active {
            return Err(Error::Unauthenticated);
        }
        self.sessions.note_use(token.id, now);
        let identity = Identity::Token {
            hash,
            token_id: token.id,
            user_id: user.id,
        };
        Ok(Caller::new(identity, face))
    }

    /// When a token was last used since the server started.
    pub fn token_last_used(&self, token: TokenId) -> Option<Instant> {
        self.sessions.last_used.get(&token).map(|used| *used)
    }
}

impl Sessions {
    /// To the minute is enough, and spares a write lock per request.
    const PRECISION_MICROS: i64 = 60_000_000;

    fn note_use(&self, token: TokenId, now: Instant) {
        let fresh = self
            .last_used
            .get(&token)
            .is_some_and(|used| now.epoch_micros() - used.epoch_micros() < Self::PRECISION_MICROS);
        if !fresh {
            self.last_used.insert(token, now);
        }
    }
}
