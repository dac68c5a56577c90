//! What lines point to, and whether they may (S11, T5). The records are looked up elsewhere and
//! handed in.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{LineRef, Timesheet, TimesheetLine};
use crate::domain::activity::Activity;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::id::{ActivityId, ProjectId, TaskId};
use crate::domain::period::Period;
use crate::domain::project::Project;
use crate::domain::task::{ProjectTask, booking};
use crate::domain::time::Date;

/// What the hours of a line are booked on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct LineTarget {
    /// The project.
    pub project_id: Option<ProjectId>,
    /// The task of that project, or a common one.
    pub task_id: Option<TaskId>,
    /// The kind of work.
    pub activity_id: Option<ActivityId>,
}

impl TimesheetLine {
    /// What its hours are booked on.
    pub const fn target(&self) -> LineTarget {
        LineTarget {
            project_id: self.project_id,
            task_id: self.task_id,
            activity_id: self.activity_id,
        }
    }
}

impl LineRef<'_> {
    /// What its hours are booked on.
    pub fn target(self) -> LineTarget {
        LineTarget {
            project_id: self.project_id(),
            task_id: self.task_id(),
            activity_id: self.activity_id(),
        }
    }
}

/// The ids that a decision needs to know about: what is to be loaded into [`References`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReferenceIds {
    /// Projects.
    pub projects: AHashSet<ProjectId>,
    /// Tasks.
    pub tasks: AHashSet<TaskId>,
    /// Activities.
    pub activities: AHashSet<ActivityId>,
    /// Ids for lines and cells that may be those of another sheet's.
    pub rows: AHashSet<Uuid>,
}

impl Extend<LineTarget> for ReferenceIds {
    fn extend<I: IntoIterator<Item = LineTarget>>(&mut self, targets: I) {
        for target in targets {
            self.projects.extend(target.project_id);
            self.tasks.extend(target.task_id);
            self.activities.extend(target.activity_id);
        }
    }
}

/// The records that lines point to, as far as they exist.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Projects by id.
    pub projects: AHashMap<ProjectId, Arc<Project>>,
    /// Tasks by id.
    pub tasks: AHashMap<TaskId, Arc<ProjectTask>>,
    /// Activities by id.
    pub activities: AHashMap<ActivityId, Arc<Activity>>,
    /// Those of the asked ids that are lines or cells of other sheets.
    pub foreign_rows: AHashSet<Uuid>,
}

impl References {
    /// Notes at the line's `path` what keeps the owner of `sheet` from booking on `target` in its
    /// period (S11). What is as it was `before` is not looked at: a project that has closed since
    /// stays.
    ///
    /// Answers whether nothing was noted.
    pub fn check(
        &self,
        target: LineTarget,
        before: Option<LineTarget>,
        sheet: &Timesheet,
        path: &Path,
        faults: &mut Faults,
    ) -> bool {
        let project_changed = before.is_none_or(|before| before.project_id != target.project_id);
        let task_changed = before.is_none_or(|before| before.task_id != target.task_id);
        let activity_changed = before.is_none_or(|before| before.activity_id != target.activity_id);

        let project = target
            .project_id
            .filter(|_| project_changed)
            .and_then(|id| self.project_fault(id, sheet.period));
        let task = Some(target)
            .filter(|_| project_changed || task_changed)
            .and_then(|target| self.task_fault(target, sheet, project.is_none()));
        let activity = target
            .activity_id
            .filter(|_| activity_changed)
            .and_then(|id| self.activity_fault(id));

        let found = [project, task, activity];
        let is_fine = found.iter().all(Option::is_none);
        for (member, code, message) in found.into_iter().flatten() {
            faults.add(path.member(member), code, message);
        }
        is_fine
    }

    /// Whether the booking dates of what `target` names take `date`.
    pub fn takes_date(&self, target: LineTarget, date: Date) -> bool {
        self.booking_dates(target)(date)
    }

    /// Tells of a date whether the booking dates of what `target` names take it.
    pub fn booking_dates(&self, target: LineTarget) -> impl Fn(Date) -> bool {
        let project = target.project_id.and_then(|id| self.projects.get(&id));
        let task = target.task_id.and_then(|id| self.tasks.get(&id));
        move |date| project.is_none_or(|project| booking::takes_date(project, task.map(Arc::as_ref), date))
    }

    fn project_fault(&self, id: ProjectId, period: Period) -> Option<FaultOfMember> {
        // A nil id would be stored as none.
        let Some(project) = self.projects.get(&id).filter(|_| !id.uuid().is_nil()) else {
            return Some(NO_SUCH_PROJECT);
        };
        let message = if !project.is_open() {
            "the project takes no new bookings"
        } else if !project.meets(period) {
            "no date of the timesheet is within the project's booking dates"
        } else {
            return None;
        };
        Some(("projectId", FaultCode::NotOpen, message))
    }

    /// What is wrong with the task beside the project; whether it can be booked on is asked only
    /// where the project by itself is fine.
    fn task_fault(
        &self,
        target: LineTarget,
        sheet: &Timesheet,
        project_is_fine: bool,
    ) -> Option<FaultOfMember> {
        let id = target.task_id?;
        let Some(task) = self.tasks.get(&id).filter(|_| !id.uuid().is_nil()) else {
            return Some(("taskId", FaultCode::UnknownReference, "no such task"));
        };
        let Some(project_id) = target.project_id else {
            let message = "a line with a task names the project too";
            return Some(("projectId", FaultCode::Required, message));
        };
        if task.project_id.is_some_and(|of| of != project_id) {
            let message = "the task belongs to another project";
            return Some(("taskId", FaultCode::Contradiction, message));
        }
        if !project_is_fine {
            return None;
        }
        let Some(project) = self.projects.get(&project_id) else {
            return Some(NO_SUCH_PROJECT);
        };
        let message = if !booking::is_offered(project, task) {
            "the project does not offer common tasks"
        } else if !booking::is_enterable(project, task, sheet.user_id, sheet.period) {
            "the timesheet's owner cannot book on the task in this period"
        } else {
            return None;
        };
        Some(("taskId", FaultCode::NotOpen, message))
    }

    fn activity_fault(&self, id: ActivityId) -> Option<FaultOfMember> {
        match self.activities.get(&id).filter(|_| !id.uuid().is_nil()) {
            None => Some(("activityId", FaultCode::UnknownReference, "no such activity")),
            Some(activity) if !activity.meta.is_active => {
                Some(("activityId", FaultCode::NotOpen, "the activity is not in use"))
            }
            Some(_) => None,
        }
    }
}

/// A fault of a line's member.
type FaultOfMember = (&'static str, FaultCode, &'static str);

const NO_SUCH_PROJECT: FaultOfMember = ("projectId", FaultCode::UnknownReference, "no such project");
