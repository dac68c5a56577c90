//! When the files beside the journal are kept: a checkpoint once the journal has grown, a new
//! journal once the present one has failed, a last checkpoint at the end. One at a time, by the
//! keeper; here it is only decided.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::Options;
use super::journal::{Journal, Segment};
use super::keeper::{Checkpoint, Job};
use super::writer::{Message, Writer};
use crate::domain::record::{Key, Record};
use crate::store::{Change, Token};

/// A failed checkpoint is tried again after a pause that doubles up to so many times the shortest.
const LONGEST_PAUSE: u32 = 64;

/// Who asked for a checkpoint.
type Asker = SyncSender<Result<(), String>>;

/// What is to be kept, and when.
pub struct Upkeep {
    options: Options,
    /// The keys that a checkpoint has to write.
    changed: HashSet<Key>,
    /// Bytes that a start would replay.
    tail_bytes: u64,
    /// Whether the keeper is at work.
    is_busy: bool,
    asked: Vec<Asker>,
    /// Those whose checkpoint is being made.
    served: Vec<Asker>,
    failure: Option<Failure>,
    /// Whether the last checkpoint failed, and how long to pause before the next.
    pause: Option<Duration>,
    not_before: Option<Instant>,
    ending: Ending,
}

/// Why writes are not taken.
struct Failure {
    reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    Wanted,
    LastJob,
    Over,
}

impl Upkeep {
    /// After a start that found these changes since the last checkpoint, in so many bytes.
    pub fn new(options: Options, changed: HashSet<Key>, tail_bytes: u64) -> Self {
        Self {
            options,
            changed,
            tail_bytes,
            is_busy: false,
            asked: Vec::new(),
            served: Vec::new(),
            failure: None,
            pause: None,
            not_before: None,
            ending: Ending::No,
        }
    }

    /// The next message; none when it is time to look what is to be kept.
    pub fn wait(&self, inbox: &Receiver<Message>) -> Option<Message> {
        let message = match self.not_before {
            Some(time) if !self.is_busy => inbox.recv_timeout(time.saturating_duration_since(Instant::now())),
            _ => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Message::Abandon),
        }
    }

    /// Why writes are not taken; `None` while they are.
    pub fn why_not_writable(&self) -> Option<&str> {
        self.failure.as_ref().map(|failure| failure.reason.as_str())
    }

    /// Whether the writer may end.
    pub fn is_over(&self) -> bool {
        self.ending == Ending::Over
    }

    /// Notes writes.
    pub fn wrote<'a>(&mut self, bytes: usize, changes: impl Iterator<Item = &'a Change>) {
        self.tail_bytes += bytes as u64;
        #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
        metrics::gauge!("punchcard_journal_bytes").set(self.tail_bytes as f64);
        for change in changes {
            let records = change.puts.iter().chain(&change.deleted);
            self.changed.extend(records.map(Record::key));
        }
    }

    /// Somebody wants a checkpoint.
    pub fn want_checkpoint(&mut self, asker: Asker) {
        self.asked.push(asker);
    }

    /// The store is to end in good order.
    pub fn close(&mut self) {
        self.ending = Ending::Wanted;
    }

    /// The journal has failed.
    pub fn journal_failed(&mut self, reason: String) {
        self.failure = Some(Failure { reason });
        self.not_before = Some(Instant::now());
    }

    /// A new journal could not be begun; it is tried again after a short time.
    pub fn journal_failed_again(&mut self, reason: String) {
        tell(self.asked.drain(..), &Err(reason.clone()));
        self.journal_failed(reason);
        self.not_before = Some(Instant::now() + self.options.retry_after);
        self.job_ended();
    }

    /// A new journal has begun, with a snapshot of everything.
    pub fn journal_began(&mut self) {
        tell(self.asked.drain(..), &Ok(()));
        self.failure = None;
        self.pause = None;
        self.not_before = None;
        self.changed.clear();
        self.tail_bytes = 0;
        self.job_ended();
    }

    /// The keeper has made a checkpoint, or could not.
    pub fn checkpoint_ended(&mut self, outcome: &Result<(), String>) {
        if outcome.is_ok() {
            self.pause = None;
            if self.failure.is_none() {
                self.not_before = None;
            }
        } else {
            self.pause_checkpoints();
        }
        tell(self.served.drain(..), outcome);
        self.job_ended();
    }

    fn pause_checkpoints(&mut self) {
        let shortest = self.options.retry_after;
        let pause = self
            .pause
            .map_or(shortest, |pause| (pause * 2).min(shortest * LONGEST_PAUSE));
        self.pause = Some(pause);
        if self.failure.is_none() {
            self.not_before = Some(Instant::now() + pause);
        }
    }

    fn job_ended(&mut self) {
        self.is_busy = false;
        if self.ending == Ending::LastJob {
            self.ending = Ending::Over;
        }
    }

    fn is_time(&self) -> bool {
        self.ending != Ending::No || self.not_before.is_none_or(|time| time <= Instant::now())
    }

    fn is_checkpoint_due(&self) -> bool {
        !self.asked.is_empty() || self.pause.is_some() || self.tail_bytes >= self.options.checkpoint_bytes
    }
}

fn tell(askers: impl Iterator<Item = Asker>, outcome: &Result<(), String>) {
    for asker in askers {
        // Who no longer waits does not hear of it.
        drop(asker.send(outcome.clone()));
    }
}

impl Writer {
    /// Has the keeper do what is due, if it is not at work already.
    pub fn keep(&mut self) {
        if self.upkeep.is_busy {
            return;
        }
        if self.upkeep.failure.is_some() {
            if self.upkeep.is_time() {
                let job = Job::Supersede {
                    state: self.shared.state(),
                    counter: self.counter,
                };
                self.give(job);
            }
        } else if self.upkeep.ending == Ending::Wanted {
            if self.upkeep.changed.is_empty() && self.upkeep.pause.is_none() {
                self.upkeep.ending = Ending::Over;
            } else {
                self.checkpoint(None);
            }
        } else if self.upkeep.is_checkpoint_due() && (self.upkeep.is_time() || !self.upkeep.asked.is_empty())
        {
            match self.rotate() {
                Ok(()) => self.checkpoint(Some(self.journal.segment())),
                Err(error) => {
                    tracing::error!(%error, "a new segment of the journal could not be begun");
                    self.upkeep.served.append(&mut self.upkeep.asked);
                    self.upkeep.checkpoint_ended(&Err(error.to_string()));
                }
            }
        }
    }

    /// Begins a new segment, so that those before it can go.
    fn rotate(&mut self) -> std::io::Result<()> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let segment = Segment {
            epoch: self.journal.segment().epoch,
            first: Token(self.shared.state().at.0 + 1),
        };
        self.journal = Journal::begin(&*self.storage, segment)?;
        Ok(())
    }

    fn checkpoint(&mut self, current: Option<Segment>) {
        self.upkeep.served.append(&mut self.upkeep.asked);
        self.upkeep.tail_bytes = 0;
        let checkpoint = Checkpoint {
            state: self.shared.state(),
            counter: self.counter,
            changed: std::mem::take(&mut self.upkeep.changed),
            current,
        };
        self.give(Job::Checkpoint(checkpoint));
    }

    fn give(&mut self, job: Job) {
        self.upkeep.is_busy = true;
        if self.upkeep.ending == Ending::Wanted {
            self.upkeep.ending = Ending::LastJob;
        }
        if self.jobs.send(job).is_err() {
            tracing::error!("the keeper has ended; no more checkpoints are made");
            self.upkeep.job_ended();
            self.upkeep.ending = Ending::Over;
        }
    }
}
