//! The one writer: takes the change sets that wait, checks them, gives them their versions, makes
//! them durable with one sync, and only then shows them and answers. When files are kept beside it
//! is decided in `upkeep`.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Arc, Weak};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::batch::{Batch, Verdict};
use super::journal::Journal;
use super::keeper::{Job, Kept};
use super::large::{Beginning, Decided, Prepared, located};
use super::locator::Retired;
use super::outcomes::{Outcomes, committed};
use super::past::Past;
use super::state::State;
use super::storage::Storage;
use super::upkeep::Upkeep;
use super::{Health, Shared};
use crate::domain::change::ChangeSet;
use crate::domain::id::ChangeSetId;
use crate::store::{Committed, StoreError};

mod decide;
mod keep;

/// At most so many change sets share one sync.
const MAX_BATCH: usize = 1_024;
/// No more change sets join a batch of so many bytes.
const MAX_BATCH_BYTES: usize = 8 << 20;

/// What the writer is told.
pub enum Message {
    /// To write.
    Commit(Request),
    /// That a large change set with this id is about to be prepared.
    Begin(ChangeSetId, SyncSender<Beginning>),
    /// To decide on a prepared one.
    Decide(Box<Prepared>, SyncSender<Decided>),
    /// To forget what the locator was told of a prepared one that is not written.
    Retire(Vec<Retired>),
    /// What the keeper has done.
    Kept(Kept),
    /// To make a checkpoint now, and to tell of its outcome.
    Checkpoint(SyncSender<Result<(), String>>),
    /// To make a last checkpoint and end.
    Close,
    /// To end at once.
    Abandon,
}

/// A change set and who waits for its outcome.
pub struct Request {
    /// What to write.
    pub change: ChangeSet,
    /// Takes the outcome.
    pub reply: oneshot::Sender<Result<Committed, StoreError>>,
    /// Its place in the bounded queue.
    pub permit: OwnedSemaphorePermit,
}

/// The writer's own things.
pub struct Writer {
    /// What readers see.
    pub shared: Arc<Shared>,
    /// Where the files are.
    pub storage: Arc<dyn Storage>,
    /// The segment that is being written.
    pub journal: Journal,
    /// The greatest version that was ever given, or taken by a write that failed (S2).
    pub counter: u64,
    /// How many bytes a change set may take.
    pub max_write_bytes: usize,
    /// Where the past writes are.
    pub past: Arc<Past>,
    /// The latest writes.
    pub outcomes: Outcomes,
    /// What the locator holds in vain once the states up to this one are no longer read.
    pub retired: VecDeque<(Weak<State>, Vec<Retired>)>,
    /// When the files beside the journal are to be kept.
    pub upkeep: Upkeep,
    /// Takes what is to be kept.
    pub jobs: Sender<Job>,
}

impl Writer {
    /// Writes until it is told to end, or nobody can ask any more.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        let mut batch = Batch::new(self.max_write_bytes);
        let mut deferred = None;
        loop {
            self.keep();
            self.shared.figures.journal(self.upkeep.tail_bytes());
            if self.upkeep.is_over() {
                return;
            }
            let message = deferred.take().map_or_else(|| self.upkeep.wait(inbox), Some);
            match message {
                Some(Message::Commit(first)) => deferred = self.commit(&mut batch, first, inbox),
                Some(Message::Begin(id, reply)) => drop(reply.send(self.begin(id))),
                Some(Message::Decide(prepared, reply)) => drop(reply.send(self.decide(prepared))),
                Some(Message::Retire(retired)) => {
                    let present = self.shared.state();
                    self.retired.push_back((Arc::downgrade(&present), retired));
                }
                Some(Message::Kept(Kept::Checkpoint(outcome))) => self.upkeep.checkpoint_ended(&outcome),
                Some(Message::Kept(Kept::Journal(outcome))) => self.journal_ended(outcome),
                Some(Message::Checkpoint(reply)) => self.upkeep.want_checkpoint(reply),
                Some(Message::Close) => self.upkeep.close(),
                Some(Message::Abandon) => return,
                None => {}
            }
        }
    }

    /// Writes `first` and what waits behind it, up to the first message of another kind, which is
    /// handed back.
    fn commit(&mut self, batch: &mut Batch, first: Request, inbox: &Receiver<Message>) -> Option<Message> {
        batch.begin(&self.shared.state());
        self.add(batch, first);
        let mut deferred = None;
        while batch.len() < MAX_BATCH && batch.bytes() < MAX_BATCH_BYTES {
            match inbox.try_recv() {
                Ok(Message::Commit(request)) => self.add(batch, request),
                Ok(other) => {
                    deferred = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        self.write(batch);
        deferred
    }

    fn add(&mut self, batch: &mut Batch, request: Request) {
        if let Some(known) = self.outcomes.get(request.change.id) {
            return answer(request.reply, Ok(known));
        }
        if let Some(reason) = self.upkeep.why_not_writable() {
            return answer(request.reply, Err(StoreError::Unavailable(reason.to_owned())));
        }
        batch.add(&self.shared.locator, &mut self.counter, request);
    }

    /// Makes the batch durable, shows it, and answers.
    fn write(&mut self, batch: &mut Batch) {
        let start = self.journal.end();
        match batch.append_to(&mut self.journal) {
            Ok(()) => {
                batch.note_in(&self.past.tail, start);
                self.show(batch);
            }
            Err(error) => self.fail(batch, &error),
        }
    }

    fn show(&mut self, batch: &mut Batch) {
        let (next, changes, retired) = batch.take_written();
        if let Some((_, last)) = changes.last() {
            self.shared.figures.wrote(changes.len());
            let at = last.at;
            self.upkeep
                .wrote(batch.bytes(), changes.iter().map(|(_, change)| &**change));
            let previous = self.shared.show(next);
            self.retired.push_back((Arc::downgrade(&previous), retired));
            drop(previous);
            self.shared
                .feed
                .add(changes.iter().map(|(_, change)| change.clone()));
            self.shared.news.send_replace(at);
        }
        batch.answer(|verdict| match verdict {
            Verdict::Written(index) => match changes.get(index) {
                Some((_, change)) => Ok(committed(change)),
                None => Err(StoreError::Unavailable("nothing was written".to_owned())),
            },
            Verdict::Refused(error) => Err(error),
        });
        for (id, change) in changes {
            self.outcomes.add(id, change);
        }
        self.forget_retired();
    }

    /// Takes out of the locator what no state that is still read holds any more.
    fn forget_retired(&mut self) {
        const AT_ONCE: usize = 1_024;
        let locator = &*self.shared.locator;
        let Some(_held) = locator.try_hold() else { return };
        let state = self.shared.state();
        let mut forgotten = 0;
        while let Some((last_reader, retired)) = self.retired.front_mut()
            && last_reader.strong_count() == 0
        {
            while let Some(it) = retired.pop() {
                if forgotten == AT_ONCE {
                    retired.push(it);
                    return;
                }
                state.forget(locator, it);
                forgotten += 1;
            }
            self.retired.pop_front();
        }
    }

    /// After a failed write or sync nothing more is acknowledged on this journal, and nothing of
    /// the batch is ever shown: what the disk holds of it is unknown, for after an error the
    /// kernel may have dropped pages that readers still see.
    fn fail(&mut self, batch: &mut Batch, error: &io::Error) {
        tracing::error!(%error, "the journal could not be written; writes wait for a new one");
        if let Err(error) = self.journal.cut_failed_append() {
            tracing::warn!(%error, "what the failed write left could not be cut off");
        }
        let reason = format!("the journal could not be written: {error}");
        let (_, changes, _) = batch.take_written();
        let present = self.shared.state();
        let located = changes
            .iter()
            .flat_map(|(_, change)| located(&self.shared, &change.puts))
            .collect();
        self.retired.push_back((Arc::downgrade(&present), located));
        batch.answer(|_| Err(StoreError::Unavailable(reason.clone())));
        self.journal_failed(reason);
    }

    fn journal_failed(&mut self, reason: String) {
        self.shared.health.send_replace(Health::ReadOnly(reason.clone()));
        self.upkeep.journal_failed(reason);
    }

    /// A new journal is ready in the place of the one that failed, or is not.
    fn journal_ended(&mut self, outcome: Result<Journal, String>) {
        let outcome = outcome.map(|journal| {
            tracing::info!("a new journal is ready; writes are taken again");
            self.past.tail.begin(journal.segment(), journal.file().clone());
            self.journal = journal;
        });
        self.upkeep.journal_ended(outcome);
        let health = match self.upkeep.why_not_writable() {
            None => Health::Writable,
            Some(reason) => Health::ReadOnly(reason.to_owned()),
        };
        self.shared.health.send_replace(health);
    }
}

/// Answers whoever still waits.
pub fn answer(reply: oneshot::Sender<Result<Committed, StoreError>>, outcome: Result<Committed, StoreError>) {
    // Who no longer waits does not hear of it; the write stands all the same.
    drop(reply.send(outcome));
}
