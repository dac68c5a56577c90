//! Tasks of projects and common tasks. How they form trees is in [`tree`].

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::id::{ProjectId, TaskId, UserId};
use super::period::Period;
use super::record::Meta;
use super::time::{Date, Instant};

pub mod booking;
pub mod draft;
pub mod place;
pub mod tree;

pub use draft::TaskDraft;

/// A node in a project's task tree, or a common task, which belongs to no project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProjectTask {
    /// Its id.
    pub id: TaskId,
    /// What every record has; an archived task takes no new bookings.
    pub meta: Meta,
    /// Its project; `None` marks a common task.
    pub project_id: Option<ProjectId>,
    /// Its parent; `None` for a project's main task and for common tasks.
    pub lead_task_id: Option<TaskId>,
    /// Its name.
    pub name: Box<str>,
    /// Its position among its siblings, 0..n-1 over all of them, closed ones too (T2).
    pub number: u32,
    /// Its id in the system that imports it, unique within the project.
    pub external_id: Option<Box<str>>,
    /// Whether it is still worked on.
    pub is_open: bool,
    /// Whether time may be booked on it; inner nodes may allow it too (T5).
    pub allows_entry: bool,
    /// Who may book on it.
    pub assignees: Assignees,
    /// The first date that may be booked.
    pub first_booking_date: Option<Date>,
    /// The last date that may be booked.
    pub last_booking_date: Option<Date>,
    /// How many hours it is thought to take.
    pub estimate: Option<Hours>,
    /// When the importing system last changed it (I5).
    pub last_update: Option<Instant>,
}

impl ProjectTask {
    /// Whether `user` may book on it in `period`, as far as the task itself decides; its project
    /// must be open too (T5).
    pub fn is_enterable(&self, user: UserId, period: Period) -> bool {
        self.meta.is_active
            && self.is_open
            && self.allows_entry
            && self.assignees.include(user)
            && period.meets(self.first_booking_date, self.last_booking_date)
    }
}

/// Who may book on a task.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Assignees {
    /// Everybody.
    All,
    /// These users, in order of their ids, each once.
    Only(Box<[UserId]>),
}

impl Assignees {
    /// These users and nobody else.
    pub fn only(mut users: Vec<UserId>) -> Self {
        users.sort_unstable();
        users.dedup();
        Self::Only(users.into())
    }

    /// Whether `user` is among them.
    pub fn include(&self, user: UserId) -> bool {
        match self {
            Self::All => true,
            Self::Only(users) => users.binary_search(&user).is_ok(),
        }
    }
}
