//! Departments: where people work, one at a time.

use serde::{Deserialize, Serialize};

use super::id::DepartmentId;
use super::record::Meta;

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
