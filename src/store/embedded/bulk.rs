//! A state made out of all its records at once, as a start does: by sorting, on every core,
//! rather than record by record.

use std::sync::Arc;

use imbl::OrdMap;
use rayon::prelude::*;

use super::locator::Locator;
use super::state::State;
use crate::domain::record::{Key, Record};
use crate::domain::timesheet::Timesheet;
use crate::store::changed::Tombstone;

impl State {
    /// The state that holds these records, each key once, and these tombstones, and where its parts
    /// are. Where in the order of writes it stands is left to the caller.
    pub fn of(records: impl Iterator<Item = Record>, tombstones: OrdMap<Key, Tombstone>) -> (Self, Locator) {
        let mut sheets = Vec::new();
        let mut others = Vec::new();
        for record in records {
            match record {
                Record::Timesheet(sheet) => sheets.push(sheet),
                other => others.push(other),
            }
        }
        let locator = Locator::with_room_for(sheets.len());
        let mut state = Self::default();
        state.put_all(&others, &locator);
        state.gone_by_version = tombstones.iter().map(|(key, it)| (it.version, *key)).collect();
        state.tombstones = tombstones;
        sheets.par_iter().for_each(|sheet| locator.add(sheet));
        state.list_by_user(&mut sheets);
        state.list_by_version(&mut sheets);
        state.list_by_date(sheets);
        (state, locator)
    }

    fn list_by_user(&mut self, sheets: &mut [Arc<Timesheet>]) {
        sheets.par_sort_unstable_by_key(|sheet| (sheet.user_id, sheet.period.from()));
        for list in sheets.chunk_by(|a, b| a.user_id == b.user_id) {
            if let Some(first) = list.first() {
                self.sheets.insert(first.user_id, list.into());
            }
            for sheet in list {
                self.longest_days = self.longest_days.max(sheet.period.days());
            }
        }
    }

    fn list_by_version(&mut self, sheets: &mut [Arc<Timesheet>]) {
        sheets.par_sort_unstable_by_key(|sheet| sheet.meta.version);
        for sheet in filling_up(sheets) {
            let record = Record::Timesheet(sheet.clone());
            self.by_version.insert(sheet.meta.version, record);
        }
    }

    fn list_by_date(&mut self, mut sheets: Vec<Arc<Timesheet>>) {
        sheets.par_sort_unstable_by_key(|sheet| (sheet.period.from(), sheet.id));
        for sheet in filling_up(&sheets) {
            let key = (sheet.period.from(), sheet.id);
            self.by_date.insert(key, Record::Timesheet(sheet.clone()));
        }
    }
}

/// Every second one first, then those between them: in one pass, every node of a tree would be split
/// when full and stay half empty; so the second pass fills what the first has split.
fn filling_up<T>(in_order: &[T]) -> impl Iterator<Item = &T> {
    (0..2).flat_map(|offset| in_order.iter().skip(offset).step_by(2))
}
