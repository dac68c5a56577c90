//! Documents that were read before, by their text: bounded in number and in bytes. What was not
//! asked for lately goes first (second chance), and finding one takes no lock that another finder
//! waits for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ahash::RandomState;
use dashmap::DashMap;

use super::document::Document;

/// The kept documents.
#[derive(Debug)]
pub struct DocumentCache {
    entries: DashMap<Arc<str>, Entry, RandomState>,
    /// Texts in the order in which they are considered for removal.
    queue: Mutex<VecDeque<Arc<str>>>,
    bytes: AtomicUsize,
    most_entries: usize,
    most_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    document: Arc<Document>,
    asked: AtomicBool,
}

impl DocumentCache {
    /// A cache that keeps so many documents and about so many bytes.
    pub fn new(most_entries: usize, most_bytes: usize) -> Self {
        Self {
            entries: DashMap::with_hasher(RandomState::new()),
            queue: Mutex::new(VecDeque::new()),
            bytes: AtomicUsize::new(0),
            most_entries,
            most_bytes,
        }
    }

    /// The document with exactly this text.
    pub fn get(&self, text: &str) -> Option<Arc<Document>> {
        let entry = self.entries.get(text)?;
        // Read first: a store would take the cache line from every other core.
        if !entry.asked.load(Ordering::Relaxed) {
            entry.asked.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(&entry.document))
    }

    /// Keeps a document, and lets go of others as long as there are too many.
    pub fn insert(&self, text: &str, document: &Arc<Document>) {
        let weight = document.weight.load(Ordering::Relaxed);
        if weight > self.most_bytes / 4 {
            return;
        }
        let key: Arc<str> = text.into();
        let entry = Entry {
            document: Arc::clone(document),
            asked: AtomicBool::new(false),
        };
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // Two requests may have read the same text at the same time.
        if let Some(before) = self.entries.insert(Arc::clone(&key), entry) {
            self.release(&before);
        } else {
            queue.push_back(key);
        }
        self.bytes.fetch_add(weight, Ordering::Relaxed);
        self.shrink(&mut queue);
    }

    /// Notes that a kept document took `bytes` more.
    pub fn grow(&self, document: &Document, bytes: usize) {
        document.weight.fetch_add(bytes, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.shrink(&mut queue);
    }

    fn shrink(&self, queue: &mut VecDeque<Arc<str>>) {
        // Every entry gets at most one second chance.
        let mut chances = queue.len();
        while queue.len() > self.most_entries || self.bytes.load(Ordering::Relaxed) > self.most_bytes {
            let Some(text) = queue.pop_front() else { return };
            let spared = chances > 0
                && self
                    .entries
                    .get(&text)
                    .is_some_and(|e| e.asked.swap(false, Ordering::Relaxed));
            if spared {
                chances -= 1;
                queue.push_back(text);
            } else if let Some((_, entry)) = self.entries.remove(&text) {
                self.release(&entry);
            }
        }
    }

    fn release(&self, entry: &Entry) {
        let weight = entry.document.weight.load(Ordering::Relaxed);
        let less = |bytes: usize| Some(bytes.saturating_sub(weight));
        let _ = self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
