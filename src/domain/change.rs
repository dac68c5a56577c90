//! One atomic write: what a decision wants to happen, under which conditions.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::{ChangeSetId, TimesheetId, TokenId, UserId};
use super::period::Period;
use super::record::{Key, Record};
use super::time::Instant;
use super::version::RowVersion;

/// A set of changes that happens as a whole or not at all. It names each record once, be it to put
/// or to delete; to delete what is not there changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Names the write, so that it is never done twice.
    pub id: ChangeSetId,
    /// What must hold at the moment of the write.
    pub guards: Vec<Guard>,
    /// Whole records to be added or replaced. The store gives those their versions.
    pub puts: Vec<Record>,
    /// Records to be removed; each leaves a tombstone (X1).
    pub deletes: Vec<Key>,
    /// Who did it (X3).
    pub audit: Audit,
}

/// A condition of a write. Guarded without being named are the keys of [`Record::unique_keys`],
/// and that a sheet which is put overlaps no other of its user (P1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// There is no such record.
    Absent(Key),
    /// The record is there, with this version.
    Version(Key, RowVersion),
    /// The user has no sheet that overlaps the period (P1, P5).
    PeriodFree(UserId, Period),
    /// None of these ids names a line or cell of a sheet other than this one (S6).
    RowsFree(TimesheetId, Vec<Uuid>),
}

/// Who changed what, for the audit trail (X3). The store adds the records as they became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// When.
    pub at: Instant,
    /// Who: the person, whoever they acted for.
    pub actor: UserId,
    /// Whom they acted for, if it was not themselves.
    pub acting_for: Option<UserId>,
    /// With which token; `None` from the command line on the server.
    pub token: Option<TokenId>,
    /// Over which face.
    pub face: Face,
    /// The verb of the business: `saveTimesheet`, `archiveProject`. Borrowed in what the program
    /// writes, owned in what it reads back.
    pub action: Cow<'static, str>,
    /// Whose things were changed, where they are somebody's.
    pub subject: Option<UserId>,
}

/// How a command came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Face {
    /// GraphQL.
    GraphQl,
    /// OData.
    OData,
    /// An upload, or the job that it made.
    Import,
    /// The command line on the server itself.
    CommandLine,
}

impl Face {
    /// Its name in the audit trail.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GraphQl => "graphql",
            Self::OData => "odata",
            Self::Import => "import",
            Self::CommandLine => "command line",
        }
    }
}
