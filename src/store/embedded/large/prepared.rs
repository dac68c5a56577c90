//! A large change set made ready beside the writer: its bytes are on the disk, and the state that shows
//! it is there, together with what others have written meanwhile.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use super::footprint::Footprint;
use crate::domain::change::{Audit, Guard};
use crate::domain::id::ChangeSetId;
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::codec;
use crate::store::embedded::Shared;
use crate::store::embedded::journal::{Journal, Segment, Staged};
use crate::store::embedded::locator::{Locator, Retired};
use crate::store::embedded::state::State;
use crate::store::embedded::storage::Storage;
use crate::store::embedded::tables::damaged;
use crate::store::embedded::tail::NotedBefore;
use crate::store::{Change, Lagged, Token};

/// A change set that is ready to be decided on.
pub struct Prepared {
    /// The state that shows it.
    pub next: State,
    /// Which writes of others that shows.
    pub at: Token,
    /// The change set, with its versions.
    pub write: Write,
    /// What it depends on.
    pub footprint: Footprint,
    /// What the locator holds in vain once it is shown.
    pub retired: Vec<Retired>,
    /// What a checkpoint has to write for it.
    pub changed: HashSet<Key>,
    /// Its bytes.
    pub staged: Staged,
    /// Where they will be found.
    pub noted: NotedBefore,
}

/// The change set itself.
pub struct Write {
    /// Its id.
    pub id: ChangeSetId,
    /// What must hold when it is written.
    pub guards: Vec<Guard>,
    /// What it puts, with versions.
    pub puts: Vec<Record>,
    /// Who does it.
    pub audit: Audit,
    /// The last version before those that it has.
    pub before: RowVersion,
    /// The last of its versions.
    pub counter: RowVersion,
}

/// Something has changed that the change set depends on, or too much: it has to be prepared anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disturbed;

impl Prepared {
    /// Makes part of the prepared state what others have written since, as far as it is in the feed.
    pub fn catch_up(&mut self, shared: &Shared) -> Result<(), Disturbed> {
        loop {
            let writes = shared.feed.after(self.at).map_err(|Lagged| Disturbed)?;
            if writes.is_empty() {
                return Ok(());
            }
            // At least as new as all of them.
            let newest = shared.state();
            for write in writes {
                self.take_in(&write, &newest, &shared.locator)?;
            }
        }
    }

    fn take_in(&mut self, write: &Change, newest: &State, locator: &Locator) -> Result<(), Disturbed> {
        if self.footprint.meets(&self.next, write) {
            return Err(Disturbed);
        }
        let keys = write.deleted.iter().map(Record::key);
        // A tombstone that is gone again goes here too, with the write that puts the record anew.
        let version = |key| {
            newest
                .tombstones
                .get(&key)
                .map_or(RowVersion::UNASSIGNED, |it| it.version)
        };
        let deletes: Vec<_> = keys.map(|key| (key, version(key))).collect();
        // What the locator holds in vain is the writer's to remember, who has applied it before.
        drop(self.next.put_and_delete(locator, &write.puts, &deletes));
        self.at = write.at;
        Ok(())
    }

    /// The change set alone.
    pub fn into_write(self: Box<Self>) -> Write {
        self.write
    }

    /// Makes it durable as the next write of the journal. After an error it is unknown whether it
    /// counts.
    pub fn complete(&mut self, storage: &dyn Storage, segment: Segment) -> io::Result<Journal> {
        let head = codec::entry_head(segment.first, self.write.id, self.write.counter).map_err(damaged)?;
        let checksum = self.staged.checksum_after(&head);
        self.staged.append(&checksum.to_le_bytes())?;
        self.staged.complete(storage, segment, &head)
    }
}

impl Write {
    /// The write as those see it who follow the changes.
    pub fn into_change(self, at: Token) -> Arc<Change> {
        Arc::new(Change {
            at,
            puts: self.puts,
            deleted: Vec::new(),
            audit: self.audit,
        })
    }

    /// The parts of its bytes between their head and their checksum.
    pub fn encode_in_pieces<E: From<codec::CodecError>>(
        &self,
        piece_bytes: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut piece = Vec::with_capacity(piece_bytes + piece_bytes / 8);
        codec::encode_part(&self.puts.len(), &mut piece)?;
        for put in &self.puts {
            codec::encode_part(put, &mut piece)?;
            if piece.len() >= piece_bytes {
                take(&piece)?;
                piece.clear();
            }
        }
        let deletes: [(Key, RowVersion); 0] = [];
        codec::encode_part(&deletes[..], &mut piece)?;
        codec::encode_part(&self.audit, &mut piece)?;
        take(&piece)
    }
}
