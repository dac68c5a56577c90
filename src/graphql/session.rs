//! Who asks, as the protocol layer needs to know: how to introduce the caller to the resolvers,
//! and when it stops being one. What a caller is, and what it may do, is not known here.

use std::fmt;
use std::sync::Arc;

use async_graphql::Data;
use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::Instant;

use super::front::Kind;

/// Puts the caller into the data of one request of this kind.
type Introduce = dyn Fn(Kind, &mut Data) + Send + Sync;

/// A caller that was recognized. Cheap to clone; every request of a socket has the same one.
#[derive(Clone)]
pub struct Session {
    introduce: Arc<Introduce>,
    allow: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    expires: Option<Instant>,
    withdrawn: Option<watch::Receiver<Option<Ended>>>,
}

impl Session {
    /// A session that lasts. `introduce` puts what resolvers ask their context for into the data
    /// of each request: the caller, and loaders that live as long as one request.
    pub fn new(introduce: impl Fn(Kind, &mut Data) + Send + Sync + 'static) -> Self {
        Self {
            introduce: Arc::new(introduce),
            allow: None,
            expires: None,
            withdrawn: None,
        }
    }

    /// Ends at `expires`.
    #[must_use]
    pub fn expiring(self, expires: Option<Instant>) -> Self {
        Self { expires, ..self }
    }

    /// Ends when the channel says why, or when its sender is gone.
    #[must_use]
    pub fn revocable(self, withdrawn: watch::Receiver<Option<Ended>>) -> Self {
        Self {
            withdrawn: Some(withdrawn),
            ..self
        }
    }

    /// Asks `allow` before each operation over a socket; over HTTP the router has asked already.
    #[must_use]
    pub fn limited(self, allow: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            allow: Some(Arc::new(allow)),
            ..self
        }
    }

    /// Puts the caller into the data of one request.
    pub fn introduce(&self, kind: Kind, data: &mut Data) {
        (self.introduce)(kind, data);
    }

    /// Whether one more operation may start now.
    pub fn allows(&self) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow())
    }

    /// Waits until the session ends; for ever when it does not.
    pub async fn ended(&self) -> Ended {
        let expired = async {
            match self.expires {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let withdrawn = async {
            match self.withdrawn.clone() {
                Some(mut withdrawn) => withdrawn
                    .wait_for(Option::is_some)
                    .await
                    .ok()
                    .and_then(|ended| *ended),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = expired => Ended::Expired,
            ended = withdrawn => ended.unwrap_or(Ended::Revoked),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The token's time is over.
    Expired,
    /// The token, or the right to use it, was withdrawn.
    Revoked,
    /// The caller may do less than when the session began; another may be begun with the rest.
    Narrowed,
}

impl Ended {
    /// The reason, for people.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Expired => "the token has expired",
            Self::Revoked => "the token was withdrawn",
            Self::Narrowed => "rights were withdrawn: connect again with those that are left",
        }
    }
}

/// Recognizes callers by their tokens; for sockets, whose first message carries one.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// The session of a token, acting for another user if one is named.
    async fn authenticate(&self, token: &str, act_for: Option<&str>) -> Result<Session, Refused>;
}

/// The token is not known, or not any more, or may not act for whom it is to act for. Deliberately
/// does not tell which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct Refused;
