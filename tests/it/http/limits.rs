//! What misbehaves is refused or dropped, and nobody else notices.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use futures_util::stream;
use punchcard::config::Limits;
use punchcard::http::gate::Routes;
use reqwest::{Client, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::stack::{Stack, read_to_close, short_limits};

fn routes() -> Routes {
    let pages = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: Bytes| async move { body }))
        .route("/never", get(std::future::pending::<&str>))
        .route("/panic", get(|| async { panic_now() }));
    let faces = Router::new().route("/graphql", get(|| async { "reached" }));
    Routes {
        faces,
        pages,
        ..Routes::default()
    }
}

fn panic_now() -> &'static str {
    panic!("on purpose, with a secret in it")
}

async fn stack() -> Stack {
    Stack::start(short_limits(), |_| routes()).await
}

#[tokio::test]
async fn a_half_sent_request_is_dropped_in_time() {
    let stack = stack().await;
    for half in ["", "G", "PRI * HT", "GET / HTTP/1.1\r\nhost: a\r\n"] {
        let begun = Instant::now();
        let answer = stack.raw(half).await;
        assert!(!answer.contains("hello"), "{half:?}: {answer}");
        assert!(begun.elapsed() < Duration::from_secs(3), "{half:?}");
    }
    assert!(stack.raw("GET / HTTP/1.0\r\n\r\n").await.ends_with("hello"));
}

#[tokio::test]
async fn a_connection_without_requests_is_closed_in_time() {
    let stack = stack().await;
    let mut stream = stack.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(read_to_close(&mut stream).await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408_and_a_slow_answer_a_503() {
    let stack = stack().await;
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc";
    let answer = stack.raw(head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let response = reqwest::get(stack.url("/never")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.unwrap().contains(r#""code":"UNAVAILABLE""#));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413_whether_its_length_is_told_or_not() {
    let stack = stack().await;
    let client = Client::new();
    let fits = client
        .post(stack.url("/echo"))
        .body(vec![b'a'; 1000])
        .send()
        .await
        .unwrap();
    assert_eq!(
        (fits.status(), fits.bytes().await.unwrap().len()),
        (StatusCode::OK, 1000)
    );
    let told = client
        .post(stack.url("/echo"))
        .body(vec![b'a'; 1001])
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(told.text().await.unwrap().contains("at most 1000 bytes"));
    let pieces = stream::iter((0..101).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"0123456789"))));
    let untold = client
        .post(stack.url("/echo"))
        .body(reqwest::Body::wrap_stream(pieces))
        .send()
        .await
        .unwrap();
    assert_eq!(untold.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let stack = stack().await;
    let head = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n\r\n",
        "a".repeat(100_000)
    );
    let mut stream = stack.connect().await;
    let _refused = stream.write_all(head.as_bytes()).await;
    let answer = read_to_close(&mut stream).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    assert!(stack.raw("GET / HTTP/1.0\r\n\r\n").await.ends_with("hello"));
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing_and_the_connection_lives_on() {
    let stack = stack().await;
    let client = Client::new();
    for _ in 0..3 {
        let response = client.get(stack.url("/panic")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.text().await.unwrap();
        assert!(
            body.contains(r#""code":"INTERNAL""#) && !body.contains("secret"),
            "{body}"
        );
    }
    assert_eq!(
        client
            .get(stack.url("/"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "hello"
    );
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_nosniff() {
    let stack = stack().await;
    for path in ["/", "/panic", "/nowhere", "/graphql"] {
        let response = reqwest::get(stack.url(path)).await.unwrap();
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(response.headers()["x-request-id"].len(), 16, "{path}");
    }
    let named = Client::new()
        .get(stack.url("/"))
        .header("x-request-id", "mine-1")
        .send();
    assert_eq!(named.await.unwrap().headers()["x-request-id"], "mine-1");
}

#[tokio::test]
async fn a_face_is_closed_to_whoever_brings_no_token() {
    let stack = stack().await;
    let response = reqwest::get(stack.url("/graphql")).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let media = "application/graphql-response+json";
    let asked = Client::new()
        .get(stack.url("/graphql"))
        .header("accept", media)
        .send();
    assert_eq!(asked.await.unwrap().headers()["content-type"], media);
}

#[tokio::test]
async fn a_face_is_unavailable_while_the_store_is() {
    let stack = stack().await;
    let request = Client::new()
        .get(stack.url("/graphql"))
        .bearer_auth("pct_anything");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!response.text().await.unwrap().contains("there is no store"));
}

#[tokio::test]
async fn too_many_wrong_tokens_are_told_to_wait() {
    let limits = Limits {
        failed_authentications_per_minute: 3.try_into().unwrap(),
        ..short_limits()
    };
    let stack = Stack::start(limits, |_| routes()).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let response = reqwest::get(stack.url("/graphql")).await.unwrap();
        statuses.push(response.status().as_u16());
        assert_eq!(
            response.headers().contains_key("retry-after"),
            response.status() == 429
        );
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
    assert_eq!(
        reqwest::get(stack.url("/")).await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn connections_past_the_cap_wait_and_are_served_when_others_leave() {
    let limits = Limits {
        connections: 2,
        header_time: Duration::from_secs(20),
        ..short_limits()
    };
    let stack = Stack::start(limits, |_| routes()).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = stack.connect().await;
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        stream.read_exact(&mut [0; 15]).await.unwrap();
        held.push(stream);
    }
    let mut third = stack.connect().await;
    third.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let mut first_byte = [0; 1];
    let early = tokio::time::timeout(Duration::from_millis(200), third.read(&mut first_byte)).await;
    assert!(
        early.is_err(),
        "the third connection was served beside two others"
    );
    held.pop();
    assert!(read_to_close(&mut third).await.ends_with("hello"));
}

#[tokio::test]
async fn http_2_is_spoken_too() {
    let stack = stack().await;
    let client = Client::builder().http2_prior_knowledge().build().unwrap();
    let response = client.get(stack.url("/")).send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.text().await.unwrap(), "hello");
}
