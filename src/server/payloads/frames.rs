//! Rows as bytes: a head that names the import, frames of encoded rows, each with its length and
//! checksum, and an end that counts them. What was torn, changed or is somebody else's is noticed,
//! and neither writing nor reading holds more than a frame.

use std::io::{self, Read, Write};

use crate::app::imports::payloads::PayloadError;
use crate::domain::id::SyncJobId;
use crate::domain::import::Row;

/// What every payload begins with; its last byte is the version of the format.
const MAGIC: &[u8; 8] = b"pcimpo\0\x01";
/// A frame is closed once it has so many bytes.
const FRAME_BYTES: usize = 64 * 1024;
/// No frame has more; a row that is larger is refused.
const MAX_FRAME_BYTES: usize = 64 * 1024 * 1024;

/// Writes rows.
pub struct FrameWriter<W> {
    out: W,
    frame: Vec<u8>,
    rows: u64,
}

impl<W: Write> FrameWriter<W> {
    /// Writes the head.
    pub fn begin(mut out: W, job: SyncJobId) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        out.write_all(job.uuid().as_bytes())?;
        let frame = Vec::with_capacity(FRAME_BYTES);
        Ok(Self { out, frame, rows: 0 })
    }

    /// Adds a row.
    pub fn add(&mut self, row: &Row) -> io::Result<()> {
        let frame = std::mem::take(&mut self.frame);
        self.frame = postcard::to_extend(row, frame).map_err(io::Error::other)?;
        self.rows += 1;
        if self.frame.len() >= FRAME_BYTES {
            self.close_frame()?;
        }
        Ok(())
    }

    /// Writes the end.
    pub fn end(mut self) -> io::Result<W> {
        if !self.frame.is_empty() {
            self.close_frame()?;
        }
        let rows = self.rows.to_le_bytes();
        self.out.write_all(&0_u32.to_le_bytes())?;
        self.out.write_all(&crc32c::crc32c(&rows).to_le_bytes())?;
        self.out.write_all(&rows)?;
        Ok(self.out)
    }

    fn close_frame(&mut self) -> io::Result<()> {
        let length = u32::try_from(self.frame.len()).ok();
        let length = length.filter(|_| self.frame.len() <= MAX_FRAME_BYTES);
        let length = length.ok_or_else(|| io::Error::other("a row is too large to be kept"))?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&crc32c::crc32c(&self.frame).to_le_bytes())?;
        self.out.write_all(&self.frame)?;
        self.frame.clear();
        Ok(())
    }
}

/// Reads rows.
pub struct FrameReader<R> {
    from: R,
    frame: Vec<u8>,
    rows: u64,
    is_over: bool,
}

impl<R: Read> FrameReader<R> {
    /// Reads the head, which must be of this import.
    pub fn begin(mut from: R, job: SyncJobId) -> Result<Self, PayloadError> {
        let magic: [u8; 8] = array(&mut from)?;
        let named: [u8; 16] = array(&mut from)?;
        if magic != *MAGIC {
            return Err(damaged("it is of no known format"));
        }
        if named != *job.uuid().as_bytes() {
            return Err(damaged("it is that of another import"));
        }
        Ok(Self {
            from,
            frame: Vec::new(),
            rows: 0,
            is_over: false,
        })
    }

    /// The rows of the next frame; `None` after the end.
    pub fn next(&mut self) -> Result<Option<Vec<Row>>, PayloadError> {
        if self.is_over {
            return Ok(None);
        }
        let length = u32::from_le_bytes(array(&mut self.from)?);
        let checksum = u32::from_le_bytes(array(&mut self.from)?);
        if length == 0 {
            self.end(checksum)?;
            return Ok(None);
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_FRAME_BYTES {
            return Err(damaged("a frame is longer than one can be"));
        }
        self.frame.resize(length, 0);
        fill(&mut self.from, &mut self.frame)?;
        if crc32c::crc32c(&self.frame) != checksum {
            return Err(damaged("a frame is not what was written"));
        }
        let mut rows = Vec::new();
        let mut rest = self.frame.as_slice();
        while !rest.is_empty() {
            let (row, after) = postcard::take_from_bytes::<Row>(rest)
                .map_err(|error| damaged(&format!("a row cannot be read: {error}")))?;
            rows.push(row);
            self.rows += 1;
            rest = after;
        }
        Ok(Some(rows))
    }

    fn end(&mut self, checksum: u32) -> Result<(), PayloadError> {
        let rows: [u8; 8] = array(&mut self.from)?;
        if crc32c::crc32c(&rows) != checksum || u64::from_le_bytes(rows) != self.rows {
            return Err(damaged("the number of its rows is not what was written"));
        }
        if self.from.read(&mut [0])? != 0 {
            return Err(damaged("something follows its end"));
        }
        self.is_over = true;
        Ok(())
    }
}

fn damaged(what: &str) -> PayloadError {
    PayloadError::Damaged(what.to_owned())
}

fn array<const N: usize>(from: &mut impl Read) -> Result<[u8; N], PayloadError> {
    let mut bytes = [0; N];
    fill(from, &mut bytes)?;
    Ok(bytes)
}

fn fill(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), PayloadError> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends too soon"),
        _ => PayloadError::Unreadable(error),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::error::FaultCode;
    use crate::domain::import::{Collection, CustomerRow, Place, Placed, RowFault};

    fn job() -> SyncJobId {
        SyncJobId::new(Uuid::from_u128(7))
    }

    fn row(index: u32, name: String) -> Row {
        if index.is_multiple_of(3) {
            return Row::Unreadable(Box::new(RowFault {
                path: format!("customers[{index}]"),
                place: None,
                id: None,
                code: FaultCode::Malformed,
                message: name,
            }));
        }
        let row = CustomerRow {
            name: Some(name),
            ..CustomerRow::default()
        };
        let place = Place::at(Collection::Customers, index);
        Row::Customer(Placed { place, row })
    }

    fn written(rows: &[Row]) -> Vec<u8> {
        let mut writer = FrameWriter::begin(Vec::new(), job()).unwrap();
        for row in rows {
            writer.add(row).unwrap();
        }
        writer.end().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<Row>, PayloadError> {
        let mut reader = FrameReader::begin(bytes, job())?;
        let mut rows = Vec::new();
        while let Some(batch) = reader.next()? {
            rows.extend(batch);
        }
        Ok(rows)
    }

    proptest! {
        #[test]
        fn i17_rows_come_back_as_they_were_and_every_damage_is_noticed(
            sizes in prop::collection::vec(0_usize..40_000, 0..12),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let rows: Vec<Row> = (0..).zip(&sizes).map(|(index, size)| row(index, "я".repeat(*size))).collect();
            let mut bytes = written(&rows);
            prop_assert_eq!(read(&bytes).unwrap(), rows);
            let at = at.index(bytes.len());
            prop_assert!(matches!(read(&bytes[..at]), Err(PayloadError::Damaged(_))), "torn at {}", at);
            bytes[at] ^= 1 << bit;
            prop_assert!(matches!(read(&bytes), Err(PayloadError::Damaged(_))), "flipped at {}", at);
        }
    }

    #[test]
    fn what_follows_the_end_and_the_payload_of_another_import_are_damage() {
        let mut bytes = written(&[]);
        assert_eq!(read(&bytes).unwrap(), []);
        assert!(FrameReader::begin(&*bytes, SyncJobId::new(Uuid::nil())).is_err());
        bytes.push(0);
        assert!(matches!(read(&bytes), Err(PayloadError::Damaged(_))));
    }
}
