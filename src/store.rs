//! The port to where data is kept: coarse, in domain words, with one write door. What is behind
//! it, memory or a cluster, is not known here nor to whoever calls.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use uuid::Uuid;

use crate::domain::change::{Audit, ChangeSet, Guard};
use crate::domain::id::{ProjectId, TimeEntryId, TimesheetId, UserId};
use crate::domain::period::Period;
use crate::domain::query::{Page, Query};
use crate::domain::record::{Entity, Key, Kind, Record, UniqueKey};
use crate::domain::task::ProjectTask;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::contributions::ContributionRef;
use crate::domain::token::{AccessToken, TokenHash};
use crate::domain::user::User;
use crate::domain::version::RowVersion;

pub mod changed;
pub mod codec;
pub mod embedded;
pub mod past;

use changed::ChangedPage;
use past::{PastPage, PastQuery};

/// A point in the one order of all writes; greater is later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Token(pub u64);

impl From<u64> for Token {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<Token> for u64 {
    fn from(token: Token) -> Self {
        token.0
    }
}

/// Keeps the data.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A consistent picture, at least as new as `min`.
    async fn view(&self, min: Option<Token>) -> Result<Arc<dyn View>, StoreError>;

    /// Makes the change whole and durable, or not at all. The same id twice is one write, of which
    /// both calls get the outcome.
    async fn commit(&self, change: ChangeSet) -> Result<Committed, StoreError>;

    /// Every write after `after`, in order, for as long as the stream is read.
    fn changes(&self, after: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>>;
}

/// A consistent picture of the data: what is written later is not seen through it.
#[async_trait]
pub trait View: Send + Sync {
    /// Which writes it shows.
    fn at(&self) -> Token;

    /// The records with these keys, each in its key's place.
    async fn records(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;

    /// Every record of these kinds, of which sheets are not one; kind after kind, by id.
    async fn all_of(&self, kinds: &[Kind]) -> Result<Vec<Record>, StoreError>;

    /// A page of a list.
    async fn page(&self, query: &Query) -> Result<Page, StoreError>;

    /// The user's sheets that have a date in `period`, in date order.
    async fn sheets_of(&self, user: UserId, period: Period) -> Result<Vec<Arc<Timesheet>>, StoreError>;

    /// What is around a date in a user's sheets.
    async fn sheets_around(&self, user: UserId, date: Date) -> Result<Around, StoreError>;

    /// The sheets that hold the lines or cells with these ids, each in its id's place.
    async fn sheets_with_rows(&self, rows: &[Uuid]) -> Result<Vec<Option<TimesheetId>>, StoreError>;

    /// The sheets to which imported bookings with these names contribute, each name's in its place,
    /// by date: more than one where work went on from one sheet's period into another's.
    async fn sheets_with_entries(&self, names: &[EntryName<'_>]) -> Result<Vec<EntrySheets>, StoreError>;

    /// The tasks of these projects, or the common tasks for `None`, each project's in its place, in
    /// no order.
    async fn tasks_of(
        &self,
        projects: &[Option<ProjectId>],
    ) -> Result<Vec<Arc<[Arc<ProjectTask>]>>, StoreError>;

    /// Everybody whose manager is `manager`, directly or not.
    async fn team_of(&self, manager: UserId) -> Result<Vec<UserId>, StoreError>;

    /// The token with this hash and its user, revoked and expired ones included.
    async fn token(&self, hash: TokenHash) -> Result<Option<(Arc<AccessToken>, Arc<User>)>, StoreError>;

    /// Which records have these keys, each in its key's place.
    async fn owners_of(&self, keys: &[UniqueKey]) -> Result<Vec<Option<Uuid>>, StoreError>;

    /// A page of the writes that led to this picture (X3).
    async fn past(&self, query: &PastQuery) -> Result<PastPage, StoreError>;

    /// The first `limit` changes after a version, in the order of their versions.
    async fn changed_since(&self, version: RowVersion, limit: usize) -> Result<ChangedPage, StoreError>;

    /// The record as it was at this version: as the last write left it that gave it this version or
    /// a lesser one. `None` if there was none yet, or none any more.
    async fn record_at(&self, key: Key, version: RowVersion) -> Result<Option<Record>, StoreError>;
}

impl dyn View + '_ {
    /// The record with this id.
    pub async fn get<E: Entity>(&self, id: E::Id) -> Result<Option<Arc<E>>, StoreError> {
        Ok(self.many::<E>(&[id]).await?.pop().flatten())
    }

    /// The records with these ids, each in its id's place.
    pub async fn many<E: Entity>(&self, ids: &[E::Id]) -> Result<Vec<Option<Arc<E>>>, StoreError> {
        let keys: Vec<Key> = ids.iter().map(|id| E::key(*id)).collect();
        let records = self.records(&keys).await?;
        Ok(records
            .into_iter()
            .map(|record| record.and_then(E::from_record))
            .collect())
    }
}

/// How an imported booking is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EntryName<'a> {
    /// By its id.
    Id(TimeEntryId),
    /// By its id in the other system.
    External(&'a str),
}

impl EntryName<'_> {
    /// Whether it is what names this contribution's booking.
    pub fn names(&self, contribution: ContributionRef<'_>) -> bool {
        match self {
            Self::Id(id) => contribution.id() == *id,
            Self::External(external) => contribution.external_id() == Some(*external),
        }
    }
}

/// The sheets to which one booking contributes.
pub type EntrySheets = SmallVec<[Arc<Timesheet>; 1]>;

/// What is around a date in a user's sheets.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The nearest sheet that ends before the date.
    pub before: Option<Arc<Timesheet>>,
    /// The sheet that holds the date.
    pub at: Option<Arc<Timesheet>>,
    /// The nearest sheet that begins after the date.
    pub after: Option<Arc<Timesheet>>,
}

/// A write that happened.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its place in the order.
    pub at: Token,
    /// The records as they were put, with their versions, in the order of the change set.
    pub records: Vec<Record>,
}

/// A write, as those see it who follow the changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place in the order.
    pub at: Token,
    /// The records that it put.
    pub puts: Vec<Record>,
    /// The records that it removed, as they were.
    pub deleted: Vec<Record>,
    /// Who did it.
    pub audit: Audit,
}

/// Whoever follows the changes has fallen so far behind that some are no longer at hand; a fresh
/// view shows where things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged;

/// Why the store refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A guard did not hold; nothing was written.
    #[error("the guard {guard:?} did not hold")]
    Conflict {
        /// The guard.
        guard: Guard,
        /// The record that stands in the way, or that is there instead, if any.
        found: Option<Record>,
    },
    /// Another record has this key; nothing was written.
    #[error("another record has the {} {:?}", .0.member, .0.text)]
    Taken(UniqueKey),
    /// The write is larger than one may be, in bytes as it is kept; nothing was written.
    #[error("a write of {bytes} bytes is too large; one may have {limit}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large one may be.
        limit: usize,
    },
    /// Writes are not possible now; nothing of this one is, or will be, visible.
    #[error("writes are not possible at present: {0}")]
    Unavailable(String),
    /// The data is damaged.
    #[error("the data is damaged: {0}")]
    Corrupt(String),
}
