//! The reference data that an import is matched against: by id, by the other system's id, and by
//! what people call things (I3). What the payload adds joins it as it is planned, so that later
//! rows find it (I2).

use std::sync::Arc;

use super::row::Reference;
use crate::domain::activity::Activity;
use crate::domain::id::ProjectId;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::record::{Entity, Kind, Record};
use crate::domain::task::ProjectTask;
use crate::domain::user::User;

mod shelf;
mod tasks;

pub use shelf::{Shelf, Shelved};
pub use tasks::TaskShelf;

/// All reference data.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Customers, also by name and number.
    pub organizations: Shelf<Organization>,
    /// Projects, also by code, else name.
    pub projects: Shelf<Project>,
    /// Tasks of projects and common ones.
    pub tasks: TaskShelf,
    /// Activities, also by code, else name.
    pub activities: Shelf<Activity>,
    /// Users, also by e-mail address.
    pub users: Shelf<User>,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// There is nothing of this name.
    Unknown,
    /// There are several.
    Ambiguous,
}

impl Missing {
    /// The message for people: `there is no project "X"`.
    pub fn message(self, noun: &str, reference: &Reference) -> String {
        match self {
            Self::Unknown => format!("there is no {noun} {reference}"),
            Self::Ambiguous => {
                format!("there is more than one {noun} {reference}; name it by its id or external id")
            }
        }
    }
}

impl Catalog {
    /// The kinds of its records.
    pub const KINDS: &[Kind] = &[
        Kind::Organization,
        Kind::Activity,
        Kind::User,
        Kind::Project,
        Kind::Task,
    ];

    /// Of these records; those of other kinds are passed over.
    pub fn new(records: impl IntoIterator<Item = Record>) -> Self {
        let mut catalog = Self::default();
        for record in records {
            catalog.put(record);
        }
        catalog
    }

    /// Adds a record, or replaces it.
    pub fn put(&mut self, record: Record) {
        match record {
            Record::Organization(it) => self.organizations.put(it),
            Record::Project(it) => self.projects.put(it),
            Record::Task(it) => self.tasks.put(it),
            Record::Activity(it) => self.activities.put(it),
            Record::User(it) => self.users.put(it),
            Record::Settings(_)
            | Record::Department(_)
            | Record::Schedule(_)
            | Record::Template(_)
            | Record::Token(_)
            | Record::SyncJob(_)
            | Record::Timesheet(_) => {}
        }
    }

    /// The task that a booking on `project` names: one of the project's own, else a common one.
    pub fn task_for(&self, project: ProjectId, reference: &Reference) -> Result<&Arc<ProjectTask>, Missing> {
        match self.tasks.find(Some(project), reference) {
            Err(Missing::Unknown) => self.tasks.find(None, reference),
            found => found,
        }
    }
}

/// The plain id of a record.
fn id_of<E: Entity>(record: &E) -> uuid::Uuid {
    E::key(record.id()).uuid()
}
