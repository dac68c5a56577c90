//! What nobody read of a request's body: it is taken and thrown away, up to a bound, so that whoever
//! was refused can read why and ask again over the same connection. To close a connection with
//! something unread in it would take the refusal along.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::header::EXPECT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Version};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The most bytes that are thrown away of one body.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What becomes of the part of a body that nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is thrown away, and the connection goes on.
    ThrownAway,
    /// It is not taken, and the connection has to end, which the peer is to be told.
    EndsConnection,
    /// It is not taken, and the connection goes on: HTTP/2 ends the one stream.
    EndsStream,
}

impl Unread {
    /// What becomes of it, by the request's head and the bytes that its body has at least.
    pub fn of(head: &Parts, body: &Incoming) -> Self {
        if head.version >= Version::HTTP_2 {
            return Self::EndsStream;
        }
        let at_least = body.size_hint().lower();
        if waits_to_be_asked(&head.headers) || at_least > MOST_BYTES as u64 {
            return Self::EndsConnection;
        }
        Self::ThrownAway
    }
}

/// To read on would ask for what is not wanted.
fn waits_to_be_asked(headers: &HeaderMap) -> bool {
    headers.contains_key(EXPECT)
}

/// A body of which the rest is thrown away when nobody reads it any more.
pub struct ReadOut {
    body: Option<Incoming>,
    within: Duration,
}

impl ReadOut {
    /// This body; what is left of it may take so long to come.
    pub const fn new(body: Incoming, within: Duration) -> Self {
        Self {
            body: Some(body),
            within,
        }
    }
}

impl Body for ReadOut {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(body) = self.body.as_mut() else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for ReadOut {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        // Without a runtime there is no connection left either.
        if let Some(rest) = rest
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(throw_away(rest, self.within));
        }
    }
}

/// A body that is dropped before its end ends its connection.
async fn throw_away(mut body: Incoming, within: Duration) {
    let all = async {
        let mut bytes = 0;
        while bytes <= MOST_BYTES
            && let Some(Ok(frame)) = body.frame().await
        {
            bytes += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    let _too_late = timeout(within, all).await;
}
