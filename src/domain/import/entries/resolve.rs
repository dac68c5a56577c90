//! What one row makes of the booking that it names: what it points to, what stays as it is (I4),
//! whether it is older than what is stored (I5), and whether it may be booked (I9, I10).

use std::sync::Arc;

use smallvec::SmallVec;
use uuid::Uuid;

use super::{BookingChange, StoredEntry, time};
use crate::domain::draft::MAX_CODE_CHARS;
use crate::domain::error::{Error, Fault, FaultCode, Faults, Path};
use crate::domain::id::{ActivityId, ProjectId, TaskId, TimeEntryId};
use crate::domain::import::catalog::{Catalog, Missing};
use crate::domain::import::report::Outcome;
use crate::domain::import::row::{EntryRow, Placed, Reference};
use crate::domain::project::Project;
use crate::domain::task::{ProjectTask, booking};
use crate::domain::time_entry::TimeEntry;
use crate::domain::time_entry::split::{Part, parts};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::references::LineTarget;
use crate::domain::user::User;

/// What a row comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// The booking is so already.
    Unchanged,
    /// What is stored is newer (I5).
    Skipped,
    /// The booking is new, or changes.
    Change(Box<BookingChange>),
}

/// What the row makes of `stored`, or of nothing; a new booking without an id takes one of `ids`.
/// Everything that is wrong is told together, by the row's members.
pub fn resolve(
    placed: &Placed<EntryRow>,
    stored: Option<&StoredEntry>,
    catalog: &Catalog,
    ids: impl FnOnce() -> Uuid,
) -> Result<Resolved, Vec<Fault>> {
    let row = &placed.row;
    let last_update = stored.and_then(|stored| stored.entry.last_update);
    if row.last_update.is_some() && row.last_update < last_update {
        return Ok(Resolved::Skipped);
    }
    let is_deleted = row
        .deleted
        .unwrap_or(stored.is_some_and(|stored| stored.entry.is_deleted));
    if is_deleted && stored.is_none() {
        return Ok(Resolved::Unchanged);
    }
    let mut reading = Reading {
        row,
        stored,
        catalog,
        faults: Faults::default(),
    };
    let read = reading.read(is_deleted, ids);
    reading.faults.into_result(()).map_err(faults_of)?;
    let Some((user, entry)) = read else {
        return Ok(Resolved::Unchanged);
    };
    Ok(match stored {
        Some(stored) if stored.owner == user.id && stored.entry == entry => Resolved::Unchanged,
        _ => {
            let (parts, outcome) = shares(&entry, stored, user);
            Resolved::Change(Box::new(BookingChange {
                place: placed.place,
                outcome,
                owner: user.id,
                entry,
                parts,
                before: stored.map(|stored| (stored.owner, stored.dates.clone())),
            }))
        }
    })
}

/// What the booking contributes from now on. One that is deleted is remembered where it was.
fn shares(entry: &TimeEntry, stored: Option<&StoredEntry>, user: &User) -> (SmallVec<[Part; 2]>, Outcome) {
    let mut parts = parts(entry.time, user.time_zone.0);
    if !entry.is_deleted {
        let outcome = if stored.is_some() {
            Outcome::Updated
        } else {
            Outcome::Created
        };
        return (parts, outcome);
    }
    parts.truncate(1);
    for part in &mut parts {
        part.worked = crate::domain::time_entry::WorkedTime::ZERO;
    }
    let was_deleted = stored.is_some_and(|stored| stored.entry.is_deleted);
    let outcome = if was_deleted {
        Outcome::Updated
    } else {
        Outcome::Archived
    };
    (parts, outcome)
}

fn faults_of(error: Error) -> Vec<Fault> {
    match error {
        Error::Invalid(faults) => faults,
        // Reading a row refuses nothing else.
        other => vec![Fault {
            path: Path::ROOT,
            code: FaultCode::Malformed,
            message: other.to_string(),
        }],
    }
}

/// What is wrong has been noted as a fault.
struct Noted;

struct Reading<'a> {
    row: &'a EntryRow,
    stored: Option<&'a StoredEntry>,
    catalog: &'a Catalog,
    faults: Faults,
}

impl<'a> Reading<'a> {
    /// The booking and its owner; `None` if a fault was noted.
    fn read(&mut self, is_deleted: bool, ids: impl FnOnce() -> Uuid) -> Option<(&'a User, TimeEntry)> {
        let before = self.stored.map(|stored| &stored.entry);
        let external_id = self.external_id();
        let description = self.description();
        let user = self.user();
        let target = self.target();
        let zone = user.map_or(chrono_tz::UTC, |user| user.time_zone.0);
        let time = time::read(self.row, before.map(|entry| entry.time), zone, &mut self.faults);
        let (user, target, time) = (user?, target?, time?);
        let id = before
            .map(|entry| entry.id)
            .or(self.row.id)
            .unwrap_or_else(|| TimeEntryId::new(ids()));
        let entry = TimeEntry {
            id,
            external_id,
            target,
            time,
            description,
            is_deleted,
            last_update: self
                .row
                .last_update
                .or(before.and_then(|entry| entry.last_update)),
        };
        if !is_deleted && self.is_booked_anew(&entry, user) {
            self.check_bookable(&entry, user);
        }
        Some((user, entry))
    }

    /// Whether hours are booked by this row: a description books nothing, and what was booked before
    /// stays though its project has closed since (S11).
    fn is_booked_anew(&self, entry: &TimeEntry, user: &User) -> bool {
        self.stored.is_none_or(|stored| {
            let before = &stored.entry;
            stored.owner != user.id
                || before.target != entry.target
                || before.time != entry.time
                || before.is_deleted
        })
    }

    fn external_id(&mut self) -> Option<Box<str>> {
        let before = self.stored.and_then(|stored| stored.entry.external_id.clone());
        let Some(given) = &self.row.external_id else {
            if self.row.id.is_none() && self.stored.is_none() {
                let message = "a time entry needs an id or an external id, so that it is known again";
                self.faults.add(Path::of("id"), FaultCode::Required, message);
            }
            return before;
        };
        let path = Path::of("externalId");
        if given.is_empty() {
            self.faults.add(path, FaultCode::Required, "must not be empty");
        } else if given.chars().count() > MAX_CODE_CHARS {
            let message = format!("at most {MAX_CODE_CHARS} characters");
            self.faults.add(path, FaultCode::TooLong, message);
        }
        Some(given.clone())
    }

    fn description(&mut self) -> Box<str> {
        match &self.row.description {
            None => self
                .stored
                .map(|stored| stored.entry.description.clone())
                .unwrap_or_default(),
            Some(None) => Box::default(),
            Some(Some(text)) => {
                if text.chars().count() > Timesheet::MAX_COMMENT_CHARS {
                    let message = format!("at most {} characters are allowed", Timesheet::MAX_COMMENT_CHARS);
                    self.faults
                        .add(Path::of("description"), FaultCode::TooLong, message);
                }
                text.clone()
            }
        }
    }

    fn user(&mut self) -> Option<&'a User> {
        let catalog = self.catalog;
        let found = match (&self.row.user, self.stored) {
            (Some(reference), _) => {
                let found = catalog.users.find(reference);
                self.found("userId", "user", reference, found)
            }
            (None, Some(stored)) => catalog.users.get(stored.owner.uuid()),
            (None, None) => {
                let message = "a time entry needs the user whose hours it holds";
                self.faults.add(Path::of("userId"), FaultCode::Required, message);
                None
            }
        };
        found.map(Arc::as_ref)
    }

    fn target(&mut self) -> Option<LineTarget> {
        let catalog = self.catalog;
        let before = self.stored.map(|stored| stored.entry.target).unwrap_or_default();
        let project = match &self.row.project {
            Some(reference) => {
                let found = catalog.projects.find(reference);
                self.found("projectId", "project", reference, found)
                    .map(|project| project.id)
            }
            None if before.project_id.is_none() => {
                let message = "a time entry needs a project";
                self.faults
                    .add(Path::of("projectId"), FaultCode::Required, message);
                None
            }
            None => before.project_id,
        };
        let task = self.task(project, before.task_id);
        let activity = self.activity(before.activity_id);
        Some(LineTarget {
            project_id: Some(project?),
            task_id: task.ok()?,
            activity_id: activity.ok()?,
        })
    }

    fn task(&mut self, project: Option<ProjectId>, before: Option<TaskId>) -> Result<Option<TaskId>, Noted> {
        let catalog = self.catalog;
        match &self.row.task {
            None => Ok(before),
            Some(None) => Ok(None),
            Some(Some(reference)) => {
                let found = catalog.task_for(project.ok_or(Noted)?, reference);
                self.found("taskId", "task of the project or common task", reference, found)
                    .map(|task| Some(task.id))
                    .ok_or(Noted)
            }
        }
    }

    fn activity(&mut self, before: Option<ActivityId>) -> Result<Option<ActivityId>, Noted> {
        let catalog = self.catalog;
        let reference = match &self.row.activity {
            None => return Ok(before),
            Some(None) => return Ok(None),
            Some(Some(reference)) => reference,
        };
        let found = catalog.activities.find(reference);
        let activity = self
            .found("activityId", "activity", reference, found)
            .ok_or(Noted)?;
        if !activity.meta.is_active && before != Some(activity.id) {
            let message = "the activity is not in use";
            self.faults
                .add(Path::of("activityId"), FaultCode::NotOpen, message);
            return Err(Noted);
        }
        Ok(Some(activity.id))
    }

    /// I9, for every date of the work.
    fn check_bookable(&mut self, entry: &TimeEntry, user: &User) {
        let catalog = self.catalog;
        let project = entry.target.project_id;
        let project = project.and_then(|id| catalog.projects.get(id.uuid()));
        let task = entry.target.task_id;
        let task = task.and_then(|id| catalog.tasks.get(id.uuid())).map(Arc::as_ref);
        let Some(project) = project else { return };
        self.check_customer(project);
        if !project.is_open() {
            let message = "the project takes no new bookings";
            self.faults
                .add(Path::of("projectId"), FaultCode::NotOpen, message);
        }
        if let Some(fault) = task.and_then(|task| task_fault(project, task)) {
            self.faults.add(Path::of("taskId"), FaultCode::NotOpen, fault);
        }
        for part in parts(entry.time, user.time_zone.0) {
            if !booking::takes_date(project, task, part.date) {
                let message = format!(
                    "{} is outside the booking dates of the project or task",
                    part.date
                );
                let member = if self.row.date.is_some() { "date" } else { "logon" };
                self.faults.add(Path::of(member), FaultCode::NotOpen, message);
                break;
            }
        }
    }

    /// The customer of a booking is the project's.
    fn check_customer(&mut self, project: &Project) {
        let Some(reference) = &self.row.customer else {
            return;
        };
        let found = self.catalog.organizations.find(reference);
        if let Some(customer) = self.found("customerId", "customer", reference, found)
            && project.organization_id != Some(customer.id)
        {
            let message = format!("the project is not for the customer {:?}", customer.name);
            self.faults
                .add(Path::of("customerId"), FaultCode::Contradiction, message);
        }
    }

    /// I10: what leads nowhere is a fault.
    fn found<T>(
        &mut self,
        member: &'static str,
        noun: &str,
        reference: &Reference,
        found: Result<&'a T, Missing>,
    ) -> Option<&'a T> {
        match found {
            Ok(found) => Some(found),
            Err(missing) => {
                let message = missing.message(noun, reference);
                self.faults
                    .add(Path::of(member), FaultCode::UnknownReference, message);
                None
            }
        }
    }
}

fn task_fault(project: &Project, task: &ProjectTask) -> Option<&'static str> {
    if !booking::is_offered(project, task) {
        Some("the project does not offer this task")
    } else if !task.meta.is_active || !task.is_open {
        Some("the task takes no new bookings")
    } else {
        None
    }
}
