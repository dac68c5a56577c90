//! The records other than sheets, found by key and listed in order of their keys. What they say is not
//! known here.

use std::ops::RangeBounds;

use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, OrdMap};

use crate::domain::record::{Key, Record};

/// A persistent map by hash. The hasher is keyed anew in every process.
pub type HashMap<K, V> = GenericHashMap<K, V, ahash::RandomState, DefaultSharedPtr>;

/// Records by their keys. They change seldom and are looked up all the time, so that a second map
/// costs little and spares the way down a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    by_key: HashMap<Key, Record>,
    in_order: OrdMap<Key, Record>,
}

impl Records {
    /// The record with this key.
    pub fn get(&self, key: Key) -> Option<&Record> {
        self.by_key.get(&key)
    }

    /// Puts a record in the place of the one with its key, if there is one.
    pub fn insert(&mut self, record: Record) {
        let key = record.key();
        self.by_key.insert(key, record.clone());
        self.in_order.insert(key, record);
    }

    /// Takes out the record with this key.
    pub fn remove(&mut self, key: Key) {
        self.by_key.remove(&key);
        self.in_order.remove(&key);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.in_order.len()
    }

    /// All of them, in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.in_order.values()
    }

    /// Those whose keys are in a range, in order.
    pub fn range(&self, keys: impl RangeBounds<Key>) -> impl DoubleEndedIterator<Item = &Record> {
        self.in_order.range(keys).map(|(_, record)| record)
    }
}
