//! The rows of a payload as they came, whatever they were spelt in: absent members are unknown and
//! stay as they are (I4), and what a row points to is named as the other system names it.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::report::RowFault;
use crate::domain::amount::Amount;
use crate::domain::error::Path;
use crate::domain::hours::Hours;
use crate::domain::id::{OrganizationId, ProjectId, TaskId, TimeEntryId};
use crate::domain::organization::Contact;
use crate::domain::patch::Patch;
use crate::domain::project::{BillingType, ProjectState};
use crate::domain::time::{Date, Instant};

/// One row of a payload.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Row {
    /// A customer.
    Customer(Placed<CustomerRow>),
    /// A common task.
    CommonTask(Placed<TaskRow>),
    /// A project.
    Project(Box<Placed<ProjectRow>>),
    /// A task of a project.
    Task(Placed<TaskRow>),
    /// A booking.
    Entry(Box<Placed<EntryRow>>),
    /// What could not be read at all; a fault of the payload like any other (I15).
    Unreadable(Box<RowFault>),
}

/// Which list of a payload a row is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Collection {
    /// The customers.
    Customers,
    /// The common tasks.
    CommonTasks,
    /// The projects.
    Projects,
    /// The tasks of projects.
    Tasks,
    /// The bookings.
    TimeEntries,
}

impl Collection {
    /// All of them, in the order in which they are applied (I2).
    pub const ALL: [Self; 5] = [
        Self::Customers,
        Self::CommonTasks,
        Self::Projects,
        Self::Tasks,
        Self::TimeEntries,
    ];

    /// The name of the member that holds the list.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::CommonTasks => "commonTasks",
            Self::Projects => "projects",
            Self::Tasks => "tasks",
            Self::TimeEntries => "timeEntries",
        }
    }

    /// What one of its rows is called.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Customers => "customer",
            Self::CommonTasks => "common task",
            Self::Projects => "project",
            Self::Tasks => "task",
            Self::TimeEntries => "time entry",
        }
    }
}

/// Where a row is in its payload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Place {
    /// In which list.
    pub collection: Collection,
    /// Its position there; of a task that is listed with its project, the project's.
    pub index: u32,
    /// The position of a task among those that are listed with its project.
    pub within: Option<u32>,
    /// The line of the upload that it was read from, from 1 on.
    pub line: Option<u64>,
}

impl Place {
    /// A position in a list.
    pub const fn at(collection: Collection, index: u32) -> Self {
        Self {
            collection,
            index,
            within: None,
            line: None,
        }
    }

    /// As a path: `timeEntries[17]`, `projects[3].tasks[2]`.
    pub fn path(self) -> Path {
        let index = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
        match self.within {
            Some(within) => Path::of(Collection::Projects.member())
                .index(index(self.index))
                .member(Collection::Tasks.member())
                .index(index(within)),
            None => Path::of(self.collection.member()).index(index(self.index)),
        }
    }
}

/// A row with its place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Placed<T> {
    /// Where it is.
    pub place: Place,
    /// What it says.
    pub row: T,
}

/// How a row names something else: by the first of these that it gives.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Reference {
    /// By its id: ours, or the one that the payload gives it.
    Id(#[serde(with = "uuid::serde::compact")] Uuid),
    /// By its id in the other system.
    ExternalId(Box<str>),
    /// By what people call it: a customer's or task's name, a project's code or name, an activity's
    /// code, a user's e-mail address.
    Key(Box<str>),
    /// A customer by name and number, which only together are unique.
    NameAndNumber(Box<(Box<str>, Box<str>)>),
}

impl Reference {
    /// By the first of these that is given.
    pub fn given(id: Option<Uuid>, external_id: Option<String>, key: Option<String>) -> Option<Self> {
        let by_id = id.map(Self::Id);
        by_id
            .or_else(|| external_id.map(|id| Self::ExternalId(id.into())))
            .or_else(|| key.map(|key| Self::Key(key.into())))
    }

    /// The same where null clears: it names nothing where something is null and nothing given.
    pub fn patched(id: Patch<Uuid>, external_id: Patch<String>, key: Patch<String>) -> Patch<Self> {
        let clears = id == Some(None) || external_id == Some(None) || key == Some(None);
        let given = Self::given(id.flatten(), external_id.flatten(), key.flatten());
        given.map(Some).or(clears.then_some(None))
    }

    /// A customer's name with its number, if that is given too.
    #[must_use]
    pub fn with_number(self, number: Option<String>) -> Self {
        match (self, number) {
            (Self::Key(name), Some(number)) => Self::NameAndNumber(Box::new((name, number.into()))),
            (other, _) => other,
        }
    }
}

impl ProjectRow {
    /// By what the tasks that are listed with it name it.
    pub fn reference(&self) -> Option<Reference> {
        let key = self.code.clone().flatten().or_else(|| self.name.clone());
        Reference::given(self.id.map(ProjectId::uuid), self.external_id.clone(), key)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::ExternalId(id) => write!(f, "with the external id {id:?}"),
            Self::Key(key) => write!(f, "{key:?}"),
            Self::NameAndNumber(both) => write!(f, "{:?} with the number {:?}", both.0, both.1),
        }
    }
}

/// A customer; ours is an organization.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CustomerRow {
    /// Its id.
    pub id: Option<OrganizationId>,
    /// Its id in the other system.
    pub external_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its reference number.
    pub number: Patch<String>,
    /// How to reach it; absent parts stay as they are.
    pub contact: Contact,
    /// Whether it is no longer in use (I4).
    pub deleted: Option<bool>,
    /// When the other system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// A task of a project, or a common one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct TaskRow {
    /// Its id.
    pub id: Option<TaskId>,
    /// Its id in the other system: what TimePunch calls the business id.
    pub external_id: Option<String>,
    /// Its project; common tasks have none.
    pub project: Option<Reference>,
    /// Its parent in the project; absent at first means the main task.
    pub parent: Option<Reference>,
    /// Its name.
    pub name: Option<String>,
    /// Whether it is still worked on.
    pub is_open: Option<bool>,
    /// Whether time may be booked on it.
    pub allows_entry: Option<bool>,
    /// The first date that may be booked.
    pub first_booking_date: Patch<Date>,
    /// The last date that may be booked.
    pub last_booking_date: Patch<Date>,
    /// How many hours it is thought to take.
    pub estimate: Patch<Hours>,
    /// Whether it is no longer in use (I4).
    pub deleted: Option<bool>,
    /// When the other system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// A project.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProjectRow {
    /// Its id.
    pub id: Option<ProjectId>,
    /// Its id in the other system.
    pub external_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// A short code.
    pub code: Patch<String>,
    /// What it is about.
    pub description: Patch<String>,
    /// The customer that it is for.
    pub customer: Patch<Reference>,
    /// Who leads it.
    pub manager: Patch<Reference>,
    /// How its hours are billed; if absent, `is_paid` says it.
    pub billing_type: Option<BillingType>,
    /// Whether its hours are paid; then price, tax and currency are needed (I8).
    pub is_paid: Option<bool>,
    /// The price of an hour.
    pub price_per_hour: Patch<Amount>,
    /// Value-added tax, in percent.
    pub vat: Patch<Amount>,
    /// The currency of the price.
    pub currency: Patch<String>,
    /// Whether it is limited in time; then both dates are needed (I8).
    pub is_time_limited: Option<bool>,
    /// The first date that may be booked.
    pub start_date: Patch<Date>,
    /// The last date that may be booked.
    pub end_date: Patch<Date>,
    /// Whether its working time is limited; then the maximum is needed (I8).
    pub is_working_time_restricted: Option<bool>,
    /// The most hours that it is to take.
    pub max_working_time: Patch<Hours>,
    /// How many hours it is thought to take.
    pub estimate: Patch<Hours>,
    /// Whether the common tasks are not offered under it.
    pub dont_inherit_common_tasks: Option<bool>,
    /// Whether it takes bookings.
    pub state: Option<ProjectState>,
    /// Whether it is no longer in use (I4).
    pub deleted: Option<bool>,
    /// When the other system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// A booking.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EntryRow {
    /// Its id; without one, the external id is needed.
    pub id: Option<TimeEntryId>,
    /// Its id in the other system.
    pub external_id: Option<Box<str>>,
    /// Whose hours they are; needed at first.
    pub user: Option<Reference>,
    /// The customer, which must be the project's.
    pub customer: Option<Reference>,
    /// The project; needed at first.
    pub project: Option<Reference>,
    /// The task of the project, or a common one.
    pub task: Patch<Reference>,
    /// The kind of work.
    pub activity: Patch<Reference>,
    /// When work began.
    pub logon: Option<Moment>,
    /// When it ended.
    pub logoff: Option<Moment>,
    /// How long it was interrupted.
    pub break_hours: Option<Hours>,
    /// The day, instead of beginning and end (I9).
    pub date: Option<Date>,
    /// The hours of that day.
    pub hours: Option<Hours>,
    /// What was done.
    pub description: Patch<Box<str>>,
    /// Whether it no longer counts (I4).
    pub deleted: Option<bool>,
    /// When the other system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// A point in time as other systems write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Moment {
    /// With an offset.
    Instant(Instant),
    /// On the owner's clock, without one: microseconds since 1970-01-01T00:00:00 there.
    Local(i64),
}

impl EntryRow {
    /// What it is known by, for messages: the other system's id, else ours.
    pub fn name(&self) -> Option<String> {
        let external = self.external_id.as_deref().map(str::to_owned);
        external.or_else(|| self.id.map(|id| id.to_string()))
    }
}
