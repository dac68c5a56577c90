//! GraphQL over WebSocket: the right uses, and each wrong one with its close code.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use punchcard::graphql::limits::TransportLimits;
use punchcard::graphql::session::Ended;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::graphql::toy::{SHORT_TOKEN, Server, TOKEN};

/// A client's end.
struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Opens a socket with these headers.
async fn connect(server: &Server, headers: &[(&'static str, &str)]) -> Result<Client, tungstenite::Error> {
    let mut request = server
        .url
        .replace("http://", "ws://")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| Client(socket))
}

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Client {
    async fn open(server: &Server) -> Self {
        connect(server, &[PROTOCOL]).await.unwrap()
    }

    /// A socket whose connection is acknowledged.
    async fn ready(server: &Server) -> Self {
        let mut client = Self::open(server).await;
        client.init(TOKEN).await;
        assert_eq!(client.read().await, json!({ "type": "connection_ack" }));
        client
    }

    async fn init(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } }))
            .await;
    }

    /// The next message.
    async fn read(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code and reason with which the server closes; what comes before is dropped.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.0.next().await.unwrap().unwrap() {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

#[tokio::test]
async fn queries_mutations_and_subscriptions_run_side_by_side() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("q", "{ me { name } }").await;
    assert_eq!(
        client.read().await,
        json!({ "id": "q", "type": "next", "payload": { "data": { "me": { "name": "Ada" } } } })
    );
    assert_eq!(client.read().await, json!({ "id": "q", "type": "complete" }));
    client.subscribe("m", "mutation { save }").await;
    assert_eq!(client.read().await["payload"], json!({ "data": { "save": 1 } }));
    assert_eq!(client.read().await["type"], "complete");
    client.subscribe("silent", "subscription { silence }").await;
    client.subscribe("s", "subscription { count(to: 3) }").await;
    for n in 1..=3 {
        assert_eq!(
            client.read().await,
            json!({ "id": "s", "type": "next", "payload": { "data": { "count": n } } })
        );
    }
    assert_eq!(client.read().await, json!({ "id": "s", "type": "complete" }));
    client
        .send(json!({ "type": "ping", "payload": { "n": 1 } }))
        .await;
    assert_eq!(
        client.read().await,
        json!({ "type": "pong", "payload": { "n": 1 } })
    );
    client.send(json!({ "type": "pong" })).await;
    client.0.close(None).await.unwrap();
    while let Some(Ok(message)) = client.0.next().await {
        assert!(message.is_close(), "{message:?}");
    }
}

#[tokio::test]
async fn an_id_is_free_again_after_its_operation() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for _ in 0..50 {
        client.subscribe("1", "{ saves }").await;
        assert_eq!(client.read().await["type"], "next");
        assert_eq!(client.read().await["type"], "complete");
    }
    for _ in 0..5 {
        client.subscribe("1", "subscription { silence }").await;
        client.send(json!({ "id": "1", "type": "complete" })).await;
        client.subscribe("1", "{ saves }").await;
        assert_eq!(client.read().await["payload"]["data"], json!({ "saves": 0 }));
        assert_eq!(client.read().await["type"], "complete");
    }
    client.send(json!({ "id": "unknown", "type": "complete" })).await;
    client.subscribe("2", "{ saves }").await;
    assert_eq!(client.read().await["id"], "2");
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_an_error_of_that_operation() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($d: Date!) { line(line: { date: $d }) }", "BAD_USER_INPUT"),
    ] {
        client.subscribe("1", query).await;
        let message = client.read().await;
        assert_eq!((&message["id"], &message["type"]), (&json!("1"), &json!("error")));
        assert_eq!(message["payload"][0]["extensions"]["code"], code);
    }
    client.subscribe("1", "subscription { fails }").await;
    assert_eq!(client.read().await["payload"], json!({ "data": { "fails": 1 } }));
    let failed = client.read().await;
    assert_eq!(
        (&failed["type"], &failed["payload"]["data"]),
        (&json!("next"), &Value::Null)
    );
    assert_eq!(failed["payload"]["errors"][0]["message"], "no more");
}

#[tokio::test]
async fn a_socket_runs_a_bounded_number_of_operations() {
    let limits = TransportLimits {
        operations_per_socket: 3,
        ..TransportLimits::default()
    };
    let server = Server::with(limits).await;
    let mut client = Client::ready(&server).await;
    for id in ["1", "2", "3", "4"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    let message = client.read().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("4"), &json!("error")));
    assert_eq!(message["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    client.send(json!({ "id": "1", "type": "complete" })).await;
    client.subscribe("4", "{ saves }").await;
    assert_eq!(client.read().await["type"], "next");
}

#[tokio::test]
async fn the_token_comes_in_the_first_message_or_in_a_header() {
    let server = Server::start().await;
    let mut client = Client::open(&server).await;
    client
        .send(json!({ "type": "connection_init", "payload": { "token": TOKEN } }))
        .await;
    assert_eq!(client.read().await["type"], "connection_ack");
    let bearer = format!("Bearer {TOKEN}");
    let mut client = connect(&server, &[PROTOCOL, ("authorization", &bearer)])
        .await
        .unwrap();
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.read().await["type"], "connection_ack");
    for payload in [
        json!({ "token": "unknown" }),
        json!({}),
        Value::Null,
        json!({ "Authorization": TOKEN }),
    ] {
        let mut client = Client::open(&server).await;
        client
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(client.closed().await, (4403, "Forbidden".to_owned()));
    }
}

#[tokio::test]
async fn a_socket_closes_when_its_token_expires_or_is_withdrawn() {
    let server = Server::start().await;
    let mut client = Client::open(&server).await;
    client.init(SHORT_TOKEN).await;
    client.subscribe("1", "subscription { silence }").await;
    assert_eq!(client.closed().await, (4403, "the token has expired".to_owned()));
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silence }").await;
    server.revoke.send_replace(Some(Ended::Revoked));
    assert_eq!(
        client.closed().await,
        (4403, "the token was withdrawn".to_owned())
    );
}

#[tokio::test]
async fn messages_that_the_protocol_does_not_know_close_with_4400() {
    let server = Server::start().await;
    for message in [
        Message::text("nonsense"),
        Message::text("[]"),
        Message::text(r#"{"type":"start","id":"1"}"#),
        Message::text(r#"{"type":"subscribe","payload":{"query":"{ saves }"}}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":[{"query":"{ saves }"}]}"#),
        Message::text(format!(
            r#"{{"type":"subscribe","id":"1","payload":{}}}"#,
            "[".repeat(50_000)
        )),
        Message::text(format!(
            r#"{{"type":"subscribe","id":"1","payload":{{"query":"","variables":{}1{}}}}}"#,
            "{\"a\":".repeat(50_000),
            "}".repeat(50_000)
        )),
        Message::text(r#"{"type":"complete"}"#),
        Message::binary(br#"{"type":"ping"}"#.to_vec()),
    ] {
        let mut client = Client::ready(&server).await;
        client.0.send(message.clone()).await.unwrap();
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4400, "{message:?}");
        assert!(reason.starts_with("Invalid message"), "{reason}");
    }
}

#[tokio::test]
async fn the_order_of_the_first_messages_is_kept() {
    let limits = TransportLimits {
        init_within: Duration::from_millis(100),
        ..TransportLimits::default()
    };
    let server = Server::with(limits).await;
    let mut client = Client::open(&server).await;
    assert_eq!(
        client.closed().await,
        (4408, "Connection initialisation timeout".to_owned())
    );
    let mut client = Client::open(&server).await;
    client.subscribe("1", "{ saves }").await;
    assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));
    let mut client = Client::ready(&server).await;
    client.init(TOKEN).await;
    assert_eq!(
        client.closed().await,
        (4429, "Too many initialisation requests".to_owned())
    );
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silence }").await;
    client.subscribe("1", "{ saves }").await;
    assert_eq!(
        client.closed().await,
        (4409, "Subscriber for 1 already exists".to_owned())
    );
}

#[tokio::test]
async fn large_messages_close_with_1009() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let query = format!("{{ saves # {} \n}}", "x".repeat(2 * 1024 * 1024));
    client.subscribe("1", &query).await;
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn sockets_close_with_1001_when_the_server_leaves() {
    let server = Server::start().await;
    let mut waiting = Client::open(&server).await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silence }").await;
    server.shutdown.send_replace(true);
    assert_eq!(client.closed().await.0, u16::from(CloseCode::Away));
    assert_eq!(waiting.closed().await.0, 1001);
}

fn status(refused: Result<Client, tungstenite::Error>) -> u16 {
    match refused {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn the_handshake_names_the_protocol_and_an_origin_that_is_welcome() {
    let server = Server::start().await;
    assert_eq!(status(connect(&server, &[]).await), 400);
    assert_eq!(
        status(connect(&server, &[("sec-websocket-protocol", "graphql-ws")]).await),
        400
    );
    assert_eq!(
        status(
            connect(
                &server,
                &[("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")]
            )
            .await
        ),
        101
    );
    let own = server.url.trim_end_matches("/graphql").to_owned();
    for (origin, expected) in [
        (own.as_str(), 101),
        ("https://friend.example", 101),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1:1", 403),
    ] {
        assert_eq!(
            status(connect(&server, &[PROTOCOL, ("origin", origin)]).await),
            expected,
            "{origin}"
        );
    }
}

/// A socket by hand, which answers no ping.
async fn raw(server: &Server) -> TcpStream {
    let address = server
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/graphql");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    frame(&mut socket, br#"{"type":"connection_init"}"#).await;
    socket
}

/// Writes a text frame whose mask is zero.
async fn frame(socket: &mut TcpStream, text: &[u8]) {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    socket
        .write_all(&[0x81, 0x80 | length, 0, 0, 0, 0])
        .await
        .unwrap();
    socket.write_all(text).await.unwrap();
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_closed() {
    let limits = TransportLimits {
        ping_every: Duration::from_millis(300),
        ..TransportLimits::default()
    };
    let server = Server::with(limits).await;
    let mut socket = raw(&server).await;
    let mut seen = Vec::new();
    socket.read_to_end(&mut seen).await.unwrap();
    assert!(seen.windows(2).any(|bytes| bytes == [0x89, 0]), "it was pinged");
    let closed = |bytes: &[u8]| matches!(bytes, [0x88, _, 0x03, 0xf0]);
    assert!(seen.windows(4).any(closed), "and closed with 1008: {seen:?}");
    // One that answers stays.
    let mut client = Client::ready(&server).await;
    for _ in 0..3 {
        assert!(client.0.next().await.unwrap().unwrap().is_ping());
    }
    client.subscribe("1", "{ saves }").await;
    assert_eq!(client.read().await["type"], "next");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let limits = TransportLimits {
        write_within: Duration::from_millis(200),
        ..TransportLimits::default()
    };
    let server = Server::with(limits).await;
    let mut socket = raw(&server).await;
    frame(
        &mut socket,
        br#"{"id":"1","type":"subscribe","payload":{"query":"subscription{flood(bytes:100000)}"}}"#,
    )
    .await;
    // Nothing is read until the server has given up, which is when it stops reading, too.
    let gone = async {
        while socket.write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}
