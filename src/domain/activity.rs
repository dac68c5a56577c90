//! Activities: kinds of work such as design or travel, independent of projects.

use serde::{Deserialize, Serialize};

use super::id::ActivityId;
use super::record::Meta;

/// A kind of work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// A short code, unique where given.
    pub code: Option<Box<str>>,
    /// Its id in the system that imports it.
    pub external_id: Option<Box<str>>,
}
