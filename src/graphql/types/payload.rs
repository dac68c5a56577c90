//! What mutations answer: the record, or what a client is to handle instead (somebody else was
//! first, the input is not valid). Everything else that refuses is an error.

use std::marker::PhantomData;
use std::sync::Arc;

use super::approval::RuleViolationObject;
use super::fault::FaultObject;
use super::timesheet::TimesheetObject;
use crate::app::Error;
use crate::domain::error::Fault;
use crate::domain::id::TimesheetId;
use crate::domain::record::{Entity, Record};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::rules::Violation;
use crate::domain::version::RowVersion;
use crate::graphql::render::{Answered, Field, Object, Stored, Type, part, parts};

/// What came of a mutation of one record.
#[derive(Default)]
pub struct Outcome {
    /// The record as it is now; `None` if nothing happened.
    pub record: Option<Record>,
    /// Why nothing happened: somebody else was first.
    pub conflict: Option<Conflict>,
    /// Why nothing happened: the input is not valid.
    pub faults: Vec<Fault>,
}

/// Somebody else changed the record first.
pub struct Conflict {
    /// The version that is stored.
    pub current: RowVersion,
    /// The record that is stored.
    pub stored: Option<Record>,
}

impl Outcome {
    /// Takes out of a refusal what a client is to handle.
    pub fn of<E: Entity>(result: Result<Arc<E>, Error>) -> Result<Self, Error> {
        Self::of_record(result.map(|entity| Some(E::into_record(entity))))
    }

    /// Whether it happened.
    pub const fn is_done(&self) -> bool {
        self.conflict.is_none() && self.faults.is_empty()
    }

    /// The same for a verb after which there may be no record.
    pub fn of_record(result: Result<Option<Record>, Error>) -> Result<Self, Error> {
        match result {
            Ok(record) => Ok(Self {
                record,
                ..Self::default()
            }),
            Err(Error::Invalid(faults)) => Ok(Self {
                faults,
                ..Self::default()
            }),
            Err(Error::VersionConflict { current, stored, .. }) => Ok(Self {
                conflict: Some(Conflict { current, stored }),
                ..Self::default()
            }),
            Err(refusal) => Err(refusal),
        }
    }
}

/// An object type that mutations answer with.
pub trait Kept: Stored {
    /// What a payload calls one.
    const MEMBER: &'static str;
    /// What a conflict over one is called.
    const CONFLICT: &'static str;
}

/// What a payload is called.
pub trait Named: Send + Sync + 'static {
    /// The payload's name.
    const NAME: &'static str;
}

/// The payload `N` of the verbs over an `O`.
pub struct Payload<O, N>(PhantomData<(O, N)>);

/// Somebody else changed the `O` first.
pub struct ConflictObject<O>(PhantomData<O>);

const FAULTS: &str = "What is wrong with the input; empty if nothing is.";
const RECORD: &str = "The record as it is now; null if nothing was changed.";
const CONFLICT: &str = "Set if somebody else changed it first; nothing was changed then.";

impl<O: Kept, N: Named> Object for Payload<O, N> {
    type View<'a> = &'a Outcome;
    const NAME: &'static str = N::NAME;
    const ABOUT: &'static str = "What came of it: the record, or else a conflict or faults.";
    const FIELDS: &'static [Field<Self>] = &[
        part!(O, O::MEMBER, RECORD, |it| it.record.as_ref().and_then(O::view)),
        part!(ConflictObject<O>, "conflict", CONFLICT, |it| it.conflict.as_ref()),
        parts!(FaultObject, "faults", FAULTS, |it| it.faults.iter()),
    ];
}

impl<O: Kept, N: Named> Answered for Payload<O, N> {
    type Owned = Outcome;

    fn view(owned: &Outcome) -> &Outcome {
        owned
    }
}

impl<O: Kept> Object for ConflictObject<O> {
    type View<'a> = &'a Conflict;
    const NAME: &'static str = O::CONFLICT;
    const ABOUT: &'static str = "Somebody else changed the record first; what is stored now.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "rowVersion",
            "The version that is stored.",
            Type::VERSION,
            |it, json| {
                json.put(it.current);
            },
        ),
        part!(O, O::MEMBER, "The record that is stored.", |it| it
            .stored
            .as_ref()
            .and_then(O::view)),
    ];
}

/// What came of deleting a timesheet.
pub struct DeleteTimesheetPayload;

/// A deletion: of what, and what came of it.
pub struct Deletion {
    /// The timesheet.
    pub id: TimesheetId,
    /// What came of it.
    pub outcome: Outcome,
}

impl Object for DeleteTimesheetPayload {
    type View<'a> = &'a Deletion;
    const NAME: &'static str = "DeleteTimesheetPayload";
    const ABOUT: &'static str = "What came of deleting a timesheet.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "deletedId",
            "The id of the timesheet that is gone; null if it was not deleted.",
            Type::ID.nullable(),
            |it, json| json.put(it.outcome.is_done().then_some(it.id)),
        ),
        part!(ConflictObject<TimesheetObject>, "conflict", CONFLICT, |it| it
            .outcome
            .conflict
            .as_ref()),
        parts!(FaultObject, "faults", FAULTS, |it| it.outcome.faults.iter()),
    ];
}

impl Answered for DeleteTimesheetPayload {
    type Owned = Deletion;

    fn view(owned: &Deletion) -> &Deletion {
        owned
    }
}

/// What came of an action of approval.
pub struct ApprovalPayload;

/// An action of approval, and what came of it.
#[derive(Default)]
pub struct Acted {
    /// What came of it.
    pub outcome: Outcome,
    /// The rules that kept it from happening, and those that would not have.
    pub violations: Vec<Violation>,
}

impl Acted {
    /// Takes out of a refusal what a client is to handle.
    pub fn of(result: Result<Arc<Timesheet>, Error>) -> Result<Self, Error> {
        match result {
            Err(Error::RulesBroken(violations)) => Ok(Self {
                outcome: Outcome::default(),
                violations,
            }),
            other => Ok(Self {
                outcome: Outcome::of(other)?,
                violations: Vec::new(),
            }),
        }
    }
}

impl Object for ApprovalPayload {
    type View<'a> = &'a Acted;
    const NAME: &'static str = "ApprovalPayload";
    const ABOUT: &'static str =
        "What came of an action of approval: the timesheet, or else a conflict, faults, or broken rules.";
    const FIELDS: &'static [Field<Self>] = &[
        part!(TimesheetObject, TimesheetObject::MEMBER, RECORD, |it| it
            .outcome
            .record
            .as_ref()
            .and_then(<TimesheetObject as Stored>::view)),
        part!(ConflictObject<TimesheetObject>, "conflict", CONFLICT, |it| it
            .outcome
            .conflict
            .as_ref()),
        parts!(FaultObject, "faults", FAULTS, |it| it.outcome.faults.iter()),
        parts!(
            RuleViolationObject,
            "violations",
            "The rules that it breaks, if one of them keeps it from being handed in; warnings among them.",
            |it| it.violations.iter()
        ),
    ];
}

impl Answered for ApprovalPayload {
    type Owned = Acted;

    fn view(owned: &Acted) -> &Acted {
        owned
    }
}

macro_rules! kept {
    ($($object:ty, $member:literal, $conflict:literal;)+) => {$(
        impl Kept for $object {
            const MEMBER: &'static str = $member;
            const CONFLICT: &'static str = $conflict;
        }
    )+};
}

kept! {
    super::activity::ActivityObject, "activity", "ActivityConflict";
    super::department::DepartmentObject, "department", "DepartmentConflict";
    super::organization::OrganizationObject, "organization", "OrganizationConflict";
    super::project::ProjectObject, "project", "ProjectConflict";
    super::schedule::ScheduleObject, "schedule", "ScheduleConflict";
    super::settings::SettingsObject, "settings", "SettingsConflict";
    super::task::ProjectTaskObject, "task", "TaskConflict";
    super::template::TimesheetTemplateObject, "timesheetTemplate", "TimesheetTemplateConflict";
    TimesheetObject, "timesheet", "TimesheetConflict";
    super::token::AccessTokenObject, "token", "TokenConflict";
    super::user::UserObject, "user", "UserConflict";
}

macro_rules! names {
    ($($(#[$about:meta])* $name:ident = $text:literal;)+) => {$(
        $(#[$about])*
        pub struct $name;

        impl Named for $name {
            const NAME: &'static str = $text;
        }
    )+};
}

/// The names of the payloads.
pub mod named {
    use super::Named;

    names! {
        /// Of the verbs over an activity.
        Activity = "ActivityPayload";
        /// Of the verbs over a department.
        Department = "DepartmentPayload";
        /// Of the verbs over an organization.
        Organization = "OrganizationPayload";
        /// Of the verbs over a project.
        Project = "ProjectPayload";
        /// Of the verbs over a schedule.
        Schedule = "SchedulePayload";
        /// Of the verbs over the settings.
        Settings = "SettingsPayload";
        /// Of the verbs over a task.
        Task = "TaskPayload";
        /// Of the verbs over a timesheet.
        Timesheet = "TimesheetPayload";
        /// Of the verbs over a timesheet template.
        TimesheetTemplate = "TimesheetTemplatePayload";
        /// Of the verbs over a user.
        User = "UserPayload";
        /// Of revoking a token.
        Token = "TokenPayload";
    }
}
