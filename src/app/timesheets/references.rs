//! Loads what lines point to, all at once.

use uuid::Uuid;

use super::Error;
use crate::domain::activity::Activity;
use crate::domain::id::TimesheetId;
use crate::domain::project::Project;
use crate::domain::record::{Entity, Key, Record};
use crate::domain::task::ProjectTask;
use crate::domain::timesheet::references::{ReferenceIds, References};
use crate::store::View;

/// The records with these ids, and which of the rows belong to sheets other than `sheet`.
///
/// What the caller may see does not matter: whether a booking is allowed depends on the sheet's
/// owner, and whether the caller may book for them has been asked before (F9).
pub async fn load(view: &dyn View, sheet: TimesheetId, ids: ReferenceIds) -> Result<References, Error> {
    let ReferenceIds {
        projects,
        tasks,
        activities,
        rows,
    } = ids;
    let keys: Vec<Key> = projects
        .into_iter()
        .map(Project::key)
        .chain(tasks.into_iter().map(ProjectTask::key))
        .chain(activities.into_iter().map(Activity::key))
        .collect();
    let mut known = References::default();
    for record in view.records(&keys).await?.into_iter().flatten() {
        match record {
            Record::Project(it) => drop(known.projects.insert(it.id, it)),
            Record::Task(it) => drop(known.tasks.insert(it.id, it)),
            Record::Activity(it) => drop(known.activities.insert(it.id, it)),
            // No other kind was asked for.
            _ => {}
        }
    }
    let rows: Vec<Uuid> = rows.into_iter().collect();
    let holders = view.sheets_with_rows(&rows).await?;
    let foreign = rows
        .iter()
        .zip(holders)
        .filter(|(_, holder)| holder.is_some_and(|holder| holder != sheet));
    known.foreign_rows = foreign.map(|(row, _)| *row).collect();
    Ok(known)
}
