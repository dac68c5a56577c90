//! A segment in the making: one large entry is written and synced piece by piece under another name,
//! while others are appended to the journal. It counts from the moment when it gets a segment's name.

use std::io;
use std::sync::Arc;

use super::{FRAME_HEADER, Journal, SEGMENT_HEADER, Segment, frame_header, fsync_seconds};
use crate::store::embedded::storage::{Storage, StorageFile};

/// The file's name until it counts.
const NAME: &str = "journal.staged";

/// Bytes that are made durable at once. A sync of much more would hold up those of the journal.
const SYNC_BYTES: u64 = 4 << 20;

/// Bytes of an entry's length.
const LENGTH: usize = 4;

/// A segment with one entry, which does not count yet.
#[derive(Debug)]
pub struct Staged {
    file: Arc<dyn StorageFile>,
    /// Bytes at the entry's beginning, which are written last.
    head_bytes: usize,
    /// Of what comes after them.
    bytes: u64,
    checksum: u32,
    unsynced: u64,
}

impl Staged {
    /// Begins the file; of the entry, so many bytes will be written last.
    pub fn begin(storage: &dyn Storage, head_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: storage.create(NAME)?,
            head_bytes,
            bytes: 0,
            checksum: 0,
            unsynced: 0,
        })
    }

    /// Removes what a crash or a failure has left, if there is such a file.
    pub fn remove(storage: &dyn Storage) -> io::Result<()> {
        if storage.list()?.iter().any(|name| name == NAME) {
            storage.remove(NAME)?;
        }
        Ok(())
    }

    /// Where in the file the entry begins.
    pub const fn entry_offset() -> usize {
        SEGMENT_HEADER + FRAME_HEADER + LENGTH
    }

    /// Appends to the entry.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let offset = Self::entry_offset() + self.head_bytes;
        self.file.write(offset as u64 + self.bytes, bytes)?;
        self.checksum = crc32c::crc32c_append(self.checksum, bytes);
        self.bytes += bytes.len() as u64;
        self.unsynced += bytes.len() as u64;
        if self.unsynced >= SYNC_BYTES {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes durable what was appended.
    pub fn sync(&mut self) -> io::Result<()> {
        self.unsynced = 0;
        self.file.sync()
    }

    /// The checksum of an entry that begins with `head` and goes on with what was appended.
    pub fn checksum_after(&self, head: &[u8]) -> u32 {
        crc32c::crc32c_combine(crc32c::crc32c(head), self.checksum, self.appended())
    }

    /// How many bytes the entry has until now, those that are written last among them.
    pub const fn entry_bytes(&self) -> u64 {
        self.head_bytes as u64 + self.bytes
    }

    /// How many bytes the file will have.
    pub const fn len(&self) -> u64 {
        (Self::entry_offset() + self.head_bytes) as u64 + self.bytes
    }

    /// The file.
    pub const fn file(&self) -> &Arc<dyn StorageFile> {
        &self.file
    }

    /// Makes the file durable as this segment, whose first entry is the one that was staged, and the
    /// journal go on behind it. After an error it is unknown whether it counts.
    pub fn complete(&self, storage: &dyn Storage, segment: Segment, head: &[u8]) -> io::Result<Journal> {
        let payload = super::narrow(LENGTH + head.len() + self.appended())?;
        let entry = payload.saturating_sub(4);
        let start = [&entry.to_le_bytes(), head].concat();
        let header = frame_header(payload, segment.first, self.checksum_after(&start));
        let begin = [&segment.header()[..], &header, &start].concat();
        self.file.write(0, &begin)?;
        let started = std::time::Instant::now();
        self.file.sync()?;
        storage.rename(NAME, &segment.name())?;
        storage.sync_folder()?;
        let fsync_seconds = fsync_seconds();
        fsync_seconds.record(started.elapsed());
        Ok(Journal {
            segment,
            file: Arc::clone(&self.file),
            len: self.len(),
            room_end: self.len(),
            fsync_seconds,
        })
    }

    fn appended(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }
}
