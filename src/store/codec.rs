//! Records and log entries as bytes: a format version, postcard, and a checksum. What is not
//! exactly what was written is refused. Where the bytes are kept is not known here.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Token;
use crate::domain::change::Audit;
use crate::domain::id::ChangeSetId;
use crate::domain::record::{Key, Kind, Record};
use crate::domain::version::RowVersion;

/// The version of the format that is written, and the only one that is read.
pub const FORMAT: u8 = 1;

/// Bytes of the checksum at the end of every value.
const CHECKSUM_BYTES: usize = 4;

/// A change set as it was written, versions included: what the journal and the history hold.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its place in the order of all writes.
    pub at: Token,
    /// The change set's id.
    pub id: ChangeSetId,
    /// The greatest version that was given until and by this write (S2).
    pub counter: RowVersion,
    /// The records that it put.
    pub puts: Vec<Record>,
    /// The records that it removed, each with its tombstone's version (X1).
    pub deletes: Vec<(Key, RowVersion)>,
    /// Who did it (X3).
    pub audit: Audit,
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

/// The value that `bytes` hold, and hold alone.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
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
    match postcard::take_from_bytes(value).map_err(malformed)? {
        (value, []) => Ok(value),
        (_, rest) => Err(CodecError::Malformed(format!("{} bytes too many", rest.len()))),
    }
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
