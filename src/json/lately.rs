//! What was made last, so that what many ask for at the same time is made once. It knows neither
//! what is made nor from what.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many are kept.
const KEPT: usize = 64;

/// The last values that were made, each from a key.
#[derive(Debug)]
pub struct Lately<K, V>(Mutex<VecDeque<(K, V)>>);

/// A key that is this very thing, not only one that is equal.
#[derive(Debug, Clone)]
pub struct Same<T>(pub Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V: Clone> Lately<K, V> {
    /// What was made of this key, if it was lately.
    pub fn find(&self, key: &K) -> Option<V> {
        let made = self.made();
        // Who asks for the same asks at the same time.
        let found = made.iter().rev().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone())
    }

    /// Keeps what was made, in the place of what was made first.
    pub fn keep(&self, key: K, value: V) {
        let mut made = self.made();
        if made.len() >= KEPT {
            made.pop_front();
        }
        made.push_back((key, value));
    }

    fn made(&self) -> MutexGuard<'_, VecDeque<(K, V)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_found_and_no_more_are_kept() {
        let lately = Lately::default();
        for number in 0..=KEPT {
            assert_eq!(lately.find(&number), None);
            lately.keep(number, number * 2);
        }
        assert_eq!(lately.find(&KEPT), Some(KEPT * 2));
        assert_eq!(lately.find(&1), Some(2));
        assert_eq!((lately.find(&0), lately.made().len()), (None, KEPT));
    }
}
