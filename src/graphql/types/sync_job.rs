//! Imports: where each stands, and what came of its rows.

use std::sync::Arc;

use super::enums::{FaultCode, OnError, SyncKind, SyncState};
use super::fault::FaultObject;
use super::user::UserObject;
use super::{ID, ROW_VERSION};
use crate::app::Error;
use crate::domain::error::Fault;
use crate::domain::import::{Collection, Counts, Report, RowFault};
use crate::domain::record::Entity;
use crate::domain::sync_job::{JobFault, SyncJob};
use crate::domain::user::User;
use crate::graphql::render::{Answered, Field, Object, Type, own_part, part, parts};

/// An import.
pub struct SyncJobObject;

impl Object for SyncJobObject {
    type View<'a> = &'a Arc<SyncJob>;
    const NAME: &'static str = "SyncJob";
    const ABOUT: &'static str =
        "An import: accepted and safely kept, worked on in turn, and applied as a whole or not at all.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id)),
        Field::leaf("rowVersion", ROW_VERSION, Type::VERSION, |it, json| {
            json.put(it.meta.version);
        }),
        Field::leaf("created", "When it was accepted.", Type::DATE_TIME, |it, json| {
            json.put(it.meta.created);
        }),
        Field::leaf(
            "kind",
            "What it brings.",
            Type::input::<SyncKind>(),
            |it, json| {
                json.put(SyncKind::from(it.kind));
            },
        ),
        Field::leaf(
            "state",
            "Where it stands.",
            Type::input::<SyncState>(),
            |it, json| {
                json.put(SyncState::from(it.state));
            },
        ),
        Field::leaf("ownerId", "Who asked for it.", Type::ID, |it, json| {
            json.put(it.owner_id);
        }),
        Field::reference::<UserObject>("owner", "Who asked for it.", |it, _| Some(User::key(it.owner_id))),
        Field::leaf(
            "idempotencyKey",
            "The owner's own name for it.",
            Type::STRING.nullable(),
            |it, json| json.put(it.idempotency_key.as_deref()),
        ),
        Field::leaf(
            "onError",
            "What becomes of the good rows where some are bad.",
            Type::input::<OnError>(),
            |it, json| json.put(OnError::from(it.options.on_error)),
        ),
        Field::leaf(
            "dryRun",
            "Whether it only reports what would happen.",
            Type::BOOLEAN,
            |it, json| json.put(it.options.dry_run),
        ),
        Field::leaf("rows", "How many rows it has.", Type::INT, |it, json| {
            json.put(it.rows);
        }),
        Field::computed(
            "percent",
            "How far it has come, 0 to 100; 100 once it is over.",
            Type::INT,
            |it, wanted| wanted.progress(it),
            |it, scene, json| {
                let progress = scene.progress(it.id);
                json.put(progress.map_or(0, |progress| u16::from(progress.percent)));
            },
        ),
        Field::leaf(
            "started",
            "When it was begun; null while it waits for its turn.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.started),
        ),
        Field::leaf(
            "finished",
            "When it came to its end; null until then.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.finished),
        ),
        Field::leaf(
            "milliseconds",
            "How long it took from its beginning to its end; null until then.",
            Type::INT.nullable(),
            |it, json| json.put(it.milliseconds()),
        ),
        part!(
            SyncReportObject,
            "report",
            "What came of its rows; null until it is over, and if it did not get so far.",
            |it| it.report.as_deref()
        ),
        part!(
            SyncJobFaultObject,
            "fault",
            "Why it failed or was called off; null if it was not.",
            |it| it.fault.as_deref()
        ),
    ];
}

super::shows!(SyncJobObject, SyncJob, SyncJob);

/// Why an import failed as a whole.
pub struct SyncJobFaultObject;

impl Object for SyncJobFaultObject {
    type View<'a> = &'a JobFault;
    const NAME: &'static str = "SyncJobFault";
    const ABOUT: &'static str = "Why an import failed as a whole.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "code",
            "What, for programs: `FAULTS` where rows were bad, `CANCELLED` where it was called off, else as in errors.",
            Type::STRING,
            |it, json| json.put(&*it.code),
        ),
        Field::leaf("message", "What, for people.", Type::STRING, |it, json| {
            json.put(&*it.message);
        }),
    ];
}

/// What came of the rows of an import.
pub struct SyncReportObject;

macro_rules! counts {
    ($name:literal, $about:literal, $collection:ident) => {
        own_part!(SyncCountsObject, $name, $about, |it| it
            .counts(Collection::$collection))
    };
}

impl Object for SyncReportObject {
    type View<'a> = &'a Report;
    const NAME: &'static str = "SyncReport";
    const ABOUT: &'static str = "What came of the rows of an import, or would have.";
    const FIELDS: &'static [Field<Self>] = &[
        counts!("customers", "Of the customers.", Customers),
        counts!("commonTasks", "Of the common tasks.", CommonTasks),
        counts!("projects", "Of the projects.", Projects),
        counts!("tasks", "Of the tasks of projects.", Tasks),
        counts!("timeEntries", "Of the time entries.", TimeEntries),
        Field::leaf(
            "timesheetsOpened",
            "How many timesheets were made for them.",
            Type::INT,
            |it, json| json.put(it.timesheets_opened),
        ),
        Field::leaf(
            "timesheetsChanged",
            "How many timesheets took new hours, those that were made among them.",
            Type::INT,
            |it, json| json.put(it.timesheets_changed),
        ),
        Field::leaf(
            "faultCount",
            "How many faults there are.",
            Type::INT,
            |it, json| {
                json.put(it.fault_count);
            },
        ),
        parts!(
            SyncFaultObject,
            "faults",
            "The first 200 of them, in the order of the rows.",
            |it| it.faults.iter()
        ),
    ];
}

/// What became of the rows of one kind.
pub struct SyncCountsObject;

macro_rules! count {
    ($name:literal, $about:literal, $member:ident) => {
        Field::leaf($name, $about, Type::INT, |it, json| json.put(it.$member))
    };
}

impl Object for SyncCountsObject {
    type View<'a> = &'a Counts;
    const NAME: &'static str = "SyncCounts";
    const ABOUT: &'static str = "What became of the rows of one kind. Each row counts once.";
    const FIELDS: &'static [Field<Self>] = &[
        count!("created", "New.", created),
        count!("updated", "Changed.", updated),
        count!(
            "unchanged",
            "As they were already, or the same as another row.",
            unchanged
        ),
        count!("archived", "Taken out of use.", archived),
        count!("skipped", "Older than what is known.", skipped),
        count!("failed", "Faulty.", failed),
    ];
}

/// One thing that is wrong with a row.
pub struct SyncFaultObject;

impl Object for SyncFaultObject {
    type View<'a> = &'a RowFault;
    const NAME: &'static str = "SyncFault";
    const ABOUT: &'static str = "One thing that is wrong with a row of an import.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "path",
            "Where, such as `timeEntries[17].logoff`.",
            Type::STRING,
            |it, json| json.put(&*it.path),
        ),
        Field::leaf(
            "index",
            "The row's position in its list; of a task that is listed with its project, the project's.",
            Type::INT.nullable(),
            |it, json| json.put(it.place.map(|place| u64::from(place.index))),
        ),
        Field::leaf(
            "line",
            "The line of the upload that the row was read from.",
            Type::INT.nullable(),
            |it, json| json.put(it.place.and_then(|place| place.line)),
        ),
        Field::leaf(
            "id",
            "The id that the row gives, ours or its own.",
            Type::STRING.nullable(),
            |it, json| json.put(it.id.as_deref()),
        ),
        Field::leaf(
            "code",
            "What, for programs.",
            Type::input::<FaultCode>(),
            |it, json| json.put(FaultCode::from(it.code)),
        ),
        Field::leaf(
            "message",
            "What, for people: names what is allowed.",
            Type::STRING,
            |it, json| json.put(&*it.message),
        ),
    ];
}

/// What came of asking for an import, or of calling it off.
pub struct SyncJobPayload;

/// An import that was asked for.
pub enum Accepted {
    /// As it is now.
    Job(Arc<SyncJob>),
    /// The input is not valid.
    Refused(Vec<Fault>),
}

impl Accepted {
    /// Takes out of a refusal what a client is to handle.
    pub fn of(result: Result<Arc<SyncJob>, Error>) -> Result<Self, Error> {
        match result {
            Ok(job) => Ok(Self::Job(job)),
            Err(Error::Invalid(faults)) => Ok(Self::Refused(faults)),
            Err(refusal) => Err(refusal),
        }
    }

    const fn job(&self) -> Option<&Arc<SyncJob>> {
        match self {
            Self::Job(job) => Some(job),
            Self::Refused(_) => None,
        }
    }

    fn faults(&self) -> &[Fault] {
        match self {
            Self::Job(_) => &[],
            Self::Refused(faults) => faults,
        }
    }
}

impl Object for SyncJobPayload {
    type View<'a> = &'a Accepted;
    const NAME: &'static str = "SyncJobPayload";
    const ABOUT: &'static str = "What came of it: the import as it is now, or else faults.";
    const FIELDS: &'static [Field<Self>] = &[
        part!(
            SyncJobObject,
            "syncJob",
            "The import as it is now; null if the input is not valid.",
            |it| it.job()
        ),
        parts!(
            FaultObject,
            "faults",
            "What is wrong with the input; empty if nothing is.",
            |it| it.faults().iter()
        ),
    ];
}

impl Answered for SyncJobPayload {
    type Owned = Accepted;

    fn view(owned: &Accepted) -> &Accepted {
        owned
    }
}
