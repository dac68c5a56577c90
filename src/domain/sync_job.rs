//! Import jobs: what was asked for, where it stands, and what came of it (SPEC 7). How far a
//! running one has come is not kept: it is told to those who watch.

use serde::{Deserialize, Serialize};

use super::change::Face;
use super::id::{SyncJobId, TokenId, UserId};
use super::import::{ImportKind, ImportOptions, Report};
use super::record::Meta;
use super::time::Instant;

/// An import.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SyncJob {
    /// Its id.
    pub id: SyncJobId,
    /// What every record has; it was made when it was accepted.
    pub meta: Meta,
    /// Whose it is: who asked for it, or the one they acted for.
    pub owner_id: UserId,
    /// The person who asked for it.
    pub asked_by: UserId,
    /// With which token.
    pub token_id: Option<TokenId>,
    /// Over which face.
    pub face: Face,
    /// What it brings.
    pub kind: ImportKind,
    /// How it is to go about it.
    pub options: ImportOptions,
    /// The owner's own name for it: asked for again, it is the same job.
    pub idempotency_key: Option<Box<str>>,
    /// How many rows its payload has.
    pub rows: u64,
    /// How many bytes its payload takes as it is kept.
    pub bytes: u64,
    /// Where it stands.
    pub state: JobState,
    /// When it was first begun.
    pub started: Option<Instant>,
    /// When it came to its end.
    pub finished: Option<Instant>,
    /// What came of it, or what was wrong with its rows.
    pub report: Option<Box<Report>>,
    /// Why it failed.
    pub fault: Option<Box<JobFault>>,
}

/// Where an import stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum JobState {
    /// It is safely kept, and waits for its turn (I17).
    Accepted,
    /// It is being worked on.
    Running,
    /// It has been applied.
    Succeeded,
    /// Nothing of it was applied.
    Failed,
    /// It was called off, and nothing of it was applied.
    Cancelled,
}

/// Why an import failed as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JobFault {
    /// A stable code: those of refusals, and `FAULTS` where rows were bad.
    pub code: Box<str>,
    /// For people.
    pub message: Box<str>,
}

impl SyncJob {
    /// How long it took from its beginning to its end (I18).
    pub fn milliseconds(&self) -> Option<u64> {
        let (started, finished) = (self.started?, self.finished?);
        let micros = finished.epoch_micros().saturating_sub(started.epoch_micros());
        Some(u64::try_from(micros).unwrap_or_default() / 1_000)
    }
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Accepted,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether it has come to its end.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}
