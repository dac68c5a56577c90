//! The latest writes, for those who follow them: a bounded window that every follower reads at
//! its own pace. Who falls behind it is told so; nobody holds up the writer.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use crate::store::{Change, Lagged, Token};

/// At most so many writes are kept.
const MAX_CHANGES: usize = 8_192;
/// At most so many records are kept in them, but for a single larger write.
const MAX_RECORDS: usize = 200_000;

/// The latest writes.
#[derive(Debug)]
pub struct Feed {
    window: RwLock<Window>,
}

#[derive(Debug)]
struct Window {
    /// The write before the first that is kept.
    before: Token,
    changes: VecDeque<Arc<Change>>,
    records: usize,
}

fn size(change: &Change) -> usize {
    change.puts.len() + change.deleted.len()
}

impl Feed {
    /// A feed that begins after the write at `at`.
    pub const fn starting_after(at: Token) -> Self {
        Self {
            window: RwLock::new(Window {
                before: at,
                changes: VecDeque::new(),
                records: 0,
            }),
        }
    }

    /// Adds the next writes, in order.
    pub fn add(&self, changes: impl Iterator<Item = Arc<Change>>) {
        let mut window = self.window.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            window.records += size(&change);
            window.changes.push_back(change);
        }
        while window.changes.len() > MAX_CHANGES || (window.records > MAX_RECORDS && window.changes.len() > 1)
        {
            if let Some(oldest) = window.changes.pop_front() {
                window.records -= size(&oldest);
                window.before = oldest.at;
            }
        }
    }

    /// At most some of the writes after `after`, in order; none if there are none yet.
    pub fn after(&self, after: Token) -> Result<VecDeque<Arc<Change>>, Lagged> {
        const AT_ONCE: usize = 64;
        let window = self.window.read().unwrap_or_else(PoisonError::into_inner);
        if after < window.before {
            return Err(Lagged);
        }
        let start = window.changes.partition_point(|change| change.at <= after);
        Ok(window.changes.range(start..).take(AT_ONCE).cloned().collect())
    }
}

/// Where a follower is.
struct Follower {
    feed: Arc<Feed>,
    news: watch::Receiver<Token>,
    at: Token,
    ready: VecDeque<Arc<Change>>,
    has_lagged: bool,
}

/// Every write after `after`, until the store is closed or the reader lags; `news` tells of the
/// newest write.
pub fn follow(
    feed: Arc<Feed>,
    news: watch::Receiver<Token>,
    after: Token,
) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
    let follower = Follower {
        feed,
        news,
        at: after,
        ready: VecDeque::new(),
        has_lagged: false,
    };
    stream::unfold(follower, next).boxed()
}

async fn next(mut follower: Follower) -> Option<(Result<Arc<Change>, Lagged>, Follower)> {
    while !follower.has_lagged {
        if let Some(change) = follower.ready.pop_front() {
            follower.at = change.at;
            return Some((Ok(change), follower));
        }
        follower.news.mark_unchanged();
        match follower.feed.after(follower.at) {
            Ok(ready) if ready.is_empty() => follower.news.changed().await.ok()?,
            Ok(ready) => follower.ready = ready,
            Err(Lagged) => {
                follower.has_lagged = true;
                return Some((Err(Lagged), follower));
            }
        }
    }
    None
}
