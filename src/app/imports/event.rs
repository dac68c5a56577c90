//! What is told of imports. An event is made once and told to everybody who may know of it; who
//! that is, and in which words, is not known here.

use std::sync::Arc;

use crate::domain::import::{Phase, Progress};
use crate::domain::sync_job::{JobState, SyncJob};

/// Something that happened to an import.
#[derive(Clone, Debug)]
pub enum SyncEvent {
    /// It has come so far.
    Progress {
        /// The import, as it was accepted or later.
        job: Arc<SyncJob>,
        /// How far.
        progress: Progress,
    },
    /// It was applied; the last event.
    Succeeded {
        /// The import, with its report.
        job: Arc<SyncJob>,
    },
    /// It failed or was called off, and nothing of it was applied; the last event.
    Failed {
        /// The import, with its fault, and its report if it got so far.
        job: Arc<SyncJob>,
    },
}

impl SyncEvent {
    /// The sequence of an import's last event.
    pub(super) const LAST: u8 = 101;

    /// What an import that stands so is to be told of; one that is not over has its way before it.
    pub(super) fn of(job: Arc<SyncJob>) -> Self {
        match job.state {
            JobState::Accepted | JobState::Running => {
                let progress = Progress::at(Phase::Waiting, 0, 0);
                Self::Progress { job, progress }
            }
            JobState::Succeeded => Self::Succeeded { job },
            JobState::Failed | JobState::Cancelled => Self::Failed { job },
        }
    }

    /// The import.
    pub const fn job(&self) -> &Arc<SyncJob> {
        match self {
            Self::Progress { job, .. } | Self::Succeeded { job } | Self::Failed { job } => job,
        }
    }

    /// How far the import has come.
    pub fn progress(&self) -> Progress {
        match self {
            Self::Progress { progress, .. } => *progress,
            Self::Succeeded { job } | Self::Failed { job } => Progress::at(Phase::Done, job.rows, job.rows),
        }
    }

    /// Its place among the events of its import, also over a restart of the server: the percent,
    /// and 101 for the last.
    pub const fn sequence(&self) -> u8 {
        match self {
            Self::Progress { progress, .. } => progress.percent,
            Self::Succeeded { .. } | Self::Failed { .. } => Self::LAST,
        }
    }

    /// Whether nothing comes after it.
    pub const fn is_last(&self) -> bool {
        self.sequence() == Self::LAST
    }
}
