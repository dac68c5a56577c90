//! How the parts of the store are put together and set going.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, watch};

use super::feed::Feed;
use super::figures::Figures;
use super::journal::{Journal, Segment, Staged};
use super::keeper::Keeper;
use super::large::{Desk, Preparer};
use super::past::Past;
use super::recovery::{Recovered, recover};
use super::snapshot::Stop;
use super::storage::Storage;
use super::tables::store_error;
use super::upkeep::Upkeep;
use super::writer::{Message, Writer};
use super::{Embedded, Health, Open, Options, Shared};
use crate::store::{StoreError, Token};

/// Recovers what the storage holds, and sets the writer and the keeper going on it.
pub fn start(storage: Arc<dyn Storage>, options: Options) -> Result<Embedded, StoreError> {
    let past = Arc::new(Past::within(storage.clone()));
    let Recovered {
        state,
        locator,
        snapshot,
        header,
        changed,
        tail_bytes,
        outcomes,
    } = recover(&*storage, &past)?;
    let at = state.at;
    let journal = begin_journal(&*storage, header.epoch(), at, &past)?;
    let counter = state.counter.value().max(header.counter.value());
    let figures = Figures::register();
    figures.begin_with(state.sheet_count(), tail_bytes, snapshot.bytes().ok());
    let shared = Arc::new(Shared {
        current: ArcSwap::from_pointee(state),
        locator: Arc::new(locator),
        feed: Arc::new(Feed::starting_after(at)),
        news: watch::Sender::new(at),
        health: watch::Sender::new(Health::Writable),
        header: ArcSwap::from_pointee(header.clone()),
        past: Arc::downgrade(&past),
        figures,
    });
    let stop = Stop::default();
    let (inbox, messages) = mpsc::channel();
    let (jobs, to_do) = mpsc::channel();
    let writer = Writer {
        shared: shared.clone(),
        storage: storage.clone(),
        journal,
        counter,
        max_write_bytes: options.max_write_bytes,
        past: past.clone(),
        outcomes,
        retired: VecDeque::new(),
        upkeep: Upkeep::new(options, changed, tail_bytes),
        jobs,
    };
    let keeper = Keeper {
        storage: storage.clone(),
        shared: shared.clone(),
        snapshot: Some(snapshot),
        past: past.clone(),
        header,
        stop: stop.clone(),
    };
    let done = inbox.clone();
    let desk = open_desk(&shared, &storage, &inbox, options, &stop)?;
    let threads = vec![
        thread("store-writer", move || writer.run(&messages))?,
        thread("store-keeper", move || keeper.run(&to_do, &done))?,
    ];
    Ok(Embedded {
        shared,
        queue: Arc::new(Semaphore::new(options.queue)),
        open: Mutex::new(Some(Open {
            inbox,
            desk,
            storage,
            past,
        })),
        threads: Mutex::new(threads),
        stop,
        options,
    })
}

/// Begins the journal behind the last write, and removes a large write that does not count.
fn begin_journal(storage: &dyn Storage, epoch: u64, at: Token, past: &Past) -> Result<Journal, StoreError> {
    Staged::remove(storage).map_err(|error| store_error("the data folder", &error))?;
    let first = Token(at.0 + 1);
    let segment = Segment { epoch, first };
    let journal = Journal::begin(storage, segment).map_err(|error| store_error(&segment.name(), &error))?;
    past.tail.begin(segment, journal.file().clone());
    Ok(journal)
}

/// Sets going who prepares large writes.
fn open_desk(
    shared: &Arc<Shared>,
    storage: &Arc<dyn Storage>,
    writer: &mpsc::Sender<Message>,
    options: Options,
    stop: &Stop,
) -> Result<Desk, StoreError> {
    let preparer = Preparer {
        shared: shared.clone(),
        storage: storage.clone(),
        writer: writer.clone(),
        options,
        stop: stop.clone(),
    };
    let (requests, to_do) = mpsc::channel();
    let thread = thread("store-large", move || preparer.run(&to_do))?;
    Ok(Desk::of(requests, thread))
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| store_error(name, &error))
}
