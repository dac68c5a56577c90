//! What every request goes through, in order: its area, the caller, the limits, the face, and at
//! the end the log and the figures. One function instead of a stack of layers, because each layer
//! costs an allocation and the order is the point.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use hyper::body::Incoming;
use tower::Service;

use super::answer;
use super::area::Area;
use super::auth::Doorkeeper;
use super::closing::Closing;
use super::limits::{self, Arrival};
use super::logs::Line;
use super::metrics::Figures;
use super::request_id::{REQUEST_ID, RequestIds};
use crate::app::{Caller, Error};
use crate::config::Limits;

/// What answers the requests of one path.
#[derive(Clone)]
pub struct Direct {
    /// The path, as a whole.
    pub path: &'static str,
    /// Answers.
    pub answer: Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response> + Send + Sync>,
}

/// The routes behind the gate.
#[derive(Clone, Default)]
pub struct Routes {
    /// The busiest path, which only known callers reach, if it is to be spared the way through a router.
    pub busiest: Option<Direct>,
    /// What only known callers reach.
    pub faces: Router,
    /// What everybody reaches: health, and the page's own assets.
    pub pages: Router,
}

impl Routes {
    async fn answer(&self, area: Area, request: Request<Body>) -> Response {
        if let Some(busiest) = &self.busiest
            && busiest.path == request.uri().path()
        {
            return (busiest.answer)(request).await;
        }
        let router = if area == Area::Page {
            &self.pages
        } else {
            &self.faces
        };
        match router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Puts a caller into a request, in the form in which the face looks for them there; what takes
/// time is answered, to be waited for.
pub type Introduce =
    Arc<dyn for<'a> Fn(Area, Caller, &'a mut Parts) -> Option<BoxFuture<'a, ()>> + Send + Sync>;

/// The way in.
pub struct Gate {
    routes: Routes,
    doorkeeper: Arc<Doorkeeper>,
    introduce: Introduce,
    request_time: Duration,
    unread_time: Duration,
    body_bytes: usize,
    upload_bytes: usize,
    ids: RequestIds,
    figures: Figures,
    closing: Closing,
}

impl Gate {
    /// A gate before these routes.
    pub fn new(
        routes: Routes,
        doorkeeper: Arc<Doorkeeper>,
        introduce: Introduce,
        limits: &Limits,
        closing: Closing,
    ) -> Self {
        Self {
            routes,
            doorkeeper,
            introduce,
            request_time: limits.request_time,
            unread_time: limits.header_time,
            body_bytes: limits.body_bytes,
            upload_bytes: limits.upload_bytes,
            ids: RequestIds::new(),
            figures: Figures::register(),
            closing,
        }
    }

    /// Forgets the callers who have been quiet.
    pub fn forget_quiet_callers(&self) {
        self.doorkeeper.forget_quiet_callers();
    }

    /// Answers a request of `peer`; never fails and never panics.
    pub async fn answer(
        self: Arc<Self>,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> Result<Response, Infallible> {
        let begun = Instant::now();
        let id = self.ids.of(request.headers());
        let area = Area::of(request.uri().path());
        let mut line = Line::of(&request, id.clone(), begun);
        let under_way = self.figures.begin(area);
        let (parts, body) = request.into_parts();
        let (body, arrival) = limits::bounded(&parts, body, self.body_bytes_for(area), self.unread_time);
        let passing = self.pass(peer, area, (parts, body), &arrival, &mut line);
        let answered = AssertUnwindSafe(passing).catch_unwind();
        let mut response = answered.await.unwrap_or_else(|_| panicked(area));
        let headers = response.headers_mut();
        if arrival.ends_connection() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        headers.insert(REQUEST_ID, id.into_value());
        headers
            .entry(X_CONTENT_TYPE_OPTIONS)
            .or_insert(HeaderValue::from_static("nosniff"));
        let took = begun.elapsed();
        under_way.end(response.status(), took);
        line.write(response.status(), took);
        Ok(self.with_an_end(response))
    }

    async fn pass(
        &self,
        peer: SocketAddr,
        area: Area,
        (mut parts, body): (Parts, Body),
        arrival: &Arrival,
        line: &mut Line,
    ) -> Response {
        let body_bytes = self.body_bytes_for(area);
        if limits::is_too_large(&parts.headers, body_bytes) {
            return answer::refuse(area, &limits::too_large(body_bytes));
        }
        if area != Area::Page {
            match self.doorkeeper.admit(peer, area, &parts).await {
                Ok(None) => {}
                Ok(Some(caller)) => {
                    line.set_caller(caller.person_id(), caller.acting_for);
                    if let Some(introduced) = (self.introduce)(area, caller, &mut parts) {
                        introduced.await;
                    }
                }
                Err(refusal) => return answer::refuse_to(area, &parts.headers, &refusal),
            }
        }
        let answered = self.routes.answer(area, Request::from_parts(parts, body));
        match tokio::time::timeout(self.time_for(area), answered).await {
            Ok(response) => response,
            Err(_) if arrival.is_complete() => {
                answer::refuse(area, &Error::Unavailable("the answer took too long".to_owned()))
            }
            Err(_) => answer::fault(
                area,
                StatusCode::REQUEST_TIMEOUT,
                "REQUEST_TIMEOUT",
                "the request's body did not arrive in time",
            ),
        }
    }

    const fn body_bytes_for(&self, area: Area) -> usize {
        match area {
            Area::Upload => self.upload_bytes,
            Area::GraphQl | Area::OData | Area::Admin | Area::Metrics | Area::Sync | Area::Page => {
                self.body_bytes
            }
        }
    }

    /// A backup is made before its answer begins, and takes as long as there is data; an upload takes as
    /// long as it goes on coming.
    const fn time_for(&self, area: Area) -> Duration {
        match area {
            Area::Admin | Area::Upload => Duration::MAX,
            Area::GraphQl | Area::OData | Area::Metrics | Area::Sync | Area::Page => self.request_time,
        }
    }

    /// Endless answers end when the server stops; all others end by themselves.
    fn with_an_end(&self, response: Response) -> Response {
        let is_endless = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if !is_endless {
            return response;
        }
        let mut closing = self.closing.clone();
        response.map(|body| {
            let until_closing = body
                .into_data_stream()
                .take_until(async move { closing.begun().await });
            Body::from_stream(until_closing.boxed())
        })
    }
}

/// The panic itself is in the log already, written by the panic hook.
fn panicked(area: Area) -> Response {
    answer::refuse(area, &Error::Internal("a panic while answering".to_owned()))
}
