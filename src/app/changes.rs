//! What has changed since a version (X5), for who reads on from where they were. Only what the
//! caller may see is told, and of what is gone only what they could see while it was there.

use super::{Error, Reader};
use crate::domain::error::{FaultCode, Path};
use crate::domain::record::{Key, Kind, Record};
use crate::domain::version::RowVersion;
use crate::store::changed::Changed;

/// So many changes are looked at for one page at most, however few of them the caller may see.
const MOST_LOOKED_AT: usize = 20_000;
/// So many are looked at before others get their turn.
const AT_A_TIME: usize = 1_000;

/// A part of what has changed, the oldest first: each record once, with its newest version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changes {
    /// What has changed.
    pub items: Vec<Change>,
    /// The version to go on from.
    pub version: RowVersion,
    /// Whether there may be more.
    pub has_more: bool,
}

/// Something that has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A record as it is now.
    Record(Record),
    /// A record that is gone, with the version of its deletion.
    Gone(Key, RowVersion),
}

impl Reader {
    /// What has changed since `version`, of one kind if one is given.
    ///
    /// Who reads on from [`Changes::version`] until there is no more has missed nothing that is
    /// written meanwhile. What changes because the caller's rights do, such as the sheets of who joins
    /// or leaves their team, is not told: no version of those sheets has changed.
    pub async fn changed_since(
        &self,
        version: RowVersion,
        kind: Option<Kind>,
        limit: usize,
    ) -> Result<Changes, Error> {
        let mut changes = Changes {
            items: Vec::new(),
            version,
            has_more: true,
        };
        let mut looked_at = 0;
        while looked_at < MOST_LOOKED_AT && changes.items.len() < limit {
            let page = self.unlimited().changed_since(changes.version, AT_A_TIME).await?;
            if version > page.newest {
                let message = "this version has not been given yet: read everything anew, from version 0";
                return Err(Error::fault(Path::of("version"), FaultCode::OutOfRange, message));
            }
            let count = page.items.len();
            looked_at += count;
            let mut used = 0;
            for item in page.items {
                if changes.items.len() >= limit {
                    break;
                }
                used += 1;
                changes.version = item.version();
                if kind.is_none_or(|kind| item.key().kind() == kind) {
                    changes.items.extend(self.visible(item));
                }
            }
            changes.has_more = page.has_more || used < count;
            if !changes.has_more {
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(changes)
    }

    /// The greatest version that was ever given: who knows all that is there now goes on from it.
    pub async fn newest_version(&self) -> Result<RowVersion, Error> {
        let page = self
            .unlimited()
            .changed_since(RowVersion::new(u64::MAX), 1)
            .await?;
        Ok(page.newest)
    }

    fn visible(&self, changed: Changed) -> Option<Change> {
        match changed {
            Changed::Record(record) => self.shows(&record).then_some(Change::Record(record)),
            Changed::Gone(key, tombstone) => self
                .showed(key.kind(), tombstone.owner)
                .then_some(Change::Gone(key, tombstone.version)),
        }
    }
}
