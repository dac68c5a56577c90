//! The journal: segments of checksummed frames, one frame a batch of writes, durable before
//! anybody hears of them. What the entries in a frame mean is not known here.

use std::io;
use std::sync::Arc;

use metrics::Histogram;

use super::figures::fsync_seconds;
use super::storage::{Storage, StorageFile};
use crate::store::Token;
use crate::store::codec::Span;

mod frames;
pub mod segment;
mod staged;

pub use frames::Frames;
pub use segment::{Kept, Segment};
pub use staged::Staged;

/// Begins every segment.
const SEGMENT_MAGIC: [u8; 8] = *b"PNCHJRNL";
/// The version of the segments' format.
const SEGMENT_FORMAT: u32 = 1;
/// Bytes of a segment's header: magic, format, epoch, first position, checksum.
const SEGMENT_HEADER: usize = 32;
/// Begins every frame.
const FRAME_MAGIC: [u8; 4] = *b"PFRM";
/// Bytes of a frame's header: magic, length, first position, checksum of the payload, checksum of
/// the header.
const FRAME_HEADER: usize = 24;

/// Zeros that are written behind a frame that has no room: while the frames that follow fit into
/// them, a sync need make nothing durable but their bytes, no new length of the file and none of its
/// new blocks, which takes twice as long.
static ROOM: [u8; 512 << 10] = [0; 512 << 10];

/// Bytes of a frame that are kept for the next one.
const KEPT_ROOM: usize = 16 << 20;

/// The segment that is being written.
#[derive(Debug)]
pub struct Journal {
    segment: Segment,
    file: Arc<dyn StorageFile>,
    /// How much of the file is durable.
    len: u64,
    /// Where the room behind it ends.
    room_end: u64,
    fsync_seconds: Histogram,
}

impl Journal {
    /// Begins a segment: its first write will be at `segment.first`.
    pub fn begin(storage: &dyn Storage, segment: Segment) -> io::Result<Self> {
        let file = storage.create(&segment.name())?;
        let header = segment.header();
        file.write(0, &header)?;
        file.sync()?;
        storage.sync_folder()?;
        Ok(Self {
            segment,
            file,
            len: SEGMENT_HEADER as u64,
            room_end: SEGMENT_HEADER as u64,
            fsync_seconds: fsync_seconds(),
        })
    }

    /// Appends a frame and makes it durable. After an error nothing more may be appended: what the
    /// disk holds of the frame is unknown.
    pub fn append(&mut self, frame: &Frame) -> io::Result<()> {
        let end = self.len + frame.bytes.len() as u64;
        self.file.write(self.len, &frame.bytes)?;
        self.make_room(end);
        let start = std::time::Instant::now();
        self.file.sync()?;
        self.fsync_seconds.record(start.elapsed());
        self.len = end;
        Ok(())
    }

    /// Makes room behind a frame that ends at `end`, where there is none.
    fn make_room(&mut self, end: u64) {
        // It only saves time: the frame has its place already.
        if end > self.room_end && self.file.write(end, &ROOM).is_ok() {
            self.room_end = end + ROOM.len() as u64;
        }
    }

    /// Where the next frame will begin.
    pub const fn end(&self) -> u64 {
        self.len
    }

    /// The segment's file.
    pub const fn file(&self) -> &Arc<dyn StorageFile> {
        &self.file
    }

    /// Which segment it is.
    pub const fn segment(&self) -> Segment {
        self.segment
    }

    /// Whether it holds no write yet.
    pub const fn is_empty(&self) -> bool {
        self.len == SEGMENT_HEADER as u64
    }

    /// Cuts off what a failed append may have left, as far as the disk still obeys, so that a
    /// restart does not find a write that was answered as failed.
    pub fn cut_failed_append(&self) -> io::Result<()> {
        self.file.set_len(self.len)?;
        self.file.sync()
    }
}

/// A frame in the making.
#[derive(Debug, Default)]
pub struct Frame {
    bytes: Vec<u8>,
    /// Where each entry is in it.
    spans: Vec<Span>,
}

impl Frame {
    /// Starts anew, with the room of the last one unless that was uncommonly large.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_ROOM);
        self.spans.clear();
    }

    /// Adds an entry that `encode` writes; takes back what it wrote if it fails.
    pub fn add<E>(&mut self, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        if self.bytes.is_empty() {
            self.bytes.resize(FRAME_HEADER, 0);
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        if let Err(error) = encode(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        let length = self.bytes.len() - start - 4;
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        put(&mut self.bytes, start, &length.to_le_bytes());
        let offset = u32::try_from(start + 4).unwrap_or(u32::MAX);
        self.spans.push(Span { offset, length });
        Ok(())
    }

    /// Where each entry is in it, in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Completes the header; `first` is the position of the first entry. Fails if the frame is
    /// larger than its length can say, 4 GiB.
    pub fn seal(&mut self, first: Token) -> io::Result<()> {
        let payload = self.bytes.get(FRAME_HEADER..).unwrap_or_default();
        let length = narrow(payload.len())?;
        let header = frame_header(length, first, crc32c::crc32c(payload));
        put(&mut self.bytes, 0, &header);
        Ok(())
    }

    /// Its size in bytes.
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }
}

fn frame_header(length: u32, first: Token, checksum: u32) -> [u8; FRAME_HEADER] {
    let mut header = [0; FRAME_HEADER];
    put(&mut header, 0, &FRAME_MAGIC);
    put(&mut header, 4, &length.to_le_bytes());
    put(&mut header, 8, &first.0.to_le_bytes());
    put(&mut header, 16, &checksum.to_le_bytes());
    let of_header = crc32c::crc32c(header.get(..20).unwrap_or_default());
    put(&mut header, 20, &of_header.to_le_bytes());
    header
}

/// The length of a frame as its header says it.
fn narrow(length: usize) -> io::Result<u32> {
    u32::try_from(length)
        .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "a write of more than 4 GiB"))
}

/// Puts `bytes` into `target` at `offset`, which is within it.
fn put(target: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = target.get_mut(offset..offset + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// The `N` bytes at `offset`, if there are so many.
fn take<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}
