//! What of a project and a task together may be booked, by whom and when (T5, S11).

use super::ProjectTask;
use crate::domain::id::UserId;
use crate::domain::period::Period;
use crate::domain::project::Project;
use crate::domain::time::Date;

/// Whether `task` is booked together with `project`: it is one of its own, or a common one that
/// the project does not exclude.
pub fn is_offered(project: &Project, task: &ProjectTask) -> bool {
    match task.project_id {
        Some(id) => id == project.id,
        None => !project.excludes_common_tasks,
    }
}

/// Whether `owner` may book on `task` under `project` in `period` (T5): both are open, the task is
/// assigned to the owner, and there is a date that the period and both their booking dates share.
pub fn is_enterable(project: &Project, task: &ProjectTask, owner: UserId, period: Period) -> bool {
    is_offered(project, task)
        && project.is_open()
        && period
            .within(project.first_booking_date, project.last_booking_date)
            .is_some_and(|bookable| task.is_enterable(owner, bookable))
}

/// Whether `date` is within the booking dates of the project and of the task, if there is one.
pub fn takes_date(project: &Project, task: Option<&ProjectTask>, date: Date) -> bool {
    let Some(day) = Period::new(date, date) else {
        return false;
    };
    project.meets(day) && task.is_none_or(|task| day.meets(task.first_booking_date, task.last_booking_date))
}
