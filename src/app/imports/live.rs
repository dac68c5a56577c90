//! How far the imports that are not over have come, and which came to their end: told to whoever
//! watches, of whom nobody is waited for. What an import is, and who may know of it, is not known
//! here.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use tokio::sync::watch;

use crate::domain::id::SyncJobId;
use crate::domain::import::{Phase, Progress};
use crate::domain::time::Instant;

/// Progress of one import is told at most so often.
const MICROS_BETWEEN: i64 = 500_000;
/// So many ends are remembered for watchers of all imports that are slow.
const REMEMBERED_ENDS: usize = 4_096;

/// Where an import stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It has come so far.
    At(Progress),
    /// It is over; its record says how.
    Over,
}

/// All imports that are not over.
pub struct Live {
    tracks: DashMap<SyncJobId, Arc<Track>>,
    ends: Mutex<Ends>,
    news: watch::Sender<()>,
}

/// One import that is not over.
pub struct Track {
    standing: watch::Sender<Standing>,
    told: Mutex<Option<Instant>>,
    is_called_off: AtomicBool,
}

/// The imports that came to their end last.
#[derive(Default)]
struct Ends {
    last: VecDeque<SyncJobId>,
    /// How many ended before the first of those.
    forgotten: u64,
}

/// A watcher of all imports has missed ends that are no longer remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missed;

impl Default for Live {
    fn default() -> Self {
        Self {
            tracks: DashMap::new(),
            ends: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }
}

impl Live {
    /// An import waits for its turn from now on.
    pub fn enter(&self, job: SyncJobId) -> Arc<Track> {
        let track = self.tracks.entry(job).or_insert_with(|| {
            Arc::new(Track {
                standing: watch::Sender::new(Standing::At(Progress::at(Phase::Waiting, 0, 0))),
                told: Mutex::default(),
                is_called_off: AtomicBool::new(false),
            })
        });
        Arc::clone(&track)
    }

    /// It never came to be.
    pub fn leave(&self, job: SyncJobId) {
        self.tracks.remove(&job);
    }

    /// It is over, and its record says so.
    pub fn end(&self, job: SyncJobId) {
        if let Some((_, track)) = self.tracks.remove(&job) {
            track.is_called_off.store(true, Ordering::Relaxed);
            track.standing.send_replace(Standing::Over);
        }
        self.ends().push(job);
        self.tell();
    }

    /// There is something new for whoever watches all imports.
    pub fn tell(&self) {
        self.news.send_replace(());
    }

    /// Follows an import that is not over.
    pub fn follow(&self, job: SyncJobId) -> Option<watch::Receiver<Standing>> {
        Some(self.tracks.get(&job)?.standing.subscribe())
    }

    /// How far an import has come that is not over.
    pub fn progress(&self, job: SyncJobId) -> Progress {
        let standing = self.tracks.get(&job).map(|track| *track.standing.borrow());
        match standing {
            Some(Standing::At(progress)) => progress,
            Some(Standing::Over) => Progress::at(Phase::Done, 0, 0),
            None => Progress::at(Phase::Waiting, 0, 0),
        }
    }

    /// Says when there is something new.
    pub fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// How many imports have ended.
    pub fn ended(&self) -> u64 {
        self.ends().count()
    }

    /// Which imports have ended since so many had.
    pub fn ended_since(&self, count: u64) -> Result<Vec<SyncJobId>, Missed> {
        let ends = self.ends();
        let known = count.checked_sub(ends.forgotten).ok_or(Missed)?;
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        Ok(ends.last.iter().skip(known).copied().collect())
    }

    /// Every import that is not over, with how far it has come.
    pub fn under_way(&self) -> Vec<(SyncJobId, Progress)> {
        let tracks = self.tracks.iter();
        tracks
            .filter_map(|track| match *track.standing.borrow() {
                Standing::At(progress) => Some((*track.key(), progress)),
                Standing::Over => None,
            })
            .collect()
    }

    /// Tells how far an import has come, if its percent has risen and it was not told a moment ago.
    pub fn reach(&self, track: &Track, progress: Progress, now: Instant) {
        if track.reach(progress, now) {
            self.tell();
        }
    }

    fn ends(&self) -> std::sync::MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    fn push(&mut self, job: SyncJobId) {
        self.last.push_back(job);
        if self.last.len() > REMEMBERED_ENDS {
            self.last.pop_front();
            self.forgotten += 1;
        }
    }

    fn count(&self) -> u64 {
        self.forgotten + u64::try_from(self.last.len()).unwrap_or_default()
    }
}

impl Track {
    /// Whether nothing of it is to be applied any more.
    pub fn is_called_off(&self) -> bool {
        self.is_called_off.load(Ordering::Relaxed)
    }

    fn reach(&self, progress: Progress, now: Instant) -> bool {
        let rises = match *self.standing.borrow() {
            Standing::At(last) => progress.percent > last.percent,
            Standing::Over => false,
        };
        if !rises {
            return false;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was put back must not silence it.
        let since = told.map_or(i64::MAX, |told| {
            now.epoch_micros().abs_diff(told.epoch_micros()).cast_signed()
        });
        if since < MICROS_BETWEEN {
            return false;
        }
        *told = Some(now);
        self.standing.send_if_modified(|standing| match standing {
            Standing::At(last) if progress.percent > last.percent => {
                *last = progress;
                true
            }
            Standing::At(_) | Standing::Over => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn job(number: u128) -> SyncJobId {
        SyncJobId::new(Uuid::from_u128(number))
    }

    #[test]
    fn i16_percent_is_told_only_when_it_rises_and_at_most_twice_a_second() {
        let live = Live::default();
        let track = live.enter(job(1));
        let at = |millis: i64| Instant::from_epoch_micros(millis * 1_000);
        let percent = |live: &Live| live.progress(job(1)).percent;
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
        live.end(job(1));
        live.reach(&track, Progress::at(Phase::Writing, 0, 2), at(9_000));
        assert!(track.is_called_off() && live.follow(job(1)).is_none());
    }

    #[test]
    fn i16_ends_are_remembered_and_whoever_is_too_slow_is_told_so() {
        let live = Live::default();
        let begun = live.ended();
        live.end(job(1));
        live.end(job(2));
        assert_eq!(live.ended_since(begun), Ok(vec![job(1), job(2)]));
        assert_eq!(live.ended_since(begun + 1), Ok(vec![job(2)]));
        for _ in 0..REMEMBERED_ENDS {
            live.end(job(3));
        }
        assert_eq!(live.ended_since(begun + 1), Err(Missed));
        assert_eq!(live.ended_since(live.ended()), Ok(Vec::new()));
    }
}
