//! The one writer: takes the change sets that wait, checks them, gives them their versions, makes
//! them durable with one sync, and only then shows them and answers.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Weak};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::Shared;
use super::batch::{Batch, Verdict};
use super::journal::Journal;
use super::locator::Retired;
use super::outcomes::{Outcomes, committed};
use super::state::State;
use crate::domain::change::ChangeSet;
use crate::store::{Change, Committed, StoreError};

/// At most so many change sets share one sync.
const MAX_BATCH: usize = 1_024;
/// No more change sets join a batch of so many bytes.
const MAX_BATCH_BYTES: usize = 8 << 20;

/// What the writer is asked for.
pub enum Message {
    /// To write.
    Commit(Request),
    /// To end.
    Close,
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
    shared: Arc<Shared>,
    journal: Journal,
    /// The greatest version that was ever given, or taken by a write that failed (S2).
    counter: u64,
    outcomes: Outcomes,
    /// What the locators hold in vain once the states up to this one are no longer read.
    retired: VecDeque<(Weak<State>, Vec<Retired>)>,
    is_poisoned: Option<String>,
}

impl Writer {
    /// A writer that goes on where `journal` begins.
    pub fn new(shared: Arc<Shared>, journal: Journal, counter: u64, outcomes: Outcomes) -> Self {
        Self {
            shared,
            journal,
            counter,
            outcomes,
            retired: VecDeque::new(),
            is_poisoned: None,
        }
    }

    /// Writes until it is told to end, or nobody can ask any more.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        let mut batch = Batch::default();
        while let Ok(Message::Commit(first)) = inbox.recv() {
            batch.begin(&self.shared.state());
            let mut next = Some(first);
            let mut ends = false;
            while let Some(request) = next.take() {
                self.add(&mut batch, request);
                if batch.len() < MAX_BATCH && batch.bytes() < MAX_BATCH_BYTES {
                    match inbox.try_recv() {
                        Ok(Message::Commit(request)) => next = Some(request),
                        Ok(Message::Close) => ends = true,
                        Err(_) => {}
                    }
                }
            }
            self.write(&mut batch);
            if ends {
                return;
            }
        }
    }

    fn add(&mut self, batch: &mut Batch, request: Request) {
        if let Some(reason) = &self.is_poisoned {
            let refusal = StoreError::Unavailable(reason.clone());
            return answer(request.reply, Err(refusal));
        }
        if let Some(known) = self.outcomes.get(request.change.id) {
            return answer(request.reply, Ok(known));
        }
        batch.add(&self.shared.locator, &mut self.counter, request);
    }

    /// Makes the batch durable, shows it, and answers.
    fn write(&mut self, batch: &mut Batch) {
        if let Err(error) = batch.append_to(&mut self.journal) {
            self.poison(batch, &error);
            return;
        }
        let Some((next, changes, retired)) = batch.take_written() else {
            return batch.answer(|verdict| match verdict {
                Verdict::Written(_) => Err(StoreError::Unavailable("nothing was written".to_owned())),
                Verdict::Refused(error) => Err(error),
            });
        };
        let at = next.at;
        let previous = self.shared.current.swap(Arc::new(next));
        self.retired.push_back((Arc::downgrade(&previous), retired));
        drop(previous);
        self.shared
            .feed
            .add(changes.iter().map(|(_, change)| change.clone()));
        self.shared.news.send_replace(at);
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

    /// Takes out of the locators what no state that is still read holds any more.
    fn forget_retired(&mut self) {
        while self
            .retired
            .front()
            .is_some_and(|(state, _)| state.strong_count() == 0)
        {
            let Some((_, retired)) = self.retired.pop_front() else {
                return;
            };
            let state = self.shared.state();
            for it in retired {
                state.forget(&self.shared.locator, it);
            }
        }
    }

    fn poison(&mut self, batch: &mut Batch, error: &std::io::Error) {
        let reason = format!("the journal could not be written: {error}");
        tracing::error!(%error, "the journal could not be written; no more writes are taken on it");
        if let Err(error) = self.journal.cut_failed_append() {
            tracing::warn!(%error, "what the failed write left could not be cut off");
        }
        batch.answer(|_| Err(StoreError::Unavailable(reason.clone())));
        self.is_poisoned = Some(reason);
    }
}

/// Answers whoever still waits.
pub fn answer(reply: oneshot::Sender<Result<Committed, StoreError>>, outcome: Result<Committed, StoreError>) {
    // Who no longer waits does not hear of it; the write stands all the same.
    drop(reply.send(outcome));
}

/// A write as the followers of the changes see it, by its change set's id.
pub type Written = (crate::domain::id::ChangeSetId, Arc<Change>);
