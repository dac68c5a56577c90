//! The accept loop: lets connections in up to a number, bounds how long each may dawdle, and
//! takes them down within a set time when the server stops. What a request means is not known
//! here.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::closing::{Closer, Closing};
use super::gate::Gate;
use crate::config::Limits;
use socket::Socket;

mod socket;

/// How long a peer may leave what was sent to it unacknowledged, or its window shut.
const STALLED_PEER: Duration = Duration::from_mins(1);
/// How often an HTTP/2 peer is asked whether it is still there.
const HTTP2_PING: Duration = Duration::from_secs(20);
/// Streams at a time of one HTTP/2 connection.
const HTTP2_STREAMS: u32 = 128;
/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1024;
/// More than a process can have open.
const MOST_CONNECTIONS: usize = 1_000_000;
/// For connections to notice that their time is up.
const LAST_TURN: Duration = Duration::from_secs(1);
/// The pause after the system refused a connection: it is short of something.
const BREATHER: Duration = Duration::from_millis(50);
/// Refusals come in swarms; one line tells of all within this time.
const REFUSALS_TOLD_EVERY: Duration = Duration::from_secs(10);

/// How connections are taken.
#[derive(Clone)]
pub struct Terms {
    /// Connections at a time.
    pub connections: usize,
    /// For a request head, for TLS, and between two requests.
    pub header_time: Duration,
    /// For what is in flight once the server stops.
    pub shutdown_time: Duration,
    /// Where the server speaks TLS by itself.
    pub tls: Option<TlsAcceptor>,
}

impl Terms {
    /// The terms that follow from these limits.
    pub fn new(limits: &Limits, tls: Option<TlsAcceptor>) -> Self {
        let connections = limits.connections.clamp(1, MOST_CONNECTIONS);
        Self {
            connections,
            header_time: limits.header_time,
            shutdown_time: limits.shutdown_time,
            tls,
        }
    }
}

/// Serves until `shutdown` resolves; then lets what is in flight finish, for as long as the terms
/// allow, drops what has not gone by itself, and returns.
pub async fn serve(
    listener: TcpListener,
    terms: Terms,
    gate: Arc<Gate>,
    closer: Closer,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(terms.connections));
    let closing = closer.closing();
    tokio::select! {
        () = shutdown => {}
        () = admit(&listener, &terms, &gate, &closing, &places) => {}
    }
    drop(listener);
    closer.begin();
    let everyone_left = async {
        let all = u32::try_from(terms.connections).unwrap_or(u32::MAX);
        let _left = places.acquire_many(all).await;
    };
    let mut everyone_left = pin!(everyone_left);
    if timeout(terms.shutdown_time, everyone_left.as_mut())
        .await
        .is_err()
    {
        tracing::warn!("requests were still in flight when the time to stop was up");
        closer.end();
        // Dropping takes them a turn of the runtime.
        let _still_there = timeout(LAST_TURN, everyone_left).await;
    }
}

/// Lets in who comes, for ever.
async fn admit(
    listener: &TcpListener,
    terms: &Terms,
    gate: &Arc<Gate>,
    closing: &Closing,
    places: &Arc<Semaphore>,
) {
    let builder = Arc::new(http_builder(terms.header_time));
    let mut refusals = Refusals::default();
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            return;
        };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                refusals.note(&error).await;
                continue;
            }
        };
        prepare(&stream);
        let stream = Socket::new(stream, place);
        let connection = Connection {
            builder: Arc::clone(&builder),
            header_time: terms.header_time,
            peer,
            gate: Arc::clone(gate),
            closing: closing.clone(),
        };
        match terms.tls.clone() {
            None => drop(tokio::spawn(connection.serve(stream))),
            Some(tls) => drop(tokio::spawn(connection.serve_tls(stream, tls))),
        }
    }
}

fn http_builder(header_time: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(HEAD_BYTES * 2);
    builder
        .http2()
        .enable_connect_protocol()
        .timer(TokioTimer::new())
        .keep_alive_interval(HTTP2_PING)
        .keep_alive_timeout(header_time)
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX));
    builder
}

/// What the system did not let the server accept.
#[derive(Default)]
struct Refusals {
    told: Option<Instant>,
}

impl Refusals {
    /// Errors of one connection are its own; others mean that the system is short of something,
    /// mostly file descriptors, and going on at once would only burn the processor.
    async fn note(&mut self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            return;
        }
        counter!("punchcard_http_accept_failures_total").increment(1);
        if self.told.is_none_or(|told| told.elapsed() >= REFUSALS_TOLD_EVERY) {
            self.told = Some(Instant::now());
            tracing::error!(%error, "no connection could be accepted");
        }
        tokio::time::sleep(BREATHER).await;
    }
}

/// Answers leave at once, and a peer that takes nothing is dropped by the system.
fn prepare(stream: &TcpStream) {
    let stalled = u32::try_from(STALLED_PEER.as_millis()).unwrap_or(u32::MAX);
    let done = stream
        .set_nodelay(true)
        .and_then(|()| Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, stalled)?));
    if let Err(error) = done {
        tracing::debug!(%error, "a socket took no options");
    }
}

/// One connection.
struct Connection {
    builder: Arc<auto::Builder<TokioExecutor>>,
    header_time: Duration,
    peer: SocketAddr,
    gate: Arc<Gate>,
    closing: Closing,
}

impl Connection {
    async fn serve_tls(self, stream: Socket, tls: TlsAcceptor) {
        match timeout(self.header_time, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, peer = %self.peer, "no agreement on TLS"),
            Err(_) => tracing::debug!(peer = %self.peer, "TLS took too long"),
        }
    }

    async fn serve<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (gate, peer) = (self.gate, self.peer);
        let begun = Arc::new(AtomicBool::new(false));
        let begins = Arc::clone(&begun);
        let service = service_fn(move |request| {
            begins.store(true, Ordering::Relaxed);
            Arc::clone(&gate).answer(peer, request)
        });
        let io = TokioIo::new(stream);
        let mut connection = pin!(self.builder.serve_connection_with_upgrades(io, service));
        // The protocol is not known before the first bytes, so its own time-out begins later.
        let mut first_head = pin!(tokio::time::sleep(self.header_time));
        let mut waits_for_first_head = true;
        loop {
            tokio::select! {
                biased;
                done = connection.as_mut() => return note(done.err(), peer),
                () = self.closing.begun() => break,
                () = first_head.as_mut(), if waits_for_first_head => {
                    waits_for_first_head = false;
                    if !begun.load(Ordering::Relaxed) {
                        return tracing::debug!(%peer, "no request came");
                    }
                }
            }
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            biased;
            done = connection => note(done.err(), peer),
            () = self.closing.over() => {}
        }
    }
}

/// Peers come and go as they like; only whoever looks for a fault wants to know.
fn note(error: Option<Box<dyn std::error::Error + Send + Sync>>, peer: SocketAddr) {
    if let Some(error) = error {
        tracing::debug!(error, %peer, "a connection ended early");
    }
}
