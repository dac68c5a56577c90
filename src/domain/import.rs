//! Imports: what other systems hand over, and what becomes of it (SPEC 7). How a payload is spelt,
//! where it waits and who watches is not known here.

use serde::{Deserialize, Serialize};

pub mod catalog;
pub mod entries;
pub mod moment;
pub mod payload;
pub mod progress;
pub mod report;
pub mod row;
pub mod statics;

pub use catalog::Catalog;
pub use payload::Payload;
pub use progress::{Phase, Progress};
pub use report::{Counts, Report, RowFault};
pub use row::{
    Collection, CustomerRow, EntryRow, Moment, Place, Placed, ProjectRow, Reference, Row, TaskRow,
};

/// What an import brings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ImportKind {
    /// Customers, common tasks and projects: the seed's `ApplyStaticData`.
    StaticData,
    /// Time entries, and what they refer to: the seed's `ApplyTimeEntries`.
    TimeEntries,
}

impl ImportKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::StaticData, Self::TimeEntries];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StaticData => "StaticData",
            Self::TimeEntries => "TimeEntries",
        }
    }

    /// The verb, in the audit trail.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::StaticData => "applyStaticData",
            Self::TimeEntries => "applyTimeEntries",
        }
    }
}

/// What becomes of the good rows where some are bad (I15).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub enum OnError {
    /// Nothing is applied, and all faults are reported.
    #[default]
    Fail,
    /// They land, and the bad ones are reported.
    Skip,
}

impl OnError {
    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fail => "Fail",
            Self::Skip => "Skip",
        }
    }
}

impl OnError {
    /// Whether an import with this report takes effect, as far as its rows decide (I15).
    pub const fn accepts(self, report: &Report) -> bool {
        matches!(self, Self::Skip) || !report.has_faults()
    }
}

/// How an import is to go about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ImportOptions {
    /// What becomes of the good rows where some are bad.
    pub on_error: OnError,
    /// Whether to report what would happen, and to write nothing.
    pub dry_run: bool,
}
