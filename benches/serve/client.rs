//! A load client that costs as little as it can: ready-made requests over kept-alive connections,
//! answers read by their length and not parsed.

use std::io;
use std::sync::Arc;
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
pub struct Load {
    /// How long each answer took, the shortest first.
    pub latencies: Vec<Duration>,
    /// How long all took.
    pub elapsed: Duration,
}

impl Load {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// How long so many percent of the answers took at most.
    pub fn within(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies[last * percent / 100]
    }
}

/// Asks again and again.
pub trait Client: Send + 'static {
    /// Asks once, and waits for the answer.
    fn ask(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}

/// Lets each client ask for `time`, all at once.
pub async fn run(clients: Vec<impl Client>, time: Duration) -> io::Result<Load> {
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            let mut begun = Duration::ZERO;
            while begun < time {
                client.ask().await?;
                let answered = start.elapsed();
                latencies.push(answered.saturating_sub(begun));
                begun = answered;
            }
            io::Result::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(result) = tasks.join_next().await {
        latencies.extend(result.map_err(io::Error::other)??);
    }
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    Ok(Load { latencies, elapsed })
}

/// A client that sends the same request again and again.
struct Repeating {
    connection: Connection,
    request: Arc<[u8]>,
}

impl Client for Repeating {
    async fn ask(&mut self) -> io::Result<()> {
        self.connection.exchange(&self.request).await.map(drop)
    }
}

/// Sends the same request over `connections` connections for `time`.
pub async fn load(port: u16, request: Arc<[u8]>, connections: usize, time: Duration) -> io::Result<Load> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Repeating {
            connection: Connection::open(port).await?,
            request: Arc::clone(&request),
        });
    }
    run(clients, time).await
}
