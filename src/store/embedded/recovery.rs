//! What a start finds in the folder, made into the state that it stands for: the snapshot, and
//! what the journal holds beyond it.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use super::history::History;
use super::journal::{Kept, Segment, segment};
use super::locator::Locator;
use super::outcomes::Outcomes;
use super::past::Past;
use super::snapshot::{self, Header, Snapshot, Stop};
use super::state::State;
use super::storage::Storage;
use super::tables::{guarded, store_error};
use super::tail::{Noted, Tail};
use crate::domain::record::{Key, Record};
use crate::store::codec::{self, Entry};
use crate::store::{Change, StoreError, Token};

/// What was found.
pub struct Recovered {
    /// The data.
    pub state: State,
    /// Where its parts are.
    pub locator: Locator,
    /// The snapshot that it began with.
    pub snapshot: Snapshot,
    /// What that says of itself.
    pub header: Header,
    /// What has changed since.
    pub changed: HashSet<Key>,
    /// How many bytes of the journal were replayed.
    pub tail_bytes: u64,
    /// The latest writes.
    pub outcomes: Outcomes,
}

/// Reads the folder; in an empty one, an empty snapshot is made.
pub fn recover(storage: &dyn Storage, past: &Past) -> Result<Recovered, StoreError> {
    let named = |error: io::Error| store_error(snapshot::NAME, &error);
    let folder = |error: io::Error| store_error("the data folder", &error);
    let segments = Segment::list(storage).map_err(folder)?;
    let (snapshot, header, (state, locator)) = guarded(|| {
        let snapshot = open_snapshot(storage, !segments.is_empty())?;
        let header = snapshot.header()?;
        let loaded = snapshot.load()?;
        Ok((snapshot, header, loaded))
    })
    .map_err(named)?;
    adopt(&snapshot, &past.history).map_err(folder)?;
    let mut replay = Replay {
        outcomes: remembered(&past.history, &state, &locator)?,
        state,
        locator,
        changed: HashSet::new(),
        bytes: 0,
        moved: past.history.latest().map_err(folder)?,
        tail: &past.tail,
    };
    for segment in segments {
        if segment.epoch > header.epoch() {
            return Err(StoreError::Corrupt(format!(
                "{} is newer than the snapshot: that is an older copy, or of another store",
                segment.name()
            )));
        }
        if segment.epoch == header.epoch() {
            replay.segment(storage, segment)?;
        } else {
            // What a superseded journal holds counts no more, or is in the snapshot.
            let end = header.end_of(segment.epoch);
            replay.superseded(storage, segment, end)?;
        }
    }
    Ok(Recovered {
        state: replay.state,
        locator: replay.locator,
        snapshot,
        header,
        changed: replay.changed,
        tail_bytes: replay.bytes,
        outcomes: replay.outcomes,
    })
}

fn open_snapshot(storage: &dyn Storage, has_journal: bool) -> io::Result<Snapshot> {
    match Snapshot::open(storage, snapshot::NAME) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if has_journal {
                let what = "there is a journal, but the snapshot that it goes on from is missing";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            Snapshot::create(storage, &Header::first(), &State::default(), &Stop::default())
        }
        opened => opened,
    }
}

/// Moves the history that a backup carries to where it is kept.
fn adopt(snapshot: &Snapshot, history: &History) -> io::Result<()> {
    const AT_ONCE: usize = 4_096;
    let mut taken: Vec<(u64, Vec<u8>)> = Vec::new();
    let add = |taken: &mut Vec<(u64, Vec<u8>)>| {
        let entries = taken.iter().map(|(at, entry)| (*at, entry.as_slice()));
        history.add(entries).map(|()| taken.clear())
    };
    let has_any = snapshot.read_history(|at, entry| {
        taken.push((at, entry.to_vec()));
        if taken.len() < AT_ONCE {
            Ok(())
        } else {
            add(&mut taken)
        }
    })?;
    if has_any {
        add(&mut taken)?;
        snapshot.drop_history()?;
    }
    Ok(())
}

/// The latest writes that the history holds. Their records are shared with `state` as far as that
/// still has them: the latest writes may be a good part of all data.
fn remembered(history: &History, state: &State, locator: &Locator) -> Result<Outcomes, StoreError> {
    let mut outcomes = Outcomes::default();
    let remember = |entry: Entry| {
        let Entry {
            at,
            id,
            counter: _,
            mut puts,
            deletes: _,
            audit,
        } = entry;
        for put in &mut puts {
            if let Some(present) = state.record(locator, put.key())
                && present.meta().version == put.meta().version
            {
                *put = present;
            }
        }
        let deleted = Vec::new();
        let change = Change {
            at,
            puts,
            deleted,
            audit,
        };
        outcomes.add_older(id, Arc::new(change))
    };
    history
        .each_from_latest(remember)
        .map_err(|error| store_error("the history", &error))?;
    Ok(outcomes)
}

struct Replay<'p> {
    state: State,
    locator: Locator,
    changed: HashSet<Key>,
    bytes: u64,
    outcomes: Outcomes,
    /// The last write that is in the history, or in the tail.
    moved: Token,
    tail: &'p Tail,
}

impl Replay<'_> {
    /// Goes on with what a segment holds, and cuts off a write at its end that did not complete.
    fn segment(&mut self, storage: &dyn Storage, segment: Segment) -> Result<(), StoreError> {
        let name = segment.name();
        let failed = |error: io::Error| store_error(&name, &error);
        let bytes = segment.read(storage).map_err(failed)?;
        let scan = segment.scan(&bytes);
        let file = storage.open(&name).map_err(failed)?;
        self.tail.begin(segment, file);
        for kept in &scan.entries {
            self.entry(&name, kept)?;
        }
        match scan.tail {
            segment::Tail::Clean => Ok(()),
            segment::Tail::Torn => {
                tracing::warn!(
                    segment = name,
                    end = scan.end,
                    "cuts off a write that did not complete"
                );
                if scan.end == 0 {
                    storage.remove(&name).map_err(failed)
                } else {
                    segment.cut(storage, scan.end).map_err(failed)
                }
            }
            segment::Tail::Damaged => Err(StoreError::Corrupt(format!(
                "{name} is damaged at byte {}, before its end",
                scan.end
            ))),
        }
    }

    /// Notes what of a segment counts and is not in the history yet.
    fn superseded(&mut self, storage: &dyn Storage, segment: Segment, end: Token) -> Result<(), StoreError> {
        let name = segment.name();
        let failed = |error: io::Error| store_error(&name, &error);
        let bytes = segment.read(storage).map_err(failed)?;
        self.tail.begin(segment, storage.open(&name).map_err(failed)?);
        for kept in segment.scan(&bytes).entries.iter().filter(|kept| kept.at <= end) {
            if kept.at > self.moved {
                let entry: Entry = codec::decode(kept.bytes)
                    .map_err(|error| StoreError::Corrupt(format!("{name}: {error}")))?;
                self.note(kept, &entry);
            }
        }
        Ok(())
    }

    /// Notes a write in the tail unless the history has it.
    fn note(&mut self, kept: &Kept<'_>, entry: &Entry) {
        if kept.at > self.moved {
            self.moved = kept.at;
            let noted = Noted {
                at: kept.at,
                audit: &entry.audit,
                offset: kept.offset as u64,
                length: u32::try_from(kept.bytes.len()).unwrap_or(u32::MAX),
            };
            self.tail.add(std::iter::once((noted, entry.touched())));
        }
    }

    fn entry(&mut self, name: &str, kept: &Kept<'_>) -> Result<(), StoreError> {
        let bytes = kept.bytes;
        let corrupt = |what: String| StoreError::Corrupt(format!("{name}: {what}"));
        let entry: Entry = codec::decode(bytes).map_err(|error| corrupt(error.to_string()))?;
        self.note(kept, &entry);
        if entry.at <= self.state.at {
            return Ok(());
        }
        if entry.at.0 != self.state.at.0 + 1 {
            return Err(corrupt(format!(
                "the writes between {} and {} are missing",
                self.state.at.0, entry.at.0
            )));
        }
        let applied = self.state.apply(&self.locator, &entry);
        for retired in applied.retired {
            self.state.forget(&self.locator, retired);
        }
        let records = entry.puts.iter().chain(&applied.deleted);
        self.changed.extend(records.map(Record::key));
        self.bytes += bytes.len() as u64;
        let change = Change {
            at: entry.at,
            puts: entry.puts,
            deleted: applied.deleted,
            audit: entry.audit,
        };
        self.outcomes.add(entry.id, Arc::new(change));
        Ok(())
    }
}
