//! What it depends on whether a change set may be written, and what it changes: so that a change set
//! which was allowed upon one state is known to be allowed upon a later one. In doubt it is not.

use uuid::Uuid;

use crate::domain::change::{ChangeSet, Guard};
use crate::domain::id::UserId;
use crate::domain::period::Period;
use crate::domain::record::{Key, Record, UniqueKey};
use crate::store::Change;
use crate::store::embedded::state::State;

/// What a change set depends on and changes. Everything is sorted.
#[derive(Debug)]
pub struct Footprint {
    /// What it puts, and what its guards name.
    keys: Vec<Key>,
    /// What its guards want to be free.
    periods: Vec<(UserId, Period)>,
    rows: Vec<Uuid>,
    /// What its records claim.
    unique: Vec<UniqueKey>,
}

impl Footprint {
    /// Of a change set that deletes nothing.
    pub fn of(change: &ChangeSet) -> Self {
        let mut keys: Vec<Key> = change.puts.iter().map(Record::key).collect();
        let mut periods = Vec::new();
        let mut rows: Vec<Uuid> = Vec::new();
        for guard in &change.guards {
            match guard {
                Guard::Absent(key) | Guard::Version(key, _) => keys.push(*key),
                Guard::PeriodFree(user, period) => periods.push((*user, *period)),
                Guard::RowsFree(_, ids) => rows.extend(ids),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        periods.sort_unstable_by_key(|(user, _)| *user);
        rows.sort_unstable();
        let mut unique: Vec<UniqueKey> = change.puts.iter().flat_map(Record::unique_keys).collect();
        unique.sort_unstable();
        Self {
            keys,
            periods,
            rows,
            unique,
        }
    }

    /// Whether a write that comes before the change set could make another outcome of it. `state` shows
    /// the change set and what was written before this write.
    pub fn meets(&self, state: &State, write: &Change) -> bool {
        let mut touched = write.puts.iter().chain(&write.deleted);
        touched.any(|record| self.has(record.key()))
            || write.puts.iter().any(|put| self.is_met_by(state, put))
    }

    fn is_met_by(&self, state: &State, put: &Record) -> bool {
        if !self.unique.is_empty() {
            let mut claimed = put.unique_keys().into_iter();
            if claimed.any(|key| self.unique.binary_search(&key).is_ok()) {
                return true;
            }
        }
        let Record::Timesheet(sheet) = put else {
            return false;
        };
        let beside = state.sheets_within(sheet.user_id, sheet.period);
        let overlaps = beside.iter().any(|other| self.has(Key::Timesheet(other.id)));
        let start = self.periods.partition_point(|(user, _)| *user < sheet.user_id);
        let periods = self.periods.iter().skip(start);
        let mut periods = periods.take_while(|(user, _)| *user == sheet.user_id);
        let has_row = |id: Uuid| self.rows.binary_search(&id).is_ok();
        overlaps
            || periods.any(|(_, period)| period.overlaps(sheet.period))
            || !self.rows.is_empty()
                && (sheet.lines().any(|line| has_row(line.id().uuid()))
                    || sheet.cells().any(|cell| has_row(cell.id().uuid())))
    }

    fn has(&self, key: Key) -> bool {
        self.keys.binary_search(&key).is_ok()
    }
}
