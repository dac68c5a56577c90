//! The GraphQL face without a server: what the command line asks of a folder that no server holds.
//! Whoever may read and write the folder's files is its administrator.

use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;

use super::{ServeError, application, open_store};
use crate::app::Caller;
use crate::app::context::Identity;
use crate::app::imports::payloads::memory::InMemory;
use crate::domain::access::Role;
use crate::domain::change::Face;
use crate::domain::id::UserId;
use crate::domain::query::{Cursor, Filter, Query};
use crate::domain::record::{Kind, Record};
use crate::graphql;
use crate::graphql::front::{Answer, Given};
use crate::store::Store;
use crate::store::embedded::Embedded;

/// Users that are looked at together in search of an administrator.
const USERS_AT_A_TIME: usize = 500;

/// A folder in use by this process, and by no server.
pub struct Local {
    store: Arc<Embedded>,
}

impl Local {
    /// Takes the folder into use.
    pub async fn open(data_dir: &Path) -> Result<Self, ServeError> {
        let store = open_store(data_dir).await?;
        Ok(Self { store })
    }

    /// The store.
    pub const fn store(&self) -> &Arc<Embedded> {
        &self.store
    }

    /// Answers a GraphQL operation as JSON, as an administrator. The variables are a JSON object.
    pub async fn ask(&self, document: &str, variables: &str) -> Result<Bytes, ServeError> {
        let user_id = self.administrator().await?.ok_or(ServeError::NoAdministrator)?;
        let session = graphql::context::session(Caller::new(Identity::Local { user_id }, Face::CommandLine));
        // No server works on imports here, so none is to wait for one.
        let app = application(self.store.clone(), Arc::new(InMemory::default()));
        let front = graphql::front_over(app, graphql::limits::Limits::default())?;
        let selected = front.select(document, None);
        let prepared = selected.and_then(|selected| front.prepare(&selected, Given::read(variables)?));
        let answer: Answer = match prepared {
            Ok(prepared) => front.answer(prepared, &session).await,
            Err(refusal) => refusal.into(),
        };
        Ok(answer.json)
    }

    /// Gives the folder back.
    pub async fn close(self) -> Result<(), ServeError> {
        Ok(tokio::task::spawn_blocking(move || self.store.close()).await?)
    }

    /// Somebody on whose behalf records can be written.
    async fn administrator(&self) -> Result<Option<UserId>, ServeError> {
        let view = self.store.view(None).await?;
        let mut after = None;
        loop {
            let query = Query {
                kind: Kind::User,
                filter: Filter::And(Vec::new()),
                order: Vec::new(),
                after,
                before: None,
                limit: USERS_AT_A_TIME,
                from_end: false,
                count: false,
            };
            let page = view.page(&query).await?;
            let found = page.records.iter().find_map(|record| match record {
                Record::User(user) if user.meta.is_active && user.roles.contains(&Role::Administrator) => {
                    Some(user.id)
                }
                _ => None,
            });
            after = page.records.last().map(|last| Cursor {
                keys: Vec::new(),
                id: last.key().uuid(),
            });
            if found.is_some() || !page.has_next {
                return Ok(found);
            }
        }
    }
}
