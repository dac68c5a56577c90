//! A system that allows few open files: connections wait before the data goes short.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::process::{Process, punchcard, punchcard_under};
use crate::support::server::Folder;

const ALIVE: &str = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
const PATIENCE: Duration = Duration::from_secs(30);

async fn connect(server: &Process) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// A connection that has asked whether the server lives.
async fn asked(server: &Process) -> TcpStream {
    let mut stream = connect(server).await;
    stream.write_all(ALIVE.as_bytes()).await.unwrap();
    stream
}

/// The answer to the one request under way, head and body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await.unwrap();
        assert_ne!(read.unwrap(), 0, "the connection ended");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap().parse().unwrap() {
            return text;
        }
    }
}

async fn posted(stream: &mut TcpStream, token: &str, document: &str) -> String {
    let body = json!({ "query": document }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    answer(stream).await
}

#[tokio::test]
async fn more_connections_than_open_files_wait_and_what_is_saved_meanwhile_is_durable() {
    let folder = Folder::empty();
    let command = punchcard_under("ulimit -n 128");
    let flags = ["--header-seconds", "300"];
    let mut server = Process::serve_by(command, folder.clone(), &flags, Stdio::piped()).await;
    let told = server.logged("fewer connections are taken").await;
    assert!(told.contains("wanted=10000 connections=64"), "{told}");

    let mut let_in = Vec::new();
    for _ in 0..64 {
        let mut stream = asked(&server).await;
        assert!(answer(&mut stream).await.ends_with("live\n"));
        let_in.push(stream);
    }
    let mut waiting = Vec::new();
    for _ in 0..100 {
        waiting.push(asked(&server).await);
    }
    let mut one = let_in.pop().unwrap();
    for number in 0..5 {
        let document = format!(
            "mutation {{ createToken(input: {{ name: \"kept {number}\" }}) {{ token {{ name }} }} }}"
        );
        let saved = posted(&mut one, &folder.token(), &document).await;
        assert!(saved.contains(&format!("kept {number}")), "{saved}");
    }
    // A save takes its time; who waits has not been let in behind it.
    let early = waiting[0].try_read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(early, Err(std::io::ErrorKind::WouldBlock));

    drop((one, let_in));
    for mut stream in waiting {
        assert!(answer(&mut stream).await.ends_with("live\n"));
    }
    server.kill().await;
    let server = Process::serve(folder, &[]).await;
    let client = server.client();
    let kept = client.graphql("{ tokens(first: 50) { nodes { name } } }", json!({}));
    let kept = kept.await.to_string();
    for number in 0..5 {
        assert!(kept.contains(&format!("kept {number}")), "{kept}");
    }
}

#[tokio::test]
async fn a_low_soft_limit_is_raised() {
    let command = punchcard_under("ulimit -S -n 128");
    let server = Process::serve_by(command, Folder::empty(), &[], Stdio::null()).await;
    let limits = rustix::process::getrlimit(Resource::Nofile);
    let files = prlimit(Some(server.pid()), Resource::Nofile, limits).unwrap();
    assert_eq!(files.current, files.maximum);
    assert_eq!(files.maximum, limits.maximum);
}

#[tokio::test]
async fn a_system_out_of_files_is_waited_for_and_does_not_burn_the_processor() {
    let folder = Folder::empty();
    let mut server = Process::serve_by(punchcard(), folder, &[], Stdio::piped()).await;
    let mut before = asked(&server).await;
    assert!(answer(&mut before).await.ends_with("live\n"));
    // Whatever is opened next is one too many.
    let none_left = Rlimit {
        current: Some(0),
        maximum: rustix::process::getrlimit(Resource::Nofile).maximum,
    };
    let usual = prlimit(Some(server.pid()), Resource::Nofile, none_left).unwrap();
    let begun = Instant::now();
    let mut refused = asked(&server).await;
    server.logged("no connection could be accepted").await;
    before.write_all(ALIVE.as_bytes()).await.unwrap();
    assert!(
        answer(&mut before).await.ends_with("live\n"),
        "others are served on"
    );

    prlimit(Some(server.pid()), Resource::Nofile, usual).unwrap();
    assert!(answer(&mut refused).await.ends_with("live\n"));
    let figures = server.client().get("/metrics").await;
    assert_eq!(figures.status(), StatusCode::OK);
    let figures = figures.text().await.unwrap();
    let failures = figures
        .lines()
        .find_map(|line| line.strip_prefix("punchcard_http_accept_failures_total "))
        .unwrap_or_else(|| panic!("{figures}"));
    let turns = begun.elapsed().as_millis() / 50 + 1;
    let failures: u128 = failures.parse().unwrap();
    assert!((1..=turns).contains(&failures), "{failures} in {turns} turns");
}
