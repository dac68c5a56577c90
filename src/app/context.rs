//! Who calls, and over which face. What they may do is looked up anew with every picture of the
//! data, so that a right that is withdrawn stops counting with the next request.

use super::Error;
use crate::domain::change::Face;
use crate::domain::error::{FaultCode, Path};
use crate::domain::id::{TokenId, UserId};
use crate::domain::token::TokenHash;

/// The header in which a request says whom its caller acts for, on every face.
pub const ACT_FOR: &str = "punchcard-act-for";

/// A known caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How they are known.
    pub identity: Identity,
    /// Whom they ask to act for; whether they may is seen with every picture of the data.
    pub acting_for: Option<UserId>,
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
    /// Somebody who acts for nobody but themselves.
    pub const fn new(identity: Identity, face: Face) -> Self {
        Self {
            identity,
            acting_for: None,
            face,
        }
    }

    /// The same caller, asking to act for the user with this id. Who names themselves acts as
    /// themselves.
    pub fn acting_for(self, user_id: &str) -> Result<Self, Error> {
        let other: UserId = user_id.trim().parse().map_err(|_| {
            Error::fault(
                Path::of("actFor"),
                FaultCode::Malformed,
                "must be the id of a user",
            )
        })?;
        Ok(Self {
            acting_for: (other != self.person_id()).then_some(other),
            ..self
        })
    }

    /// Whose rights the call has: the person's, or those of whom they act for.
    pub fn user_id(&self) -> UserId {
        self.acting_for.unwrap_or(self.person_id())
    }

    /// The person who calls.
    pub const fn person_id(&self) -> UserId {
        match self.identity {
            Identity::Token { user_id, .. } | Identity::Local { user_id } => user_id,
        }
    }
}
