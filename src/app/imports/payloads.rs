//! The port to where the rows of imports wait until they are worked on, and are kept for a while
//! afterwards. All of it waits for the disk: it is called where that holds up nobody. What the rows
//! mean is not known here, nor how they are kept.

use std::io;

use crate::domain::id::SyncJobId;
use crate::domain::import::Row;

pub mod memory;

/// Keeps payloads, each for one import.
pub trait Payloads: Send + Sync + 'static {
    /// A new payload, in the place of one of the same import.
    fn create(&self, job: SyncJobId) -> io::Result<Box<dyn PayloadWriter>>;

    /// The payload of an import, to be read from the beginning.
    fn open(&self, job: SyncJobId) -> Result<Box<dyn PayloadReader>, PayloadError>;

    /// Removes a payload; one that is not there is no error.
    fn remove(&self, job: SyncJobId) -> io::Result<()>;

    /// Every payload that was finished, in any order.
    fn list(&self) -> io::Result<Vec<KeptPayload>>;
}

/// A payload that is being written. Dropped before it is finished, it leaves nothing behind.
pub trait PayloadWriter: Send {
    /// Adds rows at the end.
    fn append(&mut self, rows: &[Row]) -> io::Result<()>;

    /// Makes the whole of it durable; answers the bytes that it takes.
    fn finish(self: Box<Self>) -> io::Result<u64>;
}

/// A payload that is being read.
pub trait PayloadReader: Send {
    /// The next rows, in order; `None` after the last of a payload that is whole.
    fn next(&mut self) -> Result<Option<Vec<Row>>, PayloadError>;
}

/// A payload that is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptPayload {
    /// Whose it is.
    pub job: SyncJobId,
    /// How many bytes it takes.
    pub bytes: u64,
}

/// Why a payload cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// There is none.
    #[error("the payload is not there")]
    Missing,
    /// It is not what was written.
    #[error("the payload is damaged: {0}")]
    Damaged(String),
    /// The disk did not give it.
    #[error("the payload cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}
