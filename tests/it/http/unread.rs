//! Who is refused before their body was read is told so, whatever they are still sending, and may
//! ask again over the same connection.

use axum::Router;
use axum::routing::get;
use punchcard::http::gate::Routes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::stack::{Stack, short_limits};

const END: &str = "hello";

async fn stack() -> Stack {
    let pages = Router::new().route("/", get(|| async { END }));
    let faces = Router::new().route("/graphql", get(|| async { "reached" }));
    let routes = Routes {
        faces,
        pages,
        ..Routes::default()
    };
    Stack::start(short_limits(), |_| routes).await
}

fn post(path: &str, headers: &str, body_bytes: usize) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {body_bytes}\r\n{headers}\r\n");
    let mut request = head.into_bytes();
    request.resize(request.len() + body_bytes, b'x');
    request
}

/// All that has come by the time that the answer to a last request ends.
async fn read_to_end(stream: &mut TcpStream) -> String {
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut answers = Vec::new();
    while !answers.ends_with(END.as_bytes()) {
        let read = stream.read_buf(&mut answers).await.unwrap();
        assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&answers));
    }
    String::from_utf8(answers).unwrap()
}

#[tokio::test]
async fn a_refused_body_is_thrown_away_and_the_connection_lives_on() {
    let stack = stack().await;
    for (path, bytes, status) in [
        ("/graphql", 10, "401"),
        ("/graphql", 1000, "401"),
        ("/graphql", 1001, "413"),
        ("/graphql", 3_000_000, "413"),
        ("/", 1000, "405"),
        ("/", 1001, "413"),
        ("/nowhere", 1000, "404"),
    ] {
        let mut stream = stack.connect().await;
        let request = post(path, "", bytes);
        let (head, body) = request.split_at(request.len() - bytes);
        stream.write_all(head).await.unwrap();
        // The refusal is there before the body is.
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();
        assert_eq!(begin, *format!("HTTP/1.1 {status}").as_bytes(), "{path} {bytes}");
        stream.write_all(body).await.unwrap();
        let answers = read_to_end(&mut stream).await;
        assert!(answers.contains("HTTP/1.1 200 "), "{path} {bytes}: {answers}");
        assert!(!answers.contains("connection: close"), "{answers}");
    }
}

#[tokio::test]
async fn chunks_without_an_end_in_sight_are_refused_and_thrown_away() {
    let stack = stack().await;
    let mut stream = stack.connect().await;
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..100 {
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let answers = read_to_end(&mut stream).await;
    assert!(answers.starts_with("HTTP/1.1 401 "), "{answers}");
}

#[tokio::test]
async fn a_refused_body_that_does_not_come_is_not_waited_for() {
    let stack = stack().await;
    let mut request = post("/graphql", "", 1000);
    request.truncate(request.len() - 1);
    let answer = stack.raw(request).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn who_asks_before_sending_a_body_is_not_asked_for_it_once_refused() {
    let stack = stack().await;
    let request = post("/graphql", "expect: 100-continue\r\n", 1000);
    let answer = stack.raw(&request[..request.len() - 1000]).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn more_than_is_thrown_away_is_told_that_the_connection_ends() {
    let stack = stack().await;
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000000\r\n\r\n";
    let answer = stack.raw(head).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}
