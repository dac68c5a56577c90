//! The read half of the port: a pinned state, asked without a lock.

use std::io;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use uuid::Uuid;

use super::closed;
use super::locator::Locator;
use super::page;
use super::past::Past;
use super::state::State;
use super::tables::store_error;
use crate::domain::id::{ProjectId, TimesheetId, UserId};
use crate::domain::period::Period;
use crate::domain::query::{Page, Query};
use crate::domain::record::{Key, Kind, Record, UniqueKey};
use crate::domain::task::ProjectTask;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::domain::token::{AccessToken, TokenHash};
use crate::domain::user::User;
use crate::domain::version::RowVersion;
use crate::store::changed::ChangedPage;
use crate::store::past::{PastPage, PastQuery};
use crate::store::{Around, EntryName, EntrySheets, StoreError, Token, View};

/// A state that stays as it is for as long as this is held.
#[derive(Clone)]
pub struct Pinned {
    pub(super) state: Arc<State>,
    pub(super) locator: Arc<Locator>,
    pub(super) past: Weak<Past>,
}

impl Pinned {
    /// Runs a search of the past writes off the runtime's threads.
    async fn in_past<T: Send + 'static>(
        &self,
        search: impl FnOnce(&Past, Token) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let past = self.past.upgrade().ok_or_else(closed)?;
        let until = self.state.at;
        let search = move || search(&past, until).map_err(|error| store_error("the history", &error));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                let searched = runtime.spawn_blocking(search).await;
                searched.map_err(|error| StoreError::Unavailable(error.to_string()))?
            }
            Err(_) => search(),
        }
    }
}

#[async_trait]
impl View for Pinned {
    fn at(&self) -> Token {
        self.state.at
    }

    async fn records(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let found = keys.iter().map(|key| self.state.record(&self.locator, *key));
        Ok(found.collect())
    }

    async fn all_of(&self, kinds: &[Kind]) -> Result<Vec<Record>, StoreError> {
        let all = kinds.iter().flat_map(|kind| self.state.of_kind(*kind));
        Ok(all.cloned().collect())
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        if page::is_long(&self.state, &self.locator, query)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (this, query) = (self.clone(), query.clone());
            let search = move || page::page(&this.state, &this.locator, &query);
            return runtime
                .spawn_blocking(search)
                .await
                .map_err(|error| StoreError::Unavailable(error.to_string()));
        }
        Ok(page::page(&self.state, &self.locator, query))
    }

    async fn sheets_of(&self, user: UserId, period: Period) -> Result<Vec<Arc<Timesheet>>, StoreError> {
        Ok(self.state.sheets_within(user, period).to_vec())
    }

    async fn sheets_around(&self, user: UserId, date: Date) -> Result<Around, StoreError> {
        Ok(self.state.around(user, date))
    }

    async fn sheets_with_rows(&self, rows: &[Uuid]) -> Result<Vec<Option<TimesheetId>>, StoreError> {
        let holder = |row: &Uuid| self.state.sheet_with_row(&self.locator, *row, |_| true);
        Ok(rows.iter().map(|row| holder(row).map(|sheet| sheet.id)).collect())
    }

    async fn sheets_with_entries(&self, names: &[EntryName<'_>]) -> Result<Vec<EntrySheets>, StoreError> {
        let sheets = |name| self.state.sheets_with_entry(&self.locator, name);
        Ok(names.iter().map(sheets).collect())
    }

    async fn tasks_of(
        &self,
        projects: &[Option<ProjectId>],
    ) -> Result<Vec<Arc<[Arc<ProjectTask>]>>, StoreError> {
        let tasks = |project| self.state.tasks.get(project).cloned().unwrap_or_default();
        Ok(projects.iter().map(tasks).collect())
    }

    async fn team_of(&self, manager: UserId) -> Result<Vec<UserId>, StoreError> {
        Ok(self.state.team_of(manager))
    }

    async fn token(&self, hash: TokenHash) -> Result<Option<(Arc<AccessToken>, Arc<User>)>, StoreError> {
        let token = self.state.tokens.get(&hash).copied().map(Key::Token);
        let Some(Record::Token(token)) = token.and_then(|key| self.state.record(&self.locator, key)) else {
            return Ok(None);
        };
        match self.state.record(&self.locator, Key::User(token.user_id)) {
            Some(Record::User(user)) => Ok(Some((token, user))),
            _ => Ok(None),
        }
    }

    async fn owners_of(&self, keys: &[UniqueKey]) -> Result<Vec<Option<Uuid>>, StoreError> {
        Ok(keys
            .iter()
            .map(|key| self.state.unique.get(key).copied())
            .collect())
    }
    async fn past(&self, query: &PastQuery) -> Result<PastPage, StoreError> {
        let query = query.clone();
        self.in_past(move |past, until| past.page(&query, until)).await
    }

    async fn changed_since(&self, version: RowVersion, limit: usize) -> Result<ChangedPage, StoreError> {
        Ok(self.state.changed_since(version, limit))
    }

    async fn record_at(&self, key: Key, version: RowVersion) -> Result<Option<Record>, StoreError> {
        match self.state.record(&self.locator, key) {
            Some(record) if record.meta().version <= version => return Ok(Some(record)),
            _ => {}
        }
        self.in_past(move |past, until| past.record_at(key, version, until))
            .await
    }
}
