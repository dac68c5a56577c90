//! Who calls, and over which face. What they may do is looked up anew with every picture of the
//! data, so that a right that is withdrawn stops counting with the next request.

use crate::domain::change::Face;
use crate::domain::id::{TokenId, UserId};
use crate::domain::token::TokenHash;

/// A known caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How they are known.
    pub identity: Identity,
    /// The face that they call over.
    pub face: Face,
}

/// How a caller is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By an access token.
    Token {
        /// The token's hash.
        hash: TokenHash,
        /// The token.
        token_id: TokenId,
        /// Whom it acts as.
        user_id: UserId,
    },
    /// As whoever may run the program on the server's own data folder: an administrator.
    Local {
        /// The user on whose behalf records are written.
        user_id: UserId,
    },
}

impl Caller {
    /// The person who calls.
    pub const fn user_id(&self) -> UserId {
        match self.identity {
            Identity::Token { user_id, .. } | Identity::Local { user_id } => user_id,
        }
    }
}
