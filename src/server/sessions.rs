//! Callers as the GraphQL face knows them: sessions that carry the caller to the resolvers, and
//! end when the token expires or is withdrawn, or its user is archived.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dashmap::DashMap;
use metrics::Gauge;
use tokio::sync::watch;

use crate::app::context::Identity;
use crate::app::{App, Caller, Error};
use crate::domain::change::Face;
use crate::domain::id::TokenId;
use crate::domain::token::AccessToken;
use crate::graphql::context::Picture;
use crate::graphql::front::Kind;
use crate::graphql::session::{Authenticate, Refused, Session};
use crate::http::auth::Doorkeeper;
use crate::http::metrics::open_sessions;

/// How often it is asked whether open sessions still count.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Makes sessions, and ends those that last.
pub(super) struct Sessions {
    app: Arc<App>,
    doorkeeper: Arc<Doorkeeper>,
    lasting: DashMap<TokenId, Lasting>,
    open: Gauge,
}

/// Everybody who has a socket or stream open with one token.
struct Lasting {
    caller: Caller,
    withdrawn: watch::Sender<bool>,
}

/// What a lasting session may ask for; counts as an open session for as long as it is there.
struct Allowance {
    doorkeeper: Arc<Doorkeeper>,
    token_id: TokenId,
    open: Gauge,
}

impl Allowance {
    fn is_left(&self) -> bool {
        self.doorkeeper.may_ask(self.token_id).is_ok()
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        self.open.decrement(1);
    }
}

impl Sessions {
    pub(super) fn new(app: Arc<App>, doorkeeper: Arc<Doorkeeper>) -> Arc<Self> {
        Arc::new(Self {
            app,
            doorkeeper,
            lasting: DashMap::new(),
            open: open_sessions(),
        })
    }

    /// A session for a single request, whose caller was let in a moment ago.
    pub(super) fn brief(caller: Caller) -> Session {
        Session::new(move |kind, data| {
            // What a mutation answers is looked up after it; events are each of their own time.
            if kind == Kind::Query {
                data.insert(Picture::default());
            }
            data.insert(caller.clone());
        })
    }

    /// A session that may outlive the caller's rights, and then ends.
    pub(super) fn lasting(&self, caller: Caller) -> Session {
        let Identity::Token { token_id, .. } = caller.identity else {
            return Self::brief(caller);
        };
        let allowance = Allowance {
            doorkeeper: Arc::clone(&self.doorkeeper),
            token_id,
            open: self.open.clone(),
        };
        allowance.open.increment(1);
        let withdrawn = self.withdrawn(token_id, &caller);
        Self::brief(caller)
            .revocable(withdrawn)
            .limited(move || allowance.is_left())
    }

    fn withdrawn(&self, token: TokenId, caller: &Caller) -> watch::Receiver<bool> {
        let lasting = self.lasting.entry(token).or_insert_with(|| Lasting {
            caller: caller.clone(),
            withdrawn: watch::Sender::new(false),
        });
        lasting.withdrawn.subscribe()
    }

    /// Ends the sessions whose callers no longer count, soon after they do not.
    pub(super) async fn end_withdrawn(self: Arc<Self>) {
        let mut turns = tokio::time::interval(LOOK_EVERY);
        loop {
            turns.tick().await;
            self.lasting
                .retain(|_, lasting| lasting.withdrawn.receiver_count() > 0);
            let callers: Vec<(TokenId, Caller)> = self
                .lasting
                .iter()
                .map(|lasting| (*lasting.key(), lasting.caller.clone()))
                .collect();
            for (token, caller) in callers {
                if matches!(self.app.reader(&caller).await, Err(Error::Unauthenticated))
                    && let Some((_, lasting)) = self.lasting.remove(&token)
                {
                    lasting.withdrawn.send_replace(true);
                }
            }
        }
    }

    async fn expiry(&self, caller: &Caller) -> Result<Option<tokio::time::Instant>, Error> {
        let Identity::Token { token_id, .. } = caller.identity else {
            return Ok(None);
        };
        let reader = self.app.reader(caller).await?;
        let token = reader.get::<AccessToken>(token_id).await?;
        let expires = token.and_then(|token| token.expires);
        Ok(expires.and_then(|expires| {
            let left = expires
                .epoch_micros()
                .saturating_sub(self.app.now().epoch_micros());
            let left = Duration::from_micros(u64::try_from(left).unwrap_or_default());
            // What lies too far ahead for the clock is as good as never.
            tokio::time::Instant::now().checked_add(left)
        }))
    }
}

#[async_trait]
impl Authenticate for Sessions {
    async fn authenticate(&self, token: &str) -> Result<Session, Refused> {
        let caller = self.app.authenticate(token, Face::GraphQl).await;
        let caller = caller.map_err(|_| Refused)?;
        let expires = self.expiry(&caller).await.map_err(|_| Refused)?;
        Ok(self.lasting(caller).expiring(expires))
    }
}
