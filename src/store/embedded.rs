//! The store within the process: the whole state in memory, immutable and shared; every write in
//! a journal before it is seen; the state in a snapshot file now and then. It knows nothing of
//! what the records mean beyond what the port says.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::domain::change::ChangeSet;
use crate::store::{Change, Committed, Lagged, Store, StoreError, Token, View};

mod apply;
mod batch;
mod conditions;
mod feed;
mod guards;
mod journal;
mod locator;
mod outcomes;
mod page;
mod recovery;
mod state;
pub mod storage;
mod view;
mod walk;
mod writer;

use feed::Feed;
use locator::Locator;
use state::State;
use storage::{Folder, Storage};
use view::Pinned;
use writer::{Message, Request, Writer};

/// How the store behaves; the default is right for a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// So many change sets may wait for the writer; who comes next waits to be let in.
    pub queue: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: 4_096 }
    }
}

/// The store.
#[derive(Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    queue: Arc<Semaphore>,
    inbox: Mutex<Option<mpsc::Sender<Message>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What readers and the writer share.
#[derive(Debug)]
struct Shared {
    current: ArcSwap<State>,
    locator: Arc<Locator>,
    feed: Arc<Feed>,
    news: watch::Sender<Token>,
}

impl Shared {
    fn state(&self) -> Arc<State> {
        self.current.load_full()
    }
}

impl Embedded {
    /// Opens the data folder, which is made if there is none, and recovers what it holds. Blocks
    /// until everything is in memory.
    ///
    /// Fails with [`StoreError::Unavailable`] if the folder is in use or cannot be read or written,
    /// with [`StoreError::Corrupt`] if what it holds is damaged.
    pub fn open(folder: &Path, options: Options) -> Result<Arc<Self>, StoreError> {
        let storage = Folder::lock(folder).map_err(|error| unavailable("the data folder", &error))?;
        Self::open_in(Arc::new(storage), options)
    }

    /// Opens the data in a storage, such as one that a test lets fail.
    pub fn open_in(storage: Arc<dyn Storage>, options: Options) -> Result<Arc<Self>, StoreError> {
        let recovered = recovery::recover(&*storage)?;
        let at = recovered.state.at;
        let shared = Arc::new(Shared {
            current: ArcSwap::from_pointee(recovered.state),
            locator: Arc::new(recovered.locator),
            feed: Arc::new(Feed::starting_after(at)),
            news: watch::Sender::new(at),
        });
        let writer = Writer::new(
            shared.clone(),
            recovered.journal,
            recovered.counter,
            recovered.outcomes,
        );
        let (sender, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                writer.run(&inbox);
                drop(storage);
            })
            .map_err(|error| unavailable("the writer", &error))?;
        Ok(Arc::new(Self {
            shared,
            queue: Arc::new(Semaphore::new(options.queue)),
            inbox: Mutex::new(Some(sender)),
            threads: Mutex::new(vec![thread]),
        }))
    }

    /// Ends the store in good order: what waits is written, then nothing more is. Blocks until it
    /// is done.
    pub fn close(&self) {
        if let Some(sender) = self.lock_inbox().take() {
            drop(sender.send(Message::Close));
        }
        self.join();
    }

    fn join(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        }
    }

    fn lock_inbox(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<Message>>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pin(&self) -> Pinned {
        Pinned {
            state: self.shared.state(),
            locator: self.shared.locator.clone(),
        }
    }
}

impl Drop for Embedded {
    /// Ends without the good order of [`close`](Self::close); the next start recovers.
    fn drop(&mut self) {
        drop(self.lock_inbox().take());
        self.join();
    }
}

#[async_trait]
impl Store for Embedded {
    async fn view(&self, min: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        let view = self.pin();
        match min {
            Some(min) if view.state.at < min => Err(StoreError::Unavailable(format!(
                "the data is at write {}, not yet at {}",
                view.state.at.0, min.0
            ))),
            _ => Ok(Arc::new(view)),
        }
    }

    async fn commit(&self, change: ChangeSet) -> Result<Committed, StoreError> {
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        let permit = self.queue.clone().acquire_owned().await.map_err(|_| closed())?;
        let (reply, outcome) = oneshot::channel();
        let request = Request {
            change,
            reply,
            permit,
        };
        self.lock_inbox()
            .as_ref()
            .and_then(|sender| sender.send(Message::Commit(request)).ok())
            .ok_or_else(closed)?;
        outcome.await.map_err(|_| closed())?
    }

    fn changes(&self, after: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        feed::follow(self.shared.feed.clone(), self.shared.news.subscribe(), after)
    }
}

fn unavailable(what: &str, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("{what}: {error}"))
}
