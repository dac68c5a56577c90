//! Records that were looked up, by their keys, each once. What they are wanted for is not known here.

use std::collections::hash_map::Entry;

use ahash::AHashMap;

use crate::domain::record::{Key, Record};

/// Records by their keys.
#[derive(Default)]
pub struct Found {
    /// Where the record of a key is, or is going to be.
    places: AHashMap<Key, usize>,
    /// `None` where there is no such record, or none that is to be seen.
    records: Vec<Option<Record>>,
}

impl Found {
    /// Those of these keys that were not looked up yet, each once. What is found for them is to be added
    /// before anything else is asked for.
    pub fn missing(&mut self, keys: impl IntoIterator<Item = Key>) -> Vec<Key> {
        let keys = keys.into_iter();
        let (count, _) = keys.size_hint();
        let mut missing = Vec::with_capacity(count);
        self.places.reserve(count);
        for key in keys {
            let next = self.records.len() + missing.len();
            if let Entry::Vacant(place) = self.places.entry(key) {
                place.insert(next);
                missing.push(key);
            }
        }
        missing
    }

    /// Adds what was found for the keys that were missing, each in its key's place.
    pub fn add(&mut self, records: Vec<Option<Record>>) {
        if self.records.is_empty() {
            self.records = records;
        } else {
            self.records.extend(records);
        }
    }

    /// The record with this key, if one was found.
    pub fn get(&self, key: Key) -> Option<&Record> {
        self.records.get(*self.places.get(&key)?)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::Found;
    use crate::domain::record::{Key, Kind, Record};
    use crate::domain::timesheet::fixtures::activity;

    #[test]
    fn each_key_is_looked_up_once_and_found_again() {
        let record = Record::Activity(Arc::new(activity(1)));
        let (here, gone) = (record.key(), Key::new(Kind::User, Uuid::from_u128(1)));
        let mut found = Found::default();
        assert_eq!(found.missing([gone, here, gone]), [gone, here]);
        found.add(vec![None, Some(record.clone())]);
        assert_eq!((found.get(here), found.get(gone)), (Some(&record), None));
        let other = Key::new(Kind::User, Uuid::from_u128(2));
        assert_eq!(found.missing([here, other, gone]), [other]);
        found.add(vec![None]);
        assert_eq!((found.get(here), found.get(other)), (Some(&record), None));
    }
}
