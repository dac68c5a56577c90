//! Answers that many are given: what is the same for everybody who asks alike is put in words once,
//! and its bytes are shared. What they say is the resolvers' matter.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::ContextSelectionSet;
use bytes::Bytes;

use super::Answer;
use super::bound::root_key;

/// The answer to an operation with one root field, for more than one who asks.
#[derive(Debug)]
pub struct Common {
    json: Bytes,
    event: OnceLock<Bytes>,
}

/// Where a resolver of a subscription leaves the whole answer, in the place of its field's value.
#[derive(Debug, Clone, Default)]
pub struct Handover(Arc<Mutex<Option<Arc<Common>>>>);

impl Common {
    /// The answer in which the root field that is being answered has this value, as JSON text.
    pub fn of(ctx: &ContextSelectionSet<'_>, value: &str) -> Self {
        let key = root_key(ctx).unwrap_or_default();
        Self {
            json: format!("{{\"data\":{{\"{key}\":{value}}}}}").into(),
            event: OnceLock::new(),
        }
    }

    /// The answer as an event of a stream; `spell` spells it, for the first who asks.
    pub fn event(&self, spell: impl FnOnce(&[u8]) -> Vec<u8>) -> Bytes {
        self.event.get_or_init(|| spell(&self.json).into()).clone()
    }
}

impl Handover {
    /// Leaves the answer to the event that is being told.
    pub fn leave(&self, answer: Arc<Common>) {
        *self.place() = Some(answer);
    }

    /// What was left.
    pub(super) fn take(&self) -> Option<Arc<Common>> {
        self.place().take()
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Option<Arc<Common>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Arc<Common>> for Answer {
    fn from(common: Arc<Common>) -> Self {
        Self {
            json: common.json.clone(),
            refused: None,
            common: Some(common),
        }
    }
}
