//! What the product does: one function per verb of the business, whatever face it was called
//! over. Each loads what the decision needs, lets the domain decide, commits, and answers.
//! How a request or an answer is spelt is not known here, nor what keeps the data.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::domain::change::{Audit, ChangeSet, Guard};
use crate::domain::id::{ChangeSetId, IdSource, UserId};
use crate::domain::record::{Entity, Key, Record};
use crate::domain::time::{Clock, Instant};
use crate::store::{Committed, Store, StoreError};

pub mod approvals;
pub mod audit;
pub mod changes;
pub mod context;
pub mod error;
pub mod events;
pub mod imports;
pub mod ports;
pub mod reader;
pub mod reference;
pub mod sessions;
pub mod timesheets;
pub mod tokens;

pub use context::Caller;
pub use error::Error;
pub use reader::Reader;

/// The application: the one object that every face calls.
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    secrets: Arc<dyn ports::Secrets>,
    sessions: sessions::Sessions,
    imports: imports::Imports,
}

/// How often a decision is made anew when the ground shifts under it before it is given up.
const ATTEMPTS: usize = 32;

impl App {
    /// The application over these ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        secrets: Arc<dyn ports::Secrets>,
        payloads: Arc<dyn imports::payloads::Payloads>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            ids,
            secrets,
            sessions: sessions::Sessions::default(),
            imports: imports::Imports::new(payloads),
        })
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Reads as `caller`: a consistent picture that shows only what they may see.
    pub async fn reader(&self, caller: &Caller) -> Result<Reader, Error> {
        let live = Arc::clone(self.imports.live());
        Reader::new(self.store.view(None).await?, caller, self.now(), live).await
    }

    /// Decides and commits. A decision on which the ground has shifted before the commit is made
    /// anew on a fresh picture, rights included, so that nothing is lost and nothing overwritten.
    async fn write<'a, F>(&self, caller: &Caller, decide: F) -> Result<Written, Error>
    where
        F: Fn(Reader) -> BoxFuture<'a, Result<Decision, Error>> + Send + Sync,
    {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let reader = self.reader(caller).await?;
            let change = match decide(reader.clone()).await? {
                Decision::Already(record) => return Ok(Written::Already(record)),
                Decision::Change(planned) => {
                    planned.into_change_set(ChangeSetId::new(self.new_id()), &reader)?
                }
            };
            match self.store.commit(change).await {
                Ok(committed) => return Ok(Written::Committed(committed)),
                Err(conflict @ StoreError::Conflict { .. }) => last = Some(conflict),
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.map_or_else(|| Error::Internal("no attempt was made".to_owned()), Error::from))
    }

    fn new_id(&self) -> Uuid {
        self.ids.next(self.now())
    }
}

/// What a decision came to.
enum Decision {
    /// Things are already as asked for; this is the record.
    Already(Record),
    /// This is to happen.
    Change(Planned),
}

/// What is to happen, before it is known as a write.
struct Planned {
    action: &'static str,
    subject: Option<UserId>,
    guards: Vec<Guard>,
    puts: Vec<Record>,
    deletes: Vec<Key>,
}

/// What came of a write.
enum Written {
    Already(Record),
    Committed(Committed),
}

impl Planned {
    /// A plan that is still empty.
    const fn new(action: &'static str) -> Self {
        Self {
            action,
            subject: None,
            guards: Vec::new(),
            puts: Vec::new(),
            deletes: Vec::new(),
        }
    }

    /// The same plan, about things of `owner`.
    const fn about(mut self, owner: UserId) -> Self {
        self.subject = Some(owner);
        self
    }

    /// As one atomic write by the reader, on condition that their rights are still the same (S14).
    /// Who acts for another changes nobody's account and no token: what they may do for a while
    /// would outlast it.
    fn into_change_set(self, id: ChangeSetId, reader: &Reader) -> Result<ChangeSet, Error> {
        let Self {
            action,
            subject,
            mut guards,
            puts,
            deletes,
        } = self;
        guards.extend_from_slice(reader.guards());
        let actor = reader.actor();
        let is_account = |key: Key| matches!(key, Key::User(_) | Key::Token(_));
        if actor.acts_for().is_some()
            && (puts.iter().map(Record::key))
                .chain(deletes.iter().copied())
                .any(is_account)
        {
            return Err(Error::Forbidden(
                "users and tokens cannot be changed while acting for another".to_owned(),
            ));
        }
        let audit = Audit {
            at: reader.now(),
            actor: actor.person_id,
            acting_for: actor.acts_for(),
            token: actor.token_id,
            face: reader.face(),
            action: action.into(),
            subject,
        };
        Ok(ChangeSet {
            id,
            guards,
            puts,
            deletes,
            audit,
        })
    }
}

impl Written {
    /// The record that the write is about: the first that was put, or the one that was there.
    fn into_record<E: Entity>(self) -> Result<Arc<E>, Error> {
        let record = match self {
            Self::Already(record) => Some(record),
            Self::Committed(committed) => committed.records.into_iter().next(),
        };
        record
            .and_then(E::from_record)
            .ok_or_else(|| Error::Internal("the write put no such record".to_owned()))
    }
}
