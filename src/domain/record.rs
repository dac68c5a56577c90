//! The closed set of things that are kept, by kind. A new kind is added here first; every match
//! on it is exhaustive, so the compiler lists what else must learn of it.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::activity::Activity;
use super::department::Department;
use super::id::{
    ActivityId, DepartmentId, OrganizationId, ProjectId, ScheduleId, SyncJobId, TaskId, TemplateId,
    TimesheetId, TokenId, UserId,
};
use super::organization::Organization;
use super::project::Project;
use super::schedule::Schedule;
use super::settings::Settings;
use super::sync_job::SyncJob;
use super::task::ProjectTask;
use super::template::TimesheetTemplate;
use super::time::Instant;
use super::timesheet::Timesheet;
use super::token::AccessToken;
use super::user::User;
use super::version::RowVersion;

/// What every record has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Meta {
    /// When it was made; never changes (X4).
    pub created: Instant,
    /// Its version; [`RowVersion::UNASSIGNED`] until the store commits it.
    pub version: RowVersion,
    /// Whether it is in use; an archived record stays readable and takes no new references.
    pub is_active: bool,
}

impl Meta {
    /// Of a record made at `now`.
    pub const fn new(now: Instant) -> Self {
        Self {
            created: now,
            version: RowVersion::UNASSIGNED,
            is_active: true,
        }
    }

    /// Of a changed record: same origin, version to be assigned.
    #[must_use]
    pub const fn changed(self) -> Self {
        Self {
            version: RowVersion::UNASSIGNED,
            ..self
        }
    }
}

/// A kind of record with its typed id.
pub trait Entity: Sized + Send + Sync + 'static {
    /// Its id's type.
    type Id: Copy + Eq + std::hash::Hash + Send + Sync + From<Uuid>;
    /// Its kind.
    const KIND: Kind;

    /// Its id.
    fn id(&self) -> Self::Id;
    /// What every record has.
    fn meta(&self) -> &Meta;
    /// What every record has, to be changed.
    fn meta_mut(&mut self) -> &mut Meta;
    /// The key of the record with this id.
    fn key(id: Self::Id) -> Key;
    /// As one of all records.
    fn into_record(this: Arc<Self>) -> Record;
    /// Out of all records, if it is of this kind.
    fn from_record(record: Record) -> Option<Arc<Self>>;
}

macro_rules! records {
    ($($(#[$doc:meta])* $kind:ident($entity:ty, $id:ty, $text:literal)),+ $(,)?) => {
        /// The kinds of records.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Kind { $($(#[$doc])* $kind),+ }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The noun, for messages.
            pub const fn noun(self) -> &'static str {
                match self { $(Self::$kind => $text),+ }
            }
        }

        /// Names one record. Keys are in order of their kinds, within one of their ids.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum Key { $($(#[$doc])* $kind($id)),+ }

        impl Key {
            /// The kind of the record.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),+ }
            }

            /// The key of the record of `kind` with the id `uuid`.
            pub fn new(kind: Kind, uuid: Uuid) -> Self {
                match kind { $(Kind::$kind => Self::$kind(uuid.into())),+ }
            }

            /// The plain id.
            pub fn uuid(self) -> Uuid {
                match self { $(Self::$kind(id) => id.into_uuid()),+ }
            }
        }

        /// One record, shared.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub enum Record { $($(#[$doc])* $kind(Arc<$entity>)),+ }

        impl Record {
            /// Its key.
            pub fn key(&self) -> Key {
                match self { $(Self::$kind(it) => Key::$kind(it.id())),+ }
            }

            /// What every record has.
            pub fn meta(&self) -> &Meta {
                match self { $(Self::$kind(it) => it.meta()),+ }
            }

            /// What every record has, to be changed; copies the record if it is shared.
            pub fn meta_mut(&mut self) -> &mut Meta {
                match self { $(Self::$kind(it) => Arc::make_mut(it).meta_mut()),+ }
            }
        }

        $(impl Entity for $entity {
            type Id = $id;
            const KIND: Kind = Kind::$kind;

            fn id(&self) -> $id { self.record_id() }
            fn meta(&self) -> &Meta { &self.meta }
            fn meta_mut(&mut self) -> &mut Meta { &mut self.meta }
            fn key(id: $id) -> Key { Key::$kind(id) }
            fn into_record(this: Arc<Self>) -> Record { Record::$kind(this) }
            fn from_record(record: Record) -> Option<Arc<Self>> {
                match record { Record::$kind(it) => Some(it), _ => None }
            }
        })+
    };
}

records! {
    /// The company's settings; there is one.
    Settings(Settings, SettingsId, "settings"),
    /// A department.
    Department(Department, DepartmentId, "department"),
    /// A client company.
    Organization(Organization, OrganizationId, "organization"),
    /// A kind of work.
    Activity(Activity, ActivityId, "activity"),
    /// A working-hours schedule.
    Schedule(Schedule, ScheduleId, "schedule"),
    /// A timesheet template.
    Template(TimesheetTemplate, TemplateId, "timesheet template"),
    /// A person.
    User(User, UserId, "user"),
    /// An access token.
    Token(AccessToken, TokenId, "token"),
    /// A project.
    Project(Project, ProjectId, "project"),
    /// A node of a task tree, or a common task.
    Task(ProjectTask, TaskId, "task"),
    /// A sheet.
    Timesheet(Timesheet, TimesheetId, "timesheet"),
    /// An import.
    SyncJob(SyncJob, SyncJobId, "import"),
}

// By hand, for keys are compared a lot: as numbers, and not case by case.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |key: &Self| key.uuid().as_u128();
        let kinds = self.kind().cmp(&other.kind());
        kinds.then_with(|| number(self).cmp(&number(other)))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The id of the one settings record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct SettingsId;

impl From<Uuid> for SettingsId {
    fn from(_: Uuid) -> Self {
        Self
    }
}

trait IntoUuid {
    fn into_uuid(self) -> Uuid;
}

impl IntoUuid for SettingsId {
    fn into_uuid(self) -> Uuid {
        Uuid::nil()
    }
}

macro_rules! plain_ids {
    ($($entity:ty => $id:ty),+ $(,)?) => {$(
        impl $entity {
            fn record_id(&self) -> $id { self.id }
        }

        impl IntoUuid for $id {
            fn into_uuid(self) -> Uuid { self.uuid() }
        }
    )+};
}

plain_ids! {
    Department => DepartmentId,
    Organization => OrganizationId,
    Activity => ActivityId,
    Schedule => ScheduleId,
    TimesheetTemplate => TemplateId,
    User => UserId,
    AccessToken => TokenId,
    Project => ProjectId,
    ProjectTask => TaskId,
    Timesheet => TimesheetId,
    SyncJob => SyncJobId,
}

impl Settings {
    #[expect(clippy::unused_self, reason = "the same shape as the other records'")]
    fn record_id(&self) -> SettingsId {
        SettingsId
    }
}

/// A key other than the id that two records of a kind may not share; the store refuses a commit
/// that would let them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UniqueKey {
    /// Whose key.
    pub kind: Kind,
    /// The member (or members) that it is made of, for messages.
    pub member: &'static str,
    /// The text that must not meet another.
    pub text: Box<str>,
}

impl Record {
    /// Whose it is, where it is somebody's; a person is their own.
    pub fn owner(&self) -> Option<UserId> {
        match self {
            Self::Timesheet(sheet) => Some(sheet.user_id),
            Self::Token(token) => Some(token.user_id),
            Self::SyncJob(job) => Some(job.owner_id),
            Self::User(user) => Some(user.id),
            Self::Settings(_)
            | Self::Department(_)
            | Self::Organization(_)
            | Self::Activity(_)
            | Self::Schedule(_)
            | Self::Template(_)
            | Self::Project(_)
            | Self::Task(_) => None,
        }
    }

    /// The keys that no other record of its kind may have: external ids, codes, a user's e-mail,
    /// an organization's name with its number, a token's hash, an owner's key for an import.
    pub fn unique_keys(&self) -> Vec<UniqueKey> {
        let kind = self.key().kind();
        let mut keys = Vec::new();
        let mut add = |member: &'static str, text: Option<&str>| {
            if let Some(text) = text {
                keys.push(UniqueKey {
                    kind,
                    member,
                    text: text.into(),
                });
            }
        };
        match self {
            Self::Settings(_) | Self::Schedule(_) | Self::Template(_) | Self::Timesheet(_) => {}
            Self::Department(it) => {
                add("code", it.code.as_deref());
                add("externalId", it.external_id.as_deref());
            }
            Self::Activity(it) => {
                add("code", it.code.as_deref());
                add("externalId", it.external_id.as_deref());
            }
            Self::Organization(it) => {
                let pair = format!("{}\u{1f}{}", it.name, it.number.as_deref().unwrap_or_default());
                add("name", Some(&pair));
                add("externalId", it.external_id.as_deref());
            }
            Self::Project(it) => {
                add("code", it.code.as_deref());
                add("externalId", it.external_id.as_deref());
            }
            Self::Task(it) => {
                let scope = it
                    .project_id
                    .map(|project| project.to_string())
                    .unwrap_or_default();
                let external = it.external_id.as_deref().map(|id| format!("{scope}\u{1f}{id}"));
                add("externalId", external.as_deref());
            }
            Self::User(it) => {
                add("email", it.email.as_deref().map(str::to_lowercase).as_deref());
                add("externalId", it.external_id.as_deref());
            }
            Self::Token(it) => {
                let hash = it.hash.0.iter().fold(String::with_capacity(64), |text, byte| {
                    text + &format!("{byte:02x}")
                });
                add("hash", Some(&hash));
            }
            Self::SyncJob(it) => {
                let key = it.idempotency_key.as_deref();
                let key = key.map(|key| format!("{}\u{1f}{key}", it.owner_id));
                add("idempotencyKey", key.as_deref());
            }
        }
        keys
    }
}
