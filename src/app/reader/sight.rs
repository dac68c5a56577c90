//! What a caller may see, for as long as the records are what they were from which it follows: for
//! whoever is told of many things, one after another. It keeps no picture of the data.

use std::sync::Arc;

use super::visibility::Visibility;
use crate::app::Error;
use crate::domain::access::Actor;
use crate::domain::change::Guard;
use crate::domain::record::{Key, Record};
use crate::domain::time::Instant;
use crate::domain::user::User;
use crate::domain::version::RowVersion;
use crate::store::View;

/// What a caller may see, but for what they see as somebody's manager: who has whom in their team
/// does not show in the records from which it follows.
pub struct Sight {
    actor: Arc<Actor>,
    user: Arc<User>,
    grounds: Vec<(Key, RowVersion)>,
}

impl Sight {
    /// What `actor`, who is `user`, may see as long as these guards hold.
    pub(super) fn new(actor: Arc<Actor>, user: Arc<User>, guards: &[Guard]) -> Self {
        let grounds = guards.iter().filter_map(|guard| match guard {
            Guard::Version(key, version) => Some((*key, *version)),
            Guard::Absent(_) | Guard::PeriodFree(..) | Guard::RowsFree(..) => None,
        });
        Self {
            actor,
            user,
            grounds: grounds.collect(),
        }
    }

    /// Whether it follows from `view` as well, at this moment.
    pub async fn lasts_in(&self, view: &dyn View, now: Instant) -> Result<bool, Error> {
        let keys: Vec<Key> = self.grounds.iter().map(|(key, _)| *key).collect();
        let records = view.records(&keys).await?;
        let mut found = records.iter().zip(&self.grounds);
        Ok(found.all(|(record, (_, version))| match record {
            Some(Record::Token(token)) => token.meta.version == *version && token.is_valid_at(now),
            Some(record) => record.meta().version == *version,
            None => false,
        }))
    }

    /// Whether the caller may see `record`, which no team makes visible.
    pub fn shows(&self, record: &Record) -> bool {
        Visibility::of(record.key().kind(), &self.actor, &self.user).shows(record)
    }
}
