//! The events of an import as server-sent events, with comments while there is nothing to say,
//! until the import or the session is over. That the server stops is the gate's matter.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::job::event_to_json;
use crate::app::Error;
use crate::app::imports::SyncEvent;
use crate::app::imports::watching::SyncEvents;
use crate::json::lately::{Lately, Same};

/// How often a stream that has nothing to say sends a comment.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(12);

/// What was told last: written once for all who watch.
pub type Words = Arc<Lately<Same<SyncEvent>, Bytes>>;

struct State {
    events: SyncEvents,
    words: Words,
    /// The event that the client has seen last.
    seen: Option<u8>,
    withdrawn: BoxFuture<'static, Error>,
    keep_alive: Interval,
    is_over: bool,
}

/// The events behind the one that was seen, and the last one in any case.
pub fn of(
    events: SyncEvents,
    words: Words,
    seen: Option<u8>,
    withdrawn: BoxFuture<'static, Error>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let mut keep_alive = interval_at(tokio::time::Instant::now() + KEEP_ALIVE_EVERY, KEEP_ALIVE_EVERY);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let state = State {
        events,
        words,
        seen,
        withdrawn,
        keep_alive,
        is_over: false,
    };
    stream::unfold(state, next).map(Ok)
}

async fn next(mut state: State) -> Option<(Bytes, State)> {
    while !state.is_over {
        let text = tokio::select! {
            biased;
            error = &mut state.withdrawn => {
                state.is_over = true;
                refusal(&error).into()
            }
            event = state.events.next() => match event? {
                Ok(event) if is_seen(&event, state.seen) => continue,
                Ok(event) => {
                    state.is_over = event.is_last();
                    in_words(event, &state.words)
                }
                Err(error) => {
                    state.is_over = true;
                    refusal(&error).into()
                }
            },
            _ = state.keep_alive.tick() => Bytes::from_static(b":\n\n"),
        };
        return Some((text, state));
    }
    None
}

fn is_seen(event: &SyncEvent, seen: Option<u8>) -> bool {
    !event.is_last() && seen.is_some_and(|seen| event.sequence() <= seen)
}

fn in_words(event: Arc<SyncEvent>, words: &Words) -> Bytes {
    let key = Same(event);
    words.find(&key).unwrap_or_else(|| {
        let text = Bytes::from(written(&key.0));
        words.keep(key, text.clone());
        text
    })
}

fn written(event: &SyncEvent) -> String {
    let sequence = event.sequence();
    let (name, data) = event_to_json(event);
    // JSON that is written without spaces has no line ends, which would end the data.
    format!("id: {sequence}\nevent: {name}\ndata: {data}\n\n")
}

fn refusal(error: &Error) -> String {
    if let Some(cause) = error.cause() {
        tracing::warn!(code = error.code(), cause, "an event stream ends");
    }
    let data = json!({ "error": { "code": error.code(), "message": error.to_string() } });
    format!("event: error\ndata: {data}\n\n")
}
