//! The changes so far: each record once, as it is to be, with the version that it was made from.
//! Why something changes is not known here.

use std::collections::HashMap;
use std::sync::Arc;

use super::Changes;
use crate::domain::change::Guard;
use crate::domain::record::{Entity, Key, Record};
use crate::domain::version::RowVersion;

/// Records that change, in the order in which they first did.
#[derive(Debug, Default)]
pub struct Ledger {
    places: HashMap<Key, usize>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The stored version; `None` for a new record.
    before: Option<RowVersion>,
    record: Record,
}

impl Ledger {
    /// `record` is to be written. If `before`, which it was made from, was a change already, this
    /// one takes its place.
    pub fn put<E: Entity>(&mut self, before: Option<&E>, record: Arc<E>) {
        let key = E::key(record.id());
        let record = E::into_record(record);
        if let Some(entry) = self
            .places
            .get(&key)
            .and_then(|place| self.entries.get_mut(*place))
        {
            entry.record = record;
            return;
        }
        self.places.insert(key, self.entries.len());
        let before = before.map(|before| before.meta().version);
        self.entries.push(Entry { before, record });
    }

    /// All of them, with what must still hold when they are written.
    pub fn into_changes(self) -> Changes {
        let mut changes = Changes::default();
        for Entry { before, record } in self.entries {
            let key = record.key();
            changes.guards.push(match before {
                Some(version) => Guard::Version(key, version),
                None => Guard::Absent(key),
            });
            changes.puts.push(record);
        }
        changes
    }
}
