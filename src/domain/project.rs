//! Projects: what time is booked on. Their task trees are in [`task`](super::task).

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::hours::Hours;
use super::id::{OrganizationId, ProjectId, UserId};
use super::period::Period;
use super::record::Meta;
use super::time::{Date, Instant};

pub mod draft;

pub use draft::ProjectDraft;

/// A project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// A short code, unique where given.
    pub code: Option<Box<str>>,
    /// What it is about.
    pub description: Option<Box<str>>,
    /// The client that it is for.
    pub organization_id: Option<OrganizationId>,
    /// How its hours are billed.
    pub billing_type: BillingType,
    /// What its hours cost, where that is known.
    pub terms: Option<Box<Terms>>,
    /// Whether it takes bookings.
    pub state: ProjectState,
    /// Who leads it.
    pub manager_id: Option<UserId>,
    /// The first date that may be booked.
    pub first_booking_date: Option<Date>,
    /// The last date that may be booked.
    pub last_booking_date: Option<Date>,
    /// How many hours it is thought to take.
    pub estimate: Option<Hours>,
    /// The most hours that it is to take.
    pub working_time_limit: Option<Hours>,
    /// Whether the common tasks are *not* offered under it.
    pub excludes_common_tasks: bool,
    /// Its id in the system that imports it.
    pub external_id: Option<Box<str>>,
    /// When the importing system last changed it (I5).
    pub last_update: Option<Instant>,
}

impl Terms {
    /// The highest tax.
    pub const MAX_VAT_PERCENT: Amount = Amount::whole(100);
    /// The longest name of a currency.
    pub const MAX_CURRENCY_CHARS: usize = 10;
}

impl Project {
    /// The longest description.
    pub const MAX_DESCRIPTION_CHARS: usize = 4_000;

    /// Whether it takes new bookings at all.
    pub fn is_open(&self) -> bool {
        self.meta.is_active && self.state == ProjectState::Open
    }

    /// The same project after its task tree has changed. That is a change of the project too: of two
    /// who change the tree at once, one decides on what the other has made of it.
    #[must_use]
    pub fn with_changed_tree(&self) -> Self {
        Self {
            meta: self.meta.changed(),
            ..self.clone()
        }
    }

    /// Whether any date of `period` may be booked.
    pub fn meets(&self, period: Period) -> bool {
        period.meets(self.first_booking_date, self.last_booking_date)
    }
}

/// What the hours of a project cost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// The price of an hour, not below 0.
    pub price_per_hour: Amount,
    /// Value-added tax, 0 to 100 percent.
    pub vat_percent: Amount,
    /// The currency of the price, in 1 to 10 characters.
    pub currency: Box<str>,
}

/// How a project's hours are billed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum BillingType {
    /// Time and material: by the hour.
    TimeAndMaterial,
    /// At a fixed price.
    FixedBid,
    /// Not at all.
    NonBillable,
}

impl BillingType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TimeAndMaterial, Self::FixedBid, Self::NonBillable];

    /// The code as WorkPoint spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TimeAndMaterial => "TM",
            Self::FixedBid => "FixedBid",
            Self::NonBillable => "NonBillable",
        }
    }

    /// Whether the hours count as billable (M2).
    pub const fn is_billable(self) -> bool {
        matches!(self, Self::TimeAndMaterial | Self::FixedBid)
    }
}

/// Whether a project takes bookings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ProjectState {
    /// Being planned: no bookings yet.
    Planned,
    /// Takes bookings.
    Open,
    /// On hold: no new bookings for now.
    Suspended,
    /// Done: no new bookings.
    Closed,
}

impl ProjectState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Open, Self::Suspended, Self::Closed];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Open => "Open",
            Self::Suspended => "Suspended",
            Self::Closed => "Closed",
        }
    }
}
