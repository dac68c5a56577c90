//! Segments as they are found: their names, headers and frames, and where they end.

use std::io;

use super::{
    FRAME_HEADER, FRAME_MAGIC, SEGMENT_FORMAT, SEGMENT_HEADER, SEGMENT_MAGIC, frame_header, put, take,
};
use crate::store::Token;
use crate::store::embedded::storage::Storage;

/// Names a segment of the journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Segment {
    /// Counts the journals: a new one supersedes all of its predecessors that the snapshot does
    /// not hold.
    pub epoch: u64,
    /// The position of its first write.
    pub first: Token,
}

/// What a segment holds.
#[derive(Debug)]
pub struct Scan<'a> {
    /// The entries of its intact frames, in order.
    pub entries: Vec<Kept<'a>>,
    /// Where the last intact frame ends.
    pub end: usize,
    /// What comes after.
    pub tail: Tail,
}

/// An entry as it is kept in a segment.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// Its place in the order of all writes.
    pub at: Token,
    /// Where in the segment its bytes begin.
    pub offset: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What comes after the last intact frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tail {
    /// Nothing, or room: zeros up to the end.
    Clean,
    /// Bytes without an intact frame among them: a write that did not complete.
    Torn,
    /// Bytes with an intact frame among them: what comes before it has been damaged.
    Damaged,
}

impl Segment {
    /// The file's name.
    pub fn name(self) -> String {
        format!("journal-{:010}-{:020}.log", self.epoch, self.first.0)
    }

    /// The segment whose file has this name.
    pub fn parse(name: &str) -> Option<Self> {
        let (epoch, first) = name
            .strip_prefix("journal-")?
            .strip_suffix(".log")?
            .split_once('-')?;
        let segment = Self {
            epoch: epoch.parse().ok()?,
            first: Token(first.parse().ok()?),
        };
        (segment.name() == name).then_some(segment)
    }

    /// The segments in a folder, in order.
    pub fn list(storage: &dyn Storage) -> io::Result<Vec<Self>> {
        let mut segments: Vec<Self> = storage
            .list()?
            .iter()
            .filter_map(|name| Self::parse(name))
            .collect();
        segments.sort_unstable();
        Ok(segments)
    }

    pub(super) fn header(self) -> [u8; SEGMENT_HEADER] {
        let mut header = [0; SEGMENT_HEADER];
        put(&mut header, 0, &SEGMENT_MAGIC);
        put(&mut header, 8, &SEGMENT_FORMAT.to_le_bytes());
        put(&mut header, 12, &self.epoch.to_le_bytes());
        put(&mut header, 20, &self.first.0.to_le_bytes());
        let checksum = crc32c::crc32c(header.get(..28).unwrap_or_default());
        put(&mut header, 28, &checksum.to_le_bytes());
        header
    }

    /// Its bytes.
    pub fn read(self, storage: &dyn Storage) -> io::Result<Vec<u8>> {
        let file = storage.open(&self.name())?;
        let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        file.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// What `bytes`, read from it, hold. A header that is not its own is damage, or a creation that
    /// did not complete.
    pub fn scan(self, bytes: &[u8]) -> Scan<'_> {
        let mut scan = Scan {
            entries: Vec::new(),
            end: 0,
            tail: Tail::Clean,
        };
        if bytes.first_chunk() == Some(&self.header()) {
            scan.end = SEGMENT_HEADER;
            while let Some(frame) = bytes.get(scan.end..).and_then(frame_in) {
                let start = scan.end + FRAME_HEADER;
                split(frame.first, start, frame.payload, &mut scan.entries);
                scan.end = start + frame.payload.len();
            }
        }
        let rest = bytes.get(scan.end..).unwrap_or_default();
        if scan.end == 0 || rest.iter().any(|byte| *byte != 0) {
            scan.tail = if has_frame(rest) {
                Tail::Damaged
            } else {
                Tail::Torn
            };
        }
        scan
    }

    /// Cuts the segment off where its intact frames end.
    pub fn cut(self, storage: &dyn Storage, end: usize) -> io::Result<()> {
        let file = storage.open(&self.name())?;
        file.set_len(end as u64)?;
        file.sync()
    }
}

/// An intact frame.
pub(super) struct IntactFrame<'a> {
    pub(super) first: Token,
    pub(super) payload: &'a [u8],
}

/// How many bytes the frame has that begins `bytes`, if its header is intact.
pub(super) fn frame_bytes(bytes: &[u8]) -> Option<usize> {
    let header: [u8; FRAME_HEADER] = take(bytes, 0)?;
    let length = u32::from_le_bytes(take(&header, 4)?);
    let (first, checksum) = header_tells(&header)?;
    let length_of_all = FRAME_HEADER.checked_add(usize::try_from(length).ok()?)?;
    (header == frame_header(length, first, checksum)).then_some(length_of_all)
}

/// The first position of a frame and the checksum of its payload.
fn header_tells(header: &[u8]) -> Option<(Token, u32)> {
    let first = Token(u64::from_le_bytes(take(header, 8)?));
    Some((first, u32::from_le_bytes(take(header, 16)?)))
}

/// The intact frame that begins `bytes`.
pub(super) fn frame_in(bytes: &[u8]) -> Option<IntactFrame<'_>> {
    let payload = bytes.get(FRAME_HEADER..frame_bytes(bytes)?)?;
    let (first, checksum) = header_tells(bytes)?;
    (crc32c::crc32c(payload) == checksum).then_some(IntactFrame { first, payload })
}

/// Whether there is an intact frame anywhere in `bytes`.
fn has_frame(bytes: &[u8]) -> bool {
    let candidates = bytes.windows(FRAME_MAGIC.len()).enumerate();
    candidates
        .filter(|(_, window)| **window == FRAME_MAGIC)
        .any(|(offset, _)| bytes.get(offset..).and_then(frame_in).is_some())
}

/// Takes the entries out of a frame's payload, which begins at `start` and whose checksum was right.
pub(super) fn split<'a>(first: Token, start: usize, payload: &'a [u8], entries: &mut Vec<Kept<'a>>) {
    let mut at = first;
    let mut unread = payload;
    while let Some((length, rest)) = unread.split_first_chunk() {
        let offset = start + payload.len() - rest.len();
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (bytes, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        entries.push(Kept { at, offset, bytes });
        at = Token(at.0.saturating_add(1));
        unread = rest;
    }
}
