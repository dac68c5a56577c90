//! What is told of the imports that are not over, and of those that came to their end last: made
//! once, and there for whoever watches, of whom nobody is waited for. Who may know of it is not known
//! here.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::event::SyncEvent;
use crate::domain::id::SyncJobId;
use crate::domain::import::{Phase, Progress};
use crate::domain::sync_job::SyncJob;
use crate::domain::time::Instant;

/// Progress of one import is told at most so often.
const MICROS_BETWEEN: i64 = 500_000;
/// Beyond so many watchers it is told less often, so that telling them takes a small part of the
/// time, however many they are.
const MICROS_A_WATCHER: i64 = 400;
/// So many events are remembered for watchers of all imports that are slow.
const REMEMBERED: usize = 4_096;

/// All imports that are not over, and what was told last.
pub struct Live {
    board: Mutex<Board>,
    news: watch::Sender<()>,
}

/// One import that is not over.
pub struct Track {
    /// What was told of it last.
    last: watch::Sender<Arc<SyncEvent>>,
    told: Mutex<Option<Instant>>,
    /// Whether whoever watches all imports knows of it.
    is_announced: AtomicBool,
    is_called_off: AtomicBool,
}

/// What whoever watches all imports looks at.
#[derive(Default)]
struct Board {
    tracks: HashMap<SyncJobId, Arc<Track>>,
    last: VecDeque<Arc<SyncEvent>>,
    /// How many events there were before the first of those.
    forgotten: u64,
}

/// A watcher of all imports has missed events that are no longer remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missed;

impl Default for Live {
    fn default() -> Self {
        Self {
            board: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }
}

impl Live {
    /// An import waits for its turn from now on. Whoever watches all imports is not told before it
    /// is [announced](Self::announce).
    pub fn enter(&self, job: &Arc<SyncJob>) {
        let track = Track {
            last: watch::Sender::new(Arc::new(SyncEvent::of(Arc::clone(job)))),
            told: Mutex::default(),
            is_announced: AtomicBool::new(false),
            is_called_off: AtomicBool::new(false),
        };
        self.board()
            .tracks
            .entry(job.id)
            .or_insert_with(|| Arc::new(track));
    }

    /// It is there for all who may see it.
    pub fn announce(&self, job: SyncJobId) {
        let mut board = self.board();
        let Some(track) = board.tracks.get(&job) else {
            return;
        };
        if track.is_announced.swap(true, Ordering::Relaxed) {
            return;
        }
        let event = Arc::clone(&track.last.borrow());
        board.push(event);
        drop(board);
        self.news.send_replace(());
    }

    /// It never came to be, or its record tells that it is over.
    pub fn leave(&self, job: SyncJobId) {
        self.board().tracks.remove(&job);
    }

    /// It is over, as its record says.
    pub fn end(&self, job: Arc<SyncJob>) {
        let id = job.id;
        let event = Arc::new(SyncEvent::of(job));
        let mut board = self.board();
        if let Some(track) = board.tracks.remove(&id) {
            track.is_called_off.store(true, Ordering::Relaxed);
            track.last.send_replace(Arc::clone(&event));
        }
        board.push(event);
        drop(board);
        self.news.send_replace(());
    }

    /// An import that is not over.
    pub fn track(&self, job: SyncJobId) -> Option<Arc<Track>> {
        self.board().tracks.get(&job).map(Arc::clone)
    }

    /// Follows an import that is not over: what was told of it last, and what will be.
    pub fn follow(&self, job: SyncJobId) -> Option<watch::Receiver<Arc<SyncEvent>>> {
        Some(self.board().tracks.get(&job)?.last.subscribe())
    }

    /// How far an import has come that is not over.
    pub fn progress(&self, job: SyncJobId) -> Progress {
        let track = self.track(job);
        track.map_or(Progress::at(Phase::Waiting, 0, 0), |track| {
            track.last.borrow().progress()
        })
    }

    /// Says when there is a new event.
    pub fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// What was told last of every import that is not over, and how many events there were.
    pub fn under_way(&self) -> (Vec<Arc<SyncEvent>>, u64) {
        let board = self.board();
        let announced = |track: &&Arc<Track>| track.is_announced.load(Ordering::Relaxed);
        let tracks = board.tracks.values().filter(announced);
        let events = tracks.map(|track| Arc::clone(&track.last.borrow()));
        (events.collect(), board.count())
    }

    /// The first event behind the first `seen` after which nothing newer was told of the same
    /// import, with the number of those up to it.
    pub fn next_after(&self, seen: u64) -> Result<Option<(Arc<SyncEvent>, u64)>, Missed> {
        let board = self.board();
        let known = seen.checked_sub(board.forgotten).ok_or(Missed)?;
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let mut behind = (seen + 1..).zip(board.last.iter().skip(known));
        let next = behind.find(|(_, event)| board.is_newest(event));
        Ok(next.map(|(number, event)| (Arc::clone(event), number)))
    }

    /// Whether nothing newer was told of the same import.
    pub fn is_newest(&self, event: &Arc<SyncEvent>) -> bool {
        self.board().is_newest(event)
    }

    /// Tells how far an import has come, if its percent has risen and it was not told a moment ago.
    pub fn reach(&self, track: &Track, progress: Progress, now: Instant) {
        let mut board = self.board();
        let event = Arc::clone(&track.last.borrow());
        let SyncEvent::Progress {
            job,
            progress: before,
        } = &*event
        else {
            return;
        };
        if progress.percent <= before.percent || !track.may_tell(self.news.receiver_count(), now) {
            return;
        }
        let job = Arc::clone(job);
        let event = Arc::new(SyncEvent::Progress { job, progress });
        track.last.send_replace(Arc::clone(&event));
        track.is_announced.store(true, Ordering::Relaxed);
        board.push(event);
        drop(board);
        self.news.send_replace(());
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn push(&mut self, event: Arc<SyncEvent>) {
        self.last.push_back(event);
        if self.last.len() > REMEMBERED {
            self.last.pop_front();
            self.forgotten += 1;
        }
    }

    fn count(&self) -> u64 {
        self.forgotten + u64::try_from(self.last.len()).unwrap_or_default()
    }

    fn is_newest(&self, event: &Arc<SyncEvent>) -> bool {
        let track = || self.tracks.get(&event.job().id);
        event.is_last() || track().is_some_and(|track| Arc::ptr_eq(&track.last.borrow(), event))
    }
}

impl Track {
    /// Whether nothing of it is to be applied any more.
    pub fn is_called_off(&self) -> bool {
        self.is_called_off.load(Ordering::Relaxed)
    }

    /// Whether it is time to tell, beside `others` who watch all imports, who watches this one.
    fn may_tell(&self, others: usize, now: Instant) -> bool {
        let watchers = i64::try_from(others + self.last.receiver_count()).unwrap_or(i64::MAX);
        let between = MICROS_BETWEEN.max(watchers.saturating_mul(MICROS_A_WATCHER));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was put back must not silence it.
        let since = told.map_or(i64::MAX, |told| {
            now.epoch_micros().abs_diff(told.epoch_micros()).cast_signed()
        });
        let is_time = since >= between;
        if is_time {
            *told = Some(now);
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::change::Face;
    use crate::domain::id::UserId;
    use crate::domain::import::{ImportKind, ImportOptions};
    use crate::domain::record::Meta;
    use crate::domain::sync_job::JobState;

    fn job(number: u128, state: JobState) -> Arc<SyncJob> {
        let user = UserId::new(Uuid::from_u128(9));
        Arc::new(SyncJob {
            id: SyncJobId::new(Uuid::from_u128(number)),
            meta: Meta::new(at(0)),
            owner_id: user,
            asked_by: user,
            token_id: None,
            face: Face::Import,
            kind: ImportKind::TimeEntries,
            options: ImportOptions::default(),
            idempotency_key: None,
            rows: 2,
            bytes: 0,
            state,
            started: None,
            finished: None,
            report: None,
            fault: None,
        })
    }

    fn at(millis: i64) -> Instant {
        Instant::from_epoch_micros(millis * 1_000)
    }

    /// An import that is being worked on.
    fn begun(live: &Live, number: u128) -> (SyncJobId, Arc<Track>) {
        let job = job(number, JobState::Running);
        live.enter(&job);
        live.announce(job.id);
        (job.id, live.track(job.id).unwrap())
    }

    /// The sequences of all events behind the first `seen`.
    fn told(live: &Live, mut seen: u64) -> Vec<u8> {
        let mut sequences = Vec::new();
        while let Some((event, number)) = live.next_after(seen).unwrap() {
            sequences.push(event.sequence());
            seen = number;
        }
        sequences
    }

    #[test]
    fn i16_percent_is_told_only_when_it_rises_and_at_most_twice_a_second() {
        let live = Live::default();
        let (id, track) = begun(&live, 1);
        let percent = |live: &Live| live.progress(id).percent;
        live.reach(&track, Progress::at(Phase::Reading, 1, 2), at(0));
        assert_eq!(percent(&live), 5);
        live.reach(&track, Progress::at(Phase::Matching, 0, 2), at(499));
        assert_eq!(percent(&live), 5, "too soon");
        live.reach(&track, Progress::at(Phase::Matching, 0, 2), at(500));
        assert_eq!(percent(&live), 10);
        live.reach(&track, Progress::at(Phase::Reading, 0, 2), at(2_000));
        assert_eq!(percent(&live), 10, "planned again, it does not fall");
        live.reach(&track, Progress::at(Phase::Planning, 0, 2), at(-9_000));
        assert_eq!(percent(&live), 40, "a clock that was put back");
        live.end(job(1, JobState::Succeeded));
        live.reach(&track, Progress::at(Phase::Writing, 0, 2), at(9_000));
        assert!(track.is_called_off() && live.follow(id).is_none());
        assert_eq!(
            track.last.borrow().sequence(),
            101,
            "nothing comes after the last event"
        );
    }

    #[test]
    fn i16_the_more_watch_the_less_often_is_told_how_far_it_has_come() {
        let live = Live::default();
        let (id, track) = begun(&live, 1);
        let _all: Vec<_> = (0..4_000).map(|_| live.news()).collect();
        let _one: Vec<_> = (0..1_000).map(|_| live.follow(id)).collect();
        live.reach(&track, Progress::at(Phase::Reading, 1, 2), at(0));
        live.reach(&track, Progress::at(Phase::Matching, 0, 2), at(1_999));
        assert_eq!(live.progress(id).percent, 5, "too soon for so many");
        live.reach(&track, Progress::at(Phase::Matching, 0, 2), at(2_000));
        assert_eq!(live.progress(id).percent, 10);
    }

    #[test]
    fn i16_a_slow_watcher_of_all_imports_is_told_the_newest_of_each_and_every_end() {
        let live = Live::default();
        let (_, first) = begun(&live, 1);
        let (_, seen) = live.under_way();
        begun(&live, 2);
        live.reach(&first, Progress::at(Phase::Reading, 1, 2), at(0));
        live.reach(&first, Progress::at(Phase::Matching, 0, 2), at(500));
        assert_eq!(told(&live, seen), [0, 10], "one event of each");
        live.end(job(1, JobState::Failed));
        live.end(job(2, JobState::Cancelled));
        assert_eq!(told(&live, seen), [101, 101]);
        for number in 10..10 + REMEMBERED as u128 {
            live.end(job(number, JobState::Succeeded));
        }
        assert_eq!(live.next_after(seen).err(), Some(Missed));
        assert_eq!(told(&live, live.under_way().1), [0_u8; 0]);
    }

    #[test]
    fn i19_an_import_is_not_told_of_before_it_was_accepted() {
        let live = Live::default();
        let new = job(1, JobState::Accepted);
        live.enter(&new);
        assert!(live.under_way().0.is_empty());
        assert_eq!(told(&live, 0), [0_u8; 0]);
        live.leave(new.id);
        live.announce(new.id);
        assert_eq!(told(&live, 0), [0_u8; 0], "it never came to be");
        live.enter(&new);
        live.announce(new.id);
        live.announce(new.id);
        assert_eq!(
            (told(&live, 0), live.under_way().0.len()),
            (vec![0], 1),
            "and once then"
        );
    }
}
