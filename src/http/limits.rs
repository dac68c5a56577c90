//! How much of a body is taken, and whether it has come.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::Limited;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::unread::{ReadOut, Unread};
use crate::app::Error;

/// Whether a request says of itself that its body is larger than `limit` bytes.
pub fn is_too_large(headers: &HeaderMap, limit: usize) -> bool {
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| length > limit as u64)
}

/// The refusal of a body that is larger than `limit` bytes.
pub fn too_large(limit: usize) -> Error {
    Error::TooLarge(format!("a request's body may have at most {limit} bytes"))
}

/// A request's body, of which at most `limit` bytes are taken, and whether it has come. What is not
/// taken of it may come for another `unread_time`.
pub fn bounded(head: &Parts, body: Incoming, limit: usize, unread_time: Duration) -> (Body, Arrival) {
    if body.is_end_stream() {
        return (Body::empty(), Arrival(None));
    }
    let unread = Unread::of(head, &body);
    let complete = Arc::new(AtomicBool::new(false));
    let arrival = Arrival(Some((Arc::clone(&complete), unread)));
    let body = match unread {
        Unread::ThrownAway => watched(ReadOut::new(body, unread_time), limit, complete),
        Unread::EndsConnection | Unread::EndsStream => watched(body, limit, complete),
    };
    (body, arrival)
}

fn watched<B>(body: B, limit: usize, complete: Arc<AtomicBool>) -> Body
where
    B: HttpBody<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    Body::new(Watched {
        body: Limited::new(body, limit),
        complete,
    })
}

/// Whether a body has come.
pub struct Arrival(Option<(Arc<AtomicBool>, Unread)>);

impl Arrival {
    /// Whether nothing of the body is outstanding.
    pub fn is_complete(&self) -> bool {
        self.0
            .as_ref()
            .is_none_or(|(complete, _)| complete.load(Ordering::Relaxed))
    }

    /// Whether the connection cannot go on behind the answer.
    pub fn ends_connection(&self) -> bool {
        let unread = self.0.as_ref().map(|(_, unread)| *unread);
        unread == Some(Unread::EndsConnection) && !self.is_complete()
    }
}

/// Notes when the body is at its end.
struct Watched<B> {
    body: Limited<B>,
    complete: Arc<AtomicBool>,
}

impl<B> HttpBody for Watched<B>
where
    B: HttpBody<Data = Bytes, Error = hyper::Error> + Unpin,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.complete.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
