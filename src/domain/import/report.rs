//! What came of an import, per kind of row, and what was wrong with which row (I15, I18).

use serde::{Deserialize, Serialize};

use super::row::{Collection, Place};
use crate::domain::error::{Fault, FaultCode, Faults};

/// What came of an import, or would have.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Of the customers.
    pub customers: Counts,
    /// Of the common tasks.
    pub common_tasks: Counts,
    /// Of the projects.
    pub projects: Counts,
    /// Of the tasks of projects.
    pub tasks: Counts,
    /// Of the bookings.
    pub time_entries: Counts,
    /// How many sheets were opened for them.
    pub timesheets_opened: u64,
    /// How many sheets took new hours, those that were opened among them.
    pub timesheets_changed: u64,
    /// How many faults there are.
    pub fault_count: u64,
    /// The first of them, in the order of the payload.
    pub faults: Vec<RowFault>,
}

/// What became of the rows of one kind. Each row counts once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// New.
    pub created: u64,
    /// Changed.
    pub updated: u64,
    /// As they were already, or the same as another row.
    pub unchanged: u64,
    /// Taken out of use.
    pub archived: u64,
    /// Older than what is stored (I5).
    pub skipped: u64,
    /// Faulty.
    pub failed: u64,
}

/// What became of one row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// New.
    Created,
    /// Changed.
    Updated,
    /// As it was already, or the same as another row.
    Unchanged,
    /// Taken out of use.
    Archived,
    /// Older than what is stored (I5).
    Skipped,
    /// Faulty.
    Failed,
}

/// One thing that is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFault {
    /// Where: `timeEntries[17].logoff`.
    pub path: String,
    /// Where the row is; `None` of what could not even be told to be one.
    pub place: Option<Place>,
    /// The id that the row gives, ours or its own.
    pub id: Option<String>,
    /// What, for programs.
    pub code: FaultCode,
    /// What, for people: names what is allowed.
    pub message: String,
}

impl Report {
    /// At most so many faults are kept (I15).
    pub const KEPT_FAULTS: usize = Faults::KEPT;

    /// The counts of a list.
    pub const fn counts(&self, collection: Collection) -> &Counts {
        match collection {
            Collection::Customers => &self.customers,
            Collection::CommonTasks => &self.common_tasks,
            Collection::Projects => &self.projects,
            Collection::Tasks => &self.tasks,
            Collection::TimeEntries => &self.time_entries,
        }
    }

    /// Notes what became of a row.
    pub const fn count(&mut self, collection: Collection, outcome: Outcome) {
        let counts = match collection {
            Collection::Customers => &mut self.customers,
            Collection::CommonTasks => &mut self.common_tasks,
            Collection::Projects => &mut self.projects,
            Collection::Tasks => &mut self.tasks,
            Collection::TimeEntries => &mut self.time_entries,
        };
        *counts.of(outcome) += 1;
    }

    /// Notes that a row is bad, and why: it counts as failed once, however many faults it has.
    pub fn fail(&mut self, place: Place, id: Option<&str>, faults: impl IntoIterator<Item = Fault>) {
        self.count(place.collection, Outcome::Failed);
        for fault in faults {
            let mut path = place.path().to_string();
            if !fault.path.steps().is_empty() {
                path = format!("{path}.{}", fault.path);
            }
            self.note(RowFault {
                path,
                place: Some(place),
                id: id.map(str::to_owned),
                code: fault.code,
                message: fault.message,
            });
        }
    }

    /// Notes a fault.
    pub fn note(&mut self, fault: RowFault) {
        self.fault_count += 1;
        self.faults.push(fault);
        if self.faults.len() > 2 * Self::KEPT_FAULTS {
            self.keep_first_faults();
        }
    }

    /// Leaves only the first faults, in the order of the payload.
    pub fn keep_first_faults(&mut self) {
        self.faults.sort_by_key(|fault| fault.place);
        self.faults.truncate(Self::KEPT_FAULTS);
    }

    /// Whether a row was bad.
    pub const fn has_faults(&self) -> bool {
        self.fault_count > 0
    }

    /// Whether something is to be written.
    pub fn has_changes(&self) -> bool {
        Collection::ALL
            .into_iter()
            .any(|collection| self.counts(collection).changes() > 0)
    }
}

impl Counts {
    /// How many rows there were.
    pub const fn total(&self) -> u64 {
        let Self {
            created,
            updated,
            unchanged,
            archived,
            skipped,
            failed,
        } = self;
        *created + *updated + *unchanged + *archived + *skipped + *failed
    }

    /// How many rows change something.
    pub const fn changes(&self) -> u64 {
        self.created + self.updated + self.archived
    }

    const fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Archived => &mut self.archived,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Failed => &mut self.failed,
        }
    }
}
