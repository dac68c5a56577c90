//! Tasks.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, Saving, patch};
use crate::app::Error;
use crate::domain::error::Path;
use crate::domain::task::{ProjectTask, TaskDraft};
use crate::graphql::scalars::{Date, DateTime, Decimal, RowVersion, Uuid};

/// A task to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveTaskInput {
    /// The task to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// Its project; a new one without it is a common task. It never changes.
    project_id: MaybeUndefined<Uuid>,
    /// Its parent; the project's main task at first.
    lead_task_id: MaybeUndefined<Uuid>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// Its position among its siblings, from 0 on; the last at first.
    number: MaybeUndefined<i32>,
    /// Whether it is still worked on; so at first.
    is_open: MaybeUndefined<bool>,
    /// Whether time may be booked on it; so at first.
    allows_entry: MaybeUndefined<bool>,
    /// The users who may book on it; null for everybody, and so it is at first.
    assignee_ids: MaybeUndefined<Vec<Uuid>>,
    /// The first date that may be booked.
    first_booking_date: MaybeUndefined<Date>,
    /// The last date that may be booked.
    last_booking_date: MaybeUndefined<Date>,
    /// How many hours it is thought to take.
    estimate: MaybeUndefined<Decimal>,
    /// The id in the system that imports it, unique within the project.
    external_id: MaybeUndefined<String>,
    /// When the importing system last changed it.
    last_update: MaybeUndefined<DateTime>,
}

impl SaveTaskInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<ProjectTask>, Error> {
        let Self {
            id,
            row_version,
            project_id,
            lead_task_id,
            name,
            number,
            is_open,
            allows_entry,
            assignee_ids,
            first_booking_date,
            last_booking_date,
            estimate,
            external_id,
            last_update,
        } = self;
        let mut reading = Reading::default();
        let assignee_ids: Option<Option<Vec<Uuid>>> = patch(assignee_ids);
        let draft = TaskDraft {
            project_id: patch(project_id),
            lead_task_id: reading.given(|| Path::of("leadTaskId"), lead_task_id),
            name: reading.given(|| Path::of("name"), name),
            number: reading.given(|| Path::of("number"), number),
            is_open: reading.given(|| Path::of("isOpen"), is_open),
            allows_entry: reading.given(|| Path::of("allowsEntry"), allows_entry),
            assignee_ids: assignee_ids.map(|ids| ids.map(|ids| ids.into_iter().map(Into::into).collect())),
            first_booking_date: patch(first_booking_date),
            last_booking_date: patch(last_booking_date),
            estimate: patch(estimate),
            external_id: patch(external_id),
            last_update: patch(last_update),
        };
        reading.saving(id, row_version, draft)
    }
}
