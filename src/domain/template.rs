//! Timesheet templates: which periods sheets have, and when they are due.

use serde::{Deserialize, Serialize};

use super::id::TemplateId;
use super::period::PeriodKind;
use super::record::Meta;

/// What new sheets are made after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimesheetTemplate {
    /// Its id.
    pub id: TemplateId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// The periods of its sheets.
    pub period_kind: PeriodKind,
    /// Days from the end of the period until the sheet is due (P8).
    pub due_days: u16,
}

impl TimesheetTemplate {
    /// Due days where nobody said otherwise (P8).
    pub const DEFAULT_DUE_DAYS: u16 = 2;
}
