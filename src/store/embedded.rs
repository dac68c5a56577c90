//! The store within the process: the whole state in memory, immutable and shared; every write in
//! a journal before it is seen; the state in a snapshot file now and then. It knows nothing of
//! what the records mean beyond what the port says.
//!
//! The data folder holds `snapshot.redb`, the state at some write; `journal-*.log`, the writes
//! since; `history.redb`, the writes before; and `lock`, which one process holds.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::domain::change::ChangeSet;
use crate::store::{Change, Committed, Lagged, Store, StoreError, Token, View};

mod apply;
mod batch;
mod bulk;
pub mod check;
mod conditions;
mod feed;
mod figures;
mod guards;
mod history;
mod journal;
mod keeper;
mod large;
mod locator;
mod outcomes;
mod page;
mod past;
mod records;
mod recovery;
mod snapshot;
mod start;
mod state;
pub mod storage;
mod tables;
mod tail;
mod upkeep;
mod view;
mod walk;
mod writer;

use feed::Feed;
use figures::Figures;
use large::Desk;
use locator::Locator;
use past::Past;
use snapshot::{Header, Stop};
use state::State;
use storage::{Folder, Storage};
use tables::store_error;
use view::Pinned;
use writer::{Message, Request};

/// The most bytes of a change set as it is written. With those that share its frame it stays far
/// below the 4 GiB that the frame's length can say.
pub const MAX_WRITE_BYTES: usize = 1 << 30;

/// How the store behaves; the default is right for a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// So many change sets may wait for the writer; who comes next waits to be let in.
    pub queue: usize,
    /// A change set that puts so many records, and deletes none, is prepared beside the writer, so that
    /// the writes of others go on meanwhile.
    pub large_records: usize,
    /// So many versions are left for what is written while a large change set is prepared.
    pub large_gap: u64,
    /// A change set may take so many bytes as it is written, at most [`MAX_WRITE_BYTES`].
    pub max_write_bytes: usize,
    /// Once the journal has grown by so many bytes, a checkpoint is made: what a start replays is
    /// bounded by it.
    pub checkpoint_bytes: u64,
    /// After so long, what the disk refused is tried again.
    pub retry_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 4_096,
            large_records: 4_096,
            large_gap: 1 << 20,
            max_write_bytes: MAX_WRITE_BYTES,
            checkpoint_bytes: 64 << 20,
            retry_after: Duration::from_secs(1),
        }
    }
}

/// Whether the store takes writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Health {
    /// It does.
    Writable,
    /// It does not, for this reason; reads go on. It tries to heal by itself.
    ReadOnly(String),
}

/// The store.
#[derive(Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    queue: Arc<Semaphore>,
    /// What is there until the store is closed.
    open: Mutex<Option<Open>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    stop: Stop,
    options: Options,
}

/// What is there until the store is closed; with it the folder's lock.
#[derive(Debug)]
struct Open {
    inbox: mpsc::Sender<Message>,
    desk: Desk,
    storage: Arc<dyn Storage>,
    past: Arc<Past>,
}

/// What readers, the writer and the keeper share.
#[derive(Debug)]
struct Shared {
    current: ArcSwap<State>,
    locator: Arc<Locator>,
    feed: Arc<Feed>,
    news: watch::Sender<Token>,
    health: watch::Sender<Health>,
    /// What the snapshot says of itself.
    header: ArcSwap<Header>,
    /// Gone once the store is closed; with it the files.
    past: Weak<Past>,
    figures: Figures,
}

impl Shared {
    fn state(&self) -> Arc<State> {
        self.current.load_full()
    }

    /// Shows the next state, and hands back the one before it.
    fn show(&self, next: State) -> Arc<State> {
        self.figures.sheets(next.sheet_count());
        self.current.swap(Arc::new(next))
    }
}

impl Embedded {
    /// Opens the data folder, which is made if there is none, and recovers what it holds. Blocks
    /// until everything is in memory.
    ///
    /// Fails with [`StoreError::Unavailable`] if the folder is in use or cannot be read or written,
    /// with [`StoreError::Corrupt`] if what it holds is damaged.
    pub fn open(folder: &Path, options: Options) -> Result<Arc<Self>, StoreError> {
        let name = || folder.display().to_string();
        let storage = Folder::lock(folder).map_err(|error| store_error(&name(), &error))?;
        Self::open_in(Arc::new(storage), options)
    }

    /// Opens the data in a storage, such as one that a test lets fail.
    pub fn open_in(storage: Arc<dyn Storage>, options: Options) -> Result<Arc<Self>, StoreError> {
        start::start(storage, options).map(Arc::new)
    }

    /// Ends the store in good order: what waits is written, the snapshot is brought up to date,
    /// then nothing more is written. Views stay readable. Blocks until it is done.
    pub fn close(&self) {
        let open = self.lock_open().take();
        if let Some(Open { inbox, desk, .. }) = open {
            desk.close();
            // A writer that has ended already needs no telling.
            drop(inbox.send(Message::Close));
        }
        self.join();
    }

    /// Makes a checkpoint now. Blocks until it is durable.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let (reply, outcome) = mpsc::sync_channel(1);
        self.tell(Message::Checkpoint(reply)).ok_or_else(closed)?;
        let outcome = outcome.recv().map_err(|_| closed())?;
        outcome.map_err(StoreError::Unavailable)
    }

    /// Whether writes are taken, now and in future.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.subscribe()
    }

    fn tell(&self, message: Message) -> Option<()> {
        self.lock_open().as_ref()?.inbox.send(message).ok()
    }

    fn join(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        }
    }

    fn lock_open(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Embedded {
    /// Ends without the good order of [`close`](Self::close), as a killed process would; the next
    /// start recovers.
    fn drop(&mut self) {
        self.stop.now();
        let open = self.lock_open().take();
        if let Some(Open { inbox, desk, .. }) = open {
            drop(inbox.send(Message::Abandon));
            desk.close();
        }
        self.join();
    }
}

#[async_trait]
impl Store for Embedded {
    async fn view(&self, min: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        let view = Pinned {
            state: self.shared.state(),
            locator: self.shared.locator.clone(),
            past: self.shared.past.clone(),
        };
        match min {
            Some(min) if view.state.at < min => Err(StoreError::Unavailable(format!(
                "the data is at write {}, not yet at {}",
                view.state.at.0, min.0
            ))),
            _ => Ok(Arc::new(view)),
        }
    }

    async fn commit(&self, change: ChangeSet) -> Result<Committed, StoreError> {
        let permit = self.queue.clone().acquire_owned().await.map_err(|_| closed())?;
        let (reply, outcome) = oneshot::channel();
        let request = Request {
            change,
            reply,
            permit,
        };
        if large::is_large(&request.change, &self.options) {
            let open = self.lock_open();
            open.as_ref().ok_or_else(closed)?.desk.take(request);
        } else {
            self.tell(Message::Commit(request)).ok_or_else(closed)?;
        }
        outcome.await.map_err(|_| closed())?
    }

    fn changes(&self, after: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        feed::follow(self.shared.feed.clone(), self.shared.news.subscribe(), after)
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
