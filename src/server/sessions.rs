//! Callers as the GraphQL face knows them: sessions that carry the caller to the resolvers, and
//! end when the token expires or is withdrawn, its user is archived, or any of their rights is
//! withdrawn.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dashmap::DashMap;
use metrics::Gauge;
use tokio::sync::watch;

use crate::app::context::Identity;
use crate::app::{App, Caller, Error};
use crate::domain::access::Actor;
use crate::domain::change::Face;
use crate::domain::id::{TokenId, UserId};
use crate::domain::token::AccessToken;
use crate::graphql::context;
use crate::graphql::session::{Authenticate, Ended, Refused, Session};
use crate::http::auth::Doorkeeper;
use crate::http::metrics::open_sessions;

/// How often it is asked whether open sessions still count.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Makes sessions, and ends those that last.
pub(super) struct Sessions {
    app: Arc<App>,
    doorkeeper: Arc<Doorkeeper>,
    lasting: DashMap<Key, Lasting>,
    open: Gauge,
}

/// A token, and whom its bearer acts for.
type Key = (TokenId, Option<UserId>);

/// Everybody who has a socket or stream open with one token, acting for the same user.
struct Lasting {
    caller: Caller,
    /// What they could do when it was last looked, or when the last of them began.
    rights: Actor,
    withdrawn: watch::Sender<Option<Ended>>,
}

impl Lasting {
    /// Whether they may do no less `now`; notes what they may do more.
    fn note(&mut self, now: &Actor) -> bool {
        let holds = now.still_holds(&self.rights);
        if holds && *now != self.rights {
            self.rights = now.clone();
        }
        holds
    }
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

    /// A session that may outlive the caller's rights, and then ends.
    pub(super) async fn lasting(&self, caller: Caller) -> Session {
        let Identity::Token { token_id, .. } = caller.identity else {
            return context::session(caller);
        };
        let allowance = Allowance {
            doorkeeper: Arc::clone(&self.doorkeeper),
            token_id,
            open: self.open.clone(),
        };
        allowance.open.increment(1);
        let withdrawn = self.withdrawn((token_id, caller.acting_for), &caller).await;
        context::session(caller)
            .revocable(withdrawn)
            .limited(move || allowance.is_left())
    }

    async fn withdrawn(&self, key: Key, caller: &Caller) -> watch::Receiver<Option<Ended>> {
        match self.app.reader(caller).await {
            Ok(reader) => {
                let rights = reader.actor();
                let mut lasting = self.lasting.entry(key).or_insert_with(|| Lasting {
                    caller: caller.clone(),
                    rights: rights.clone(),
                    withdrawn: watch::Sender::new(None),
                });
                lasting.note(rights);
                lasting.withdrawn.subscribe()
            }
            // Let in a moment ago, and gone already. Without a sender it ends at once.
            Err(_) => watch::Sender::new(None).subscribe(),
        }
    }

    /// Ends the sessions whose callers no longer count, or may do less than they could, soon after.
    pub(super) async fn end_withdrawn(self: Arc<Self>) {
        let mut turns = tokio::time::interval(LOOK_EVERY);
        loop {
            turns.tick().await;
            self.lasting
                .retain(|_, lasting| lasting.withdrawn.receiver_count() > 0);
            let open: Vec<(Key, Caller)> = self
                .lasting
                .iter()
                .map(|lasting| (*lasting.key(), lasting.caller.clone()))
                .collect();
            for (key, caller) in open {
                self.look_at(key, &caller).await;
            }
        }
    }

    async fn look_at(&self, key: Key, caller: &Caller) {
        let ended = match self.app.reader(caller).await {
            Ok(reader) => {
                let now = reader.actor();
                let Some(mut lasting) = self.lasting.get_mut(&key) else {
                    return;
                };
                if lasting.note(now) {
                    return;
                }
                Ended::Narrowed
            }
            Err(Error::Unauthenticated) => Ended::Revoked,
            // They act for somebody who is gone, or no longer may.
            Err(Error::Forbidden(_) | Error::NotFound(_)) => Ended::Narrowed,
            Err(_) => return,
        };
        if let Some((_, lasting)) = self.lasting.remove(&key) {
            lasting.withdrawn.send_replace(Some(ended));
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
    async fn authenticate(&self, token: &str, act_for: Option<&str>) -> Result<Session, Refused> {
        let caller = self.app.authenticate(token, Face::GraphQl).await;
        let mut caller = caller.map_err(|_| Refused)?;
        let expires = self.expiry(&caller).await.map_err(|_| Refused)?;
        if let Some(user_id) = act_for {
            caller = caller.acting_for(user_id).map_err(|_| Refused)?;
            self.app.reader(&caller).await.map_err(|_| Refused)?;
        }
        Ok(self.lasting(caller).await.expiring(expires))
    }
}
