//! What a start finds in the folder, made into the state that it stands for.

use std::sync::Arc;

use super::journal::{Journal, Segment, Tail};
use super::locator::Locator;
use super::outcomes::Outcomes;
use super::state::State;
use super::storage::Storage;
use super::unavailable;
use crate::store::codec::{self, Entry};
use crate::store::{Change, StoreError, Token};

/// What was found.
pub struct Recovered {
    /// The data.
    pub state: State,
    /// Where its parts are.
    pub locator: Locator,
    /// A new segment, after all that was found.
    pub journal: Journal,
    /// The greatest version that was ever given (S2).
    pub counter: u64,
    /// The latest writes.
    pub outcomes: Outcomes,
}

/// Reads the folder.
pub fn recover(storage: &dyn Storage) -> Result<Recovered, StoreError> {
    let failed = |error: &std::io::Error| unavailable("the data folder", error);
    let mut replay = Replay::default();
    let segments = Segment::list(storage).map_err(|error| failed(&error))?;
    for (index, segment) in segments.iter().enumerate() {
        let bytes = segment.read(storage).map_err(|error| failed(&error))?;
        let scan = segment.scan(&bytes);
        for entry in &scan.entries {
            replay.entry(*segment, entry)?;
        }
        if scan.tail == Tail::Clean {
            continue;
        }
        let later = segments.get(index + 1..).unwrap_or_default();
        if scan.tail == Tail::Damaged || any_entries(storage, later).map_err(|error| failed(&error))? {
            return Err(StoreError::Corrupt(format!(
                "{} is damaged at byte {}",
                segment.name(),
                scan.end
            )));
        }
        tracing::warn!(
            segment = segment.name(),
            end = scan.end,
            "cuts off a write that did not complete"
        );
        if scan.end == 0 {
            storage.remove(&segment.name()).map_err(|error| failed(&error))?;
        } else {
            segment.cut(storage, scan.end).map_err(|error| failed(&error))?;
        }
    }
    let segment = Segment {
        epoch: 1,
        first: Token(replay.state.at.0 + 1),
    };
    Ok(Recovered {
        journal: Journal::begin(storage, segment).map_err(|error| failed(&error))?,
        state: replay.state,
        locator: replay.locator,
        counter: replay.counter,
        outcomes: replay.outcomes,
    })
}

fn any_entries(storage: &dyn Storage, segments: &[Segment]) -> std::io::Result<bool> {
    for segment in segments {
        let bytes = segment.read(storage)?;
        let scan = segment.scan(&bytes);
        if !scan.entries.is_empty() || scan.tail == Tail::Damaged {
            return Ok(true);
        }
    }
    Ok(false)
}

#[derive(Default)]
struct Replay {
    state: State,
    locator: Locator,
    counter: u64,
    outcomes: Outcomes,
}

impl Replay {
    fn entry(&mut self, segment: Segment, bytes: &[u8]) -> Result<(), StoreError> {
        let corrupt = |what: String| StoreError::Corrupt(format!("{}: {what}", segment.name()));
        let entry: Entry = codec::decode(bytes).map_err(|error| corrupt(error.to_string()))?;
        let Entry {
            at,
            id,
            counter,
            puts,
            deletes,
            audit,
        } = entry;
        if at <= self.state.at {
            return Ok(());
        }
        if at.0 != self.state.at.0 + 1 {
            return Err(corrupt(format!(
                "the write after {} is missing; the next is {}",
                self.state.at.0, at.0
            )));
        }
        let applied = self.state.apply(&self.locator, at, &puts, &deletes);
        for retired in applied.retired {
            self.state.forget(&self.locator, retired);
        }
        self.counter = self.counter.max(counter.value());
        let change = Change {
            at,
            puts,
            deleted: applied.deleted,
            audit,
        };
        self.outcomes.add(id, Arc::new(change));
        Ok(())
    }
}
