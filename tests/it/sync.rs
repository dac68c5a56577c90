//! Imports: accepted, kept, worked on and watched (SPEC 7), from outside.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use punchcard::config::Settings;
use punchcard::server::Server;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::client::Client;
use crate::support::gated::Gate;
use crate::support::server::{Folder, TestServer};

mod accepting;
mod cancelling;
mod contention;
mod setbacks;
mod survival;
mod uploads;
mod watching;
mod working;
mod works;

/// So long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What comes of it, within a time that nothing here needs.
async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, awaited).await.expect("in time")
}

/// Everything of an import, in GraphQL.
const JOB: &str = "id rowVersion created kind state ownerId idempotencyKey onError dryRun rows percent
    started finished milliseconds fault { code message } report { timesheetsOpened timesheetsChanged faultCount
    customers { ...counts } commonTasks { ...counts } projects { ...counts } tasks { ...counts }
    timeEntries { ...counts } faults { path index line id code message } }";
const COUNTS: &str = "fragment counts on SyncCounts { created updated unchanged archived skipped failed }";

/// A server in which imports are under way for as long as the gate is shut.
async fn gated() -> (Gate, TestServer) {
    gated_in(Folder::empty()).await
}

async fn gated_in(folder: Folder) -> (Gate, TestServer) {
    let gate = Gate::shut();
    let settings = Settings {
        demo: true,
        ..Settings::over(folder.data())
    };
    let server = Server::open_keeping(settings, |payloads| gate.before(payloads)).await;
    (gate, TestServer::start_over(folder, server.unwrap()).await)
}

/// The answer to a request for an import of static data.
async fn apply(client: &Client, input: Value) -> Value {
    let document = format!(
        "mutation ($input: ApplyStaticDataInput!) {{ applyStaticData(input: $input) {{
            syncJob {{ {JOB} }} faults {{ path code }}
        }} }} {COUNTS}"
    );
    client.graphql(&document, json!({ "input": input })).await
}

/// An import of nothing that was accepted.
async fn accepted(client: &Client) -> Value {
    accepted_as(client, json!({})).await
}

async fn accepted_as(client: &Client, input: Value) -> Value {
    let mut answer = apply(client, input).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let job = answer["data"]["applyStaticData"]["syncJob"].take();
    assert!(job.is_object(), "{answer}");
    job
}

fn id(job: &Value) -> String {
    job["id"].as_str().unwrap().to_owned()
}

/// The import as GraphQL shows it.
async fn job(client: &Client, id: &str) -> Value {
    let document = format!("query ($id: UUID!) {{ syncJob(id: $id) {{ {JOB} }} }} {COUNTS}");
    let mut answer = client.graphql(&document, json!({ "id": id })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["syncJob"].take()
}

/// Waits until the import is over; how it is then.
async fn over(client: &Client, id: &str) -> Value {
    let path = format!("/sync/jobs/{id}/events");
    in_time(async { client.get(&path).await.text().await.unwrap() }).await;
    job(client, id).await
}

async fn cancel(client: &Client, id: &str) -> Value {
    let document = "mutation ($id: UUID!) { cancelSync(id: $id) { syncJob { state } } }";
    client.graphql(document, json!({ "id": id })).await
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

/// A client that calls as somebody with an ordinary job.
async fn employee(server: &TestServer) -> Client {
    let admin = server.client();
    let document = "{ users(filter: {email: {ne: null}}) { nodes { id roles } } }";
    let users = admin.graphql(document, json!({})).await;
    let users = users["data"]["users"]["nodes"].as_array().unwrap();
    let user = users.iter().find(|user| user["roles"] == json!(["EMPLOYEE"]));
    let input = json!({ "name": "test", "userId": user.unwrap()["id"] });
    token(server, input).await
}

/// A client that calls with a new token.
async fn token(server: &TestServer, input: Value) -> Client {
    let document = "mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }";
    let made = server.client().graphql(document, json!({ "input": input })).await;
    server.client_with(made["data"]["createToken"]["secret"].as_str().unwrap())
}

/// A server-sent event.
#[derive(Clone, PartialEq, Debug, Default)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

/// An event stream that is read event by event.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// Of an import.
    async fn of(client: &Client, job: &str) -> Self {
        Self::after(client, job, None).await
    }

    /// Of an import, after an event.
    async fn after(client: &Client, job: &str, seen: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, &format!("/sync/jobs/{job}/events"));
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        Self::begun(request.send().await.unwrap())
    }

    /// Of a subscription.
    async fn subscribed(client: &Client, document: &str) -> Self {
        let request = client
            .request(Method::POST, "/graphql")
            .header("accept", "text/event-stream")
            .json(&json!({ "query": document }));
        Self::begun(request.send().await.unwrap())
    }

    fn begun(response: reqwest::Response) -> Self {
        let kind = &response.headers()["content-type"];
        assert!(
            kind.to_str().unwrap().starts_with("text/event-stream"),
            "{kind:?}"
        );
        let text = String::new();
        Self { response, text }
    }

    /// The next event that is more than a comment; nothing after the end.
    async fn next(&mut self) -> Option<Event> {
        in_time(async {
            loop {
                if let Some((block, rest)) = self.text.split_once("\n\n") {
                    let (event, rest) = (read_event(block), rest.to_owned());
                    self.text = rest;
                    if event != Event::default() {
                        return Some(event);
                    }
                    continue;
                }
                let chunk = self.response.chunk().await.unwrap()?;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
    }

    /// All events until the end.
    async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn read_event(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => id.clone_into(&mut event.id),
            Some(("event", name)) => name.clone_into(&mut event.name),
            Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
            _ => assert!(line.starts_with(':') || line == "data:", "{line}"),
        }
    }
    event
}

/// A socket with one subscription.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn subscribed(address: SocketAddr, token: &str, document: &str) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (mut socket, _) = connect_async(request).await.unwrap();
        let init = json!({ "type": "connection_init", "payload": { "token": token } });
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": document } });
        for message in [init, subscribe] {
            socket.send(Message::text(message.to_string())).await.unwrap();
        }
        let mut socket = Self(socket);
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }

    /// The next message.
    async fn next(&mut self) -> Value {
        in_time(async {
            loop {
                if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                    return serde_json::from_str(&text).unwrap();
                }
            }
        })
        .await
    }
}
