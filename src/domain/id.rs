//! Typed ids. An id knows what it names, so that a project's id cannot pass for a task's.
//! How randomness is drawn is not known here: an [`IdSource`] is handed in.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::time::Instant;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "uuid::serde::compact")] Uuid);

        impl $name {
            /// Names the thing that `uuid` identifies.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The plain UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        // In one number rather than byte by byte: ids are what maps are looked up by.
        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                state.write_u128(self.0.as_u128());
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A kind of work.
    ActivityId,
    /// One course of approval of a sheet.
    ApprovalId,
    /// One atomic write; the same id twice is the same write.
    ChangeSetId,
    /// A department.
    DepartmentId,
    /// A row of a sheet.
    LineId,
    /// A client company.
    OrganizationId,
    /// A project.
    ProjectId,
    /// A working-hours schedule.
    ScheduleId,
    /// An import.
    SyncJobId,
    /// A node of a task tree, or a common task.
    TaskId,
    /// A timesheet template.
    TemplateId,
    /// An imported booking.
    TimeEntryId,
    /// One user's sheet for one period.
    TimesheetId,
    /// An access token (not its secret).
    TokenId,
    /// A cell of a sheet.
    AllocationId,
    /// A person.
    UserId,
}

/// Where new ids come from. Ids are version 7 (SPEC 1), so they sort by the time of their making.
pub trait IdSource: Send + Sync {
    /// A new id, made at `now`.
    fn next(&self, now: Instant) -> Uuid;
}

/// The id of version 7 that is made at `now` with this tail, which must be drawn at random for the
/// id to be nobody else's.
pub fn time_ordered_id(now: Instant, tail: [u8; 10]) -> Uuid {
    let milliseconds = u64::try_from(now.epoch_micros().div_euclid(1000)).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &tail).into_uuid()
}

/// The ids that one save hands to new lines and cells: they share their first 14 bytes and
/// count upwards in the last two, so that a sheet stores and indexes the shared part once.
#[derive(Debug, Clone)]
pub struct RowIds {
    base: u128,
    next: u16,
}

impl RowIds {
    /// Starts a sequence with the shared part of `base`.
    pub const fn starting_with(base: Uuid) -> Self {
        Self {
            base: base.as_u128() & !0xFFFF,
            next: 0,
        }
    }
}

impl Iterator for RowIds {
    type Item = Uuid;

    /// The next id, or `None` after 65,535 of them: far above what a sheet may hold.
    fn next(&mut self) -> Option<Uuid> {
        let id = Uuid::from_u128(self.base | u128::from(self.next));
        self.next = self.next.checked_add(1)?;
        Some(id)
    }
}

/// The part of a row's id that is shared by the rows of one save: the first 14 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RowIdPrefix([u8; 14]);

impl RowIdPrefix {
    /// Splits an id into the shared part and the number within it.
    pub fn split(id: Uuid) -> (Self, u16) {
        let [prefix @ .., high, low] = id.into_bytes();
        (Self(prefix), u16::from_be_bytes([high, low]))
    }

    /// The id with this shared part and `number`; the inverse of [`split`](Self::split).
    pub fn join(self, number: u16) -> Uuid {
        let mut bytes = [0; 16];
        let (head, tail) = bytes.split_at_mut(14);
        head.copy_from_slice(&self.0);
        tail.copy_from_slice(&number.to_be_bytes());
        Uuid::from_bytes(bytes)
    }
}
