//! Row versions: values of one global counter that never repeats (S2).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The version of a record: greater means written later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowVersion(u64);

impl RowVersion {
    /// Marks a record or line that the store is to give a version when it commits.
    pub const UNASSIGNED: Self = Self(0);

    /// The version with this value of the counter.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The counter's value.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Base64 of eight big-endian bytes, as WorkPoint prints it (S3).
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0.to_be_bytes())
    }

    /// Reads base64 of eight big-endian bytes, or a decimal integer (S3).
    ///
    /// Eight bytes are always twelve characters that end in `=`, so the two forms never meet.
    pub fn parse(text: &str) -> Option<Self> {
        if text.ends_with('=') {
            let bytes = STANDARD.decode(text).ok()?;
            return Some(Self(u64::from_be_bytes(bytes.try_into().ok()?)));
        }
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().map(Self)
    }
}

impl From<u64> for RowVersion {
    fn from(value: u64) -> Self {
        Self(value)
    }
}

impl From<RowVersion> for u64 {
    fn from(version: RowVersion) -> Self {
        version.0
    }
}

impl fmt::Display for RowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for RowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RowVersion;

    #[test]
    fn s3_prints_eight_big_endian_bytes_and_reads_both_forms() {
        let version = RowVersion::new(0x0CC4);
        assert_eq!(version.to_base64(), "AAAAAAAADMQ=");
        assert_eq!(RowVersion::parse("AAAAAAAADMQ="), Some(version));
        assert_eq!(RowVersion::parse("3268"), Some(version));
        for wrong in [
            "",
            "=",
            "-1",
            "+1",
            "AAAA",
            "AAAADMQ=",
            "99999999999999999999999",
            "1.0",
        ] {
            assert_eq!(RowVersion::parse(wrong), None, "{wrong}");
        }
    }
}
