//! Looks whether a data folder is what it should be: every checksum, every index against one
//! rebuilt from the records, and the rules that the store itself keeps.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::history::History;
use super::locator::Locator;
use super::past::Past;
use super::recovery::{Recovered, recover};
use super::snapshot;
use super::state::State;
use super::storage::{Folder, Storage};
use super::tables::store_error;
use crate::domain::id::{RowIdPrefix, TimesheetId};
use crate::domain::record::Record;
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::version::RowVersion;
use crate::store::codec::{self, Entry};
use crate::store::{StoreError, Token};

/// What a check has found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The last write.
    pub at: Token,
    /// How many timesheets there are.
    pub timesheets: usize,
    /// How many other records there are.
    pub others: usize,
    /// How many deletions are remembered.
    pub tombstones: usize,
    /// How many past writes the history holds.
    pub history: usize,
    /// How many records the journal changes beyond the snapshot.
    pub changed: usize,
    /// What is wrong; nothing if it is empty.
    pub faults: Vec<String>,
}

/// Checks the data folder, which nobody else may use meanwhile. Like a start, it cuts off a write
/// at the journal's end that did not complete; it changes nothing else.
///
/// Fails with [`StoreError::Unavailable`] if there is no data in the folder, if it is in use or
/// cannot be read. Damage is no failure, but a fault in the report.
pub fn check(folder: &Path) -> Result<Report, StoreError> {
    let named = |error: io::Error| store_error(&folder.display().to_string(), &error);
    if !folder.join(snapshot::NAME).exists() {
        return Err(named(io::Error::new(
            io::ErrorKind::NotFound,
            "there is no data in it",
        )));
    }
    let storage: Arc<dyn Storage> = Arc::new(Folder::lock(folder).map_err(named)?);
    check_in(&storage)
}

/// Checks the data in a storage, such as one of a test.
pub fn check_in(storage: &Arc<dyn Storage>) -> Result<Report, StoreError> {
    let past = Past::within(storage.clone());
    let recovered = match recover(&**storage, &past) {
        Ok(recovered) => recovered,
        Err(StoreError::Corrupt(fault)) => {
            return Ok(Report {
                faults: vec![fault],
                ..Report::default()
            });
        }
        Err(error) => return Err(error),
    };
    let Recovered {
        state,
        locator,
        snapshot: _,
        header: _,
        changed,
        tail_bytes: _,
        outcomes: _,
    } = recovered;
    let mut report = Report {
        at: state.at,
        timesheets: state.sheet_count(),
        others: state.records.len(),
        tombstones: state.tombstones.len(),
        changed: changed.len(),
        ..Report::default()
    };
    let faults = &mut report.faults;
    compare_indexes(&state, &locator, faults);
    compare_periods(&state, faults);
    compare_versions(&state, faults);
    compare_rows(&state, faults);
    report.history =
        read_history(&past.history, state.at, faults).map_err(|error| store_error("the history", &error))?;
    Ok(report)
}

/// Every index is what the records alone give.
fn compare_indexes(state: &State, locator: &Locator, faults: &mut Vec<String>) {
    let records = state.records.values().chain(state.by_date.values()).cloned();
    let (rebuilt, _) = State::of(records, state.tombstones.clone());
    let pairs = [
        ("users' sheets", state.sheets == rebuilt.sheets),
        ("sheets by date", state.by_date == rebuilt.by_date),
        ("tasks by project", state.tasks == rebuilt.tasks),
        ("managers", state.reports == rebuilt.reports),
        ("tokens", state.tokens == rebuilt.tokens),
        ("unique keys", state.unique == rebuilt.unique),
        ("records by key", state.records == rebuilt.records),
        ("records by version", state.by_version == rebuilt.by_version),
        (
            "deletions by version",
            state.gone_by_version == rebuilt.gone_by_version,
        ),
        ("longest period", state.longest_days >= rebuilt.longest_days),
    ];
    for (index, _) in pairs.iter().filter(|(_, is_right)| !is_right) {
        faults.push(format!("the index of {index} is not what the records give"));
    }
    for (_, record) in &state.by_date {
        if let Record::Timesheet(sheet) = record
            && state.sheet(locator, sheet.id) != Some(sheet)
        {
            faults.push(format!("{:?} is not found by its id", sheet.id));
        }
    }
    let key_count: usize = state
        .records
        .values()
        .map(|record| record.unique_keys().len())
        .sum();
    if key_count != state.unique.len() {
        faults.push("two records have one unique key".to_owned());
    }
}

/// No sheets of one user overlap (P1).
fn compare_periods(state: &State, faults: &mut Vec<String>) {
    for (user, sheets) in &state.sheets {
        for pair in sheets.windows(2) {
            if let [a, b] = pair
                && a.period.overlaps(b.period)
            {
                faults.push(format!("{:?} and {:?} of {user:?} overlap (P1)", a.id, b.id));
            }
        }
    }
}

/// No version repeats, and none is beyond the counter (S2).
fn compare_versions(state: &State, faults: &mut Vec<String>) {
    let mut versions: Vec<RowVersion> = state.tombstones.values().map(|it| it.version).collect();
    versions.extend(state.records.values().map(|record| record.meta().version));
    for sheet in sheets(state) {
        versions.push(sheet.meta.version);
        versions.extend(sheet.lines().map(LineRef::version));
    }
    versions.sort_unstable();
    for pair in versions.windows(2) {
        if let [a, b] = pair
            && a == b
        {
            faults.push(format!("the version {} is there twice (S2)", a.value()));
        }
    }
    if let Some(greatest) = versions.last().filter(|greatest| **greatest > state.counter) {
        let counter = state.counter.value();
        faults.push(format!(
            "the version {} is beyond the counter {counter} (S2)",
            greatest.value()
        ));
    }
}

/// No two sheets have a row of one id (S6).
fn compare_rows(state: &State, faults: &mut Vec<String>) {
    let mut holders: HashMap<RowIdPrefix, TimesheetId> = HashMap::new();
    let mut shared: HashSet<RowIdPrefix> = HashSet::new();
    for sheet in sheets(state) {
        for prefix in sheet.rows.id_prefixes() {
            if *holders.entry(prefix).or_insert(sheet.id) != sheet.id {
                shared.insert(prefix);
            }
        }
    }
    let mut rows: HashMap<Uuid, TimesheetId> = HashMap::new();
    for sheet in sheets(state) {
        let lines = sheet.lines().map(|line| line.id().uuid());
        let ids = lines.chain(sheet.cells().map(|cell| cell.id().uuid()));
        for id in ids.filter(|id| shared.contains(&RowIdPrefix::split(*id).0)) {
            if *rows.entry(id).or_insert(sheet.id) != sheet.id {
                faults.push(format!("the row {id} is in two sheets (S6)"));
            }
        }
    }
}

/// The history can be read and has no gap, as far as it goes, and its indexes are what it gives.
fn read_history(history: &History, at: Token, faults: &mut Vec<String>) -> io::Result<usize> {
    const AT_ONCE: usize = 4_096;
    let (mut count, mut last) = (0, None);
    loop {
        let entries = history.bytes_after(last.unwrap_or(Token(0)), AT_ONCE)?;
        if entries.is_empty() {
            break;
        }
        for (place, bytes) in entries {
            match codec::decode::<Entry>(&bytes) {
                Ok(entry) if entry.at == place => {}
                Ok(entry) => faults.push(format!("the history has write {} at {}", entry.at.0, place.0)),
                Err(error) => faults.push(format!("the history at write {}: {error}", place.0)),
            }
            if last.is_some_and(|last: Token| place.0 != last.0 + 1) {
                faults.push(format!("the history has a gap before write {}", place.0));
            }
            last = Some(place);
            count += 1;
        }
    }
    if last.is_some_and(|last| last > at) {
        faults.push("the history goes beyond the data".to_owned());
    }
    faults.extend(history.index_faults()?);
    Ok(count)
}

fn sheets(state: &State) -> impl Iterator<Item = &Arc<Timesheet>> {
    state.sheets.values().flat_map(|sheets| sheets.iter())
}
