//! Departments: where people work, one at a time.

use serde::{Deserialize, Serialize};

use super::draft::{DraftReading, Drafted};
use super::error::Error;
use super::id::DepartmentId;
use super::patch::Patch;
use super::record::Meta;
use super::time::Instant;

/// A department.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// A short code, unique where given.
    pub code: Option<Box<str>>,
    /// Its id in the system that imports it.
    pub external_id: Option<Box<str>>,
}

/// What is to become of a department.
#[derive(Clone, Debug, Default)]
pub struct DepartmentDraft {
    /// Its name.
    pub name: Option<String>,
    /// A short code.
    pub code: Patch<String>,
    /// Its id in the system that imports it.
    pub external_id: Patch<String>,
}

impl Drafted for Department {
    type Draft = DepartmentDraft;

    /// The department that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &DepartmentDraft,
        id: DepartmentId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let department = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            code: reading.code("code", &draft.code, existing.map(|it| &it.code)),
            external_id: reading.code(
                "externalId",
                &draft.external_id,
                existing.map(|it| &it.external_id),
            ),
        };
        reading.finish(department)
    }
}
