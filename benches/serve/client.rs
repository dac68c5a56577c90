//! A load client that costs as little as it can: ready-made requests over kept-alive connections,
//! answers read by their length and not parsed.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to a server.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A ready-made POST of `body`.
pub fn request(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Connection {
    /// Connects to a server on this machine.
    pub async fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends one request and reads its answer's body.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (start, length) = loop {
            if let Some(found) = head(&self.buffer)? {
                break found;
            }
            self.fill().await?;
        };
        while self.buffer.len() < start + length {
            self.fill().await?;
        }
        Ok(&self.buffer[start..start + length])
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Where the body starts and how long it is, once the head is there.
fn head(buffer: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&buffer[..end]).map_err(io::Error::other)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(io::Error::other(head.to_owned()));
    }
    let length = head
        .lines()
        .find_map(|line| {
            line.split_once(':')
                .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        })
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(|| io::Error::other("no content-length"))?;
    Ok(Some((end + 4, length)))
}

/// What a run of load came to.
#[derive(Clone, Copy)]
pub struct Load {
    /// Requests answered.
    pub answered: u64,
    /// How long it took.
    pub elapsed: Duration,
}

impl Load {
    /// Requests a second.
    pub fn rate(self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }
}

/// Sends the same request over `connections` connections for `time`.
pub async fn load(port: u16, request: Arc<[u8]>, connections: usize, time: Duration) -> io::Result<Load> {
    let answered = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (request, answered) = (Arc::clone(&request), Arc::clone(&answered));
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            while start.elapsed() < time {
                connection.exchange(&request).await?;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            io::Result::Ok(())
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.map_err(io::Error::other)??;
    }
    Ok(Load {
        answered: answered.load(Ordering::Relaxed),
        elapsed: start.elapsed(),
    })
}
