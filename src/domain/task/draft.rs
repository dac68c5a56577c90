//! What is to become of a task. Where it stands among its siblings, and that its parents form no
//! circle, is the tree's to decide.

use super::{Assignees, ProjectTask};
use crate::domain::draft::{DraftReading, Drafted};
use crate::domain::error::{Error, FaultCode, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{ProjectId, TaskId, UserId};
use crate::domain::patch::Patch;
use crate::domain::record::Meta;
use crate::domain::time::{Date, Instant};

/// What is to become of a task. Absent members stay as they are, null clears.
#[derive(Clone, Debug, Default)]
pub struct TaskDraft {
    /// Its project; absent or null at first makes a common task. It never changes.
    pub project_id: Patch<ProjectId>,
    /// Its parent; absent at first means the project's main task.
    pub lead_task_id: Option<TaskId>,
    /// Its name; needed at first.
    pub name: Option<String>,
    /// Its position among its siblings; the last at first.
    pub number: Option<i64>,
    /// Its id in the system that imports it.
    pub external_id: Patch<String>,
    /// Whether it is still worked on; so at first.
    pub is_open: Option<bool>,
    /// Whether time may be booked on it; so at first.
    pub allows_entry: Option<bool>,
    /// Who may book on it; null is everybody, and so it is at first.
    pub assignee_ids: Patch<Vec<UserId>>,
    /// The first date that may be booked.
    pub first_booking_date: Patch<Date>,
    /// The last date that may be booked.
    pub last_booking_date: Patch<Date>,
    /// How many hours it is thought to take.
    pub estimate: Patch<Hours>,
    /// When the importing system last changed it.
    pub last_update: Patch<Instant>,
}

impl Drafted for ProjectTask {
    type Draft = TaskDraft;

    /// The task that `draft` makes of `existing`, or of none. A new one has the number
    /// [`u32::MAX`] if the draft names none: the tree puts it last.
    fn drafted(existing: Option<&Self>, draft: &TaskDraft, id: TaskId, now: Instant) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let task = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            project_id: read_project(&mut reading, draft, existing),
            lead_task_id: draft.lead_task_id.or(existing.and_then(|it| it.lead_task_id)),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            number: read_number(&mut reading, draft, existing),
            external_id: reading.code(
                "externalId",
                &draft.external_id,
                existing.map(|it| &it.external_id),
            ),
            is_open: draft.is_open.unwrap_or(existing.is_none_or(|it| it.is_open)),
            allows_entry: draft
                .allows_entry
                .unwrap_or(existing.is_none_or(|it| it.allows_entry)),
            assignees: read_assignees(&mut reading, draft, existing),
            first_booking_date: draft
                .first_booking_date
                .unwrap_or(existing.and_then(|it| it.first_booking_date)),
            last_booking_date: draft
                .last_booking_date
                .unwrap_or(existing.and_then(|it| it.last_booking_date)),
            estimate: reading.estimate(draft.estimate, existing.and_then(|it| it.estimate)),
            last_update: draft
                .last_update
                .unwrap_or(existing.and_then(|it| it.last_update)),
        };
        reading.in_order("lastBookingDate", task.first_booking_date, task.last_booking_date);
        if task.project_id.is_none() && task.lead_task_id.is_some() {
            let message = "a common task has no parent";
            reading.fault(Path::of("leadTaskId"), FaultCode::Contradiction, message);
        }
        reading.finish(task)
    }
}

impl ProjectTask {
    /// The most people that a task can be assigned to by name.
    pub const MAX_ASSIGNEES: usize = 10_000;

    /// The main task of a new project: everybody may book on it, so that a project without
    /// further tasks can be booked at once.
    pub fn main(id: TaskId, project: ProjectId, name: &str, now: Instant) -> Self {
        Self {
            id,
            meta: Meta::new(now),
            project_id: Some(project),
            lead_task_id: None,
            name: name.into(),
            number: 0,
            external_id: None,
            is_open: true,
            allows_entry: true,
            assignees: Assignees::All,
            first_booking_date: None,
            last_booking_date: None,
            estimate: None,
            last_update: None,
        }
    }
}

fn read_project(
    reading: &mut DraftReading,
    draft: &TaskDraft,
    existing: Option<&ProjectTask>,
) -> Option<ProjectId> {
    match (existing, draft.project_id) {
        (None, project) => project.flatten(),
        (Some(existing), Some(project)) if project != existing.project_id => {
            let message = "a task stays in its project: the time booked on it is the project's";
            reading.fault(Path::of("projectId"), FaultCode::Contradiction, message);
            existing.project_id
        }
        (Some(existing), _) => existing.project_id,
    }
}

fn read_number(reading: &mut DraftReading, draft: &TaskDraft, existing: Option<&ProjectTask>) -> u32 {
    let Some(number) = draft.number else {
        return existing.map_or(u32::MAX, |it| it.number);
    };
    u32::try_from(number).unwrap_or_else(|_| {
        reading.fault(Path::of("number"), FaultCode::OutOfRange, "must be 0 or more");
        0
    })
}

fn read_assignees(
    reading: &mut DraftReading,
    draft: &TaskDraft,
    existing: Option<&ProjectTask>,
) -> Assignees {
    match &draft.assignee_ids {
        None => existing.map_or(Assignees::All, |it| it.assignees.clone()),
        Some(None) => Assignees::All,
        Some(Some(users)) => {
            if users.len() > ProjectTask::MAX_ASSIGNEES {
                let message = format!(
                    "at most {}; leave it out for everybody",
                    ProjectTask::MAX_ASSIGNEES
                );
                reading.fault(Path::of("assigneeIds"), FaultCode::OutOfRange, message);
            }
            Assignees::only(users.clone())
        }
    }
}
