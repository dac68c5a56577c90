//! A store that counts how often it is asked, so that a test can tell one read from many.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use punchcard::domain::change::ChangeSet;
use punchcard::domain::id::{ProjectId, TimesheetId, UserId};
use punchcard::domain::period::Period;
use punchcard::domain::query::{Page, Query};
use punchcard::domain::record::{Key, Kind, Record, UniqueKey};
use punchcard::domain::task::ProjectTask;
use punchcard::domain::time::Date;
use punchcard::domain::timesheet::Timesheet;
use punchcard::domain::token::{AccessToken, TokenHash};
use punchcard::domain::user::User;
use punchcard::domain::version::RowVersion;
use punchcard::store::changed::ChangedPage;
use punchcard::store::past::{PastPage, PastQuery};
use punchcard::store::{
    Around, Change, Committed, EntryName, EntrySheets, Lagged, Store, StoreError, Token, View,
};
use uuid::Uuid;

/// Counts the questions to another store's views.
pub struct Counted {
    store: Arc<dyn Store>,
    asked: Arc<AtomicUsize>,
}

impl Counted {
    pub fn new(store: Arc<dyn Store>) -> Self {
        let asked = Arc::default();
        Self { store, asked }
    }

    /// How often views were asked since this was called last. Who calls is looked up with two.
    pub fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Store for Counted {
    async fn view(&self, min: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        let view = self.store.view(min).await?;
        let asked = Arc::clone(&self.asked);
        Ok(Arc::new(CountedView { view, asked }))
    }

    async fn commit(&self, change: ChangeSet) -> Result<Committed, StoreError> {
        self.store.commit(change).await
    }

    fn changes(&self, after: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        self.store.changes(after)
    }
}

struct CountedView {
    view: Arc<dyn View>,
    asked: Arc<AtomicUsize>,
}

impl CountedView {
    fn ask(&self) -> &dyn View {
        self.asked.fetch_add(1, Ordering::Relaxed);
        &*self.view
    }
}

#[async_trait]
impl View for CountedView {
    fn at(&self) -> Token {
        self.view.at()
    }

    async fn records(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.ask().records(keys).await
    }

    async fn all_of(&self, kinds: &[Kind]) -> Result<Vec<Record>, StoreError> {
        self.ask().all_of(kinds).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.ask().page(query).await
    }

    async fn sheets_of(&self, user: UserId, period: Period) -> Result<Vec<Arc<Timesheet>>, StoreError> {
        self.ask().sheets_of(user, period).await
    }

    async fn sheets_around(&self, user: UserId, date: Date) -> Result<Around, StoreError> {
        self.ask().sheets_around(user, date).await
    }

    async fn sheets_with_rows(&self, rows: &[Uuid]) -> Result<Vec<Option<TimesheetId>>, StoreError> {
        self.ask().sheets_with_rows(rows).await
    }

    async fn sheets_with_entries(&self, names: &[EntryName<'_>]) -> Result<Vec<EntrySheets>, StoreError> {
        self.ask().sheets_with_entries(names).await
    }

    async fn tasks_of(
        &self,
        projects: &[Option<ProjectId>],
    ) -> Result<Vec<Arc<[Arc<ProjectTask>]>>, StoreError> {
        self.ask().tasks_of(projects).await
    }

    async fn team_of(&self, manager: UserId) -> Result<Vec<UserId>, StoreError> {
        self.ask().team_of(manager).await
    }

    async fn token(&self, hash: TokenHash) -> Result<Option<(Arc<AccessToken>, Arc<User>)>, StoreError> {
        self.ask().token(hash).await
    }

    async fn owners_of(&self, keys: &[UniqueKey]) -> Result<Vec<Option<Uuid>>, StoreError> {
        self.ask().owners_of(keys).await
    }

    async fn past(&self, query: &PastQuery) -> Result<PastPage, StoreError> {
        self.ask().past(query).await
    }

    async fn changed_since(&self, version: RowVersion, limit: usize) -> Result<ChangedPage, StoreError> {
        self.ask().changed_since(version, limit).await
    }

    async fn record_at(&self, key: Key, version: RowVersion) -> Result<Option<Record>, StoreError> {
        self.ask().record_at(key, version).await
    }
}
