//! The system's clock and its source of randomness: the one place where the program learns what
//! time it is and draws what nobody can guess.

use chrono::Utc;
use rand::rngs::OsRng;
use rand::{RngCore, TryRngCore};
use uuid::Uuid;

use crate::app::ports::Secrets;
use crate::domain::id::{IdSource, time_ordered_id};
use crate::domain::time::{Clock, Instant};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock that is passed in")]
    fn now(&self) -> Instant {
        Instant::from_epoch_micros(Utc::now().timestamp_micros())
    }
}

/// Ids of version 7 with random tails.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    fn next(&self, now: Instant) -> Uuid {
        let mut tail = [0; 10];
        rand::rng().fill_bytes(&mut tail);
        time_ordered_id(now, tail)
    }
}

/// Secrets from the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemSecrets;

impl Secrets for SystemSecrets {
    fn draw(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        if OsRng.try_fill_bytes(&mut secret).is_err() {
            // Seeded by the system when the process began, and no easier to guess.
            rand::rng().fill_bytes(&mut secret);
        }
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, IdSource, Secrets, SystemClock, SystemSecrets, TimeOrderedIds};

    #[test]
    fn ids_are_of_version_seven_and_sort_by_time() {
        let now = SystemClock.now();
        let (earlier, later) = (TimeOrderedIds.next(now), TimeOrderedIds.next(now.plus_seconds(1)));
        assert_eq!(earlier.get_version_num(), 7);
        assert!(earlier < later);
        assert_ne!(TimeOrderedIds.next(now), TimeOrderedIds.next(now));
    }

    #[test]
    fn no_two_secrets_are_alike() {
        assert_ne!(SystemSecrets.draw(), SystemSecrets.draw());
    }
}
