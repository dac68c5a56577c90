//! Chance that can be repeated: everything that a made-up company leaves to it is drawn here.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

use crate::domain::id::time_ordered_id;
use crate::domain::time::{Date, Instant};

/// A stream of chance.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// One of the streams of a seed; what is drawn from one changes nothing in another.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(stream);
        Self(chance)
    }

    /// A number below `bound`; 0 if there is none.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let scaled = u64::from(self.0.next_u32()) * (bound as u64);
        usize::try_from(scaled >> 32).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these, unless there are none.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let index = self.below(of.len());
        of.get(index)
    }

    /// One of the words of a list in which they are parted by `|`.
    pub(super) fn word(&mut self, of: &'static str) -> &'static str {
        let index = self.below(of.split('|').count());
        of.split('|').nth(index).unwrap_or_default()
    }

    /// `count` of these, or all of them if there are not so many; in no order.
    pub(super) fn some<'a, T>(&mut self, of: &'a [T], count: usize) -> Vec<&'a T> {
        let mut left: Vec<&T> = of.iter().collect();
        let mut taken = Vec::with_capacity(count.min(left.len()));
        while taken.len() < count && !left.is_empty() {
            let index = self.below(left.len());
            taken.push(left.swap_remove(index));
        }
        taken
    }

    /// An id made at `now`.
    pub(super) fn id(&mut self, now: Instant) -> Uuid {
        let mut tail = [0; 10];
        self.0.fill_bytes(&mut tail);
        time_ordered_id(now, tail)
    }
}

/// The instant so many minutes after midnight, UTC.
pub(super) fn instant(date: Date, minutes: i64) -> Instant {
    let midnight = i64::from(date.epoch_days()) * 86_400_000_000;
    Instant::from_epoch_micros(midnight).plus_seconds(minutes * 60)
}
