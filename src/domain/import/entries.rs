//! Bookings: what each row makes of the booking that it names, and what all of them together make
//! of their owners' sheets (I9, I12 to I14).

use smallvec::SmallVec;

use super::report::Outcome;
use super::row::Place;
use crate::domain::id::UserId;
use crate::domain::time::Date;
use crate::domain::time_entry::TimeEntry;
use crate::domain::time_entry::split::Part;
use crate::domain::timesheet::Timesheet;

pub mod duplicates;
pub mod resolve;
mod time;
pub mod weave;

/// A booking as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEntry {
    /// Whose hours it holds.
    pub owner: UserId,
    /// What it says.
    pub entry: TimeEntry,
    /// The dates to which it contributes.
    pub dates: SmallVec<[Date; 2]>,
}

/// A booking that a row makes or changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookingChange {
    /// Where the row is.
    pub place: Place,
    /// What becomes of the booking.
    pub outcome: Outcome,
    /// Whose hours it holds from now on.
    pub owner: UserId,
    /// What it says from now on.
    pub entry: TimeEntry,
    /// What it contributes to which dates; of one that no longer counts, nothing to the first.
    pub parts: SmallVec<[Part; 2]>,
    /// Whose hours it held, and on which dates, if it is not new.
    pub before: Option<(UserId, SmallVec<[Date; 2]>)>,
}

impl StoredEntry {
    /// The booking of which `names` tells, out of the sheets to which it contributes.
    pub fn gather<'a>(
        sheets: impl IntoIterator<Item = &'a Timesheet>,
        names: impl Fn(crate::domain::timesheet::contributions::ContributionRef<'_>) -> bool,
    ) -> Option<Self> {
        let mut stored: Option<Self> = None;
        for sheet in sheets {
            for contribution in sheet.contributions().filter(|it| names(*it)) {
                let stored = stored.get_or_insert_with(|| Self {
                    owner: sheet.user_id,
                    entry: contribution.to_contribution().entry,
                    dates: SmallVec::new(),
                });
                stored.dates.push(contribution.date());
            }
        }
        stored
    }
}
