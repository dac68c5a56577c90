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
/// The versions of deletions by the keys of what was deleted.
pub const TOMBSTONES: TableDefinition<'static, &[u8; KEY_BYTES], &[u8]> = TableDefinition::new("tombstones");
/// Every write by its place in the order.
pub const HISTORY: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("history");

/// Memory for pages of each file: what is read is read once, and what is written is written in key
/// order.
const CACHE_BYTES: usize = 4 << 20;

/// The database in a file; an empty file becomes an empty one.
pub fn database(file: Arc<dyn StorageFile>) -> io::Result<Database> {
    let backend = Backend {
        file,
        has_failed: AtomicBool::new(false),
    };
    Builder::new()
        .set_cache_size(CACHE_BYTES)
        .create_with_backend(backend)
        .map_err(failed)
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
    /// After the first error nothing is written any more: what the disk holds is unknown, and what
    /// the last commit left stays as it is.
    has_failed: AtomicBool,
}

impl Backend {
    fn run<T>(&self, operation: impl FnOnce(&dyn StorageFile) -> io::Result<T>) -> io::Result<T> {
        if self.has_failed.load(Ordering::Acquire) {
            return Err(io::Error::other("the file has failed before"));
        }
        operation(&*self.file).inspect_err(|_| self.has_failed.store(true, Ordering::Release))
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
