//! The timesheet aggregate: one user, one period, lines of cells. Read through it here; it is
//! changed only by the decisions in the modules below, each of which makes a new one.

use serde::{Deserialize, Serialize};

use super::approval::{ApprovalInstance, ApprovalStatus, Approvals};
use super::hours::Hours;
use super::id::{DepartmentId, ProjectId, TemplateId, TimesheetId, UserId};
use super::period::Period;
use super::project::BillingType;
use super::record::Meta;
use super::time::{Date, Instant};
use super::version::RowVersion;

pub mod contributions;
pub mod copy;
pub mod difference;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod flags;
pub mod lock;
pub mod open;
pub mod references;
pub mod rows;
pub mod rules;
pub mod save;
pub mod scheduled;
pub mod sums;

use contributions::Contributions;
use rows::Rows;
pub use rows::{CellRef, LineRef, TimeAllocation, TimesheetLine};

/// One user's sheet for one period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timesheet {
    /// Its id.
    pub id: TimesheetId,
    /// What every record has.
    pub meta: Meta,
    /// Whose hours it holds.
    pub user_id: UserId,
    /// Its dates; sheets of one user never overlap (P1).
    pub period: Period,
    /// When it is to be handed in.
    pub due_date: Date,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// When it was handed in (F3).
    pub submitted: Option<Instant>,
    /// When it was approved (F3).
    pub approved: Option<Instant>,
    /// The department in which the owner worked when it was made (P8).
    pub department_id: Option<DepartmentId>,
    /// The template that it was made after (P8).
    pub template_id: TemplateId,
    /// What lists show; fixed at creation until a save sets another (P7).
    pub name: Box<str>,
    /// Its lines and cells.
    pub rows: Rows,
    /// What imports have brought to its cells; `None` for nothing (I13).
    pub contributions: Option<Box<Contributions>>,
    /// Every time that it was handed in; `None` if it never was.
    pub approvals: Option<Box<Approvals>>,
    /// How its projects were billed when it was approved, in order of their ids: what happens to a
    /// project later does not change what was approved (M3). `None` unless it is approved.
    pub billing: Option<Box<[(ProjectId, BillingType)]>>,
}

impl Timesheet {
    /// The longest name.
    pub const MAX_NAME_CHARS: usize = 400;
    /// The most lines.
    pub const MAX_LINES: usize = 500;
    /// The longest comment of a cell.
    pub const MAX_COMMENT_CHARS: usize = 4_000;
    /// The most hours in a cell (S10).
    pub const MAX_CELL_HOURS: Hours = Hours::DAY;

    /// Its lines, by order number.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = LineRef<'_>> + Clone {
        self.rows.lines(self.period.from())
    }

    /// All its cells, line by line, by date.
    pub fn cells(&self) -> impl Iterator<Item = CellRef<'_>> + Clone {
        self.lines().flat_map(LineRef::cells)
    }

    /// The sum of all its cells (M1).
    pub fn total_hours(&self) -> Hours {
        self.cells().map(CellRef::hours).sum()
    }

    /// The approval that it is in; none while it is a draft.
    pub fn approval(&self) -> Option<&ApprovalInstance> {
        self.approvals.as_ref()?.current(self.status)
    }

    /// Whether a step of the approval that it is in names this person.
    pub fn names_approver(&self, person: UserId) -> bool {
        self.approval()
            .is_some_and(|approval| approval.named_approvers().any(|it| it == person))
    }

    /// The projects that it has hours on, in order of their ids.
    pub fn projects_with_hours(&self) -> Vec<ProjectId> {
        let lines = self.lines().filter(|line| line.hours() > Hours::ZERO);
        let mut projects: Vec<ProjectId> = lines.filter_map(LineRef::project_id).collect();
        projects.sort_unstable();
        projects.dedup();
        projects
    }

    /// Gives the sheet and those of its lines that have changed their versions, counting on from
    /// `next` (S2): the sheet takes the first value, its lines the following ones.
    pub fn assign_versions(&mut self, mut next: impl FnMut() -> RowVersion) {
        self.meta.version = next();
        self.rows.assign_versions(next);
    }

    /// Takes back the versions after `last` of its lines, which a write did not take effect with.
    pub fn take_back_versions(&mut self, last: RowVersion) {
        self.rows.take_back_versions(last);
    }
}
