//! What is kept of imports that are over, and for how long: their payloads for some days and up to
//! some size, their records for much longer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::intake::off_the_runtime;
use super::payloads::KeptPayload;
use crate::app::{App, Error};
use crate::domain::change::{Audit, ChangeSet, Face};
use crate::domain::id::{ChangeSetId, SyncJobId, UserId};
use crate::domain::record::{Entity, Key, Kind, Record};
use crate::domain::sync_job::SyncJob;
use crate::domain::time::Instant;

const SECONDS_A_DAY: i64 = 86_400;
/// The records of so many imports are always kept.
const KEPT_RECORDS: usize = 10_000;
/// No record is removed before it is so old.
const KEPT_RECORD_DAYS: i64 = 400;
/// So many records are removed in one write.
const REMOVED_AT_ONCE: usize = 500;

/// How long the payloads of imports that are over are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeepPayloads {
    /// Days from the import's end on.
    pub days: u32,
    /// Bytes in all; the oldest go first.
    pub bytes: u64,
}

impl Default for KeepPayloads {
    fn default() -> Self {
        Self {
            days: 30,
            bytes: 2 * 1024 * 1024 * 1024,
        }
    }
}

impl App {
    /// Every import.
    pub(super) async fn all_imports(&self) -> Result<Vec<Arc<SyncJob>>, Error> {
        let view = self.store.view(None).await?;
        let records = view.all_of(&[Kind::SyncJob]).await?;
        Ok(records.into_iter().filter_map(SyncJob::from_record).collect())
    }

    /// Removes what a crash has left between a payload and its record: to be called before the
    /// first import is taken.
    pub(super) async fn remove_orphans(&self, jobs: &[Arc<SyncJob>]) -> Result<(), Error> {
        for kept in self.kept_payloads().await? {
            if jobs.iter().all(|job| job.id != kept.job) {
                tracing::info!(job = %kept.job, "a payload that was never accepted is removed");
                self.remove_payload(kept.job).await?;
            }
        }
        Ok(())
    }

    /// Removes what is no longer to be kept of imports that are over.
    pub async fn tidy_imports(&self, keep: KeepPayloads) -> Result<(), Error> {
        let jobs = self.all_imports().await?;
        let finished: HashMap<SyncJobId, Instant> = jobs
            .iter()
            .filter_map(|job| Some((job.id, job.finished?)))
            .collect();
        let kept = self.kept_payloads().await?;
        for job in superfluous(&finished, &kept, keep, self.now()) {
            tracing::info!(%job, "the payload of an import is no longer kept");
            self.remove_payload(job).await?;
        }
        self.forget_records(jobs).await
    }

    async fn kept_payloads(&self) -> Result<Vec<KeptPayload>, Error> {
        let payloads = Arc::clone(&self.imports.payloads);
        off_the_runtime(move || payloads.list()).await
    }

    async fn remove_payload(&self, job: SyncJobId) -> Result<(), Error> {
        let payloads = Arc::clone(&self.imports.payloads);
        off_the_runtime(move || payloads.remove(job)).await
    }

    /// Removes the records that are both beyond the latest ones and old.
    async fn forget_records(&self, mut jobs: Vec<Arc<SyncJob>>) -> Result<(), Error> {
        let now = self.now();
        let oldest = now.plus_seconds(-KEPT_RECORD_DAYS * SECONDS_A_DAY);
        jobs.sort_unstable_by_key(|job| std::cmp::Reverse(job.finished.unwrap_or(now)));
        let mut by_owner: BTreeMap<UserId, Vec<Key>> = BTreeMap::new();
        for job in jobs.iter().skip(KEPT_RECORDS).take(REMOVED_AT_ONCE) {
            if job.finished.is_some_and(|finished| finished < oldest) {
                let keys = by_owner.entry(job.owner_id).or_default();
                keys.push(SyncJob::key(job.id));
            }
        }
        for (owner, deletes) in by_owner {
            let change = ChangeSet {
                id: ChangeSetId::new(self.new_id()),
                guards: Vec::new(),
                puts: Vec::<Record>::new(),
                deletes,
                audit: Audit {
                    at: now,
                    actor: owner,
                    acting_for: None,
                    token: None,
                    face: Face::Import,
                    action: "forgetImports".into(),
                    subject: Some(owner),
                },
            };
            self.store.commit(change).await?;
        }
        Ok(())
    }
}

/// The payloads that are not to be kept: those that are too old, and of the others, the oldest
/// first, as many as are too much. What is not over is always kept.
fn superfluous(
    finished: &HashMap<SyncJobId, Instant>,
    kept: &[KeptPayload],
    keep: KeepPayloads,
    now: Instant,
) -> Vec<SyncJobId> {
    let oldest = now.plus_seconds(-i64::from(keep.days) * SECONDS_A_DAY);
    let mut over: Vec<(Instant, KeptPayload)> = kept
        .iter()
        .filter_map(|kept| Some((*finished.get(&kept.job)?, *kept)))
        .collect();
    over.sort_unstable_by_key(|(finished, kept)| (*finished, kept.job));
    let mut bytes: u64 = over.iter().map(|(_, kept)| kept.bytes).sum();
    let mut jobs = Vec::new();
    for (finished, kept) in over {
        if finished >= oldest && bytes <= keep.bytes {
            break;
        }
        bytes -= kept.bytes;
        jobs.push(kept.job);
    }
    jobs
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn i17_payloads_go_when_they_are_old_or_too_much_the_oldest_first() {
        let job = |number: u128| SyncJobId::new(Uuid::from_u128(number));
        let day = |day: i64| Instant::from_epoch_micros(0).plus_seconds(day * SECONDS_A_DAY);
        let finished: HashMap<SyncJobId, Instant> =
            [(job(1), day(1)), (job(2), day(20)), (job(3), day(30))].into();
        let kept = [3, 9, 1, 2].map(|number| KeptPayload {
            job: job(number),
            bytes: 100,
        });
        let gone = |days, bytes, now| superfluous(&finished, &kept, KeepPayloads { days, bytes }, now);
        assert_eq!(
            gone(30, 300, day(31)),
            [],
            "9 is not over, and counts for nothing"
        );
        assert_eq!(gone(30, 300, day(32)), [job(1)]);
        assert_eq!(gone(30, 299, day(31)), [job(1)]);
        assert_eq!(gone(30, 100, day(31)), [job(1), job(2)]);
        assert_eq!(gone(0, 300, day(31)), [job(1), job(2), job(3)]);
    }
}
