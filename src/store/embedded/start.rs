//! How the parts of the store are put together and set going.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, watch};

use super::feed::Feed;
use super::figures::Figures;
use super::journal::{Journal, Segment};
use super::keeper::Keeper;
use super::past::Past;
use super::recovery::{Recovered, recover};
use super::snapshot::Stop;
use super::storage::Storage;
use super::tables::store_error;
use super::upkeep::Upkeep;
use super::writer::Writer;
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
    let segment = Segment {
        epoch: header.epoch(),
        first: Token(state.at.0 + 1),
    };
    let journal = Journal::begin(&*storage, segment).map_err(|error| store_error(&segment.name(), &error))?;
    past.tail.begin(segment, journal.file().clone());
    let at = state.at;
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
    let threads = vec![
        thread("store-writer", move || writer.run(&messages))?,
        thread("store-keeper", move || keeper.run(&to_do, &done))?,
    ];
    Ok(Embedded {
        shared,
        queue: Arc::new(Semaphore::new(options.queue)),
        open: Mutex::new(Some(Open { inbox, storage, past })),
        threads: Mutex::new(threads),
        stop,
    })
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| store_error(name, &error))
}
