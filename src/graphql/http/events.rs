//! Answers as a stream of server-sent events, with comments while there is nothing to say, until
//! the operation, the session or the server ends.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use crate::graphql::front::Answer;
use crate::graphql::front::refusal::{Code, Refusal};
use crate::graphql::session::{Ended, Session};

/// What ends a stream before its operation does.
#[derive(Debug)]
enum End {
    Session(Ended),
    /// The connection is cut without a `complete`, so that clients come back.
    Shutdown,
}

struct State {
    answers: BoxStream<'static, Answer>,
    end: BoxFuture<'static, End>,
    keep_alive: Interval,
    /// What is left to say once the answers are over.
    last: Option<&'static [u8]>,
}

/// `next` for each answer, `complete` at the end.
pub fn events(
    answers: BoxStream<'static, Answer>,
    session: &Session,
    mut shutdown: watch::Receiver<bool>,
    keep_alive_every: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let session = session.clone();
    let end = async move {
        tokio::select! {
            ended = session.ended() => End::Session(ended),
            // A sender that is gone means that the server is, too.
            _ = shutdown.wait_for(|leaving| *leaving) => End::Shutdown,
        }
    };
    let mut keep_alive = interval_at(tokio::time::Instant::now() + keep_alive_every, keep_alive_every);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let state = State {
        answers,
        end: end.boxed(),
        keep_alive,
        last: Some(b"event: complete\ndata:\n\n"),
    };
    stream::unfold(state, next).map(Ok)
}

async fn next(mut state: State) -> Option<(Bytes, State)> {
    state.last?;
    let event = tokio::select! {
        biased;
        end = &mut state.end => match end {
            End::Shutdown => return None,
            End::Session(ended) => {
                let code = match ended {
                    Ended::Expired | Ended::Revoked => Code::Unauthenticated,
                    Ended::Narrowed => Code::Forbidden,
                };
                let refusal = Refusal::new(code, ended.reason());
                let mut event = event(&refusal.to_json());
                event.extend_from_slice(state.last.take().unwrap_or_default());
                event.into()
            }
        },
        answer = state.answers.next() => match answer {
            Some(Answer { common: Some(common), .. }) => common.event(event),
            Some(answer) => event(&answer.json).into(),
            None => Bytes::from_static(state.last.take().unwrap_or_default()),
        },
        _ = state.keep_alive.tick() => Bytes::from_static(b":\n\n"),
    };
    Some((event, state))
}

/// JSON on one line: a line end, which only stands between tokens, would end the event's data.
fn event(json: &[u8]) -> Vec<u8> {
    let mut event = b"event: next\ndata: ".to_vec();
    event.extend(json.iter().map(|byte| {
        if matches!(byte, b'\n' | b'\r') {
            b' '
        } else {
            *byte
        }
    }));
    event.extend_from_slice(b"\n\n");
    event
}
