//! Logs: one line per request, for people or as JSON, on the error stream. Secrets and bodies are
//! never in them, nor what follows the `?` of an address.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::http::{Method, Request, StatusCode, Uri};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::request_id::RequestId;
use crate::domain::id::UserId;
use queue::Queue;

mod queue;

/// The one that logs go through, once there are logs.
static QUEUE: OnceLock<Queue> = OnceLock::new();

/// For the last lines to be written when the server ends, however slow the stream is.
const LAST_LINES: Duration = Duration::from_secs(1);
/// For the line of a panic to be written, which may be the last.
const AFTER_A_PANIC: Duration = Duration::from_millis(100);

/// What a log line looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For machines: one JSON object a line.
    Json,
}

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is none.
    #[error("not a log level: {0}; try `info`, or `info,punchcard=debug`")]
    Level(String),
    /// There are logs already.
    #[error(transparent)]
    Twice(#[from] TryInitError),
    /// Nothing can write them.
    #[error("the logs cannot be written: {0}")]
    Thread(#[from] io::Error),
}

/// The logs of this process. Dropped, they are written out.
pub struct Logs(Queue);

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.flush(LAST_LINES);
    }
}

/// Begins to log to the error stream; panics go there too. What is logged is written by the time
/// that the result is dropped.
pub fn begin(format: Format, level: &str) -> Result<Logs, LogError> {
    let filter = EnvFilter::try_new(level).map_err(|error| LogError::Level(error.to_string()))?;
    let queue = Queue::to(io::stderr())?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(queue.clone())
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    match format {
        Format::Human => logs.finish().try_init()?,
        Format::Json => logs.json().flatten_event(true).finish().try_init()?,
    }
    let logs = Logs(QUEUE.get_or_init(|| queue.clone()).clone());
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("a panic without a message");
        tracing::error!(place, message, "a panic");
        queue.flush(AFTER_A_PANIC);
    }));
    Ok(logs)
}

/// Log lines that were dropped so far, because the error stream was slow or shut.
pub fn dropped_lines() -> u64 {
    QUEUE.get().map_or(0, Queue::dropped)
}

/// The line of one request. Dropped before it is written, it says that the client left.
pub struct Line {
    method: Method,
    uri: Uri,
    id: RequestId,
    user: Option<UserId>,
    acting_for: Option<UserId>,
    begun: Instant,
    is_written: bool,
}

impl Line {
    /// The line of `request`, which began at `begun`.
    pub fn of<B>(request: &Request<B>, id: RequestId, begun: Instant) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            id,
            user: None,
            acting_for: None,
            begun,
            is_written: false,
        }
    }

    /// Notes who called, and for whom if not for themselves.
    pub const fn set_caller(&mut self, user: UserId, acting_for: Option<UserId>) {
        self.user = Some(user);
        self.acting_for = acting_for;
    }

    /// Writes the line of an answered request, which took so long.
    pub fn write(mut self, status: StatusCode, took: Duration) {
        self.is_written = true;
        self.put(Some(status), took);
    }

    fn put(&self, status: Option<StatusCode>, took: Duration) {
        let path = self.uri.path();
        let user = self.user.map(tracing::field::display);
        let acting_for = self.acting_for.map(tracing::field::display);
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let (method, request) = (self.method.as_str(), self.id.as_str());
        match status.map(|status| status.as_u16()) {
            None => tracing::info!(
                request,
                method,
                path,
                user,
                acting_for,
                microseconds,
                "the client left"
            ),
            Some(status @ 500..) => {
                tracing::warn!(
                    request,
                    method,
                    path,
                    user,
                    acting_for,
                    status,
                    microseconds,
                    "answered"
                );
            }
            // Whoever watches a server asks this every second.
            Some(status) if path.starts_with("/health/") => {
                tracing::debug!(
                    request,
                    method,
                    path,
                    user,
                    acting_for,
                    status,
                    microseconds,
                    "answered"
                );
            }
            Some(status) => tracing::info!(
                request,
                method,
                path,
                user,
                acting_for,
                status,
                microseconds,
                "answered"
            ),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.is_written {
            self.put(None, self.begun.elapsed());
        }
    }
}
