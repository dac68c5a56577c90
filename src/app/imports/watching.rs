//! What happens to imports, told to those who watch and may know of it (I16, I19). Whether they may
//! is asked anew for every event; what a slow watcher has not taken is not kept for them, so that
//! they hold up nobody: they are told where things stand when they ask again.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::watch;

use super::event::SyncEvent;
use super::live::Live;
use crate::app::reader::sight::Sight;
use crate::app::{App, Caller, Error};
use crate::domain::id::SyncJobId;
use crate::domain::record::Record;
use crate::domain::sync_job::SyncJob;

/// The events of imports, each the same for everybody who is told of it; an error is the last.
pub type SyncEvents = BoxStream<'static, Result<Arc<SyncEvent>, Error>>;

impl App {
    /// Where an import stands at once, and what happens to it until its end; or, without one, the
    /// same of every import that the caller may see and that is not over, for as long as the stream
    /// is read. Ends with an error when the caller's rights end.
    pub async fn watch_imports(
        self: &Arc<Self>,
        caller: &Caller,
        only: Option<SyncJobId>,
    ) -> Result<SyncEvents, Error> {
        let reader = self.reader(caller).await?;
        let watcher = Watcher {
            app: Arc::clone(self),
            caller: caller.clone(),
            sight: reader.sight(),
        };
        let Some(job) = only else {
            let all = All::begin(watcher);
            return Ok(stream::try_unfold(all, All::next).boxed());
        };
        let found = reader.get::<SyncJob>(job).await?;
        found.ok_or(Error::NotFound("import"))?;
        let one = One {
            watcher,
            job,
            events: None,
            sent: None,
        };
        Ok(stream::try_unfold(one, One::next).into_stream().boxed())
    }
}

/// Somebody who watches.
struct Watcher {
    app: Arc<App>,
    caller: Caller,
    sight: Sight,
}

impl Watcher {
    fn live(&self) -> &Live {
        self.app.imports.live()
    }

    /// Whether they may know of the event's import now; an error if they are nobody any more.
    async fn may_know_of(&mut self, event: &SyncEvent) -> Result<bool, Error> {
        let view = self.app.store.view(None).await?;
        if !self.sight.lasts_in(view.as_ref(), self.app.now()).await? {
            self.sight = self.app.reader(&self.caller).await?.sight();
        }
        Ok(self.sight.shows(&Record::SyncJob(Arc::clone(event.job()))))
    }

    /// How the import's record has it, if it is there.
    async fn recorded(&self, job: SyncJobId) -> Result<Option<Arc<SyncEvent>>, Error> {
        let record = self.app.store.view(None).await?.get::<SyncJob>(job).await?;
        Ok(record.map(|job| Arc::new(SyncEvent::of(job))))
    }
}

/// Watches one import.
struct One {
    watcher: Watcher,
    job: SyncJobId,
    events: Option<watch::Receiver<Arc<SyncEvent>>>,
    /// The sequence of the last event.
    sent: Option<u8>,
}

impl One {
    async fn next(mut self) -> Result<Option<(Arc<SyncEvent>, Self)>, Error> {
        if self.sent == Some(SyncEvent::LAST) {
            return Ok(None);
        }
        loop {
            let mut news = self.watcher.live().news();
            let event = self.newest().await?;
            if !self.watcher.may_know_of(&event).await? {
                return Err(Error::NotFound("import"));
            }
            if self.sent.is_none_or(|sent| sent < event.sequence()) {
                self.sent = Some(event.sequence());
                return Ok(Some((event, self)));
            }
            match &mut self.events {
                Some(events) => {
                    if events.changed().await.is_err() {
                        // Its record tells why nothing more is told of it.
                        self.events = None;
                    }
                }
                None => drop(news.changed().await),
            }
        }
    }

    /// What was told of it last, or what its record tells once it is over.
    async fn newest(&mut self) -> Result<Arc<SyncEvent>, Error> {
        let events = self.events.take();
        self.events = events.or_else(|| self.watcher.live().follow(self.job));
        if let Some(events) = &mut self.events {
            return Ok(Arc::clone(&events.borrow_and_update()));
        }
        let recorded = self.watcher.recorded(self.job).await?;
        recorded.ok_or(Error::NotFound("import"))
    }
}

/// Watches all imports.
struct All {
    watcher: Watcher,
    news: watch::Receiver<()>,
    /// What was told before of the imports that were not over when it began.
    before: VecDeque<Arc<SyncEvent>>,
    /// How many events it has seen.
    seen: u64,
}

impl All {
    fn begin(watcher: Watcher) -> Self {
        let news = watcher.live().news();
        let (mut before, seen) = watcher.live().under_way();
        before.sort_unstable_by_key(|event| event.job().id);
        Self {
            watcher,
            news,
            before: before.into(),
            seen,
        }
    }

    async fn next(mut self) -> Result<Option<(Arc<SyncEvent>, Self)>, Error> {
        loop {
            let Some(event) = self.newest()? else {
                if self.news.changed().await.is_err() {
                    return Ok(None);
                }
                continue;
            };
            if self.watcher.may_know_of(&event).await? {
                return Ok(Some((event, self)));
            }
        }
    }

    /// The first event that it has not seen and that nothing newer was told after.
    fn newest(&mut self) -> Result<Option<Arc<SyncEvent>>, Error> {
        let live = self.watcher.app.imports.live();
        while let Some(event) = self.before.pop_front() {
            if live.is_newest(&event) {
                return Ok(Some(event));
            }
        }
        let next = live.next_after(self.seen);
        let next = next.map_err(|_| Error::Unavailable("the watcher fell behind".to_owned()))?;
        Ok(next.map(|(event, number)| {
            self.seen = number;
            event
        }))
    }
}
