//! Where hours of a sheet come from: what imported bookings have brought to its cells (I13). A
//! contribution names what it was booked on and the date, not the cell: people may move, change or
//! drop the cell, and the booking still knows what it has brought.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::references::LineTarget;
use super::{LineRef, Timesheet};
use crate::domain::id::TimeEntryId;
use crate::domain::time::{Date, Instant};
use crate::domain::time_entry::{EntryTime, TimeEntry, WorkedTime};

/// What a booking has brought to a date: all of it, or a part if work went on over midnight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contribution {
    /// The booking.
    pub entry: TimeEntry,
    /// The date, within the sheet's period.
    pub date: Date,
    /// How much was worked on that date; nothing of a booking that no longer counts.
    pub worked: WorkedTime,
}

impl Contribution {
    /// The order in which a sheet has them: by date, by what they are booked on, by time.
    pub fn in_order(&self, other: &Self) -> std::cmp::Ordering {
        let key = |it: &Self| (it.date, it.entry.target, it.entry.time, it.entry.id);
        key(self).cmp(&key(other))
    }
}

/// All contributions to one sheet, by date. What they are booked on is kept once for all.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Contributions {
    targets: Box<[LineTarget]>,
    kept: Box<[Kept]>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Kept {
    id: TimeEntryId,
    external_id: Option<Box<str>>,
    target: u16,
    is_deleted: bool,
    date: Date,
    worked: WorkedTime,
    time: EntryTime,
    description: Box<str>,
    last_update: Option<Instant>,
}

/// A contribution within its sheet.
#[derive(Clone, Copy, Debug)]
pub struct ContributionRef<'a> {
    target: &'a LineTarget,
    kept: &'a Kept,
}

impl Contributions {
    /// Packs them; `None` if they are booked on more than a sheet can tell apart, which its limits
    /// keep far below.
    pub fn pack(mut contributions: Vec<Contribution>) -> Option<Self> {
        contributions.sort_by(Contribution::in_order);
        let mut targets: Vec<LineTarget> = contributions.iter().map(|it| it.entry.target).collect();
        targets.sort_unstable();
        targets.dedup();
        let pack = |contribution: Contribution| {
            let Contribution { entry, date, worked } = contribution;
            let TimeEntry {
                id,
                external_id,
                target,
                time,
                description,
                is_deleted,
                last_update,
            } = entry;
            Some(Kept {
                id,
                external_id,
                target: u16::try_from(targets.binary_search(&target).ok()?).ok()?,
                is_deleted,
                date,
                worked,
                time,
                description,
                last_update,
            })
        };
        let kept = contributions.into_iter().map(pack).collect::<Option<_>>()?;
        Some(Self {
            targets: targets.into(),
            kept,
        })
    }

    /// All of them, by date.
    pub fn iter(&self) -> impl Iterator<Item = ContributionRef<'_>> + Clone {
        self.kept.iter().filter_map(|kept| {
            let target = self.targets.get(usize::from(kept.target))?;
            Some(ContributionRef { target, kept })
        })
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

impl<'a> ContributionRef<'a> {
    /// The id of the booking.
    pub const fn id(self) -> TimeEntryId {
        self.kept.id
    }

    /// The id of the booking in the system that imports it.
    pub fn external_id(self) -> Option<&'a str> {
        self.kept.external_id.as_deref()
    }

    /// What it is booked on.
    pub const fn target(self) -> LineTarget {
        *self.target
    }

    /// The date.
    pub const fn date(self) -> Date {
        self.kept.date
    }

    /// How much was worked on that date.
    pub const fn worked(self) -> WorkedTime {
        self.kept.worked
    }

    /// When the work of the whole booking was done.
    pub const fn time(self) -> EntryTime {
        self.kept.time
    }

    /// What was done.
    pub fn description(self) -> &'a str {
        &self.kept.description
    }

    /// Whether the booking no longer counts.
    pub const fn is_deleted(self) -> bool {
        self.kept.is_deleted
    }

    /// When the importing system last changed it.
    pub const fn last_update(self) -> Option<Instant> {
        self.kept.last_update
    }

    /// Spelt out, for a decision to work on.
    pub fn to_contribution(self) -> Contribution {
        Contribution {
            entry: TimeEntry {
                id: self.kept.id,
                external_id: self.kept.external_id.clone(),
                target: *self.target,
                time: self.kept.time,
                description: self.kept.description.clone(),
                is_deleted: self.kept.is_deleted,
                last_update: self.kept.last_update,
            },
            date: self.kept.date,
            worked: self.kept.worked,
        }
    }
}

impl Timesheet {
    /// The most contributions.
    pub const MAX_CONTRIBUTIONS: usize = 10_000;

    /// What imported bookings have brought to it, by date.
    pub fn contributions(&self) -> impl Iterator<Item = ContributionRef<'_>> + Clone {
        self.contributions.iter().flat_map(|it| it.iter())
    }

    /// Where the hours of the cell of `line` on `date` come from, as far as imports brought them. Of
    /// lines alike, the first that has a cell on the date takes them.
    pub fn contributions_to(&self, line: LineRef<'_>, date: Date) -> SmallVec<[ContributionRef<'_>; 4]> {
        if self.contributions.is_none() {
            return SmallVec::new();
        }
        let target = line.target();
        let has_cell =
            |line: &LineRef<'_>| line.target() == target && line.cells().any(|cell| cell.date() == date);
        let takes_them = self
            .lines()
            .find(has_cell)
            .is_some_and(|first| first.order_number() == line.order_number());
        let all = self.contributions();
        all.filter(|it| takes_them && it.date() == date && it.target() == target && !it.is_deleted())
            .collect()
    }
}
