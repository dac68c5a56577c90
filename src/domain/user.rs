//! People: where they work, for whom, when, and what they may do.

use serde::{Deserialize, Serialize};

use super::access::Role;
use super::effective::Effective;
use super::id::{DepartmentId, ScheduleId, UserId};
use super::record::Meta;
use super::time::{Date, Instant};

pub mod draft;

pub use draft::UserDraft;

/// A person who has an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What every record has; an inactive user keeps the sheets and opens no new ones (P9).
    pub meta: Meta,
    /// Their name.
    pub name: Box<str>,
    /// Their e-mail address, unique where given, whatever the case of its letters.
    pub email: Option<Box<str>>,
    /// Their id in the system that imports them.
    pub external_id: Option<Box<str>>,
    /// Where they work, from which date on.
    pub departments: Effective<DepartmentId>,
    /// Who approves their sheets.
    pub manager_id: Option<UserId>,
    /// Which schedule they follow, from which date on.
    pub schedules: Effective<ScheduleId>,
    /// Where their days begin and end.
    pub time_zone: TimeZone,
    /// The first day of employment, where known.
    pub employed_from: Option<Date>,
    /// The last day of employment, where known.
    pub employed_to: Option<Date>,
    /// What they may do.
    pub roles: Box<[Role]>,
    /// Days up to this one, and including it, are locked for them (F10).
    pub locked_up_to: Option<Date>,
    /// When the importing system last changed them (I5).
    pub last_update: Option<Instant>,
}

impl User {
    /// Whether `date` is within the employment; unknown ends are open.
    pub fn is_employed_on(&self, date: Date) -> bool {
        self.employed_from.is_none_or(|from| from <= date) && self.employed_to.is_none_or(|to| date <= to)
    }
}

/// A time zone of the IANA database, kept by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeZone(pub chrono_tz::Tz);

impl TimeZone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// The zone with this IANA name.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl Serialize for TimeZone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom("no such time zone"))
    }
}
