//! Imports: accepted at once and safely kept, worked on one after another, applied as a whole
//! (SPEC 7). What an import comes to is [`plan`]'s matter; how its rows were spelt, and how its
//! events are told, is the faces'.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{ATTEMPTS, App, Caller, Decision, Error, Planned, Reader};
use crate::domain::access::Permission;
use crate::domain::change::Guard;
use crate::domain::error::{FaultCode, Path};
use crate::domain::id::SyncJobId;
use crate::domain::import::{ImportKind, ImportOptions, Row};
use crate::domain::record::{Entity, Meta, Record};
use crate::domain::sync_job::{JobFault, JobState, SyncJob};

pub mod event;
mod figures;
pub mod intake;
pub mod live;
pub mod payloads;
pub mod plan;
pub mod upkeep;
pub mod watching;
mod work;
mod worker;

use intake::{Intake, off_the_runtime};
use live::Live;
use payloads::Payloads;

pub use event::SyncEvent;
pub use upkeep::KeepPayloads;

/// The most characters of an idempotency key.
const MAX_KEY_CHARS: usize = 200;
/// Why an import was called off, for programs.
const CANCELLED: &str = "CANCELLED";

/// What the application keeps of imports beside their records.
pub(super) struct Imports {
    payloads: Arc<dyn Payloads>,
    live: Arc<Live>,
    /// There is something to do.
    wake: Notify,
}

impl Imports {
    /// Nothing under way, with the payloads there.
    pub(super) fn new(payloads: Arc<dyn Payloads>) -> Self {
        Self {
            payloads,
            live: Arc::default(),
            wake: Notify::new(),
        }
    }

    /// What is under way.
    pub(super) const fn live(&self) -> &Arc<Live> {
        &self.live
    }
}

/// An import that is asked for; its rows follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportOrder {
    /// What it brings.
    pub kind: ImportKind,
    /// How it is to go about it.
    pub options: ImportOptions,
    /// The caller's own name for it: asked for again, it is the same import.
    pub idempotency_key: Option<String>,
}

/// An import that may begin to arrive.
pub enum Arriving {
    /// It is here already, under the same idempotency key.
    Known(Arc<SyncJob>),
    /// Its rows are taken.
    New(Intake),
}

impl App {
    /// Whether the caller may import; to be asked before a body is read (I1).
    pub async fn may_import(&self, caller: &Caller) -> Result<(), Error> {
        may_import(&self.reader(caller).await?)
    }

    /// Begins to take an import of somebody who may (I1).
    pub async fn begin_import(&self, caller: &Caller, order: ImportOrder) -> Result<Arriving, Error> {
        let reader = self.reader(caller).await?;
        may_import(&reader)?;
        let ImportOrder {
            kind,
            options,
            idempotency_key,
        } = order;
        let job = SyncJob {
            id: SyncJobId::new(self.new_id()),
            meta: Meta::new(reader.now()),
            owner_id: reader.actor().user_id,
            asked_by: reader.actor().person_id,
            token_id: reader.actor().token_id,
            face: reader.face(),
            kind,
            options,
            idempotency_key: idempotency_key.map(read_key).transpose()?,
            rows: 0,
            bytes: 0,
            state: JobState::Accepted,
            started: None,
            finished: None,
            report: None,
            fault: None,
        };
        if let Some(known) = known(&reader, &job).await? {
            return Ok(Arriving::Known(known));
        }
        let intake = Intake::begin(Arc::clone(&self.imports.payloads), job).await?;
        Ok(Arriving::New(intake))
    }

    /// Accepts an import whose rows are all there: they are durable first, then the job is, and
    /// then it is answered. Goes on to its end even if the caller leaves.
    pub async fn accept_import(
        self: &Arc<Self>,
        caller: &Caller,
        intake: Intake,
    ) -> Result<Arc<SyncJob>, Error> {
        let (app, caller) = (Arc::clone(self), caller.clone());
        let accepted = tokio::spawn(async move { app.accept(&caller, intake.finish().await?).await });
        accepted
            .await
            .map_err(|error| Error::Internal(error.to_string()))?
    }

    /// Takes and accepts an import whose rows are at hand.
    pub async fn import(
        self: &Arc<Self>,
        caller: &Caller,
        order: ImportOrder,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<Arc<SyncJob>, Error> {
        match self.begin_import(caller, order).await? {
            Arriving::Known(job) => Ok(job),
            Arriving::New(mut intake) => {
                for row in rows {
                    intake.push(row).await?;
                }
                self.accept_import(caller, intake).await
            }
        }
    }

    async fn accept(&self, caller: &Caller, job: SyncJob) -> Result<Arc<SyncJob>, Error> {
        let (id, live) = (job.id, &self.imports.live);
        let job = Arc::new(job);
        live.enter(&job);
        let accepted = self.keep_accepted(caller, job).await;
        let is_new = accepted.as_ref().is_ok_and(|accepted| accepted.id == id);
        if is_new {
            live.announce(id);
            self.imports.wake.notify_one();
        } else {
            live.leave(id);
            let payloads = Arc::clone(&self.imports.payloads);
            off_the_runtime(move || payloads.remove(id)).await?;
        }
        accepted
    }

    async fn keep_accepted(&self, caller: &Caller, job: Arc<SyncJob>) -> Result<Arc<SyncJob>, Error> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let plan = |reader: Reader| {
                let job = Arc::clone(&job);
                async move {
                    may_import(&reader)?;
                    if let Some(known) = known(&reader, &job).await? {
                        return Ok(Decision::Already(Record::SyncJob(known)));
                    }
                    let mut planned = Planned::new("acceptImport").about(job.owner_id);
                    planned.guards.push(Guard::Absent(SyncJob::key(job.id)));
                    planned.puts.push(Record::SyncJob(job));
                    Ok(Decision::Change(planned))
                }
            };
            let written = self.write(caller, |reader| Box::pin(plan(reader))).await;
            match written {
                // Somebody with the same key was first; it is found with the next look.
                Err(error) if is_taken_key(&error) => last = Some(error),
                other => return other?.into_record(),
            }
        }
        Err(last.unwrap_or_else(|| Error::Internal("no attempt was made".to_owned())))
    }

    /// Calls an import off, for its owner, or for who sees everybody's imports and may import:
    /// nothing of it is applied. One that is over is in the wrong state for it.
    pub async fn cancel_import(
        self: &Arc<Self>,
        caller: &Caller,
        id: SyncJobId,
    ) -> Result<Arc<SyncJob>, Error> {
        let (app, caller) = (Arc::clone(self), caller.clone());
        // Once it is called off this is told, even if the caller leaves.
        let cancelled = tokio::spawn(async move {
            let plan = move |reader: Reader| async move { plan_cancellation(&reader, id).await };
            let written = app.write(&caller, |reader| Box::pin(plan(reader))).await?;
            let cancelled: Arc<SyncJob> = written.into_record()?;
            app.imports.live.end(Arc::clone(&cancelled));
            figures::ended(JobState::Cancelled);
            Ok(cancelled)
        });
        cancelled
            .await
            .map_err(|error| Error::Internal(error.to_string()))?
    }
}

async fn plan_cancellation(reader: &Reader, id: SyncJobId) -> Result<Decision, Error> {
    let job = reader.get::<SyncJob>(id).await?;
    let job = job.ok_or(Error::NotFound("import"))?;
    let actor = reader.actor();
    let of_others = actor.has(Permission::SyncRead) && actor.has(Permission::ProjectsDownload);
    if job.owner_id != actor.user_id && !of_others {
        let message = "to cancel an import of somebody else needs the rights sync@read and projects@download";
        return Err(Error::Forbidden(message.to_owned()));
    }
    if job.state.is_over() {
        return Err(Error::WrongState {
            action: "cancelSync",
            what: "import",
            state: job.state.code(),
        });
    }
    let mut planned = Planned::new("cancelSync").about(job.owner_id);
    planned
        .guards
        .push(Guard::Version(SyncJob::key(id), job.meta.version));
    let fault = JobFault {
        code: CANCELLED.into(),
        message: "the import was called off".into(),
    };
    planned.puts.push(Record::SyncJob(Arc::new(SyncJob {
        meta: job.meta.changed(),
        state: JobState::Cancelled,
        finished: Some(reader.now()),
        fault: Some(Box::new(fault)),
        ..SyncJob::clone(&job)
    })));
    Ok(Decision::Change(planned))
}

fn may_import(reader: &Reader) -> Result<(), Error> {
    if reader.actor().has(Permission::ProjectsDownload) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "imports need the right projects@download".to_owned(),
    ))
}

/// The import of the same owner and key, if there is one.
async fn known(reader: &Reader, job: &SyncJob) -> Result<Option<Arc<SyncJob>>, Error> {
    let keys = Record::SyncJob(Arc::new(job.clone())).unique_keys();
    if keys.is_empty() {
        return Ok(None);
    }
    let view = reader.unlimited();
    match view.owners_of(&keys).await?.into_iter().flatten().next() {
        Some(id) => Ok(view.get::<SyncJob>(id.into()).await?),
        None => Ok(None),
    }
}

fn is_taken_key(error: &Error) -> bool {
    matches!(error, Error::Invalid(faults) if faults.iter().any(|fault| fault.code == FaultCode::Taken))
}

fn read_key(key: String) -> Result<Box<str>, Error> {
    if (1..=MAX_KEY_CHARS).contains(&key.chars().count()) {
        return Ok(key.into());
    }
    let message = format!("must have 1 to {MAX_KEY_CHARS} characters");
    Err(Error::fault(
        Path::of("idempotencyKey"),
        FaultCode::OutOfRange,
        message,
    ))
}
