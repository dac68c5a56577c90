//! A server that is told to stop finishes what is in flight, closes what would last for ever, and
//! is gone in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::get;
use futures_util::{StreamExt, stream};
use punchcard::config::Limits;
use punchcard::http::closing::Closing;
use punchcard::http::gate::Routes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

use crate::support::stack::{Stack, read_to_close, short_limits};

fn routes(reached: Arc<Notify>, proceed: Arc<Notify>, closing: Closing) -> Routes {
    let slow = move || async move {
        reached.notify_one();
        proceed.notified().await;
        "finished"
    };
    let events = || async {
        let hello = stream::iter([Ok::<_, std::convert::Infallible>(Event::default().data("hello"))]);
        Sse::new(hello.chain(stream::pending()))
    };
    let socket = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(async move |mut socket| {
            let mut closing = closing.clone();
            socket.send(Message::text("hello")).await.unwrap();
            closing.begun().await;
            let _left = socket.send(Message::Close(None)).await;
        })
    };
    let pages = Router::new()
        .route("/slow", get(slow))
        .route("/events", get(events))
        .route("/socket", get(socket));
    Routes {
        pages,
        ..Routes::default()
    }
}

struct Scene {
    stack: Stack,
    reached: Arc<Notify>,
    proceed: Arc<Notify>,
}

async fn scene() -> Scene {
    let (reached, proceed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let limits = Limits {
        request_time: Duration::from_secs(20),
        header_time: Duration::from_secs(20),
        ..short_limits()
    };
    let stack = Stack::start(limits, |closing| {
        routes(Arc::clone(&reached), Arc::clone(&proceed), closing)
    })
    .await;
    Scene {
        stack,
        reached,
        proceed,
    }
}

#[tokio::test]
async fn a_request_in_flight_is_answered_and_new_ones_are_refused() {
    let mut scene = scene().await;
    let answer = tokio::spawn(reqwest::get(scene.stack.url("/slow")));
    scene.reached.notified().await;
    scene.stack.stop();
    let address = scene.stack.address;
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    scene.proceed.notify_one();
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.text().await.unwrap(), "finished");
    scene.stack.stopped().await;
}

#[tokio::test]
async fn idle_and_half_begun_connections_do_not_hold_it_up() {
    let scene = scene().await;
    let mut silent = scene.stack.connect().await;
    let mut half = scene.stack.connect().await;
    half.write_all(b"GET /slow HTT").await.unwrap();
    let begun = Instant::now();
    scene.stack.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(read_to_close(&mut silent).await, "");
    assert_eq!(read_to_close(&mut half).await, "");
}

#[tokio::test]
async fn what_takes_too_long_is_dropped() {
    let scene = scene().await;
    let answer = tokio::spawn(reqwest::get(scene.stack.url("/slow")));
    scene.reached.notified().await;
    let begun = Instant::now();
    scene.stack.stopped().await;
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert!(answer.await.unwrap().is_err());
}

#[tokio::test]
async fn endless_answers_end() {
    let scene = scene().await;
    let mut stream = scene.stack.connect().await;
    stream
        .write_all(b"GET /events HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut begun = vec![0; 4096];
    let mut text = String::new();
    while !text.contains("hello") {
        let count = stream.read(&mut begun).await.unwrap();
        assert_ne!(count, 0, "{text}");
        text += &String::from_utf8_lossy(&begun[..count]);
    }
    let time = Instant::now();
    scene.stack.stopped().await;
    assert!(time.elapsed() < Duration::from_millis(400));
    // The last chunk says that the answer ended, and was not cut off.
    assert!(read_to_close(&mut stream).await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn open_sockets_are_waited_for_and_closed() {
    let scene = scene().await;
    let url = format!("ws://{}/socket", scene.stack.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    assert_eq!(
        socket.next().await.unwrap().unwrap().into_text().unwrap(),
        "hello"
    );
    let time = Instant::now();
    let stopped = tokio::spawn(scene.stack.stopped());
    assert!(socket.next().await.unwrap().unwrap().is_close());
    while socket.next().await.is_some() {}
    stopped.await.unwrap();
    assert!(time.elapsed() < Duration::from_millis(400));
}
