//! The snapshot file: the state at a moment, from which a start goes on with the journal. It is
//! brought up to date in place, one transaction a checkpoint, or written anew from memory.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imbl::OrdMap;
use rayon::prelude::*;
use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable, TableError, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::locator::Locator;
use super::state::State;
use super::storage::{Storage, StorageFile};
use super::tables::{HEADER, HEADER_KEY, HISTORY, RECORDS, TOMBSTONES, damaged, database, failed};
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::Token;
use crate::store::codec::{self, KEY_BYTES};

/// The file's name.
pub const NAME: &str = "snapshot.redb";
/// Its name while it is being written anew.
const UNFINISHED: &str = "snapshot.redb.new";

/// What a snapshot says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// The last write that it holds.
    pub at: Token,
    /// The greatest version that was ever given, or taken by a write that failed (S2).
    pub counter: RowVersion,
    /// The journals whose segments may be found, the current one last.
    pub epochs: Vec<Epoch>,
}

/// A journal: all segments of one epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Epoch {
    /// Its number.
    pub number: u64,
    /// The last write of the one before it; whatever that one holds beyond is void.
    pub began_after: Token,
}

impl Header {
    /// Of an empty store.
    pub fn first() -> Self {
        Self {
            at: Token(0),
            counter: RowVersion::UNASSIGNED,
            epochs: vec![Epoch {
                number: 1,
                began_after: Token(0),
            }],
        }
    }

    /// The number of the current journal.
    pub fn epoch(&self) -> u64 {
        self.epochs.last().map_or(1, |epoch| epoch.number)
    }

    /// The last write that counts in the segments of a journal.
    pub fn end_of(&self, epoch: u64) -> Token {
        let later = self.epochs.iter().filter(|later| later.number > epoch);
        later
            .map(|later| later.began_after)
            .min()
            .unwrap_or(Token(u64::MAX))
    }
}

/// Stops a long task when the store is abandoned.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, tasks stop.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An error once tasks are to stop.
    pub fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "the store was abandoned",
            ));
        }
        Ok(())
    }
}

/// An open snapshot file.
#[derive(Debug)]
pub struct Snapshot {
    database: Database,
    file: Arc<dyn StorageFile>,
}

impl Snapshot {
    /// Opens the file of this name.
    pub fn open(storage: &dyn Storage, name: &str) -> io::Result<Self> {
        let file = storage.open(name)?;
        if file.length()? == 0 {
            return Err(damaged("the file is empty"));
        }
        Ok(Self {
            database: database(file.clone())?,
            file,
        })
    }

    /// Writes the file anew and puts it, once it is durable, in the place of the present one.
    pub fn create(storage: &dyn Storage, header: &Header, state: &State, stop: &Stop) -> io::Result<Self> {
        let snapshot = Self::create_as(storage, UNFINISHED, header, state, stop)?;
        storage.rename(UNFINISHED, NAME)?;
        storage.sync_folder()?;
        Ok(snapshot)
    }

    /// Writes a file of this name.
    pub fn create_as(
        storage: &dyn Storage,
        name: &str,
        header: &Header,
        state: &State,
        stop: &Stop,
    ) -> io::Result<Self> {
        let file = storage.create(name)?;
        let snapshot = Self {
            database: database(file.clone())?,
            file,
        };
        let transaction = snapshot.begin(header)?;
        {
            let mut records = transaction.open_table(RECORDS).map_err(failed)?;
            let mut bytes = Vec::new();
            for record in in_key_order(state) {
                stop.check()?;
                bytes.clear();
                codec::encode(record, &mut bytes).map_err(damaged)?;
                let key = codec::key_to_bytes(record.key());
                records.insert(&key, bytes.as_slice()).map_err(failed)?;
            }
            let mut tombstones = transaction.open_table(TOMBSTONES).map_err(failed)?;
            for (key, tombstone) in &state.tombstones {
                let bytes = codec::to_bytes(tombstone).map_err(damaged)?;
                let key = codec::key_to_bytes(*key);
                tombstones.insert(&key, bytes.as_slice()).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)?;
        Ok(snapshot)
    }

    /// Brings the file up to `state`, which differs from what it holds in `changed` only.
    pub fn update(
        &self,
        header: &Header,
        state: &State,
        locator: &Locator,
        changed: &HashSet<Key>,
        stop: &Stop,
    ) -> io::Result<()> {
        let mut changed: Vec<Key> = changed.iter().copied().collect();
        changed.sort_unstable();
        let transaction = self.begin(header)?;
        {
            let mut records = transaction.open_table(RECORDS).map_err(failed)?;
            let mut tombstones = transaction.open_table(TOMBSTONES).map_err(failed)?;
            let mut bytes = Vec::new();
            for key in changed {
                stop.check()?;
                let place = codec::key_to_bytes(key);
                bytes.clear();
                if let Some(record) = state.record(locator, key) {
                    codec::encode(&record, &mut bytes).map_err(damaged)?;
                    records.insert(&place, bytes.as_slice()).map_err(failed)?;
                    tombstones.remove(&place).map_err(failed)?;
                } else {
                    records.remove(&place).map_err(failed)?;
                    if let Some(tombstone) = state.tombstones.get(&key) {
                        codec::encode(tombstone, &mut bytes).map_err(damaged)?;
                        tombstones.insert(&place, bytes.as_slice()).map_err(failed)?;
                    }
                }
            }
        }
        transaction.commit().map_err(failed)
    }

    /// A transaction that sets the header; an open after a crash is quick with it.
    fn begin(&self, header: &Header) -> io::Result<WriteTransaction> {
        let mut transaction = self.database.begin_write().map_err(failed)?;
        transaction.set_quick_repair(true);
        let bytes = codec::to_bytes(header).map_err(damaged)?;
        transaction
            .open_table(HEADER)
            .map_err(failed)?
            .insert(HEADER_KEY, bytes.as_slice())
            .map_err(failed)?;
        Ok(transaction)
    }

    /// What the file says of itself.
    pub fn header(&self) -> io::Result<Header> {
        let transaction = self.database.begin_read().map_err(failed)?;
        let table = transaction.open_table(HEADER).map_err(failed)?;
        let value = table.get(HEADER_KEY).map_err(failed)?;
        let value = value.ok_or_else(|| damaged("the header is missing"))?;
        codec::decode(value.value()).map_err(|error| damaged(format!("the header: {error}")))
    }

    /// The state that it holds, and where its parts are; every value's checksum is verified.
    pub fn load(&self) -> io::Result<(State, Locator)> {
        let header = self.header()?;
        let transaction = self.database.begin_read().map_err(failed)?;
        let mut tombstones = OrdMap::new();
        let table = transaction.open_table(TOMBSTONES).map_err(failed)?;
        for row in table.iter().map_err(failed)? {
            let (key, tombstone) = row.map_err(failed)?;
            let (key, tombstone) = (*key.value(), tombstone.value());
            tombstones.insert(
                codec::key_from_bytes(key).map_err(damaged)?,
                codec::decode(tombstone).map_err(damaged)?,
            );
        }
        let table = transaction.open_table(RECORDS).map_err(failed)?;
        let records: Vec<Vec<Record>> = chunks(&table)?
            .par_bridge()
            .map(|chunk| chunk?.iter().map(decode).collect())
            .collect::<io::Result<_>>()?;
        let (mut state, locator) = State::of(records.into_iter().flatten(), tombstones);
        state.at = header.at;
        state.counter = header.counter;
        Ok((state, locator))
    }

    /// Hands over each write of the history that a backup carries; tells whether there was any.
    pub fn read_history(&self, mut take: impl FnMut(u64, &[u8]) -> io::Result<()>) -> io::Result<bool> {
        let read = self.database.begin_read().map_err(failed)?;
        let table = match read.open_table(HISTORY) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => return Ok(false),
            Err(error) => return Err(failed(error)),
        };
        for row in table.iter().map_err(failed)? {
            let (at, entry) = row.map_err(failed)?;
            take(at.value(), entry.value())?;
        }
        Ok(true)
    }

    /// Removes the history that a backup carries.
    pub fn drop_history(&self) -> io::Result<()> {
        let mut transaction = self.database.begin_write().map_err(failed)?;
        transaction.set_quick_repair(true);
        transaction.delete_table(HISTORY).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    /// Adds writes to the history that a backup carries.
    pub fn add_history<'a>(&self, entries: impl Iterator<Item = (u64, &'a [u8])>) -> io::Result<()> {
        let mut transaction = self.database.begin_write().map_err(failed)?;
        transaction.set_quick_repair(true);
        {
            let mut table = transaction.open_table(HISTORY).map_err(failed)?;
            for (at, entry) in entries {
                table.insert(at, entry).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)
    }

    /// The size of the file.
    pub fn bytes(&self) -> io::Result<u64> {
        self.file.length()
    }
}

/// The records in the order of their keys, which is the quickest to write.
fn in_key_order(state: &State) -> impl Iterator<Item = &Record> {
    let mut sheets: Vec<&Record> = state.by_date.values().collect();
    sheets.sort_unstable_by_key(|sheet| sheet.key());
    // The sheets are the last kind.
    state.records.values().chain(sheets)
}

/// Rows as they were read.
type Chunk = Vec<([u8; KEY_BYTES], Box<[u8]>)>;

/// The rows of a table, many at a time.
fn chunks<'a>(
    table: &'a ReadOnlyTable<&'static [u8; KEY_BYTES], &'static [u8]>,
) -> io::Result<impl Iterator<Item = io::Result<Chunk>> + Send + 'a> {
    const ROWS: usize = 1_024;
    let mut rows = table.iter().map_err(failed)?;
    Ok(std::iter::from_fn(move || {
        let chunk: io::Result<Chunk> = rows
            .by_ref()
            .take(ROWS)
            .map(|row| {
                let (key, value) = row.map_err(failed)?;
                Ok((*key.value(), value.value().into()))
            })
            .collect();
        match chunk {
            Ok(chunk) if chunk.is_empty() => None,
            chunk => Some(chunk),
        }
    }))
}

fn decode((key, value): &([u8; KEY_BYTES], Box<[u8]>)) -> io::Result<Record> {
    let key = codec::key_from_bytes(*key).map_err(damaged)?;
    let record: Record = codec::decode(value).map_err(|error| damaged(format!("{key:?}: {error}")))?;
    if record.key() != key {
        return Err(damaged(format!("{key:?} holds {:?}", record.key())));
    }
    Ok(record)
}
