//! Where a thing with a known id may be found: a sheet by its id, and the sheet of a line or cell
//! by the row's id. Hot and keyed, so in concurrent maps and not in the immutable state; hence
//! every answer is only a candidate, to be verified in the state that the asker has pinned.

use std::hash::Hash;

use dashmap::DashMap;
use dashmap::Entry;

use crate::domain::id::{RowIdPrefix, TimesheetId, UserId};
use crate::domain::record::Record;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;

/// Where a sheet is in a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Whose sheet.
    pub user: UserId,
    /// Its first date.
    pub from: Date,
}

impl Place {
    /// Where `sheet` is.
    pub const fn of(sheet: &Timesheet) -> Self {
        Self {
            user: sheet.user_id,
            from: sheet.period.from(),
        }
    }
}

/// Where sheets and rows may be found.
#[derive(Debug, Default)]
pub struct Locator {
    /// A sheet's places, by its id.
    pub sheets: Places<TimesheetId, Place>,
    /// The sheets of rows, by the shared part of their ids.
    pub rows: Places<RowIdPrefix, TimesheetId>,
}

/// Something that is no longer in the newest state, but may be in one that is still read.
#[derive(Clone, Copy, Debug)]
pub enum Retired {
    /// A sheet at a place.
    Sheet(TimesheetId, Place),
    /// Rows of a sheet.
    Rows(RowIdPrefix, TimesheetId),
}

impl Retired {
    /// All that the locators know of a record.
    pub fn all_of(record: &Record) -> Vec<Self> {
        let Record::Timesheet(sheet) = record else {
            return Vec::new();
        };
        let rows = sheet
            .rows
            .id_prefixes()
            .map(|prefix| Self::Rows(prefix, sheet.id));
        rows.chain([Self::Sheet(sheet.id, Place::of(sheet))]).collect()
    }
}

/// One value for nearly every key, and the others beside it.
#[derive(Debug)]
pub struct Places<K: Eq + Hash, V> {
    first: DashMap<K, V>,
    others: DashMap<K, Vec<V>>,
}

impl<K: Eq + Hash, V> Default for Places<K, V> {
    fn default() -> Self {
        Self {
            first: DashMap::new(),
            others: DashMap::with_shard_amount(2),
        }
    }
}

impl<K: Copy + Eq + Hash, V: Copy + Eq> Places<K, V> {
    /// The candidates for `key`; nearly always one or none.
    pub fn get(&self, key: &K) -> impl Iterator<Item = V> + use<K, V> {
        // Held while the others are read, so that none is missed which is just being promoted.
        let first = self.first.get(key);
        let others = match &first {
            Some(_) => self.others.get(key).map(|others| others.clone()),
            None => None,
        };
        let first = first.map(|value| *value);
        first.into_iter().chain(others.into_iter().flatten())
    }

    /// Adds a candidate, once.
    pub fn add(&self, key: K, value: V) {
        match self.first.entry(key) {
            Entry::Vacant(place) => drop(place.insert(value)),
            Entry::Occupied(first) => {
                if *first.get() != value {
                    let mut others = self.others.entry(key).or_default();
                    if !others.contains(&value) {
                        others.push(value);
                    }
                }
            }
        }
    }

    /// Removes a candidate. Only one thread may remove, and none may add meanwhile; a reader beside it
    /// may see a candidate twice that is just being promoted, and never misses one.
    pub fn remove(&self, key: &K, value: V) {
        let is_first = self.first.get(key).is_some_and(|first| *first == value);
        let promoted = self
            .others
            .get(key)
            .and_then(|others| others.iter().find(|it| **it != value).copied());
        if is_first {
            match promoted {
                Some(promoted) => drop(self.first.insert(*key, promoted)),
                None => drop(self.first.remove(key)),
            }
        }
        let gone = if is_first { promoted } else { Some(value) };
        self.others.remove_if_mut(key, |_, others| {
            others.retain(|it| Some(*it) != gone);
            others.is_empty()
        });
    }
}

impl Locator {
    /// Notes where a sheet and its rows are.
    pub fn add(&self, sheet: &Timesheet) {
        self.sheets.add(sheet.id, Place::of(sheet));
        for prefix in sheet.rows.id_prefixes() {
            self.rows.add(prefix, sheet.id);
        }
    }
}
