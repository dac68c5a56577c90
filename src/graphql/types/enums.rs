//! The enumerations of the schema. Their values are the domain's, spelt as GraphQL spells them.

use async_graphql::{Enum, EnumType};
use serde::de::{Deserialize, Deserializer, Error as _};

use crate::domain::timesheet::rules;
use crate::domain::{access, approval, change, error, import, period, project, record, sync_job};
use crate::json::{Json, Put};

macro_rules! put_by_name {
    ($($enumeration:ty),+ $(,)?) => {$(
        impl Put for $enumeration {
            fn put(self, json: &mut Json) {
                let item = <Self as EnumType>::items().iter().find(|item| item.value == self);
                json.put(item.map(|item| item.name));
            }
        }
    )+};
}

put_by_name!(
    ApprovalAction,
    ApprovalStatus,
    ApproverKind,
    BillingType,
    ChangeKind,
    Face,
    FaultCode,
    OnError,
    PeriodKind,
    ProjectState,
    RecordKind,
    Role,
    RuleKind,
    Severity,
    SyncKind,
    SyncPhase,
    SyncState,
    Weekday
);

/// Decodes values of large inputs, which are not made into values of GraphQL first.
macro_rules! decodes_by_name {
    ($($enumeration:ty),+ $(,)?) => {$(
        impl<'de> Deserialize<'de> for $enumeration {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                let item = <Self as EnumType>::items().iter().find(|item| item.name == name);
                item.map(|item| item.value).ok_or_else(|| D::Error::custom("no such value"))
            }
        }
    )+};
}

decodes_by_name!(BillingType, OnError, ProjectState);

/// What moves a timesheet from one state to another.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "approval::ApprovalAction")]
pub enum ApprovalAction {
    /// Handed in.
    Submit,
    /// Handed in past its rules.
    ForceSubmit,
    /// Taken back before it was approved.
    Recall,
    /// Taken back into work.
    Reopen,
    /// Accepted by an approver.
    Approve,
    /// Sent back by an approver.
    Reject,
    /// Accepted past its approvers.
    ForceApprove,
    /// Sent back past its approvers.
    ForceReject,
}

/// Who approves in a step.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApproverKind {
    /// The owner's manager.
    Manager,
    /// Everybody who manages a project that the timesheet has hours on.
    ProjectManagers,
    /// One person.
    Person,
}

impl From<approval::ApproverKind> for ApproverKind {
    fn from(kind: approval::ApproverKind) -> Self {
        match kind {
            approval::ApproverKind::Manager => Self::Manager,
            approval::ApproverKind::ProjectManagers => Self::ProjectManagers,
            approval::ApproverKind::Person(_) => Self::Person,
        }
    }
}

/// What a rule wants of a timesheet.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "rules::RuleKind", name = "TimesheetRuleKind")]
pub enum RuleKind {
    /// On no day more than `hours`.
    MaxHoursPerDay,
    /// On every working day at least `hours`, or what there is to work if that is less.
    MinHoursPerDay,
    /// On no day more than `hours` more or less than there are to work.
    DayDeviation,
    /// In the whole period no more than `hours` more or less than there are to work.
    PeriodDeviation,
    /// Hours name a project.
    ProjectRequired,
    /// Hours name a task.
    TaskRequired,
    /// Hours name an activity.
    ActivityRequired,
    /// Hours come with a comment.
    CommentRequired,
    /// No hours on days off.
    NoEntryOnDaysOff,
    /// No hours on days that are still to come.
    NoEntryInFuture,
    /// No two lines for the same project, task and activity.
    NoDuplicateLines,
}

/// What happens if a rule is broken.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "rules::Severity", name = "RuleSeverity")]
pub enum Severity {
    /// It is told, and no more.
    Warning,
    /// The timesheet cannot be handed in but by force.
    Error,
}

/// Where a timesheet stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "approval::ApprovalStatus")]
pub enum ApprovalStatus {
    /// Being filled in.
    Draft,
    /// Handed in, waiting for the approver.
    Submitted,
    /// Accepted.
    Approved,
    /// Sent back with a comment.
    Rejected,
}

/// How a project's hours are billed.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "project::BillingType")]
pub enum BillingType {
    /// Time and material: by the hour.
    TimeAndMaterial,
    /// At a fixed price.
    FixedBid,
    /// Not at all.
    NonBillable,
}

/// Whether a project takes bookings.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "project::ProjectState")]
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

/// A bundle of rights.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "access::Role")]
pub enum Role {
    /// Fills in their own timesheets.
    Employee,
    /// Sees and approves the timesheets of their team.
    TeamManager,
    /// Runs projects.
    ProjectManager,
    /// Imports from other systems.
    Importer,
    /// Sees everything, changes nothing.
    Auditor,
    /// May do everything.
    Administrator,
}

/// Which dates make one timesheet.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeriodKind {
    /// Every date by itself.
    Day,
    /// Seven days from `firstDay` on.
    Week,
    /// Weeks that end with the month and begin again with the next.
    WeekSplitByMonth,
    /// Fourteen days, counted from `anchor` in both directions.
    TwoWeeks,
    /// The 1st to the 15th, and the 16th to the end.
    HalfMonth,
    /// Calendar months.
    Month,
}

impl From<period::PeriodKind> for PeriodKind {
    fn from(kind: period::PeriodKind) -> Self {
        match kind {
            period::PeriodKind::Day => Self::Day,
            period::PeriodKind::Week { .. } => Self::Week,
            period::PeriodKind::WeekSplitByMonth { .. } => Self::WeekSplitByMonth,
            period::PeriodKind::TwoWeeks { .. } => Self::TwoWeeks,
            period::PeriodKind::HalfMonth => Self::HalfMonth,
            period::PeriodKind::Month => Self::Month,
        }
    }
}

/// A day of the week.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// The days in order.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day so many days after Monday.
    pub fn from_monday(days: u8) -> Option<Self> {
        Self::ALL.get(usize::from(days)).copied()
    }

    /// Days after Monday.
    pub const fn days_from_monday(self) -> u8 {
        self as u8
    }
}

/// What happened to a record.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "crate::app::events::ChangeKind")]
pub enum ChangeKind {
    /// It was made or changed.
    Saved,
    /// It was removed.
    Deleted,
}

/// What an import brings.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "import::ImportKind")]
pub enum SyncKind {
    /// Customers, common tasks and projects with their tasks.
    StaticData,
    /// Time entries, and what they refer to.
    TimeEntries,
}

/// Where an import stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sync_job::JobState")]
pub enum SyncState {
    /// It is safely kept, and waits for its turn.
    Accepted,
    /// It is being worked on.
    Running,
    /// It has been applied.
    Succeeded,
    /// Nothing of it was applied.
    Failed,
    /// It was called off, and nothing of it was applied.
    Cancelled,
}

/// What becomes of the good rows of an import where some are bad.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "import::OnError")]
pub enum OnError {
    /// Nothing is applied, and all faults are reported.
    Fail,
    /// They land, and the bad ones are reported.
    Skip,
}

/// What is being done with an import, one after another.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "import::Phase")]
pub enum SyncPhase {
    /// It waits for its turn.
    Waiting,
    /// Its rows are read back.
    Reading,
    /// Its rows are matched against what is known.
    Matching,
    /// It is decided what becomes of which timesheet.
    Planning,
    /// It is written.
    Writing,
    /// It is over.
    Done,
}

/// What is wrong with a member of an input.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "error::FaultCode")]
pub enum FaultCode {
    /// A needed member is absent or null.
    Required,
    /// Not of the form that the member takes.
    Malformed,
    /// A number, date or count outside what is allowed.
    OutOfRange,
    /// More decimal places than are kept.
    TooManyPlaces,
    /// Text beyond the limit.
    TooLong,
    /// The same id, date or key twice in one input.
    Duplicate,
    /// The order numbers are not 0, 1, 2 and so on.
    OrderNumbers,
    /// The id belongs to another record.
    ForeignId,
    /// The id is not that of the record that is addressed.
    IdMismatch,
    /// The date is outside the timesheet's period.
    OutsidePeriod,
    /// There is no such record to point to.
    UnknownReference,
    /// The record that is pointed to takes no new bookings or references.
    NotOpen,
    /// Invoiced and time-off cells change only at their source.
    Protected,
    /// Another record has this key already.
    Taken,
    /// A parent or manager would be their own descendant.
    Cycle,
    /// Two members contradict each other.
    Contradiction,
    /// The local time does not exist: a clock was put forward over it.
    NoSuchTime,
    /// The timesheet is not in a state in which its hours change.
    WrongState,
    /// The day is locked.
    Locked,
}

/// Over which interface a write came in.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "change::Face")]
pub enum Face {
    /// GraphQL.
    #[graphql(name = "GRAPHQL")]
    GraphQl,
    /// OData.
    #[graphql(name = "ODATA")]
    OData,
    /// An import.
    Import,
    /// The command line on the server itself.
    CommandLine,
}

/// What a record is.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "record::Kind")]
pub enum RecordKind {
    /// The company's settings.
    Settings,
    /// A department.
    Department,
    /// A client company.
    Organization,
    /// A kind of work.
    Activity,
    /// A working-hours schedule.
    Schedule,
    /// A timesheet template.
    Template,
    /// A user.
    User,
    /// An access token.
    Token,
    /// A project.
    Project,
    /// A task of a project, or a common one.
    Task,
    /// A timesheet.
    Timesheet,
    /// An import.
    SyncJob,
}
