//! Whether a change set may be written onto a state: its guards, the unique keys, and that the
//! sheets of one user never overlap (P1).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::locator::Locator;
use super::state::State;
use crate::domain::change::{ChangeSet, Guard};
use crate::domain::record::{Key, Record, UniqueKey};
use crate::domain::timesheet::Timesheet;
use crate::store::StoreError;

/// Whether `change` may be written onto `state`; the refusal names what stands in the way.
pub fn check(state: &State, locator: &Locator, change: &ChangeSet) -> Result<(), StoreError> {
    let touched = touched(change)?;
    for guard in &change.guards {
        hold(state, locator, guard)?;
    }
    keys_are_free(state, locator, change)?;
    periods_are_free(state, change, &touched)
}

/// The keys that the change set names, each once.
fn touched(change: &ChangeSet) -> Result<HashSet<Key>, StoreError> {
    let mut touched = HashSet::with_capacity(change.puts.len() + change.deletes.len());
    let keys = change.puts.iter().map(Record::key);
    for key in keys.chain(change.deletes.iter().copied()) {
        if !touched.insert(key) {
            let found = change.puts.iter().find(|put| put.key() == key).cloned();
            return Err(conflict(Guard::Absent(key), found));
        }
    }
    Ok(touched)
}

fn hold(state: &State, locator: &Locator, guard: &Guard) -> Result<(), StoreError> {
    let found = match guard {
        Guard::Absent(key) => state.record(locator, *key),
        Guard::Version(key, version) => match state.record(locator, *key) {
            Some(record) if record.meta().version == *version => return Ok(()),
            found => return Err(conflict(guard.clone(), found)),
        },
        Guard::PeriodFree(user, period) => state
            .sheets_within(*user, *period)
            .first()
            .cloned()
            .map(Record::Timesheet),
        Guard::RowsFree(sheet, rows) => rows
            .iter()
            .find_map(|row| state.sheet_with_row(locator, *row, |id| id != *sheet))
            .cloned()
            .map(Record::Timesheet),
    };
    match found {
        None => Ok(()),
        found => Err(conflict(guard.clone(), found)),
    }
}

/// No two records would have one unique key. A key that the same change set frees is free.
fn keys_are_free(state: &State, locator: &Locator, change: &ChangeSet) -> Result<(), StoreError> {
    let mut claims: HashMap<UniqueKey, Uuid> = HashMap::new();
    for put in &change.puts {
        let id = put.key().uuid();
        for key in put.unique_keys() {
            if claims.insert(key.clone(), id).is_some_and(|other| other != id) {
                return Err(StoreError::Taken(key));
            }
        }
    }
    let is_foreign =
        |(key, id): &(&UniqueKey, &Uuid)| state.unique.get(*key).is_some_and(|owner| owner != *id);
    let foreign: Vec<&UniqueKey> = claims.iter().filter(is_foreign).map(|(key, _)| key).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let keys = change.puts.iter().map(Record::key);
    let freed: HashSet<UniqueKey> = keys
        .chain(change.deletes.iter().copied())
        .filter_map(|key| state.record(locator, key))
        .flat_map(|record| record.unique_keys())
        .collect();
    match foreign.into_iter().filter(|key| !freed.contains(key)).min() {
        Some(taken) => Err(StoreError::Taken(taken.clone())),
        None => Ok(()),
    }
}

/// No two sheets of a user would overlap.
fn periods_are_free(state: &State, change: &ChangeSet, touched: &HashSet<Key>) -> Result<(), StoreError> {
    let mut put: Vec<&Arc<Timesheet>> = Vec::new();
    for record in &change.puts {
        if let Record::Timesheet(sheet) = record {
            put.push(sheet);
            let stays = |other: &&Arc<Timesheet>| !touched.contains(&Key::Timesheet(other.id));
            let around = state.sheets_within(sheet.user_id, sheet.period);
            if let Some(other) = around.iter().find(stays) {
                return Err(overlap(sheet, other));
            }
        }
    }
    put.sort_by_key(|sheet| (sheet.user_id, sheet.period.from()));
    for pair in put.windows(2) {
        if let [earlier, later] = pair
            && earlier.user_id == later.user_id
            && earlier.period.overlaps(later.period)
        {
            return Err(overlap(later, earlier));
        }
    }
    Ok(())
}

fn overlap(sheet: &Timesheet, other: &Arc<Timesheet>) -> StoreError {
    let guard = Guard::PeriodFree(sheet.user_id, sheet.period);
    conflict(guard, Some(Record::Timesheet(other.clone())))
}

const fn conflict(guard: Guard, found: Option<Record>) -> StoreError {
    StoreError::Conflict { guard, found }
}
