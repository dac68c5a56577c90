//! The change sets that share one sync: each is checked against the state that those before it
//! have made, and either becomes part of the next state or is refused.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::MAX_WRITE_BYTES;
use super::guards;
use super::journal::{Frame, Journal};
use super::locator::{Locator, Retired};
use super::state::State;
use super::tail::{Noted, Tail};
use super::writer::{Request, answer};
use crate::domain::change::ChangeSet;
use crate::domain::id::ChangeSetId;
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::codec::{self, Entry};
use crate::store::{Change, Committed, StoreError, Token};

/// A write as the followers of the changes see it, by its change set's id.
pub type Written = (ChangeSetId, Arc<Change>);

/// A batch in the making.
#[derive(Default)]
pub struct Batch {
    max_write_bytes: usize,
    next: State,
    frame: Frame,
    written: Vec<Written>,
    /// What each of them removed, with the tombstones' versions.
    deletes: Vec<Vec<(Key, RowVersion)>>,
    by_id: HashMap<ChangeSetId, usize>,
    retired: Vec<Retired>,
    waiting: Vec<Waiting>,
}

struct Waiting {
    verdict: Verdict,
    reply: oneshot::Sender<Result<Committed, StoreError>>,
    _permit: OwnedSemaphorePermit,
}

/// What a change set will be answered once the batch is durable.
#[derive(Debug)]
pub enum Verdict {
    /// It is the write with this number in the batch.
    Written(usize),
    /// It may not be written.
    Refused(StoreError),
}

impl Batch {
    /// An empty one, of change sets that take so many bytes each at most.
    pub fn new(max_write_bytes: usize) -> Self {
        Self {
            max_write_bytes: max_write_bytes.min(MAX_WRITE_BYTES),
            ..Self::default()
        }
    }

    /// Starts anew, upon `state`.
    pub fn begin(&mut self, state: &State) {
        self.next = state.clone();
        self.frame.clear();
        self.written.clear();
        self.deletes.clear();
        self.by_id.clear();
        self.retired.clear();
    }

    /// How many change sets wait in it.
    pub const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many bytes it will write.
    pub const fn bytes(&self) -> usize {
        self.frame.len()
    }

    /// Decides what becomes of a change set; takes versions out of `counter` for it.
    pub fn add(&mut self, locator: &Locator, counter: &mut u64, request: Request) {
        let Request {
            change,
            reply,
            permit,
        } = request;
        let verdict = match self.by_id.get(&change.id) {
            Some(index) => Verdict::Written(*index),
            None => match self.plan(locator, counter, change) {
                Ok(index) => Verdict::Written(index),
                Err(error) => Verdict::Refused(error),
            },
        };
        self.waiting.push(Waiting {
            verdict,
            reply,
            _permit: permit,
        });
    }

    fn plan(&mut self, locator: &Locator, counter: &mut u64, change: ChangeSet) -> Result<usize, StoreError> {
        guards::check(&self.next, locator, &change)?;
        let entry = stamp(&self.next, locator, counter, change);
        let limit = self.max_write_bytes;
        self.frame.add(|out| {
            let start = out.len();
            codec::encode(&entry, out).map_err(|error| StoreError::Unavailable(error.to_string()))?;
            match out.len() - start {
                bytes if bytes > limit => Err(StoreError::TooLarge { bytes, limit }),
                _ => Ok(()),
            }
        })?;
        let applied = self.next.apply(locator, &entry);
        self.retired.extend(applied.retired);
        let index = self.written.len();
        self.by_id.insert(entry.id, index);
        let change = Change {
            at: entry.at,
            puts: entry.puts,
            deleted: applied.deleted,
            audit: entry.audit,
        };
        self.written.push((entry.id, Arc::new(change)));
        self.deletes.push(entry.deletes);
        Ok(index)
    }

    /// Makes what is to be written durable.
    pub fn append_to(&mut self, journal: &mut Journal) -> io::Result<()> {
        let Some((_, first)) = self.written.first() else {
            return Ok(());
        };
        self.frame.seal(first.at)?;
        journal.append(&self.frame)
    }

    /// Notes where in its segment each write is, once they are durable from `start` on.
    pub fn note_in(&self, tail: &Tail, start: u64) {
        let writes = self.written.iter().zip(&self.deletes).zip(self.frame.spans());
        tail.add(writes.map(|(((_, change), deletes), span)| {
            let noted = Noted {
                at: change.at,
                audit: &change.audit,
                offset: start + u64::from(span.offset),
                length: span.length,
            };
            (noted, codec::touched(&change.puts, deletes))
        }));
    }

    /// The next state, what led to it, and what it left behind.
    pub fn take_written(&mut self) -> (State, Vec<Written>, Vec<Retired>) {
        (
            std::mem::take(&mut self.next),
            std::mem::take(&mut self.written),
            std::mem::take(&mut self.retired),
        )
    }

    /// Answers everybody who waits.
    pub fn answer(&mut self, outcome: impl Fn(Verdict) -> Result<Committed, StoreError>) {
        for waiting in self.waiting.drain(..) {
            answer(waiting.reply, outcome(waiting.verdict));
        }
    }
}

/// Gives the records, and what of them has versions of its own, the next ones (S2).
pub fn assign_versions(puts: &mut [Record], next: &mut impl FnMut() -> RowVersion) {
    for put in puts {
        match put {
            Record::Timesheet(sheet) => Arc::make_mut(sheet).assign_versions(&mut *next),
            other => other.meta_mut().version = next(),
        }
    }
}

/// The change set as it will be written: with its place and its versions.
fn stamp(state: &State, locator: &Locator, counter: &mut u64, change: ChangeSet) -> Entry {
    let ChangeSet {
        id,
        guards: _,
        mut puts,
        deletes,
        audit,
    } = change;
    let mut next = || {
        *counter += 1;
        RowVersion::new(*counter)
    };
    assign_versions(&mut puts, &mut next);
    let deletes: Vec<(Key, RowVersion)> = deletes
        .into_iter()
        .filter(|key| state.record(locator, *key).is_some())
        .map(|key| (key, next()))
        .collect();
    Entry {
        at: Token(state.at.0 + 1),
        id,
        counter: RowVersion::new(*counter),
        puts,
        deletes,
        audit,
    }
}
