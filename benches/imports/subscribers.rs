//! Watchers of all imports, a tenth of whom stop reading.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::import::Company;

/// So long a watcher waits for the last event.
const PATIENCE: Duration = Duration::from_mins(1);

/// All who watch.
pub struct Watching {
    readers: JoinSet<io::Result<u64>>,
    /// Held open, and never read again.
    silent: Vec<TcpStream>,
}

/// Lets so many subscribe.
pub async fn subscribe(company: &Company, count: usize) -> io::Result<Watching> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit {
        current: limit.maximum,
        ..limit
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised)?;
    let query = "subscription { syncProgress { __typename ... on SyncProgress { percent } } }";
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        company.token,
        body.len()
    );
    let mut watching = Watching {
        readers: JoinSet::new(),
        silent: Vec::new(),
    };
    for number in 0..count {
        let mut stream = TcpStream::connect(("127.0.0.1", company.server.port)).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut head = [0; 64];
        let read = stream.read(&mut head).await?;
        assert!(
            head[..read].starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&head[..read])
        );
        if number % 10 == 0 {
            watching.silent.push(stream);
        } else {
            watching
                .readers
                .spawn(async move { timeout(PATIENCE, watch(stream)).await? });
        }
    }
    Ok(watching)
}

impl Watching {
    /// Waits until every reader has had the last event; tells how many events they had.
    pub async fn finish(mut self) -> io::Result<String> {
        let (mut readers, mut events) = (0_u64, 0);
        while let Some(read) = self.readers.join_next().await {
            events += read.map_err(io::Error::other)??;
            readers += 1;
        }
        let silent = self.silent.len();
        Ok(format!(
            "{readers} watchers had the last event, {} events each, percent never back; {silent} did not read",
            events / readers.max(1)
        ))
    }
}

/// Reads until the last event; fails if percent falls.
async fn watch(mut stream: TcpStream) -> io::Result<u64> {
    let (mut text, mut events, mut percent) = (Vec::new(), 0, 0);
    loop {
        if stream.read_buf(&mut text).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else {
                continue;
            };
            let event: Value = serde_json::from_slice(data.trim_ascii())?;
            let event = &event["data"]["syncProgress"];
            events += 1;
            match event["percent"].as_u64() {
                Some(next) if next >= percent => percent = next,
                Some(next) => return Err(io::Error::other(format!("{next} after {percent}"))),
                None => {
                    assert_eq!(event["__typename"], "SyncSucceeded");
                    return Ok(events);
                }
            }
        }
    }
}
