//! GraphQL over WebSocket, sub-protocol `graphql-transport-ws`: one connection, many operations,
//! the caller's token in the first message. A socket that is silent, slow or wrong is closed with
//! the code that says why, and takes no more memory than its bounded queue.

mod close;
mod message;
mod operations;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use self::close::Close;
use self::message::{Incoming, Invalid};
use self::operations::{Operations, Outgoing};
use super::front::refusal::{Code, Refusal};
use super::http::Endpoint;
use super::http::params::Params;
use super::session::Session;
use crate::app::context::ACT_FOR;

/// The sub-protocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// A buffer of the default size takes 128 KiB for each socket, used or not.
const BUFFER_BYTES: usize = 4096;
/// For the close frame to be written, and for the client to answer it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Answers a request to open a socket.
pub async fn upgrade(endpoint: Arc<Endpoint>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !is_welcome(&parts.headers, &parts.uri, &endpoint.origins) {
        let message = "pages of this origin may not open sockets here";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let told = Told {
        session: parts.extensions.get::<Session>().cloned(),
        // One that cannot be read is an id that nobody has.
        act_for: parts
            .headers
            .get(ACT_FOR)
            .map(|user| String::from_utf8_lossy(user.as_bytes()).into_owned()),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        let message = format!("the only sub-protocol here is {PROTOCOL}: name it in Sec-WebSocket-Protocol");
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(endpoint.limits.body_bytes)
        .max_frame_size(endpoint.limits.body_bytes)
        .on_upgrade(move |socket| serve(socket, endpoint, told))
}

/// A browser tells which page opens a socket: only the server's own may, and those that were named.
/// Other programs tell no origin.
fn is_welcome(headers: &HeaderMap, uri: &Uri, others: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else { return false };
    if others.iter().any(|other| other.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let page = origin.split_once("://").map(|(_, authority)| authority);
    matches!((page, host), (Some(page), Some(host)) if page.eq_ignore_ascii_case(host))
}

/// Speaks with one client until one of both has enough.
async fn serve(socket: WebSocket, endpoint: Arc<Endpoint>, told: Told) {
    let (mut sink, mut stream) = socket.split();
    let (out, queue) = mpsc::channel(endpoint.limits.queued_messages);
    let operations = Operations::default();
    let mut shutdown = endpoint.shutdown.clone();
    let connection = Connection {
        endpoint: &endpoint,
        operations: &operations,
        out,
        told,
        session: None,
    };
    let close = tokio::select! {
        biased;
        // A sender that is gone means that the server is, too.
        _ = shutdown.wait_for(|leaving| *leaving) => Close::Leaving,
        close = connection.listen(&mut stream) => close,
        close = speak(&mut sink, queue, &operations, &endpoint) => close,
    };
    operations.stop_all();
    let farewell = async {
        match close.frame() {
            Some(frame) => sink.send(Message::Close(Some(frame))).await?,
            // What the client is still owed is the echo of its own close frame.
            None => return sink.close().await,
        }
        // A connection that is dropped with unread bytes is reset, and the frame with it.
        while let Some(Ok(_)) = stream.next().await {}
        Ok(())
    };
    let _ = timeout(FAREWELL, farewell).await;
}

/// Writes what the queue has, and pings. Ends when a message is not taken in time.
async fn speak(
    sink: &mut SplitSink<WebSocket, Message>,
    mut queue: mpsc::Receiver<Outgoing>,
    operations: &Operations,
    endpoint: &Endpoint,
) -> Close {
    let every = endpoint.limits.ping_every;
    let mut pings = interval_at(Instant::now() + every, every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            Some(message) = queue.recv() => match operations.release(message) {
                Some(text) => Message::Text(text.into()),
                None => continue,
            },
            _ = pings.tick() => Message::Ping(axum::body::Bytes::new()),
        };
        match timeout(endpoint.limits.write_within, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Close::Gone,
            Err(_) => return Close::Stalled,
        }
    }
}

/// What the headers of the request for a socket told.
struct Told {
    /// Who asked.
    session: Option<Session>,
    /// Whom they are to act for; the session, if there is one, does.
    act_for: Option<String>,
}

/// What the server knows of one client.
struct Connection<'a> {
    endpoint: &'a Arc<Endpoint>,
    operations: &'a Operations,
    out: mpsc::Sender<Outgoing>,
    told: Told,
    /// Who speaks, once the connection is acknowledged.
    session: Option<Session>,
}

impl Connection<'_> {
    /// Follows what the client says until there is a reason to close.
    async fn listen(mut self, stream: &mut SplitStream<WebSocket>) -> Close {
        let init_by = Instant::now() + self.endpoint.limits.init_within;
        let silence = self.endpoint.limits.ping_every * 2;
        let mut silent_by = Instant::now() + silence;
        loop {
            let limit = if self.session.is_some() {
                silent_by
            } else {
                init_by
            };
            let ended = async {
                match &self.session {
                    Some(session) => session.ended().await,
                    None => std::future::pending().await,
                }
            };
            let message = tokio::select! {
                biased;
                ended = ended => return Close::Ended(ended),
                message = stream.next() => message,
                () = tokio::time::sleep_until(limit) => {
                    return if self.session.is_some() { Close::Stalled } else { Close::InitTimeout };
                }
            };
            silent_by = Instant::now() + silence;
            let followed = match message {
                Some(Ok(Message::Text(text))) => self.follow(&text).await,
                Some(Ok(Message::Binary(_))) => Err(Close::Invalid("Invalid message: not a text".to_owned())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Close(_))) | None => Err(Close::Gone),
                Some(Err(fault)) => Err(unreadable(&fault)),
            };
            if let Err(close) = followed {
                return close;
            }
        }
    }

    async fn follow(&mut self, text: &str) -> Result<(), Close> {
        match Incoming::read(text).map_err(|Invalid(reason)| Close::Invalid(reason))? {
            Incoming::Init { token, act_for } => self.init(token, act_for).await,
            Incoming::Ping { payload } => {
                self.send(message::pong(payload)).await;
                Ok(())
            }
            Incoming::Pong => Ok(()),
            Incoming::Subscribe { id, params } => self.subscribe(&id, params).await,
            Incoming::Complete { id } => {
                self.operations.stop(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, token: Option<String>, act_for: Option<String>) -> Result<(), Close> {
        if self.session.is_some() {
            return Err(Close::TooManyInits);
        }
        let session = match (token, self.told.session.take()) {
            (Some(token), _) => {
                let act_for = act_for.or_else(|| self.told.act_for.take());
                let authenticate = &self.endpoint.authenticate;
                authenticate
                    .authenticate(&token, act_for.as_deref())
                    .await
                    .map_err(|_| Close::Forbidden)?
            }
            // Whom the token of a header acts for is in a header too.
            (None, Some(_)) if act_for.is_some() => {
                let reason = "Invalid message: actFor goes with the token, in the same place";
                return Err(Close::Invalid(reason.to_owned()));
            }
            (None, Some(session)) => session,
            (None, None) => return Err(Close::Forbidden),
        };
        self.session = Some(session);
        self.send(message::ACK.to_owned()).await;
        Ok(())
    }

    async fn subscribe(&mut self, id: &str, params: &RawValue) -> Result<(), Close> {
        let Some(session) = self.session.clone() else {
            return Err(Close::Unauthorized);
        };
        if self.operations.has(id) {
            return Err(Close::Exists(id.to_owned()));
        }
        let params = Params::from_json(params.get()).map_err(|refusal| invalid(&refusal))?;
        match self.prepare(&session, params) {
            Ok(prepared) => {
                let front = &self.endpoint.front;
                self.operations
                    .start(id, front, prepared, &session, self.out.clone());
            }
            Err(refusal) if refusal.code == Code::BadRequest => return Err(invalid(&refusal)),
            Err(refusal) => self.send(message::error(id, &refusal)).await,
        }
        Ok(())
    }

    fn prepare(&self, session: &Session, params: Params<'_>) -> Result<super::front::Prepared, Refusal> {
        let most = self.endpoint.limits.operations_per_socket;
        if self.operations.count() >= most {
            let message = format!("{most} operations run on this socket already");
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        if !session.allows() {
            return Err(Refusal::new(
                Code::RateLimited,
                "too many operations: wait a little",
            ));
        }
        let front = &self.endpoint.front;
        let selected = params.select(front)?;
        front.prepare(&selected, params.variables)
    }

    /// Waits while the queue is full, and listens to nothing meanwhile: a client that does not
    /// read cannot make the server write more.
    async fn send(&self, text: String) {
        // Only fails when the socket is being closed.
        let _ = self.out.send(Outgoing::of_connection(text)).await;
    }
}

/// A message that is no GraphQL request.
fn invalid(refusal: &Refusal) -> Close {
    let reason = refusal.errors.first().map(|error| error.message.as_str());
    Close::Invalid(format!("Invalid message: {}", reason.unwrap_or_default()))
}

/// Why a message could not be read. The reader's own error type is not named by axum.
fn unreadable(fault: &axum::Error) -> Close {
    let text = fault.to_string();
    if text.starts_with("Space limit exceeded") {
        Close::TooLarge
    } else if text.starts_with("UTF-8") {
        Close::NotUtf8
    } else if text.starts_with("IO error") || text.contains("without closing handshake") {
        Close::Gone
    } else {
        Close::Malformed
    }
}
