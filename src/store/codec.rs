//! Records and log entries as bytes: a format version, postcard, and a checksum. What is not
//! exactly what was written is refused. Where the bytes are kept is not known here.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Token;
use super::past::Touched;
use crate::domain::change::Audit;
use crate::domain::id::ChangeSetId;
use crate::domain::record::{Key, Kind, Record};
use crate::domain::version::RowVersion;

/// The version of the format that is written, and the only one that is read.
pub const FORMAT: u8 = 1;

/// Bytes of the checksum at the end of every value.
pub const CHECKSUM_BYTES: usize = 4;

/// A change set as it was written, versions included: what the journal and the history hold.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its place in the order of all writes.
    #[serde(with = "fixed")]
    pub at: Token,
    /// The change set's id.
    pub id: ChangeSetId,
    /// The greatest version that was given until and by this write (S2).
    #[serde(with = "fixed")]
    pub counter: RowVersion,
    /// The records that it put.
    pub puts: Vec<Record>,
    /// The records that it removed, each with its tombstone's version (X1).
    pub deletes: Vec<(Key, RowVersion)>,
    /// Who did it (X3).
    pub audit: Audit,
}

/// What an entry's bytes begin with. Its length is always the same, so that what follows can be
/// written before its place in the order is known.
#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(with = "fixed")]
    at: Token,
    id: ChangeSetId,
    #[serde(with = "fixed")]
    counter: RowVersion,
}

/// Numbers in eight bytes, whatever they are.
mod fixed {
    use postcard::fixint::le;
    use serde::{Deserializer, Serializer};

    pub fn serialize<T: Copy + Into<u64>, S: Serializer>(
        number: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        le::serialize(&(*number).into(), serializer)
    }

    pub fn deserialize<'de, T: From<u64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        le::deserialize::<D, u64>(deserializer).map(T::from)
    }
}

impl Entry {
    /// What it put and what it removed.
    pub fn touched(&self) -> impl Iterator<Item = Touched> + '_ {
        touched(&self.puts, &self.deletes)
    }
}

/// What a write touched that put and removed these.
pub fn touched(puts: &[Record], deletes: &[(Key, RowVersion)]) -> impl Iterator<Item = Touched> {
    let puts = puts.iter().map(|put| Touched {
        key: put.key(),
        version: put.meta().version,
        is_deleted: false,
    });
    let deletes = deletes.iter().map(|(key, version)| Touched {
        key: *key,
        version: *version,
        is_deleted: true,
    });
    puts.chain(deletes)
}

/// Why bytes are not a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Too short to be one.
    #[error("too short")]
    Truncated,
    /// The checksum is not that of the bytes.
    #[error("the checksum does not match")]
    Checksum,
    /// Written by a version of the program that this one does not know.
    #[error("format version {0} is not known; this program reads version {FORMAT}")]
    Version(u8),
    /// The checksum is right, but the bytes are no such value.
    #[error("not a value of this kind: {0}")]
    Malformed(String),
}

/// Appends `value` to `out`: version, postcard, CRC32C of both.
pub fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    out.push(FORMAT);
    let written = postcard::to_extend(value, std::mem::take(out)).map_err(malformed)?;
    *out = written;
    let checksum = crc32c::crc32c(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_le_bytes());
    Ok(())
}

/// `value` as bytes.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes)?;
    Ok(bytes)
}

/// Bytes of an entry before its records.
pub const HEAD_BYTES: usize = 1 + 8 + 16 + 8;

/// The bytes of an entry before its records: version, place, id and counter.
pub fn entry_head(at: Token, id: ChangeSetId, counter: RowVersion) -> Result<Vec<u8>, CodecError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.push(FORMAT);
    encode_part(&Head { at, id, counter }, &mut head)?;
    Ok(head)
}

/// Appends a part of what follows an entry's head: how many records it put, each of these, what it
/// removed, and who did it. The checksum of all of them and the head ends the entry.
pub fn encode_part<T: Serialize + ?Sized>(part: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    *out = postcard::to_extend(part, std::mem::take(out)).map_err(malformed)?;
    Ok(())
}

/// The value that `bytes` hold, and hold alone.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    match postcard::take_from_bytes(verified(bytes)?).map_err(malformed)? {
        (value, []) => Ok(value),
        (_, rest) => Err(CodecError::Malformed(format!("{} bytes too many", rest.len()))),
    }
}

/// What is between the format's version and the checksum, if both are right.
fn verified(bytes: &[u8]) -> Result<&[u8], CodecError> {
    let (body, checksum) = bytes
        .split_last_chunk::<CHECKSUM_BYTES>()
        .ok_or(CodecError::Truncated)?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*checksum) {
        return Err(CodecError::Checksum);
    }
    let (format, value) = body.split_first().ok_or(CodecError::Truncated)?;
    if *format != FORMAT {
        return Err(CodecError::Version(*format));
    }
    Ok(value)
}

/// What an entry's bytes are made of: who did it, and what it touched, each with where in the bytes
/// the record is.
pub struct Parts {
    /// Who did it.
    pub audit: Audit,
    /// What it touched; of what it removed there are no bytes.
    pub touched: Vec<(Touched, Span)>,
}

/// Bytes within an entry's bytes; none of what was removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Where they begin.
    pub offset: u32,
    /// How many they are.
    pub length: u32,
}

/// Takes an entry's bytes to pieces.
pub fn parts(bytes: &[u8]) -> Result<Parts, CodecError> {
    let mut rest = verified(bytes)?;
    let all = rest.len();
    let _: Head = take(&mut rest)?;
    let count: u64 = take(&mut rest)?;
    let mut touched = Vec::new();
    for _ in 0..count {
        // Counted from the first byte, which is the format's version.
        let offset = 1 + all - rest.len();
        let put: Record = take(&mut rest)?;
        let span = Span {
            offset: narrow(offset)?,
            length: narrow(1 + all - rest.len() - offset)?,
        };
        let put = Touched {
            key: put.key(),
            version: put.meta().version,
            is_deleted: false,
        };
        touched.push((put, span));
    }
    let deletes: Vec<(Key, RowVersion)> = take(&mut rest)?;
    touched.extend(deletes.into_iter().map(|(key, version)| {
        let delete = Touched {
            key,
            version,
            is_deleted: true,
        };
        (delete, Span::default())
    }));
    let audit = take(&mut rest)?;
    Ok(Parts { audit, touched })
}

/// The record with this key, which an entry put.
pub fn record_of(bytes: &[u8], key: Key) -> Result<Record, CodecError> {
    let mut rest = verified(bytes)?;
    let _: Head = take(&mut rest)?;
    let count: u64 = take(&mut rest)?;
    for _ in 0..count {
        let put: Record = take(&mut rest)?;
        if put.key() == key {
            return Ok(put);
        }
    }
    Err(CodecError::Malformed(format!("it puts no {key:?}")))
}

/// The record at `span` within an entry's bytes.
pub fn record_at(bytes: &[u8], span: Span) -> Result<Record, CodecError> {
    verified(bytes)?;
    let start = span.offset as usize;
    let mut rest = bytes
        .get(start..start + span.length as usize)
        .ok_or(CodecError::Truncated)?;
    take(&mut rest)
}

fn take<T: DeserializeOwned>(rest: &mut &[u8]) -> Result<T, CodecError> {
    let (value, after) = postcard::take_from_bytes(rest).map_err(malformed)?;
    *rest = after;
    Ok(value)
}

fn narrow(number: usize) -> Result<u32, CodecError> {
    u32::try_from(number).map_err(|_| CodecError::Malformed("an entry of more than 4 GiB".to_owned()))
}

/// Bytes of a key.
pub const KEY_BYTES: usize = 17;

/// A key as bytes that sort as keys do: the kind, then the id.
pub fn key_to_bytes(key: Key) -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    let (kind, id) = bytes.split_at_mut(1);
    kind.copy_from_slice(&[kind_code(key.kind())]);
    id.copy_from_slice(key.uuid().as_bytes());
    bytes
}

/// The inverse of [`key_to_bytes`].
pub fn key_from_bytes(bytes: [u8; KEY_BYTES]) -> Result<Key, CodecError> {
    let [code, id @ ..] = bytes;
    let kind = Kind::ALL.iter().find(|kind| kind_code(**kind) == code);
    match kind {
        Some(kind) => Ok(Key::new(*kind, Uuid::from_bytes(id))),
        None => Err(CodecError::Malformed(format!("no kind has the code {code}"))),
    }
}

/// The code of a kind in every file; never changed, and never given to another.
const fn kind_code(kind: Kind) -> u8 {
    match kind {
        Kind::Settings => 0,
        Kind::Department => 1,
        Kind::Organization => 2,
        Kind::Activity => 3,
        Kind::Schedule => 4,
        Kind::Template => 5,
        Kind::User => 6,
        Kind::Token => 7,
        Kind::Project => 8,
        Kind::Task => 9,
        Kind::Timesheet => 10,
        Kind::SyncJob => 11,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an adapter for map_err")]
fn malformed(error: postcard::Error) -> CodecError {
    CodecError::Malformed(error.to_string())
}
