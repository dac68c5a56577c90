//! The latest writes by their change sets' ids, so that one that comes again is answered and not
//! done again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::id::ChangeSetId;
use crate::store::{Change, Committed};

/// So many writes are remembered.
const MAX_WRITES: usize = 4_096;
/// At most so many records are remembered in them, but for a single larger write.
const MAX_RECORDS: usize = 100_000;

/// The latest writes.
#[derive(Debug, Default)]
pub struct Outcomes {
    known: HashMap<ChangeSetId, Arc<Change>>,
    order: VecDeque<ChangeSetId>,
    records: usize,
}

impl Outcomes {
    /// Remembers a write, and forgets the oldest ones.
    pub fn add(&mut self, id: ChangeSetId, change: Arc<Change>) {
        self.records += change.puts.len();
        self.known.insert(id, change);
        self.order.push_back(id);
        while self.order.len() > MAX_WRITES || (self.records > MAX_RECORDS && self.order.len() > 1) {
            if let Some(oldest) = self.order.pop_front()
                && let Some(forgotten) = self.known.remove(&oldest)
            {
                self.records -= forgotten.puts.len();
            }
        }
    }

    /// Remembers a write that is older than all the others, if there is room for it, which it tells.
    pub fn add_older(&mut self, id: ChangeSetId, change: Arc<Change>) -> bool {
        let has_room = self.order.len() < MAX_WRITES && self.records + change.puts.len() <= MAX_RECORDS;
        if has_room || self.order.is_empty() {
            self.records += change.puts.len();
            self.known.insert(id, change);
            self.order.push_front(id);
        }
        has_room
    }

    /// What became of the change set.
    pub fn get(&self, id: ChangeSetId) -> Option<Committed> {
        self.known.get(&id).map(|change| committed(change))
    }
}

/// A write as it is answered.
pub fn committed(change: &Change) -> Committed {
    Committed {
        at: change.at,
        records: change.puts.clone(),
    }
}
