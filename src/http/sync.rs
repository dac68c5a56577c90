//! Imports over plain HTTP: `GET /sync/jobs/{id}` tells where one stands, `GET
//! /sync/jobs/{id}/events` how it goes on, as server-sent events, and uploads begin new ones. Members and values are those of
//! the GraphQL face.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::Semaphore;

use super::answer;
use super::area::Area;
use crate::app::{App, Caller, Error};
use crate::domain::error::FaultCode;
use crate::domain::id::SyncJobId;
use crate::domain::sync_job::SyncJob;

mod events;
mod job;
pub mod upload;

use events::Words;
use upload::Uploads;

/// What the paths of event streams end with.
pub const EVENTS: &str = "/events";

/// Where a client says which event it has seen last.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Resolves when the caller of an event stream is one no longer, or may do less than they could, and
/// says which.
#[derive(Clone)]
pub struct UntilWithdrawn(Arc<dyn Fn() -> BoxFuture<'static, Error> + Send + Sync>);

impl UntilWithdrawn {
    /// Waits for what `wait` waits for.
    pub fn new<F>(wait: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Error> + Send + 'static,
    {
        Self(Arc::new(move || wait().boxed()))
    }

    fn wait(&self) -> BoxFuture<'static, Error> {
        (self.0)()
    }
}

impl fmt::Debug for UntilWithdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UntilWithdrawn")
    }
}

/// The routes under `/sync`; an upload may have so many bytes as it comes.
pub fn routes(app: Arc<App>, upload_bytes: usize) -> Router {
    let uploads = Uploads {
        app: Arc::clone(&app),
        most_bytes: upload_bytes,
        places: Arc::new(Semaphore::new(upload::UPLOADS_AT_A_TIME)),
    };
    Router::new()
        .route("/sync/jobs/{id}", get(state))
        .with_state(Arc::clone(&app))
        .merge(
            Router::new()
                .route("/sync/jobs/{id}/events", get(stream))
                .with_state((app, Words::default())),
        )
        .merge(
            Router::new()
                .route("/sync/static-data", post(upload::static_data))
                .route("/sync/time-entries", post(upload::time_entries))
                .with_state(uploads),
        )
}

async fn state(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    let answer = async {
        let reader = app.reader(&caller).await?;
        let job = reader.get::<SyncJob>(read_id(&id)?).await?;
        let job = job.ok_or(Error::NotFound("import"))?;
        Ok(job::to_json(&job, reader.progress_of(&job)).to_string())
    };
    match answer.await {
        Ok(json) => described(Body::from(json), "application/json"),
        Err(refusal) => answer::refuse(Area::Sync, &refusal),
    }
}

async fn stream(
    State((app, words)): State<(Arc<App>, Words)>,
    Extension(caller): Extension<Caller>,
    Extension(withdrawn): Extension<UntilWithdrawn>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        let seen = headers.get(LAST_EVENT_ID).map(read_seen).transpose()?;
        let events = app.watch_imports(&caller, Some(read_id(&id)?)).await?;
        Ok(events::of(events, words, seen, withdrawn.wait()))
    };
    match begun.await {
        Ok(events) => {
            let mut response = described(Body::from_stream(events), "text/event-stream");
            // A proxy that collects the stream would hold it back.
            let unbuffered = HeaderValue::from_static("no");
            response.headers_mut().insert("x-accel-buffering", unbuffered);
            response
        }
        Err(refusal) => answer::refuse(Area::Sync, &refusal),
    }
}

fn described(body: Body, kind: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is no id names nothing.
fn read_id(text: &str) -> Result<SyncJobId, Error> {
    text.parse().map_err(|_| Error::NotFound("import"))
}

fn read_seen(header: &HeaderValue) -> Result<u8, Error> {
    let seen = header.to_str().ok().and_then(|text| text.parse().ok());
    seen.ok_or_else(|| {
        let message = "Last-Event-ID is the id of an event of this stream, 0 to 101";
        Error::fault(crate::domain::error::Path::ROOT, FaultCode::Malformed, message)
    })
}
