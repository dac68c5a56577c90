//! Every write that ever was, with who did it (X3): what the journal's segments hold is moved here
//! before they are dropped. A file of its own, so that the snapshot can be written anew without it.
//! Any number may read while one adds.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{Database, ReadableDatabase, ReadableTable, Table};

use super::journal::{Frames, Segment};
use super::storage::Storage;
use super::tables::{Fuse, HISTORY, damaged, failed, fused_database, guarded};
use crate::store::Token;
use crate::store::codec::{self, Entry};

pub mod index;
pub mod search;
mod verify;

use index::Index;

/// The file's name.
const NAME: &str = "history.redb";
/// How the names of damaged ones begin, which are kept for whoever can still read them.
const ASIDE: &str = "history-damaged-";
/// Its name while it is being made.
const UNFINISHED: &str = "history.redb.new";

/// The file of all past writes.
#[derive(Debug)]
pub struct History {
    storage: Arc<dyn Storage>,
    /// Closed after an error: what redb knows of the file may no longer be so.
    open: Mutex<Option<Arc<Opened>>>,
    /// Held by who moves writes from the journal to here, or wants none to be moved.
    moving: Mutex<()>,
}

#[derive(Debug)]
struct Opened {
    database: Database,
    fuse: Fuse,
}

/// The tables of a transaction, to be added to.
struct Tables<'t> {
    writes: Table<'t, u64, &'static [u8]>,
    index: Index<'t>,
}

impl Tables<'_> {
    fn add(&mut self, at: u64, entry: &[u8]) -> io::Result<()> {
        self.writes.insert(at, entry).map_err(failed)?;
        self.index.add(at, entry)
    }
}

impl History {
    /// The history in a folder; opened when it is needed.
    pub const fn within(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            open: Mutex::new(None),
            moving: Mutex::new(()),
        }
    }

    /// Keeps writes from being moved here for as long as it is held.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the writes of a segment here, up to `end`, what counts of it.
    pub fn absorb(&self, segment: Segment, end: Token, is_superseded: bool) -> io::Result<()> {
        let mut frames = Frames::of(segment, &*self.storage)?;
        self.extend(|tables| {
            while let Some(entries) = frames.next()? {
                for entry in entries.iter().filter(|entry| entry.at <= end) {
                    tables.add(entry.at.0, entry.bytes)?;
                }
            }
            let read = frames.end();
            if frames.ends_well()? || is_superseded {
                return Ok(());
            }
            Err(damaged(format!("{} is damaged at byte {read}", segment.name())))
        })
    }

    /// Adds writes, those that are here already among them.
    pub fn add<'a>(&self, entries: impl Iterator<Item = (u64, &'a [u8])>) -> io::Result<()> {
        self.extend(|tables| {
            for (at, entry) in entries {
                tables.add(at, entry)?;
            }
            Ok(())
        })
    }

    /// Adds all that `extend` adds, or nothing if it fails.
    fn extend(&self, extend: impl FnOnce(&mut Tables<'_>) -> io::Result<()>) -> io::Result<()> {
        self.with(|database| {
            let mut transaction = database.begin_write().map_err(failed)?;
            transaction.set_quick_repair(true);
            extend(&mut Tables {
                writes: transaction.open_table(HISTORY).map_err(failed)?,
                index: Index::of(&transaction)?,
            })?;
            transaction.commit().map_err(failed)
        })
    }

    /// The last write that is here.
    pub fn latest(&self) -> io::Result<Token> {
        self.with(|database| {
            let transaction = database.begin_read().map_err(failed)?;
            let table = transaction.open_table(HISTORY).map_err(failed)?;
            let last = table.last().map_err(failed)?;
            Ok(Token(last.map_or(0, |(at, _)| at.value())))
        })
    }

    /// At most `limit` of the writes after `after`, in order, as they are kept.
    pub fn bytes_after(&self, after: Token, limit: usize) -> io::Result<Vec<(Token, Vec<u8>)>> {
        self.with(|database| {
            let transaction = database.begin_read().map_err(failed)?;
            let table = transaction.open_table(HISTORY).map_err(failed)?;
            let rows = table.range(after.0.saturating_add(1)..).map_err(failed)?;
            rows.take(limit)
                .map(|row| {
                    row.map_err(failed)
                        .map(|(at, entry)| (Token(at.value()), entry.value().to_vec()))
                })
                .collect()
        })
    }

    /// Hands over one write after another, the latest first, until `take` wants no more.
    pub fn each_from_latest(&self, mut take: impl FnMut(Entry) -> bool) -> io::Result<()> {
        self.with(|database| {
            let transaction = database.begin_read().map_err(failed)?;
            let table = transaction.open_table(HISTORY).map_err(failed)?;
            for row in table.iter().map_err(failed)?.rev() {
                let entry = codec::decode(row.map_err(failed)?.1.value()).map_err(damaged)?;
                if !take(entry) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Runs `task` on the database; after an error it is opened anew.
    fn with<T>(&self, task: impl FnOnce(&Database) -> io::Result<T>) -> io::Result<T> {
        let opened = self.opened()?;
        guarded(|| task(&opened.database)).inspect_err(|_| self.close(&opened))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Opened>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open database; a file that is damaged is set aside, for what is new must be kept.
    fn opened(&self) -> io::Result<Arc<Opened>> {
        let mut open = self.lock();
        if let Some(opened) = &*open {
            return Ok(Arc::clone(opened));
        }
        let opened = match guarded(|| self.open()) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let aside = self.set_aside()?;
                tracing::error!(%error, aside, "the history is damaged; it was set aside for a new one");
                self.open()?
            }
            opened => opened?,
        };
        let opened = Arc::new(opened);
        *open = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Others may still read from what failed; it must not touch the file that is opened anew.
    fn close(&self, opened: &Arc<Opened>) {
        opened.fuse.blow();
        let mut open = self.lock();
        if open.as_ref().is_some_and(|present| Arc::ptr_eq(present, opened)) {
            *open = None;
        }
    }

    fn open(&self) -> io::Result<Opened> {
        let fuse = Fuse::default();
        let database = match self.storage.open(NAME) {
            Ok(file) => fused_database(file, fuse.clone())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let database = fused_database(self.storage.create(UNFINISHED)?, fuse.clone())?;
                let mut transaction = database.begin_write().map_err(failed)?;
                transaction.set_quick_repair(true);
                drop(transaction.open_table(HISTORY).map_err(failed)?);
                drop(Index::of(&transaction)?);
                transaction.commit().map_err(failed)?;
                self.storage.rename(UNFINISHED, NAME)?;
                self.storage.sync_folder()?;
                database
            }
            Err(error) => return Err(error),
        };
        Ok(Opened { database, fuse })
    }

    fn set_aside(&self) -> io::Result<String> {
        let names = self.storage.list()?;
        let earlier = names.iter().filter(|name| name.starts_with(ASIDE)).count();
        let aside = format!("{ASIDE}{}.redb", earlier + 1);
        self.storage.rename(NAME, &aside)?;
        Ok(aside)
    }
}
