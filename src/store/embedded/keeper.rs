//! Keeps the snapshot and the history beside the writer: checkpoints, after which old segments of
//! the journal go, and the new snapshot and journal that supersede a journal that failed.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use super::Shared;
use super::journal::{Journal, Segment};
use super::past::Past;
use super::snapshot::{Epoch, Header, Snapshot, Stop};
use super::state::State;
use super::storage::Storage;
use super::tables::guarded;
use super::writer::Message;
use crate::domain::record::Key;
use crate::domain::version::RowVersion;
use crate::store::Token;

/// What the keeper is asked for.
pub enum Job {
    /// To bring the snapshot up to a state.
    Checkpoint(Checkpoint),
    /// To begin a journal that supersedes one which failed.
    Supersede {
        /// The last state that was shown.
        state: Arc<State>,
        /// The greatest version that was ever taken.
        counter: u64,
    },
}

/// A checkpoint to make.
pub struct Checkpoint {
    /// The state to keep.
    pub state: Arc<State>,
    /// The greatest version that was ever taken.
    pub counter: u64,
    /// What has changed since the last checkpoint.
    pub changed: HashSet<Key>,
    /// The segment that is being written; those before it may go. All may if there is none.
    pub current: Option<Segment>,
}

/// What the keeper has done.
pub enum Kept {
    /// A checkpoint, or why not.
    Checkpoint(Result<(), String>),
    /// A new journal, or why not.
    Journal(Result<Journal, String>),
}

/// The keeper's own things.
pub struct Keeper {
    /// Where the files are.
    pub storage: Arc<dyn Storage>,
    /// What it tells the others.
    pub shared: Arc<Shared>,
    /// The open snapshot; none after an error, so that the next is written anew.
    pub snapshot: Option<Snapshot>,
    /// Every write that ever was.
    pub past: Arc<Past>,
    /// What the snapshot says of itself, or will the next time.
    pub header: Header,
    /// Ends long tasks.
    pub stop: Stop,
}

impl Keeper {
    /// Does one job after another until nobody can ask any more.
    pub fn run(mut self, jobs: &Receiver<Job>, done: &Sender<Message>) {
        while let Ok(job) = jobs.recv() {
            let kept = match job {
                Job::Checkpoint(checkpoint) => {
                    let outcome = guarded(|| self.checkpoint(&checkpoint));
                    Kept::Checkpoint(outcome.map_err(|error| self.failed("the checkpoint", &error)))
                }
                Job::Supersede { state, counter } => {
                    let outcome = guarded(|| self.supersede(&state, counter));
                    Kept::Journal(outcome.map_err(|error| self.failed("a new journal", &error)))
                }
            };
            if done.send(Message::Kept(kept)).is_err() {
                return;
            }
        }
    }

    fn failed(&self, what: &str, error: &io::Error) -> String {
        if self.stop.check().is_ok() {
            tracing::error!(%error, "{what} failed; it will be tried again");
        }
        format!("{what} failed: {error}")
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let state = &checkpoint.state;
        self.header.at = state.at;
        self.header.counter = RowVersion::new(checkpoint.counter);
        // Taken, so that after an error it is not used again.
        let snapshot = match self.snapshot.take() {
            Some(snapshot) => {
                let locator = &self.shared.locator;
                snapshot.update(&self.header, state, locator, &checkpoint.changed, &self.stop)?;
                snapshot
            }
            None => Snapshot::create(&*self.storage, &self.header, state, &self.stop)?,
        };
        self.kept(snapshot);
        self.retire_segments(checkpoint.current);
        Ok(())
    }

    fn supersede(&mut self, state: &State, counter: u64) -> io::Result<Journal> {
        // A number is never taken twice, not even after a failure: a journal of it may be on disk.
        let epoch = self.header.epoch() + 1;
        self.header.epochs.push(Epoch {
            number: epoch,
            began_after: state.at,
        });
        self.header.at = state.at;
        self.header.counter = RowVersion::new(counter);
        self.snapshot = None;
        let snapshot = Snapshot::create(&*self.storage, &self.header, state, &self.stop)?;
        let segment = Segment {
            epoch,
            first: Token(state.at.0 + 1),
        };
        let journal = Journal::begin(&*self.storage, segment)?;
        self.kept(snapshot);
        self.retire_segments(Some(segment));
        Ok(journal)
    }

    fn kept(&mut self, snapshot: Snapshot) {
        self.shared.header.store(Arc::new(self.header.clone()));
        if let Ok(bytes) = snapshot.bytes() {
            self.shared.figures.snapshot(bytes);
        }
        self.snapshot = Some(snapshot);
    }

    /// Moves what the segments before `current` hold into the history, and removes them. One that
    /// cannot be moved stays until the next time.
    fn retire_segments(&mut self, current: Option<Segment>) {
        match self.try_retire_segments(current) {
            Ok(()) => {
                let current = self.header.epochs.pop();
                self.header.epochs = current.into_iter().collect();
            }
            Err(error) => tracing::error!(%error, "the journal could not be moved into the history"),
        }
    }

    fn try_retire_segments(&self, current: Option<Segment>) -> io::Result<()> {
        let Past { history, tail } = &*self.past;
        let _moving = history.hold();
        let segments = Segment::list(&*self.storage)?.into_iter();
        for segment in segments.filter(|segment| current.is_none_or(|current| *segment < current)) {
            self.stop.check()?;
            let is_superseded = segment.epoch < self.header.epoch();
            history.absorb(segment, self.header.end_of(segment.epoch), is_superseded)?;
            tail.forget(segment);
            self.storage.remove(&segment.name())?;
        }
        Ok(())
    }
}
