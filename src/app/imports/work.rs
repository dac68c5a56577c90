//! Reading and planning one import, which takes the disk and the processor: on a thread of its own,
//! where it holds up nobody.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::live::{Live, Track};
use super::payloads::{PayloadError, Payloads};
use super::plan::{CalledOff, NoPlan, PlannedImport, Planning, Steps, plan};
use crate::app::Error;
use crate::domain::import::{ImportKind, Payload, Phase, Progress};
use crate::domain::sync_job::SyncJob;
use crate::domain::time::Clock;

/// Everything that it takes to plan an import.
pub(super) struct Work {
    pub(super) job: Arc<SyncJob>,
    pub(super) payloads: Arc<dyn Payloads>,
    pub(super) planning: Planning,
    pub(super) reporting: Reporting,
}

/// Tells how far it has come, and stops where it is called off or the server stops.
pub(super) struct Reporting {
    pub(super) live: Arc<Live>,
    pub(super) track: Arc<Track>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) stop: watch::Receiver<bool>,
}

/// Why there is no plan.
pub(super) enum Unplanned {
    /// It was called off, or the server stops.
    CalledOff,
    /// The payload is of no use.
    Payload(PayloadError),
    /// The data could not be read.
    Refused(Error),
}

impl From<CalledOff> for Unplanned {
    fn from(_: CalledOff) -> Self {
        Self::CalledOff
    }
}

impl From<PayloadError> for Unplanned {
    fn from(error: PayloadError) -> Self {
        Self::Payload(error)
    }
}

impl Steps for Reporting {
    fn reach(&self, phase: Phase, rows_done: u64, rows_total: u64) -> Result<(), CalledOff> {
        if self.track.is_called_off() || *self.stop.borrow() {
            return Err(CalledOff);
        }
        let progress = Progress::at(phase, rows_done, rows_total);
        self.live.reach(&self.track, progress, self.clock.now());
        Ok(())
    }
}

impl Work {
    /// Does it; waits for the disk and the processor, and keeps this thread.
    pub(super) fn run(self, runtime: &Handle) -> Result<PlannedImport, Unplanned> {
        let payload = self.read()?;
        let planned = runtime.block_on(plan(&self.planning, payload, &self.reporting));
        let planned = planned.map_err(|unplanned| match unplanned {
            NoPlan::CalledOff => Unplanned::CalledOff,
            NoPlan::Error(error) => Unplanned::Refused(error),
        })?;
        let rows = self.job.rows;
        self.reporting.reach(Phase::Writing, 0, rows)?;
        Ok(planned)
    }

    fn read(&self) -> Result<Payload, Unplanned> {
        let total = self.job.rows;
        self.reporting.reach(Phase::Reading, 0, total)?;
        let mut reader = self.payloads.open(self.job.id)?;
        let mut payload = Payload::default();
        if self.job.kind == ImportKind::TimeEntries {
            // Grown step by step, it would be there twice for a moment.
            payload
                .entries
                .reserve_exact(usize::try_from(total).unwrap_or_default());
        }
        let mut rows = 0;
        while let Some(batch) = reader.next()? {
            rows += u64::try_from(batch.len()).unwrap_or_default();
            payload.extend(batch);
            self.reporting.reach(Phase::Reading, rows, total)?;
        }
        if rows != total {
            let what = format!("it has {rows} rows, and {total} were accepted");
            return Err(PayloadError::Damaged(what).into());
        }
        Ok(payload)
    }
}
