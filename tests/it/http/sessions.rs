//! What lasts longer than a request ends with the caller's rights, or with the server; and who
//! asks too often is told to wait.

use std::time::Duration;

use chrono::Utc;
use futures_util::{SinkExt, StreamExt};
use punchcard::config::{Limits, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::server::{Folder, TestServer};

const WATCH: &str = "subscription { timesheetChanged { timesheet { id } } }";
const REVOKE: &str = "mutation ($id: UUID!) { revokeToken(id: $id) { token { isActive } } }";
const CREATE: &str = "mutation ($input: CreateTokenInput!) { createToken(input: $input) {
    secret token { id } faults { message }
} }";
/// The rule: so soon after a token counts no more, nothing is open with it.
const SOON: Duration = Duration::from_secs(5);

/// A token of the administrator, and its id.
async fn token(admin: &Client, expires: Option<String>) -> (String, String) {
    let input = json!({ "name": "a phone", "expires": expires });
    let answer = admin.graphql(CREATE, json!({ "input": input })).await;
    let created = &answer["data"]["createToken"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (text(&created["secret"]), text(&created["token"]["id"]))
}

/// A socket that watches.
struct Watcher(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Watcher {
    async fn connect(address: std::net::SocketAddr, token: &str) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (mut socket, _) = connect_async(request).await.unwrap();
        let init = json!({ "type": "connection_init", "payload": { "token": token } });
        socket.send(Message::text(init.to_string())).await.unwrap();
        let acknowledged = socket.next().await.unwrap().unwrap().into_text().unwrap();
        assert!(acknowledged.contains("connection_ack"), "{acknowledged}");
        let watch = json!({ "id": "1", "type": "subscribe", "payload": { "query": WATCH } });
        socket.send(Message::text(watch.to_string())).await.unwrap();
        Self(socket)
    }

    /// The code and the reason with which the server closes it.
    async fn closed(mut self) -> (u16, String) {
        while let Some(message) = self.0.next().await {
            match message {
                Ok(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
                Ok(_) => {}
                Err(Error::ConnectionClosed) => break,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the socket ended without a word");
    }
}

/// An event stream that watches, whose head has come.
async fn stream(client: &Client) -> reqwest::Response {
    let request = client
        .request(Method::POST, "/graphql")
        .header("accept", "text/event-stream")
        .json(&json!({ "query": WATCH }));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response
}

/// How many sessions the figures say are open.
async fn open_sessions(admin: &Client) -> f64 {
    let text = admin.get("/metrics").await.text().await.unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("punchcard_sessions "));
    line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

#[tokio::test]
async fn sockets_and_streams_end_soon_after_their_token_is_revoked_and_others_do_not() {
    let server = TestServer::start().await;
    let admin = server.client();
    let (text, id) = token(&admin, None).await;
    let (others, _) = token(&admin, None).await;
    let socket = Watcher::connect(server.address(), &text).await;
    let streamed = stream(&server.client_with(&text)).await;
    let other = Watcher::connect(server.address(), &others).await;
    admin.graphql(REVOKE, json!({ "id": id })).await;
    let ended = timeout(SOON, async {
        (socket.closed().await, streamed.text().await.unwrap())
    });
    let (closed, events) = ended.await.expect("still open");
    assert_eq!(closed, (4403, "the token was withdrawn".to_owned()));
    assert!(events.contains("UNAUTHENTICATED"), "{events}");
    let stopping = tokio::spawn(server.stop());
    assert_eq!(other.closed().await.0, 1001);
    stopping.await.unwrap();
}

#[tokio::test]
async fn sockets_and_streams_end_soon_after_their_token_expires() {
    let server = TestServer::start().await;
    let admin = server.client();
    let life = Duration::from_secs(3);
    #[expect(
        clippy::disallowed_methods,
        reason = "the server under test goes by the same clock"
    )]
    let expires = (Utc::now() + life).to_rfc3339();
    let (text, _) = token(&admin, Some(expires)).await;
    let socket = Watcher::connect(server.address(), &text).await;
    let streamed = stream(&server.client_with(&text)).await;
    let ended = timeout(life + SOON, async {
        (socket.closed().await, streamed.text().await.unwrap())
    });
    let (closed, events) = ended.await.expect("still open");
    assert_eq!(closed.0, 4403);
    assert!(events.contains("UNAUTHENTICATED"), "{events}");
    let refused = server.client_with(&text).get("/metrics").await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn open_sessions_are_counted_until_they_are_gone() {
    let server = Process::serve(Folder::empty(), &[]).await;
    let admin = server.client();
    assert!(open_sessions(&admin).await < 0.5);
    let (text, id) = token(&admin, None).await;
    let client = server.client_with(&text);
    let socket = Watcher::connect(server.address(), &text).await;
    let streamed = stream(&client).await;
    assert!((open_sessions(&admin).await - 2.0).abs() < 0.5);
    client.graphql("{ me { name } }", json!({})).await;
    assert!((open_sessions(&admin).await - 2.0).abs() < 0.5);
    admin.graphql(REVOKE, json!({ "id": id })).await;
    let gone = timeout(SOON, async {
        socket.closed().await;
        streamed.bytes().await.unwrap();
        while open_sessions(&admin).await > 0.5 {}
    });
    gone.await.expect("still counted");
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_when_to_ask_again_and_others_are_not() {
    let folder = Folder::empty();
    let settings = Settings {
        limits: Limits {
            requests_per_second: 2.try_into().ok(),
            ..Limits::default()
        },
        ..Settings::over(folder.data())
    };
    let server = TestServer::start_with(folder, settings).await;
    let admin = server.client();
    let (text, _) = token(&admin, None).await;
    let other = server.client_with(text);
    let asked = futures_util::future::join_all((0..20).map(|_| admin.get("/metrics"))).await;
    let (refused, answered): (Vec<_>, Vec<_>) = asked
        .into_iter()
        .partition(|response| response.status() == StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.is_empty());
    assert!(
        answered
            .iter()
            .all(|response| response.status() == StatusCode::OK)
    );
    for response in refused {
        assert_eq!(response.headers()["retry-after"], "1");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "RATE_LIMITED");
    }
    assert_eq!(other.get("/metrics").await.status(), StatusCode::OK);
}
