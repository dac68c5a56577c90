//! What happens to imports, told to those who watch and may know of it (I16, I19). Rights and
//! records are looked up anew for every event; what a slow watcher has not taken is not kept for
//! them, so that they hold up nobody: they are told where things stand when they ask again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::watch;

use super::live::Standing;
use crate::app::{App, Caller, Error};
use crate::domain::id::SyncJobId;
use crate::domain::import::Progress;
use crate::domain::sync_job::{JobState, SyncJob};

/// Something that happened to an import.
#[derive(Clone, Debug)]
pub enum SyncEvent {
    /// It has come so far.
    Progress {
        /// The import.
        job: Arc<SyncJob>,
        /// How far.
        progress: Progress,
    },
    /// It was applied; the last event.
    Succeeded {
        /// The import, with its report.
        job: Arc<SyncJob>,
    },
    /// It failed or was called off, and nothing of it was applied; the last event.
    Failed {
        /// The import, with its fault, and its report if it got so far.
        job: Arc<SyncJob>,
    },
}

/// The sequence of an import's last event.
const LAST: u8 = 101;

impl SyncEvent {
    /// The import.
    pub const fn job(&self) -> &Arc<SyncJob> {
        match self {
            Self::Progress { job, .. } | Self::Succeeded { job } | Self::Failed { job } => job,
        }
    }

    /// Its place among the events of its import, also over a restart of the server: the percent,
    /// and 101 for the last.
    pub const fn sequence(&self) -> u8 {
        match self {
            Self::Progress { progress, .. } => progress.percent,
            Self::Succeeded { .. } | Self::Failed { .. } => LAST,
        }
    }

    /// Whether nothing comes after it.
    pub const fn is_last(&self) -> bool {
        self.sequence() == LAST
    }

    /// What an import that stands so is to be told of.
    fn of(job: Arc<SyncJob>, progress: Progress) -> Self {
        match job.state {
            JobState::Accepted | JobState::Running => Self::Progress { job, progress },
            JobState::Succeeded => Self::Succeeded { job },
            JobState::Failed | JobState::Cancelled => Self::Failed { job },
        }
    }
}

/// The events of imports; an error is the last.
pub type SyncEvents = BoxStream<'static, Result<SyncEvent, Error>>;

impl App {
    /// Where an import stands at once, and what happens to it until its end; or, without one, the
    /// same of every import that the caller may see and that is not over, for as long as the stream
    /// is read. Ends with an error when the caller's rights end.
    pub async fn watch_imports(
        self: &Arc<Self>,
        caller: &Caller,
        only: Option<SyncJobId>,
    ) -> Result<SyncEvents, Error> {
        let (app, caller) = (Arc::clone(self), caller.clone());
        let Some(job) = only else {
            self.reader(&caller).await?;
            let all = All::begin(app, caller);
            return Ok(stream::try_unfold(all, All::next).boxed());
        };
        app.visible_import(&caller, job).await?;
        let one = One {
            app,
            caller,
            job,
            standing: None,
            sent: None,
        };
        Ok(stream::try_unfold(one, One::next).into_stream().boxed())
    }

    /// The import, if it is one that the caller may see.
    async fn visible_import(&self, caller: &Caller, job: SyncJobId) -> Result<Arc<SyncJob>, Error> {
        let found = self.reader(caller).await?.get::<SyncJob>(job).await?;
        found.ok_or(Error::NotFound("import"))
    }
}

/// Watches one import.
struct One {
    app: Arc<App>,
    caller: Caller,
    job: SyncJobId,
    standing: Option<watch::Receiver<Standing>>,
    /// The sequence of the last event.
    sent: Option<u8>,
}

impl One {
    async fn next(mut self) -> Result<Option<(SyncEvent, Self)>, Error> {
        if self.sent == Some(LAST) {
            return Ok(None);
        }
        let live = Arc::clone(self.app.imports.live());
        loop {
            // First how far it has come, then its record: what is over is over in the record.
            let mut standing = self.standing.take().or_else(|| live.follow(self.job));
            let progress = standing.as_mut().map(|standing| *standing.borrow_and_update());
            let job = self.app.visible_import(&self.caller, self.job).await?;
            let progress = match progress {
                Some(Standing::At(progress)) => progress,
                Some(Standing::Over) | None => live.progress(self.job),
            };
            let event = SyncEvent::of(job, progress);
            if self.sent.is_none_or(|sent| sent < event.sequence()) {
                self.sent = Some(event.sequence());
                self.standing = standing;
                return Ok(Some((event, self)));
            }
            match &mut standing {
                // A sender that is gone has said that it is over.
                Some(standing) => drop(standing.changed().await),
                None => drop(live.news().changed().await),
            }
            self.standing = standing;
        }
    }
}

/// Watches all imports.
struct All {
    app: Arc<App>,
    caller: Caller,
    news: watch::Receiver<()>,
    /// How many imports had ended when it was last looked.
    ended: u64,
    /// The sequences of the last events of imports whose ends are not told yet.
    sent: HashMap<SyncJobId, u8>,
    /// What there is to look at, and whether because it has ended.
    waiting: VecDeque<(SyncJobId, bool)>,
}

impl All {
    fn begin(app: Arc<App>, caller: Caller) -> Self {
        let live = Arc::clone(app.imports.live());
        let mut news = live.news();
        news.mark_changed();
        Self {
            app,
            caller,
            news,
            ended: live.ended(),
            sent: HashMap::new(),
            waiting: VecDeque::new(),
        }
    }

    async fn next(mut self) -> Result<Option<(SyncEvent, Self)>, Error> {
        let live = Arc::clone(self.app.imports.live());
        loop {
            while let Some((id, has_ended)) = self.waiting.pop_front() {
                let progress = live.progress(id);
                let reader = self.app.reader(&self.caller).await?;
                let job = reader.get::<SyncJob>(id).await?;
                let event = job.map(|job| SyncEvent::of(job, progress));
                let sent = self.sent.get(&id).copied();
                let event = event.filter(|event| sent.is_none_or(|sent| sent < event.sequence()));
                match &event {
                    _ if has_ended => drop(self.sent.remove(&id)),
                    Some(event) => drop(self.sent.insert(id, event.sequence())),
                    None => {}
                }
                if let Some(event) = event {
                    return Ok(Some((event, self)));
                }
            }
            if self.news.changed().await.is_err() {
                return Ok(None);
            }
            self.look()?;
        }
    }

    /// Notes what has changed since it was last looked.
    fn look(&mut self) -> Result<(), Error> {
        let live = Arc::clone(self.app.imports.live());
        for (id, progress) in live.under_way() {
            if self.sent.get(&id).is_none_or(|sent| *sent < progress.percent) {
                self.waiting.push_back((id, false));
            }
        }
        let ended = live.ended_since(self.ended);
        let ended = ended.map_err(|_| Error::Unavailable("the watcher fell behind".to_owned()))?;
        self.ended += u64::try_from(ended.len()).unwrap_or_default();
        self.waiting.retain(|(id, _)| !ended.contains(id));
        self.waiting.extend(ended.into_iter().map(|id| (id, true)));
        Ok(())
    }
}
