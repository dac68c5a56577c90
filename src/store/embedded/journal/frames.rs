//! A segment's frames, read one after another, for whoever does not need the segment as a whole:
//! of its 64 MB no more is in memory than is looked at.

use std::io;
use std::sync::Arc;

use super::segment::{Kept, frame_bytes, frame_in, split};
use super::{FRAME_HEADER, SEGMENT_HEADER, Segment};
use crate::store::embedded::storage::{Storage, StorageFile};

#[cfg(test)]
mod tests;

/// Bytes that are read at once; more where a frame is longer.
const PIECE_BYTES: usize = 1 << 20;

/// The frames of a segment, up to its last intact one.
pub struct Frames {
    file: Arc<dyn StorageFile>,
    length: u64,
    piece_bytes: usize,
    /// Where the next frame begins, or what comes after the last.
    end: u64,
    /// What was read last of the file, and where that begins.
    piece: Vec<u8>,
    piece_begins: u64,
}

impl Frames {
    /// Those of this segment; none where its header is not its own.
    pub fn of(segment: Segment, storage: &dyn Storage) -> io::Result<Self> {
        Self::in_pieces(segment, storage, PIECE_BYTES)
    }

    fn in_pieces(segment: Segment, storage: &dyn Storage, piece_bytes: usize) -> io::Result<Self> {
        let file = storage.open(&segment.name())?;
        let mut frames = Self {
            length: file.length()?,
            piece_bytes,
            file,
            end: 0,
            piece: Vec::new(),
            piece_begins: 0,
        };
        if frames.ahead(SEGMENT_HEADER)?.first_chunk() == Some(&segment.header()) {
            frames.end = SEGMENT_HEADER as u64;
        }
        Ok(frames)
    }

    /// The entries of the next frame; none behind the last intact one.
    pub fn next(&mut self) -> io::Result<Option<Vec<Kept<'_>>>> {
        if self.end == 0 {
            return Ok(None);
        }
        let Some(bytes) = frame_bytes(self.ahead(FRAME_HEADER)?) else {
            return Ok(None);
        };
        self.read(bytes)?;
        let Some(frame) = frame_in(after(&self.piece, self.piece_begins, self.end)) else {
            return Ok(None);
        };
        let mut entries = Vec::new();
        let start = usize::try_from(self.end).map_err(io::Error::other)?;
        split(frame.first, start + FRAME_HEADER, frame.payload, &mut entries);
        self.end += bytes as u64;
        Ok(Some(entries))
    }

    /// Where the last frame ends that was read.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Reads to the end of the file: whether nothing but room comes after the frames, zeros that is.
    pub fn ends_well(mut self) -> io::Result<bool> {
        let begins_well = self.end > 0;
        while self.end < self.length {
            let rest = self.ahead(1)?;
            if rest.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            self.end += rest.len() as u64;
        }
        Ok(begins_well)
    }

    /// So many of the bytes that come next, or more; fewer at the end of the file.
    fn ahead(&mut self, bytes: usize) -> io::Result<&[u8]> {
        self.read(bytes)?;
        Ok(after(&self.piece, self.piece_begins, self.end))
    }

    /// Reads so many of the bytes that come next, unless they are there already.
    fn read(&mut self, bytes: usize) -> io::Result<()> {
        let piece_ends = self.piece_begins + self.piece.len() as u64;
        let wanted_end = self.end.saturating_add(bytes as u64).min(self.length);
        if wanted_end > piece_ends {
            let left = usize::try_from(self.length - self.end).unwrap_or(usize::MAX);
            self.piece.resize(bytes.max(self.piece_bytes).min(left), 0);
            self.file.read(self.end, &mut self.piece)?;
            self.piece_begins = self.end;
        }
        Ok(())
    }
}

/// What of a piece that begins at `begins` in a file comes after `place` in it.
fn after(piece: &[u8], begins: u64, place: u64) -> &[u8] {
    let offset = usize::try_from(place - begins).unwrap_or(usize::MAX);
    piece.get(offset..).unwrap_or_default()
}
