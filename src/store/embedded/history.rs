//! Every write that ever was, with who did it (X3): what the journal's segments hold is moved here
//! before they are dropped. A file of its own, so that the snapshot can be written anew without it.

use std::io;
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable};

use super::journal::{Segment, Tail};
use super::storage::Storage;
use super::tables::{HISTORY, damaged, database, failed, guarded};
use crate::store::Token;
use crate::store::codec::{self, Entry};

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
    database: Option<Database>,
}

impl History {
    /// The history in a folder; opened when it is needed.
    pub const fn within(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            database: None,
        }
    }

    /// Moves the writes of a segment here, up to `end`, what counts of it.
    pub fn absorb(&mut self, segment: Segment, end: Token, is_superseded: bool) -> io::Result<()> {
        let bytes = segment.read(&*self.storage)?;
        let scan = segment.scan(&bytes);
        if scan.tail != Tail::Clean && !is_superseded {
            return Err(damaged(format!(
                "{} is damaged at byte {}",
                segment.name(),
                scan.end
            )));
        }
        let entries = scan.entries.into_iter().filter(|(at, _)| *at <= end);
        self.add(entries.map(|(at, entry)| (at.0, entry)))
    }

    /// Adds writes, those that are here already among them.
    pub fn add<'a>(&mut self, entries: impl Iterator<Item = (u64, &'a [u8])>) -> io::Result<()> {
        self.with(|database| {
            let mut transaction = database.begin_write().map_err(failed)?;
            transaction.set_quick_repair(true);
            {
                let mut table = transaction.open_table(HISTORY).map_err(failed)?;
                for (at, entry) in entries {
                    table.insert(at, entry).map_err(failed)?;
                }
            }
            transaction.commit().map_err(failed)
        })
    }

    /// At most `limit` of the writes after `after`, in order, as they are kept.
    pub fn bytes_after(&mut self, after: Token, limit: usize) -> io::Result<Vec<(Token, Vec<u8>)>> {
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
    pub fn each_from_latest(&mut self, mut take: impl FnMut(Entry) -> bool) -> io::Result<()> {
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

    /// Runs `task` on the database; a file that is damaged is set aside, for what is new must be
    /// kept.
    fn with<T>(&mut self, task: impl FnOnce(&Database) -> io::Result<T>) -> io::Result<T> {
        let open = self.database.take();
        let database = match open.map_or_else(|| guarded(|| self.open()), Ok) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let aside = self.set_aside()?;
                tracing::error!(%error, aside, "the history is damaged; it was set aside for a new one");
                self.open()?
            }
            opened => opened?,
        };
        let outcome = guarded(|| task(&database))?;
        self.database = Some(database);
        Ok(outcome)
    }

    fn open(&self) -> io::Result<Database> {
        match self.storage.open(NAME) {
            Ok(file) => database(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let database = database(self.storage.create(UNFINISHED)?)?;
                let mut transaction = database.begin_write().map_err(failed)?;
                transaction.set_quick_repair(true);
                drop(transaction.open_table(HISTORY).map_err(failed)?);
                transaction.commit().map_err(failed)?;
                self.storage.rename(UNFINISHED, NAME)?;
                self.storage.sync_folder()?;
                Ok(database)
            }
            Err(error) => Err(error),
        }
    }

    fn set_aside(&self) -> io::Result<String> {
        let names = self.storage.list()?;
        let earlier = names.iter().filter(|name| name.starts_with(ASIDE)).count();
        let aside = format!("{ASIDE}{}.redb", earlier + 1);
        self.storage.rename(NAME, &aside)?;
        Ok(aside)
    }
}
