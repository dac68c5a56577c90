//! The application with its worker, over a store and with ids that fail when a test says so, and a
//! clock that the test moves.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use punchcard::app::imports::payloads::Payloads;
use punchcard::app::imports::{ImportOrder, KeepPayloads};
use punchcard::app::{App, Caller};
use punchcard::domain::change::ChangeSet;
use punchcard::domain::hours::Hours;
use punchcard::domain::id::IdSource;
use punchcard::domain::import::{
    Collection, EntryRow, ImportKind, ImportOptions, Place, Placed, Reference, Row,
};
use punchcard::domain::period::Period;
use punchcard::domain::sync_job::SyncJob;
use punchcard::domain::time::{Clock, Instant};
use punchcard::domain::timesheet::LineRef;
use punchcard::server::payloads::PayloadFolder;
use punchcard::server::system::{SystemSecrets, TimeOrderedIds};
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::past::PastQuery;
use punchcard::store::{Change, Committed, Lagged, Store, StoreError, Token, View};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::in_time;
use crate::support::company::Person;
use crate::support::gated::Gate;
use crate::support::records;

/// A clock that stands until it is moved.
pub struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        Instant::from_epoch_micros(self.0.load(Ordering::Relaxed))
    }
}

impl MovedClock {
    fn noon() -> Arc<Self> {
        let noon: Instant = "2024-03-06T12:00:00Z".parse().unwrap();
        Arc::new(Self(AtomicI64::new(noon.epoch_micros())))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

/// Ids, of which the next panics once it was told to.
#[derive(Default)]
pub struct Fuse(AtomicBool);

impl Fuse {
    pub fn light(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl IdSource for Fuse {
    fn next(&self, now: Instant) -> Uuid {
        assert!(!self.0.swap(false, Ordering::Relaxed), "on purpose");
        TimeOrderedIds.next(now)
    }
}

/// What becomes of a write.
pub enum Fate {
    /// What the store makes of it.
    Passes,
    /// It comes after another, which has changed what it was decided on.
    Follows(ChangeSet),
    /// The store refuses it.
    Refused(StoreError),
    /// The process ends before it is written.
    Lost,
    /// The process ends once it is written.
    Unanswered,
}

/// Decides on the fate of a write.
type Decide = Box<dyn FnMut(&ChangeSet) -> Fate + Send>;

/// A store in which writes meet their fate.
pub struct Fateful {
    store: Arc<dyn Store>,
    decide: Mutex<Decide>,
    /// So many views are not to be had.
    pub blind: AtomicUsize,
    /// Whether a process has ended.
    ended: watch::Sender<bool>,
}

impl Fateful {
    pub fn over(store: Arc<dyn Store>, decide: impl FnMut(&ChangeSet) -> Fate + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            store,
            decide: Mutex::new(Box::new(decide)),
            blind: AtomicUsize::new(0),
            ended: watch::Sender::new(false),
        })
    }

    /// Resolves once the process would have ended.
    pub async fn end(&self) {
        let mut ended = self.ended.subscribe();
        in_time(ended.wait_for(|ended| *ended)).await.unwrap();
    }

    async fn never<T>(&self) -> T {
        self.ended.send_replace(true);
        std::future::pending().await
    }
}

#[async_trait]
impl Store for Fateful {
    async fn view(&self, min: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        let less = |count: usize| count.checked_sub(1);
        let is_blind = self
            .blind
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        if is_blind.is_ok() {
            return Err(StoreError::Unavailable("on purpose".to_owned()));
        }
        self.store.view(min).await
    }

    async fn commit(&self, change: ChangeSet) -> Result<Committed, StoreError> {
        let fate = (self.decide.lock().unwrap())(&change);
        match fate {
            Fate::Passes => self.store.commit(change).await,
            Fate::Follows(first) => {
                self.store.commit(first).await.unwrap();
                self.store.commit(change).await
            }
            Fate::Refused(error) => Err(error),
            Fate::Lost => self.never().await,
            Fate::Unanswered => {
                self.store.commit(change).await.unwrap();
                self.never().await
            }
        }
    }

    fn changes(&self, after: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        self.store.changes(after)
    }
}

/// An application with its worker.
pub struct Works {
    pub app: Arc<App>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<MovedClock>,
    pub ids: Arc<Fuse>,
    pub folder: Arc<TempDir>,
    stop: watch::Sender<bool>,
}

/// The small company's store, and the folder that it is in.
pub async fn company() -> (Arc<TempDir>, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Embedded::open(folder.path(), Options::default()).unwrap();
    store.commit(records::change(records::company())).await.unwrap();
    (Arc::new(folder), store)
}

impl Works {
    pub async fn begin(gate: &Gate) -> Self {
        let (folder, store) = company().await;
        Self::over(gate, folder, store).await
    }

    /// Takes up what is there.
    pub async fn over(gate: &Gate, folder: Arc<TempDir>, store: Arc<dyn Store>) -> Self {
        let works = Self::idle(gate, folder, store);
        works.app.resume_imports().await.unwrap();
        let stopped = works.stop.subscribe();
        let keep = KeepPayloads {
            days: u32::MAX,
            bytes: u64::MAX,
        };
        tokio::spawn(Arc::clone(&works.app).work_on_imports(keep, stopped));
        works
    }

    /// Nobody works there.
    pub fn idle(gate: &Gate, folder: Arc<TempDir>, store: Arc<dyn Store>) -> Self {
        let payloads: Arc<dyn Payloads> = Arc::new(PayloadFolder::within(folder.path()).unwrap());
        let (clock, ids) = (MovedClock::noon(), Arc::<Fuse>::default());
        let app = App::new(
            Arc::clone(&store),
            Arc::<MovedClock>::clone(&clock),
            Arc::<Fuse>::clone(&ids),
            Arc::new(SystemSecrets),
            gate.before(payloads),
        );
        Self {
            app,
            store,
            clock,
            ids,
            folder,
            stop: watch::Sender::new(false),
        }
    }

    pub async fn import(&self, options: ImportOptions, rows: Vec<Row>) -> Arc<SyncJob> {
        self.import_by(&admin(), options, rows).await
    }

    pub async fn import_by(&self, caller: &Caller, options: ImportOptions, rows: Vec<Row>) -> Arc<SyncJob> {
        let order = ImportOrder { options, ..entries() };
        self.app.import(caller, order, rows).await.unwrap()
    }

    /// The import once it is over.
    pub async fn over_with(&self, job: &SyncJob) -> Arc<SyncJob> {
        let events = self.app.watch_imports(&admin(), Some(job.id)).await.unwrap();
        let events: Vec<_> = in_time(events.collect::<Vec<_>>()).await;
        Arc::clone(events.last().unwrap().as_ref().unwrap().job())
    }

    /// How many hours Ivan has from April 2024 on.
    pub async fn hours(&self) -> Hours {
        let view = self.store.view(None).await.unwrap();
        let from_april = Period::new(records::date("2024-04-01"), Period::EVER.to()).unwrap();
        let sheets = view.sheets_of(Person::Ivan.user_id(), from_april).await.unwrap();
        let cells = sheets
            .iter()
            .flat_map(|sheet| sheet.lines().flat_map(LineRef::cells));
        cells.fold(Hours::ZERO, |sum, cell| sum + cell.hours())
    }

    /// How many writes were this verb of the business.
    pub async fn times(&self, action: &str) -> usize {
        let query = PastQuery {
            action: Some(action.into()),
            limit: 100,
            ..PastQuery::default()
        };
        let view = self.store.view(None).await.unwrap();
        view.past(&query).await.unwrap().writes.len()
    }
}

pub fn admin() -> Caller {
    Person::Admin.caller()
}

/// An import of bookings that fails if one is bad.
pub fn entries() -> ImportOrder {
    ImportOrder {
        kind: ImportKind::TimeEntries,
        options: ImportOptions::default(),
        idempotency_key: None,
    }
}

/// A booking of an hour of Ivan's on each of so many days from April 2024 on.
pub fn days(count: u32) -> Vec<Row> {
    let first = records::date("2024-04-01");
    let row = |index: u32| EntryRow {
        external_id: Some(format!("E{index}").into()),
        user: Some(Reference::Key("Ivan@example.com".into())),
        project: Some(Reference::Key("P1".into())),
        task: Some(Some(Reference::Key("Design".into()))),
        date: Some(first.plus_days(i32::try_from(index).unwrap())),
        hours: Some(Hours::whole(1)),
        ..EntryRow::default()
    };
    let placed = |index| Placed {
        place: Place::at(Collection::TimeEntries, index),
        row: row(index),
    };
    (0..count)
        .map(|index| Row::Entry(Box::new(placed(index))))
        .collect()
}
