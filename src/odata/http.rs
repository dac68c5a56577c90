//! OData over HTTP: what a request asks for beside its resource, and how an answer is sent. The path
//! is taken as it came: parentheses and encoded slashes mean something here.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, ETAG, HOST, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};

use super::error::Refusal;
use super::service;
use super::write::etag;
use crate::app::{App, Caller};
use negotiation::Version;

pub mod negotiation;

/// The version that an answer is of.
const VERSION: HeaderName = HeaderName::from_static("odata-version");

/// A request as HTTP or a batch brings it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The path below the service root, still encoded, without a slash in front.
    pub path: String,
    /// The query, still encoded.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// An answer, whole: a status is never sent before the body is there.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Who asks, and where they found the service.
#[derive(Clone)]
pub struct Conversation {
    /// The application.
    pub app: Arc<App>,
    /// The caller.
    pub caller: Caller,
    /// The address of the service, with a slash at its end.
    pub root: String,
}

#[derive(Clone)]
struct Endpoint {
    app: Arc<App>,
    is_tls: bool,
}

/// The routes of the face; the path may be spelt as WorkPoint's callers spell it.
pub fn routes(app: Arc<App>, is_tls: bool) -> Router {
    let endpoint = Endpoint { app, is_tls };
    let mut router = Router::new();
    for root in ["/odata", "/OData", "/Odata", "/ODATA"] {
        router = router
            .route(root, any(answer))
            .route(&format!("{root}/"), any(answer))
            .route(&format!("{root}/{{*path}}"), any(answer));
    }
    router.with_state(endpoint)
}

async fn answer(
    State(endpoint): State<Endpoint>,
    Extension(caller): Extension<Caller>,
    request: HttpRequest,
) -> Response {
    let (parts, body) = request.into_parts();
    // The gate bounds the body, and tells of one that is too large.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        let refusal = Refusal::bad_request("the body did not arrive whole");
        return Answer::refusal(&refusal, Version::V401).into_response();
    };
    let conversation = Conversation {
        root: root_of(&parts, endpoint.is_tls),
        app: endpoint.app,
        caller,
    };
    let request = request_of(parts, body);
    let is_head = request.method == Method::HEAD;
    let mut answer = service::answer(&conversation, &request).await;
    if is_head {
        answer.body.clear();
    }
    answer.into_response()
}

fn request_of(parts: Parts, body: Bytes) -> Request {
    let path = parts.uri.path().trim_start_matches('/');
    let path = path.split_once('/').map_or("", |(_, path)| path);
    Request {
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        method: parts.method,
        headers: parts.headers,
        body,
    }
}

/// The address under which the client found the service, behind a proxy too.
fn root_of(parts: &Parts, is_tls: bool) -> String {
    let text = |name: &str| parts.headers.get(name)?.to_str().ok();
    let first = |list: &'_ str| list.split(',').next().map(|it| it.trim().to_owned());
    let scheme = text("x-forwarded-proto").and_then(first);
    let scheme = scheme.filter(|scheme| matches!(scheme.as_str(), "http" | "https"));
    let scheme = scheme.unwrap_or_else(|| if is_tls { "https" } else { "http" }.to_owned());
    let host = text("x-forwarded-host")
        .and_then(first)
        .or_else(|| parts.uri.authority().map(ToString::to_string))
        .or_else(|| text(HOST.as_str()).map(str::to_owned));
    let root = parts.uri.path().trim_start_matches('/');
    let root = root.split('/').next().unwrap_or("odata");
    match host.filter(|host| !host.contains(['/', '"', '<', '>', '\\'])) {
        Some(host) => format!("{scheme}://{host}/{root}/"),
        None => format!("/{root}/"),
    }
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: StatusCode, version: Version) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(VERSION, HeaderValue::from_static(version.as_str()));
        Self {
            status,
            headers,
            body: Bytes::new(),
        }
    }

    /// An answer with a body of this type.
    pub fn of(status: StatusCode, version: Version, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status, version);
        answer.put(CONTENT_TYPE, content_type);
        answer.body = body.into();
        answer
    }

    /// What a client is told who does not get what they asked for.
    pub fn refusal(refusal: &Refusal, version: Version) -> Self {
        let mut answer = Self::of(refusal.status, version, "application/json", refusal.body());
        if let Some(current) = refusal.current {
            answer.put(ETAG, &etag(current));
        }
        if let Some(allow) = refusal.allow {
            answer.put(ALLOW, allow);
        }
        if let Some(seconds) = refusal.retry_after_seconds {
            answer.put(RETRY_AFTER, &seconds.to_string());
        }
        answer
    }

    /// Sets a header; what no header can hold is left out.
    pub fn put(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
