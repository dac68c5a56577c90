//! GraphQL over HTTP: which requests are read, which answers are given, with which status. Who
//! asks was found out before: a request without a [`Session`] in its extensions is anonymous.

mod events;
mod negotiate;
pub mod params;
pub mod single;

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, UPGRADE, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use bytes::BytesMut;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use tokio::sync::watch;

use self::negotiate::{Accepted, Media, accepted, is_json_body};
use self::params::Params;
use self::single::Single;
use super::front::refusal::{Code, Refusal};
use super::front::{Answer, Front, Kind, Prepared};
use super::limits::TransportLimits;
use super::session::{Authenticate, Session};
use super::ws;

/// Everything that the GraphQL end point needs.
pub struct Endpoint {
    /// Executes.
    pub front: Arc<Front>,
    /// Recognizes callers that come over a socket.
    pub authenticate: Arc<dyn Authenticate>,
    /// Limits of bodies, streams and sockets.
    pub limits: TransportLimits,
    /// Origins, such as `https://example.org`, whose pages may open sockets beside the server's own.
    pub origins: Vec<String>,
    /// Becomes `true` when the server is about to leave: streams and sockets end then.
    pub shutdown: watch::Receiver<bool>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Where GraphQL is: POST, GET, event streams and WebSockets.
pub const PATH: &str = "/graphql";

/// Answers a request to [`PATH`].
pub async fn serve(endpoint: Arc<Endpoint>, request: Request) -> Response {
    if asks_for_socket(&request) {
        return ws::upgrade(endpoint, request).await;
    }
    let accepted = accepted(request.headers());
    let media = accepted.single.unwrap_or(Media::Json);
    let Some(session) = request.extensions().get::<Session>().cloned() else {
        let refusal = Refusal::new(
            Code::Unauthenticated,
            "a token is needed: send it as `Authorization: Bearer ...`",
        );
        return refuse(media, &refusal);
    };
    let outcome = match *request.method() {
        Method::POST => post(&endpoint, &session, accepted, request).await,
        Method::GET => {
            let uri = request.uri().clone();
            get(&endpoint, &session, accepted, &uri).await
        }
        _ => Err(Failure::with(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and POST are served here",
        )
        .header(ALLOW, "GET, POST")),
    };
    outcome.unwrap_or_else(|failure| failure.into_response(media))
}

/// HTTP/1.1 upgrades a GET; HTTP/2 has an extended CONNECT.
fn asks_for_socket(request: &Request) -> bool {
    let upgrade = request.headers().get(UPGRADE);
    request.method() == Method::CONNECT
        || upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn post(
    endpoint: &Endpoint,
    session: &Session,
    accepted: Accepted,
    request: Request,
) -> Result<Response, Failure> {
    if !is_json_body(request.headers()) {
        let message = "the body must be `application/json` in UTF-8, not compressed";
        return Err(Failure::with(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let media = accepted.single.ok_or_else(not_acceptable)?;
    let body = read(request, endpoint.limits.body_bytes).await?;
    let single = Single::read(&body).and_then(|single| single.prepare(&endpoint.front));
    let prepared = match single {
        Some(prepared) => prepared,
        None => match Params::from_body(&body) {
            Ok(params) => prepare(endpoint, params, false),
            Err(refusal) => return Ok(refuse(media, &refusal)),
        },
    };
    respond(endpoint, session, accepted, media, prepared).await
}

async fn get(
    endpoint: &Endpoint,
    session: &Session,
    accepted: Accepted,
    uri: &Uri,
) -> Result<Response, Failure> {
    let media = accepted.single.ok_or_else(not_acceptable)?;
    let prepared = match Params::from_uri(uri) {
        Ok(params) => prepare(endpoint, params, true),
        Err(refusal) => return Ok(refuse(media, &refusal)),
    };
    respond(endpoint, session, accepted, media, prepared).await
}

/// Everything that comes before execution.
fn prepare(endpoint: &Endpoint, params: Params<'_>, reads_only: bool) -> Result<Prepared, Refusal> {
    let front = &endpoint.front;
    let selected = params.select(front)?;
    if reads_only && selected.kind() == Kind::Mutation {
        return Err(Refusal::new(
            Code::MethodNotAllowed,
            "a mutation needs a POST request",
        ));
    }
    front.prepare(&selected, params.variables)
}

async fn respond(
    endpoint: &Endpoint,
    session: &Session,
    accepted: Accepted,
    media: Media,
    prepared: Result<Prepared, Refusal>,
) -> Result<Response, Failure> {
    let subscribes = prepared
        .as_ref()
        .is_ok_and(|prepared| prepared.kind() == Kind::Subscription);
    if subscribes && !accepted.stream {
        let message = "a subscription needs `Accept: text/event-stream`, or a WebSocket";
        return Err(Failure::with(StatusCode::NOT_ACCEPTABLE, message));
    }
    if subscribes || media == Media::EventStream {
        return Ok(stream(endpoint, session, prepared));
    }
    let answer = match prepared {
        Ok(prepared) => endpoint.front.answer(prepared, session).await,
        Err(refusal) => return Ok(refuse(media, &refusal)),
    };
    Ok(json(StatusCode::OK, media, answer.json))
}

/// The distinct connections mode of GraphQL over server-sent events: what is wrong with a request
/// is an event too, because a browser's `EventSource` shows nothing else.
fn stream(endpoint: &Endpoint, session: &Session, prepared: Result<Prepared, Refusal>) -> Response {
    let answers = match prepared {
        Ok(prepared) => endpoint.front.events(prepared, session),
        Err(refusal) if refusal.code == Code::MethodNotAllowed => return refuse(Media::Json, &refusal),
        Err(refusal) => futures_util::stream::once(async { Answer::from(refusal) }).boxed(),
    };
    let events = events::events(
        answers,
        session,
        endpoint.shutdown.clone(),
        endpoint.limits.keep_alive_every,
    );
    let mut response = Response::new(Body::from_stream(events));
    describe(response.headers_mut(), Media::EventStream);
    // A proxy that collects the stream would hold it back.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Reads a body up to the limit. What is beyond is read too, within reason, and thrown away: a
/// client that is still sending would not see the answer otherwise.
async fn read(request: Request, limit: usize) -> Result<Bytes, Failure> {
    /// As much is thrown away before the connection is closed instead.
    const DISCARDED: usize = 32 * 1024 * 1024;
    let too_large = || {
        let message = format!("the body is larger than {limit} bytes");
        Failure::with(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut body = request.into_body();
    if announced.is_some_and(|length: usize| length > limit) {
        discard(body, DISCARDED).await;
        return Err(too_large());
    }
    match whole(&mut body, limit).await {
        Ok(Some(body)) => Ok(body),
        Ok(None) => {
            discard(body, DISCARDED).await;
            Err(too_large())
        }
        Err(_) => Err(Failure::with(StatusCode::BAD_REQUEST, "the body ended too soon")),
    }
}

/// All of a body; nothing if it is larger than `limit` bytes. Most come in one piece, which is not
/// copied.
async fn whole(body: &mut Body, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        let Ok(piece) = frame?.into_data() else { continue };
        if first.len() + joined.len() + piece.len() > limit {
            return Ok(None);
        }
        if first.is_empty() && joined.is_empty() {
            first = piece;
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(&std::mem::take(&mut first));
            }
            joined.extend_from_slice(&piece);
        }
    }
    Ok(Some(if joined.is_empty() { first } else { joined.freeze() }))
}

async fn discard(mut body: Body, most: usize) {
    let mut seen = 0;
    while seen < most
        && let Some(Ok(frame)) = body.frame().await
    {
        seen += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// A request that failed on the way to GraphQL.
#[derive(Debug)]
struct Failure {
    status: StatusCode,
    message: String,
    header: Option<(axum::http::HeaderName, &'static str)>,
}

impl Failure {
    fn with(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            header: None,
        }
    }

    fn header(self, name: axum::http::HeaderName, value: &'static str) -> Self {
        Self {
            header: Some((name, value)),
            ..self
        }
    }

    fn into_response(self, media: Media) -> Response {
        let code = match self.status {
            StatusCode::PAYLOAD_TOO_LARGE => Code::LimitExceeded,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            _ => Code::BadRequest,
        };
        let mut response = json(self.status, media, Refusal::new(code, self.message).to_json());
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

fn not_acceptable() -> Failure {
    let message =
        "answers are `application/graphql-response+json`, `application/json` or `text/event-stream`";
    Failure::with(StatusCode::NOT_ACCEPTABLE, message)
}

/// The answer to a request that was refused before anything ran. Under `application/json` a
/// request that is one, however wrong, gets 200, as its clients expect.
fn refuse(media: Media, refusal: &Refusal) -> Response {
    let status = match refusal.code {
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::ParseFailed
        | Code::ValidationFailed
        | Code::OperationNotFound
        | Code::BadUserInput
        | Code::LimitExceeded => match media {
            Media::Json => StatusCode::OK,
            Media::GraphqlResponse | Media::EventStream => StatusCode::BAD_REQUEST,
        },
    };
    let mut response = json(status, media, refusal.to_json());
    let headers = response.headers_mut();
    match refusal.code {
        Code::MethodNotAllowed => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
        Code::Unauthenticated => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        _ => {}
    }
    response
}

fn json(status: StatusCode, media: Media, body: impl Into<Bytes>) -> Response {
    let media = match media {
        Media::EventStream => Media::Json,
        single => single,
    };
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    describe(response.headers_mut(), media);
    response
}

/// Answers depend on who asks and how, and on when: nobody may keep them.
fn describe(headers: &mut HeaderMap, media: Media) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.as_str()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
}
