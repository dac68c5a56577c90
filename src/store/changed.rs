//! What the port tells of changes by version: which records are newer than a version, and what is
//! gone since (X1, X5). Who may know of them is the application's affair.

use serde::{Deserialize, Serialize};

use crate::domain::id::UserId;
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;

/// What is left of a record that was deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tombstone {
    /// The version of the deletion.
    pub version: RowVersion,
    /// Whose it was, where it was somebody's: who could not see the record is not to see this.
    pub owner: Option<UserId>,
}

/// Something that is newer than a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changed {
    /// A record as it is now.
    Record(Record),
    /// A record that is gone.
    Gone(Key, Tombstone),
}

impl Changed {
    /// Which record it is about.
    pub fn key(&self) -> Key {
        match self {
            Self::Record(record) => record.key(),
            Self::Gone(key, _) => *key,
        }
    }

    /// Its version.
    pub fn version(&self) -> RowVersion {
        match self {
            Self::Record(record) => record.meta().version,
            Self::Gone(_, tombstone) => tombstone.version,
        }
    }
}

/// Changes, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChangedPage {
    /// The changes; each record once, with its newest version.
    pub items: Vec<Changed>,
    /// Whether there are more.
    pub has_more: bool,
    /// The greatest version that was ever given until now.
    pub newest: RowVersion,
}
