//! The tables of the redb files, and redb on the store's own files: so that a test can make any
//! operation fail, and so that nothing touches a file again after one has.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::{Builder, Database, StorageBackend, TableDefinition};

use super::storage::StorageFile;
use crate::store::StoreError;
use crate::store::codec::KEY_BYTES;

/// The one header, under [`HEADER_KEY`].
pub const HEADER: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("header");
/// Where the header is in its table.
pub const HEADER_KEY: &str = "snapshot";
/// Every record by its key.
pub const RECORDS: TableDefinition<'static, &[u8; KEY_BYTES], &[u8]> = TableDefinition::new("records");
/// What is left of deleted records, by their keys.
pub const TOMBSTONES: TableDefinition<'static, &[u8; KEY_BYTES], &[u8]> = TableDefinition::new("tombstones");
/// Every write by its place in the order.
pub const HISTORY: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("history");
/// Who did it and what it touched, for every write of the history.
pub const DEEDS: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("deeds");
/// Which writes of the history touched a record: its version since, and where in the write its
/// bytes begin and how many they are; none if it was removed.
pub const BY_RECORD: TableDefinition<'static, &[u8; RECORD_PLACE], (u64, u32, u32)> =
    TableDefinition::new("by record");
/// Which writes of the history changed a person's things.
pub const BY_SUBJECT: TableDefinition<'static, &[u8; PERSON_PLACE], ()> = TableDefinition::new("by subject");
/// Which writes of the history a person did.
pub const BY_ACTOR: TableDefinition<'static, &[u8; PERSON_PLACE], ()> = TableDefinition::new("by actor");
/// The first and the last write of the history that were decided in an hour, counted from 1970.
pub const BY_HOUR: TableDefinition<'static, i64, (u64, u64)> = TableDefinition::new("by hour");

/// Bytes of a record's key and of a write's place, which sort as both do.
pub const RECORD_PLACE: usize = KEY_BYTES + 8;
/// Bytes of a person's id and of a write's place, which sort as both do.
pub const PERSON_PLACE: usize = 16 + 8;

/// Memory for pages of each file: what is read is read once, and what is written is written in key
/// order.
const CACHE_BYTES: usize = 4 << 20;

/// The database in a file; an empty file becomes an empty one.
pub fn database(file: Arc<dyn StorageFile>) -> io::Result<Database> {
    fused_database(file, Fuse::default())
}

/// The same, with what cuts it off from the file.
pub fn fused_database(file: Arc<dyn StorageFile>, fuse: Fuse) -> io::Result<Database> {
    let backend = Backend { file, fuse };
    Builder::new()
        .set_cache_size(CACHE_BYTES)
        .create_with_backend(backend)
        .map_err(failed)
}

/// Cuts a database off from its file: once it is blown, nothing is read or written any more, and
/// what the last commit left stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Fuse(Arc<AtomicBool>);

impl Fuse {
    /// Cuts it off.
    pub fn blow(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_blown(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// An error of redb: damage as [`io::ErrorKind::InvalidData`], the disk's own as they are.
pub fn failed(error: impl Into<redb::Error>) -> io::Error {
    match error.into() {
        redb::Error::Io(error) => error,
        redb::Error::Corrupted(what) => io::Error::new(io::ErrorKind::InvalidData, what),
        other => io::Error::other(other.to_string()),
    }
}

/// Bytes that are not what was written.
pub fn damaged(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What the caller of the store is told of an error with `file`.
pub fn store_error(file: &str, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::InvalidData => StoreError::Corrupt(format!("{file}: {error}")),
        _ => StoreError::Unavailable(format!("{file}: {error}")),
    }
}

/// Runs `task` on a database file; where damage makes redb panic, that is an error like any other.
pub fn guarded<T>(task: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(task))
        .unwrap_or_else(|_| Err(damaged("the file made the database panic")))
}

#[derive(Debug)]
struct Backend {
    file: Arc<dyn StorageFile>,
    /// Blown by the first error: what the disk holds is unknown then.
    fuse: Fuse,
}

impl Backend {
    fn run<T>(&self, operation: impl FnOnce(&dyn StorageFile) -> io::Result<T>) -> io::Result<T> {
        if self.fuse.is_blown() {
            return Err(io::Error::other("the file has failed before"));
        }
        operation(&*self.file).inspect_err(|_| self.fuse.blow())
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.run(StorageFile::length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.run(|file| file.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.run(|file| file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.run(StorageFile::sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.run(|file| file.write(offset, data))
    }
}
