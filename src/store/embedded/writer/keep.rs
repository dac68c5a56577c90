//! What the writer does when something is due to be kept: it hands the keeper its job, and begins
//! a new segment of the journal where the ones before are to go.

use std::io;
use std::time::Instant;

use super::Writer;
use crate::store::Token;
use crate::store::embedded::journal::{Journal, Segment};
use crate::store::embedded::keeper::{Checkpoint, Job};
use crate::store::embedded::upkeep::Due;

impl Writer {
    /// Has the keeper do what is due.
    pub(super) fn keep(&mut self) {
        match self.upkeep.due(Instant::now()) {
            None => {}
            Some(Due::End) => self.upkeep.end(),
            Some(Due::Journal) => {
                self.upkeep.work_begins();
                self.give(Job::Supersede {
                    state: self.shared.state(),
                    counter: self.counter,
                });
            }
            Some(Due::LastCheckpoint) => {
                self.upkeep.work_begins();
                self.checkpoint(None);
            }
            Some(Due::Checkpoint) => {
                self.upkeep.work_begins();
                match self.rotate() {
                    Ok(()) => self.checkpoint(Some(self.journal.segment())),
                    Err(error) => {
                        tracing::error!(%error, "a new segment of the journal could not be begun");
                        self.upkeep.checkpoint_ended(&Err(error.to_string()));
                    }
                }
            }
        }
    }

    /// Begins a new segment, so that those before it can go.
    fn rotate(&mut self) -> io::Result<()> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let segment = Segment {
            epoch: self.journal.segment().epoch,
            first: Token(self.shared.state().at.0 + 1),
        };
        self.journal = Journal::begin(&*self.storage, segment)?;
        self.past.tail.begin(segment, self.journal.file().clone());
        Ok(())
    }

    fn checkpoint(&mut self, current: Option<Segment>) {
        let checkpoint = Checkpoint {
            state: self.shared.state(),
            counter: self.counter,
            changed: self.upkeep.take_changed(),
            current,
        };
        self.give(Job::Checkpoint(checkpoint));
    }

    fn give(&mut self, job: Job) {
        if self.jobs.send(job).is_err() {
            tracing::error!("the keeper has ended; no more checkpoints are made");
            self.upkeep.end();
        }
    }
}
