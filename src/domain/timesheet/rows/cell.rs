//! A cell in twelve bytes. What is kept of it on disk is laid out for any number of hours and
//! days; the limits of a sheet let both share four bytes here.

use serde::{Deserialize, Serialize};

use super::RowId;

/// A cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "KeptCell", into = "KeptCell")]
pub(super) struct PackedCell {
    /// Its id.
    pub(super) id: RowId,
    /// Where its comment ends; it begins where that of the cell before ends.
    pub(super) comment_end: u32,
    /// The hours above the days.
    hours_and_day: u32,
}

/// A cell as it is written.
#[derive(Serialize, Deserialize)]
struct KeptCell {
    id: RowId,
    hours: u32,
    comment_end: u32,
    day: u16,
}

/// Bits of the days.
const DAY_BITS: u32 = u8::BITS;

impl PackedCell {
    /// A cell with `hours` in units of [`Hours`](crate::domain::hours::Hours), of which 24 h are 2.4
    /// million, on the date `day` days after the sheet's first. `None` from 168 hours or 256 days
    /// on: the limits of a sheet keep far below.
    pub(super) fn new(id: RowId, hours: u32, comment_end: u32, day: u16) -> Option<Self> {
        let day = u8::try_from(day).ok()?;
        let shifted = hours << DAY_BITS;
        (shifted >> DAY_BITS == hours).then_some(Self {
            id,
            comment_end,
            hours_and_day: shifted | u32::from(day),
        })
    }

    /// In units of [`Hours`](crate::domain::hours::Hours).
    pub(super) const fn hour_units(self) -> u32 {
        self.hours_and_day >> DAY_BITS
    }

    /// Days since the sheet's first date.
    pub(super) const fn day(self) -> u8 {
        let [day, ..] = self.hours_and_day.to_le_bytes();
        day
    }
}

impl TryFrom<KeptCell> for PackedCell {
    type Error = &'static str;

    fn try_from(kept: KeptCell) -> Result<Self, Self::Error> {
        let KeptCell {
            id,
            hours,
            comment_end,
            day,
        } = kept;
        Self::new(id, hours, comment_end, day).ok_or("a cell of more hours or days than a sheet has")
    }
}

impl From<PackedCell> for KeptCell {
    fn from(cell: PackedCell) -> Self {
        Self {
            id: cell.id,
            hours: cell.hour_units(),
            comment_end: cell.comment_end,
            day: u16::from(cell.day()),
        }
    }
}
