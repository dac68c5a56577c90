//! The one who works on imports: one after another in order of acceptance, each until it is over,
//! whatever comes in between (I17). An import takes effect in one write, together with the news
//! that it is over: so it happens once or not at all, and a cancellation or a crash that comes
//! before undoes it by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::figures;
use super::payloads::PayloadError;
use super::plan::{PlannedImport, Planning};
use super::upkeep::KeepPayloads;
use super::work::{Reporting, Unplanned, Work};
use crate::app::{App, Error};
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::change::{Audit, ChangeSet, Face, Guard};
use crate::domain::id::{ChangeSetId, SyncJobId};
use crate::domain::import::Report;
use crate::domain::record::{Entity, Record};
use crate::domain::sync_job::{JobFault, JobState, SyncJob};
use crate::domain::user::User;
use crate::store::{Committed, StoreError, Token, View};

/// How often an import is planned anew when the ground shifts under it before it is given up.
const ATTEMPTS: usize = 50;
/// How long to wait while writes are not possible.
const PAUSE: Duration = Duration::from_secs(1);
/// How often what is over is looked through for what need not be kept.
const TIDY_EVERY: Duration = Duration::from_hours(1);

impl App {
    /// Takes up the imports that were not over when the server stopped, and removes what a crash
    /// has left; to be called before the first import is taken.
    pub async fn resume_imports(&self) -> Result<(), Error> {
        figures::describe();
        let jobs = self.all_imports().await?;
        self.remove_orphans(&jobs).await?;
        for job in jobs.iter().filter(|job| !job.state.is_over()) {
            self.imports.live.enter(job);
            self.imports.live.announce(job.id);
        }
        Ok(())
    }

    /// Works on imports until the server stops. One that is not over then goes on at the next start.
    pub async fn work_on_imports(self: Arc<Self>, keep: KeepPayloads, stop: watch::Receiver<bool>) {
        Worker {
            app: self,
            keep,
            stop,
        }
        .run()
        .await;
    }
}

struct Worker {
    app: Arc<App>,
    keep: KeepPayloads,
    stop: watch::Receiver<bool>,
}

/// What an import came to.
struct Ending {
    state: JobState,
    report: Option<Report>,
    fault: Option<JobFault>,
}

/// Why an import is not over yet.
enum Setback {
    /// Something has changed; it is to be planned anew.
    Shifted,
    /// Its payload cannot be read now.
    Unreadable(String),
    /// Reading or writing is not possible now.
    Unavailable(String),
    /// The server stops.
    Leaving,
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::Shifted,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl Ending {
    fn failed(code: &str, message: impl Into<Box<str>>) -> Self {
        Self {
            state: JobState::Failed,
            report: None,
            fault: Some(JobFault {
                code: code.into(),
                message: message.into(),
            }),
        }
    }

    /// It takes effect in one write, and that is larger than one may be.
    fn too_large(bytes: usize, limit: usize) -> Self {
        let message = format!(
            "what it changes takes {bytes} bytes, and an import may change {limit} at most: send its rows in \
             several imports"
        );
        Self::failed("LIMIT_EXCEEDED", message)
    }

    fn refused(error: &Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::error!(code = error.code(), cause, "an import failed");
        }
        Self::failed(error.code(), error.to_string())
    }
}

impl Worker {
    async fn run(mut self) {
        let mut tidied: Option<tokio::time::Instant> = None;
        loop {
            let job = match self.next().await {
                Ok(job) => job,
                Err(error) => {
                    tracing::error!(%error, cause = error.cause(), "imports cannot be looked up");
                    if self.pause(PAUSE).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            if let Some(job) = job {
                figures::running(true);
                let ended = self.carry_out(job).await;
                figures::running(false);
                tidied = None;
                if ended.is_err() {
                    return;
                }
                continue;
            }
            if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY_EVERY) {
                tidied = Some(tokio::time::Instant::now());
                if let Err(error) = self.app.tidy_imports(self.keep).await {
                    tracing::warn!(%error, cause = error.cause(), "old payloads stay for now");
                }
            }
            tokio::select! {
                () = self.app.imports.wake.notified() => {}
                left = self.stop.wait_for(|stop| *stop) => {
                    drop(left);
                    return;
                }
                () = tokio::time::sleep(TIDY_EVERY) => {}
            }
        }
    }

    /// The import whose turn it is: the one that was begun, else the one that was accepted first.
    async fn next(&self) -> Result<Option<SyncJobId>, Error> {
        if *self.stop.borrow() {
            return Ok(None);
        }
        let jobs = self.app.all_imports().await?;
        let waiting = jobs.iter().filter(|job| !job.state.is_over());
        let next = waiting.min_by_key(|job| (job.state != JobState::Running, job.meta.version));
        Ok(next.map(|job| job.id))
    }

    /// Works on an import until it is over, or the server stops.
    async fn carry_out(&mut self, id: SyncJobId) -> Result<(), Setback> {
        let mut attempts = 0;
        let mut unreadable = None;
        loop {
            let given_up = (attempts >= ATTEMPTS).then(|| match unreadable.take() {
                None => Ending::failed(
                    "UNAVAILABLE",
                    "too much of the data changes meanwhile; import it again",
                ),
                Some(cause) => Ending::refused(&Error::Internal(cause)),
            });
            match self.attempt(id, given_up).await {
                Ok(()) => return Ok(()),
                Err(Setback::Shifted) => attempts += 1,
                Err(Setback::Unreadable(cause)) => {
                    tracing::warn!(job = %id, cause, "the payload of an import cannot be read");
                    attempts += 1;
                    unreadable = Some(cause);
                    self.pause(PAUSE).await?;
                }
                Err(Setback::Unavailable(cause)) => {
                    tracing::warn!(job = %id, cause, "an import waits until the data can be written");
                    self.pause(PAUSE).await?;
                }
                Err(Setback::Leaving) => return Err(Setback::Leaving),
            }
        }
    }

    /// Waits, unless the server stops.
    async fn pause(&mut self, time: Duration) -> Result<(), Setback> {
        tokio::select! {
            _ = self.stop.wait_for(|stop| *stop) => Err(Setback::Leaving),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    async fn attempt(&mut self, id: SyncJobId, given_up: Option<Ending>) -> Result<(), Setback> {
        if *self.stop.borrow() {
            return Err(Setback::Leaving);
        }
        let view = self.app.store.view(None).await?;
        let Some(job) = view.get::<SyncJob>(id).await?.filter(|job| !job.state.is_over()) else {
            self.app.imports.live.leave(id);
            return Ok(());
        };
        let Some(right) = right_to_import(view.as_ref(), &job).await? else {
            let ending = Ending::failed("FORBIDDEN", "the owner may no longer import");
            return self.settle(&job, PlannedImport::default(), ending).await;
        };
        if let Some(ending) = given_up {
            return self.settle(&job, PlannedImport::default(), ending).await;
        }
        let (job, seen) = self.begin(job).await?;
        let (mut planned, ending) = match self.plan(&job, seen).await? {
            Ok(mut planned) => {
                let ending = judge(&job, std::mem::take(&mut planned.report));
                (planned, ending)
            }
            Err(ending) => (PlannedImport::default(), ending),
        };
        // The right must last until it takes effect (S14).
        planned.guards.extend(right);
        self.settle(&job, planned, ending).await
    }

    /// Notes that it is being worked on.
    async fn begin(&self, job: Arc<SyncJob>) -> Result<(Arc<SyncJob>, Option<Token>), Setback> {
        if job.state == JobState::Running {
            return Ok((job, None));
        }
        let now = self.app.now();
        let begun = SyncJob {
            meta: job.meta.changed(),
            state: JobState::Running,
            started: Some(now),
            ..SyncJob::clone(&job)
        };
        let change = self.change(&job, "beginImport", begun, PlannedImport::default());
        let Committed { at, records } = self.app.store.commit(change).await?;
        let begun = records.into_iter().find_map(SyncJob::from_record);
        Ok((begun.ok_or(Setback::Shifted)?, Some(at)))
    }

    /// What it comes to, or why it comes to nothing.
    async fn plan(
        &mut self,
        job: &Arc<SyncJob>,
        seen: Option<Token>,
    ) -> Result<Result<PlannedImport, Ending>, Setback> {
        let app = &self.app;
        let Some(track) = app.imports.live.track(job.id) else {
            // It was called off a moment ago.
            return Err(Setback::Shifted);
        };
        let work = Work {
            job: Arc::clone(job),
            payloads: Arc::clone(&app.imports.payloads),
            planning: Planning {
                view: app.store.view(seen).await?,
                options: job.options,
                now: app.now(),
                ids: Arc::clone(&app.ids),
            },
            reporting: Reporting {
                live: Arc::clone(&app.imports.live),
                track,
                clock: Arc::clone(&app.clock),
                stop: self.stop.clone(),
            },
        };
        let runtime = Handle::current();
        let planned = tokio::task::spawn_blocking(move || work.run(&runtime));
        let planned = tokio::select! {
            planned = planned => planned,
            // The thread stops by itself with its next step.
            _ = self.stop.wait_for(|stop| *stop) => return Err(Setback::Leaving),
        };
        match planned {
            Ok(Ok(planned)) => Ok(Ok(planned)),
            // If the server stops this is noticed with the next step; else its record says that it is over.
            Ok(Err(Unplanned::CalledOff)) => Err(Setback::Shifted),
            Ok(Err(Unplanned::Payload(PayloadError::Unreadable(error)))) => {
                Err(Setback::Unreadable(error.to_string()))
            }
            Ok(Err(Unplanned::Payload(error))) => Ok(Err(Ending::failed("INTERNAL", error.to_string()))),
            Ok(Err(Unplanned::Refused(Error::Unavailable(cause)))) => Err(Setback::Unavailable(cause)),
            Ok(Err(Unplanned::Refused(error))) => Ok(Err(Ending::refused(&error))),
            // The panic itself is in the log already, written by the panic hook.
            Err(error) => Ok(Err(Ending::refused(&Error::Internal(error.to_string())))),
        }
    }

    /// Brings it to its end, with all that is to be written.
    async fn settle(&self, job: &SyncJob, planned: PlannedImport, ending: Ending) -> Result<(), Setback> {
        let outcome = match self.commit(job, planned, ending).await {
            Err(StoreError::TooLarge { bytes, limit }) => {
                let ending = Ending::too_large(bytes, limit);
                self.commit(job, PlannedImport::default(), ending).await
            }
            Err(error @ (StoreError::Taken(_) | StoreError::Corrupt(_))) => {
                let ending = Ending::refused(&error.into());
                self.commit(job, PlannedImport::default(), ending).await
            }
            outcome => outcome,
        };
        let over = outcome?;
        figures::worked_through(&over);
        let (state, rows) = (over.state.code(), over.rows);
        tracing::info!(job = %over.id, state, rows, "an import is over");
        self.app.imports.live.end(over);
        Ok(())
    }

    async fn commit(
        &self,
        job: &SyncJob,
        planned: PlannedImport,
        ending: Ending,
    ) -> Result<Arc<SyncJob>, StoreError> {
        let Ending { state, report, fault } = ending;
        let over = SyncJob {
            meta: job.meta.changed(),
            state,
            finished: Some(self.app.now()),
            report: report.map(Box::new),
            fault: fault.map(Box::new),
            ..job.clone()
        };
        let change = self.change(job, job.kind.verb(), over, planned);
        let Committed { at: _, records } = self.app.store.commit(change).await?;
        let over = records.into_iter().rev().find_map(SyncJob::from_record);
        over.ok_or_else(|| StoreError::Corrupt("an import is over, and has no record".to_owned()))
    }

    fn change(&self, job: &SyncJob, action: &'static str, to: SyncJob, planned: PlannedImport) -> ChangeSet {
        let PlannedImport {
            mut puts,
            mut guards,
            report: _,
        } = planned;
        guards.push(Guard::Version(SyncJob::key(job.id), job.meta.version));
        puts.push(Record::SyncJob(Arc::new(to)));
        ChangeSet {
            id: ChangeSetId::new(self.app.new_id()),
            guards,
            puts,
            deletes: Vec::new(),
            audit: Audit {
                at: self.app.now(),
                actor: job.asked_by,
                acting_for: (job.asked_by != job.owner_id).then_some(job.owner_id),
                token: job.token_id,
                face: Face::Import,
                action: action.into(),
                subject: Some(job.owner_id),
            },
        }
    }
}

/// What an import with this report comes to (I15).
fn judge(job: &SyncJob, report: Report) -> Ending {
    if !job.options.on_error.accepts(&report) {
        let message = match report.fault_count {
            1 => "one fault was found, and nothing was applied".to_owned(),
            count => format!("{count} faults were found, and nothing was applied"),
        };
        return Ending {
            report: Some(report),
            ..Ending::failed("FAULTS", message)
        };
    }
    Ending {
        state: JobState::Succeeded,
        report: Some(report),
        fault: None,
    }
}

/// What must stay as it is for the right to last that the import was accepted with; nothing if it
/// has not lasted until now. That the token carried it was seen then.
async fn right_to_import(view: &dyn View, job: &SyncJob) -> Result<Option<Vec<Guard>>, StoreError> {
    let people = view.many::<User>(&[job.owner_id, job.asked_by]).await?;
    let [Some(owner), Some(asked_by)] = people.as_slice() else {
        return Ok(None);
    };
    let actor = |user: &User| {
        let roles: &[Role] = if job.token_id.is_some() {
            &user.roles
        } else {
            &[Role::Administrator]
        };
        Actor::new(user.id, job.token_id, roles, None)
    };
    let (importer, acting) = (actor(owner), owner.id != asked_by.id);
    let lasts = owner.meta.is_active
        && asked_by.meta.is_active
        && importer.has(Permission::ProjectsDownload)
        && (!acting || actor(asked_by).acting_for(importer).is_ok());
    let guards = || {
        people
            .iter()
            .flatten()
            .map(|user| Guard::Version(User::key(user.id), user.meta.version))
    };
    Ok(lasts.then(|| guards().collect()))
}
