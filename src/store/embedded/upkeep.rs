//! When the files beside the journal are kept: a checkpoint once the journal has grown, a new
//! journal once the present one has failed, a last checkpoint at the end. One at a time, by the
//! keeper; here it is only decided, and nothing known of disks.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::Options;
use super::writer::Message;
use crate::domain::record::{Key, Record};
use crate::store::Change;

#[cfg(test)]
mod tests;

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
    standing: Standing,
    asked: Vec<Asker>,
    /// What the keeper is at work on.
    work: Option<Work>,
    ending: Ending,
}

/// How the last attempts went.
enum Standing {
    Well,
    /// A checkpoint failed; the next one writes everything, after a pause.
    CheckpointFailed {
        pause: Duration,
        until: Instant,
    },
    /// The journal failed, and writes are not taken; a new one is begun as soon as it can be.
    JournalFailed {
        reason: String,
        retry_at: Instant,
    },
}

struct Work {
    /// Who is told of its outcome.
    askers: Vec<Asker>,
    /// Whether nothing more is kept after it.
    is_last: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    Wanted,
    Over,
}

/// What is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// A new journal in the place of the one that failed.
    Journal,
    /// A checkpoint, while writes go on in a new segment.
    Checkpoint,
    /// A checkpoint after which no journal is needed.
    LastCheckpoint,
    /// To end: everything is kept.
    End,
}

impl Upkeep {
    /// After a start that found these changes since the last checkpoint, in so many bytes.
    pub const fn new(options: Options, changed: HashSet<Key>, tail_bytes: u64) -> Self {
        Self {
            options,
            changed,
            tail_bytes,
            standing: Standing::Well,
            asked: Vec::new(),
            work: None,
            ending: Ending::No,
        }
    }

    /// The next message; none when it is time to look what is to be kept.
    pub fn wait(&self, inbox: &Receiver<Message>) -> Option<Message> {
        let retry_at = match &self.standing {
            Standing::CheckpointFailed { until: time, .. }
            | Standing::JournalFailed { retry_at: time, .. } => Some(*time),
            Standing::Well => None,
        };
        let message = match retry_at.filter(|_| self.work.is_none()) {
            Some(time) => inbox.recv_timeout(time.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Message::Abandon),
        }
    }

    /// Why writes are not taken; `None` while they are.
    pub fn why_not_writable(&self) -> Option<&str> {
        match &self.standing {
            Standing::JournalFailed { reason, .. } => Some(reason),
            Standing::Well | Standing::CheckpointFailed { .. } => None,
        }
    }

    /// Whether the writer may end.
    pub fn is_over(&self) -> bool {
        self.ending == Ending::Over
    }

    /// Bytes that a start would replay.
    pub const fn tail_bytes(&self) -> u64 {
        self.tail_bytes
    }

    /// Notes writes.
    pub fn wrote<'a>(&mut self, bytes: usize, changes: impl Iterator<Item = &'a Change>) {
        self.tail_bytes += bytes as u64;
        for change in changes {
            let records = change.puts.iter().chain(&change.deleted);
            self.changed.extend(records.map(Record::key));
        }
    }

    /// Notes a write that changes these records.
    pub fn wrote_many(&mut self, bytes: u64, mut keys: HashSet<Key>) {
        self.tail_bytes += bytes;
        if keys.len() > self.changed.len() {
            std::mem::swap(&mut keys, &mut self.changed);
        }
        self.changed.extend(keys);
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
        let retry_at = Instant::now();
        self.standing = Standing::JournalFailed { reason, retry_at };
    }

    /// The keeper has begun a new journal, with a snapshot of everything, or could not.
    pub fn journal_ended(&mut self, outcome: Result<(), String>) {
        self.work_ended(&outcome);
        self.standing = match outcome {
            Ok(()) => {
                self.take_changed();
                Standing::Well
            }
            Err(reason) => Standing::JournalFailed {
                reason,
                retry_at: Instant::now() + self.options.retry_after,
            },
        };
    }

    /// The keeper has made a checkpoint, or could not.
    pub fn checkpoint_ended(&mut self, outcome: &Result<(), String>) {
        self.work_ended(outcome);
        let shortest = self.options.retry_after;
        let pause = match self.standing {
            // The journal has failed meanwhile; the new one begins with a snapshot of everything.
            Standing::JournalFailed { .. } => return,
            Standing::CheckpointFailed { pause, .. } => (pause * 2).min(shortest * LONGEST_PAUSE),
            Standing::Well => shortest,
        };
        self.standing = match outcome {
            Ok(()) => Standing::Well,
            Err(_) => Standing::CheckpointFailed {
                pause,
                until: Instant::now() + pause,
            },
        };
    }

    /// What is due at `now`; nothing while the keeper is at work.
    pub fn due(&self, now: Instant) -> Option<Due> {
        if self.work.is_some() {
            return None;
        }
        let is_closing = self.ending != Ending::No;
        let is_asked = !self.asked.is_empty();
        match self.standing {
            Standing::JournalFailed { retry_at, .. } => {
                (is_closing || retry_at <= now).then_some(Due::Journal)
            }
            Standing::Well if is_closing && self.changed.is_empty() => Some(Due::End),
            Standing::Well | Standing::CheckpointFailed { .. } if is_closing => Some(Due::LastCheckpoint),
            Standing::Well => {
                (is_asked || self.tail_bytes >= self.options.checkpoint_bytes).then_some(Due::Checkpoint)
            }
            Standing::CheckpointFailed { until, .. } => (is_asked || until <= now).then_some(Due::Checkpoint),
        }
    }

    /// Work begins for those who have asked until now.
    pub fn work_begins(&mut self) {
        self.work = Some(Work {
            askers: std::mem::take(&mut self.asked),
            is_last: self.ending == Ending::Wanted,
        });
    }

    /// What a checkpoint, which begins now, has to write.
    pub fn take_changed(&mut self) -> HashSet<Key> {
        self.tail_bytes = 0;
        std::mem::take(&mut self.changed)
    }

    /// The keeper has ended, or nothing is left to be kept.
    pub fn end(&mut self) {
        self.ending = Ending::Over;
    }

    fn work_ended(&mut self, outcome: &Result<(), String>) {
        let Some(work) = self.work.take() else { return };
        for asker in work.askers {
            // Who no longer waits does not hear of it.
            drop(asker.send(outcome.clone()));
        }
        if work.is_last {
            self.ending = Ending::Over;
        }
    }
}
