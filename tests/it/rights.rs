//! Who may do what, from outside: acting for another, and what is withdrawn.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::client::Client;
use crate::support::staffed::Staffed;

mod acting;
mod documented;
mod enumeration;
mod strangers;
mod withdrawal;

/// The rule: so soon after a right is withdrawn, nothing is open with it.
const SOON: Duration = Duration::from_secs(5);

/// What must come soon.
async fn soon<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, awaited)
        .await
        .expect("within 5 seconds")
}

/// The status of an answer, and its text.
async fn told(answer: Response) -> (u16, String) {
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The code of a refusal, however its face spells it.
fn code(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_else(|_| panic!("{answer}"));
    let code = answer
        .pointer("/errors/0/extensions/code")
        .or_else(|| answer.pointer("/error/code"));
    code.and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// The answer to a GraphQL operation without variables, as text.
async fn ask(client: &Client, operation: &str) -> String {
    client.graphql(operation, json!({})).await.to_string()
}

/// Names and values of headers.
type Headers<'a> = &'a [(&'static str, &'a str)];

/// A socket that is acknowledged, or the code and the reason with which it was closed.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one with these headers and this payload of its first message.
    async fn open(staffed: &Staffed, headers: Headers<'_>, payload: &Value) -> Result<Self, (u16, String)> {
        let address = staffed.address();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
        for (name, value) in headers.iter().chain([&protocol]) {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.unwrap();
        let mut socket = Self(socket);
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        match socket.hear().await {
            Ok(said) if said["type"] == "connection_ack" => Ok(socket),
            Ok(said) => panic!("{said}"),
            Err(closed) => Err(closed),
        }
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Starts an operation.
    async fn start(&mut self, id: &str, operation: &str) {
        let payload = json!({ "query": operation });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// The next message; or the code and the reason with which the server closes it.
    async fn hear(&mut self) -> Result<Value, (u16, String)> {
        while let Some(message) = self.0.next().await {
            match message {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(Some(frame))) => return Err((frame.code.into(), frame.reason.to_string())),
                Ok(_) => {}
                Err(Error::ConnectionClosed) => break,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the socket ended without a word");
    }
}
