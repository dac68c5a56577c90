//! Days whose hours stay as they are (F10): those up to the company's closed date, and those up to
//! which a user is locked. A sheet that lies partly before the lock is still worked on behind it.

use super::Timesheet;
use crate::domain::settings::Settings;
use crate::domain::time::Date;
use crate::domain::user::User;

/// The last day that is locked, for one user; none is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lock(Option<Date>);

impl Lock {
    /// Nothing is locked.
    pub const NONE: Self = Self(None);

    /// The lock for `owner`.
    pub fn of(settings: &Settings, owner: &User) -> Self {
        // None is less than every date.
        Self(settings.closed_up_to.max(owner.locked_up_to))
    }

    /// Days up to this one are locked.
    pub const fn up_to(date: Option<Date>) -> Self {
        Self(date)
    }

    /// Whether the hours of `date` stay as they are.
    pub fn covers(self, date: Date) -> bool {
        self.0.is_some_and(|last| date <= last)
    }

    /// Whether nothing in the sheet may change.
    pub fn covers_all_of(self, sheet: &Timesheet) -> bool {
        self.covers(sheet.period.to())
    }

    /// Whether the sheet has a cell that stays as it is.
    pub fn covers_any_cell_of(self, sheet: &Timesheet) -> bool {
        // Most sheets begin after the lock and need not be looked through.
        self.covers(sheet.period.from()) && sheet.cells().any(|cell| self.covers(cell.date()))
    }

    /// Which days are locked, for messages.
    pub fn reason(self) -> String {
        match self.0 {
            Some(last) => format!("days up to {last} are locked"),
            None => "nothing is locked".to_owned(),
        }
    }
}
