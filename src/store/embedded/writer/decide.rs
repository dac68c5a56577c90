//! What the writer does for large change sets, which are prepared beside it: it decides whether they
//! take effect, between the batches of others.

use std::io;
use std::sync::Arc;

use super::Writer;
use crate::domain::id::ChangeSetId;
use crate::store::embedded::journal::Segment;
use crate::store::embedded::large::{Beginning, Decided, NotWritten, Prepared};
use crate::store::{StoreError, Token};

impl Writer {
    /// Whether it is worth while to prepare the change set with this id.
    pub(super) fn begin(&self, id: ChangeSetId) -> Beginning {
        if let Some(known) = self.outcomes.get(id) {
            return Beginning::Known(known);
        }
        match self.upkeep.why_not_writable() {
            Some(reason) => Beginning::Refused(StoreError::Unavailable(reason.to_owned())),
            None => Beginning::After(self.counter),
        }
    }

    /// Makes a prepared change set count, unless something has changed that it depends on.
    pub(super) fn decide(&mut self, mut prepared: Box<Prepared>) -> Decided {
        if let Some(known) = self.outcomes.get(prepared.write.id) {
            return Decided::Not(NotWritten::Known(known), prepared);
        }
        if let Some(reason) = self.upkeep.why_not_writable() {
            let reason = StoreError::Unavailable(reason.to_owned());
            return Decided::Not(NotWritten::Refused(reason), prepared);
        }
        if self.counter > prepared.write.before.value() || prepared.catch_up(&self.shared).is_err() {
            return Decided::Not(NotWritten::Disturbed, prepared);
        }
        // Taken, whatever becomes of the write (S2).
        self.counter = prepared.write.counter.value();
        let segment = Segment {
            epoch: self.journal.segment().epoch,
            first: Token(self.shared.state().at.0 + 1),
        };
        match prepared.complete(&*self.storage, segment) {
            Ok(journal) => {
                self.journal = journal;
                self.show_prepared(*prepared, segment)
            }
            Err(error) => {
                let reason = self.not_completed(segment, &error);
                Decided::Not(NotWritten::Refused(StoreError::Unavailable(reason)), prepared)
            }
        }
    }

    fn show_prepared(&mut self, prepared: Prepared, segment: Segment) -> Decided {
        let Prepared {
            mut next,
            at: _,
            write,
            footprint: _,
            retired,
            changed,
            staged,
            noted,
        } = prepared;
        let at = segment.first;
        let id = write.id;
        next.at = at;
        self.past.tail.begin_behind(noted, segment, at);
        self.upkeep.wrote_many(staged.len(), changed);
        self.shared.figures.wrote(1);
        let previous = self.shared.show(next);
        self.retired.push_back((Arc::downgrade(&previous), retired));
        let change = write.into_change(at);
        self.shared.feed.add(std::iter::once(change.clone()));
        self.shared.news.send_replace(at);
        self.outcomes.add(id, change.clone());
        Decided::Written { change, previous }
    }

    /// What is not known to count is withdrawn as far as the disk still obeys, as after any failed write.
    fn not_completed(&mut self, segment: Segment, error: &io::Error) -> String {
        tracing::error!(%error, "a large write could not be added to the journal; writes wait for a new one");
        for removed in [self.storage.remove(&segment.name()), self.storage.sync_folder()] {
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "what the failed write left could not be removed");
                }
                _ => {}
            }
        }
        let reason = format!("the journal could not be written: {error}");
        self.journal_failed(reason.clone());
        reason
    }
}
