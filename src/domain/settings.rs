//! The company's settings: one record.

use serde::{Deserialize, Serialize};

use super::effective::Effective;
use super::id::TemplateId;
use super::record::Meta;

/// Settings of the whole company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// What every record has.
    pub meta: Meta,
    /// The company's name.
    pub company_name: Box<str>,
    /// Which template new sheets follow, from which date on (P3, P10).
    pub templates: Effective<TemplateId>,
}
