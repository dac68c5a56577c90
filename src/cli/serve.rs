//! `punchcard serve`. On the standard stream are two lines and nothing else, for programs to read:
//! `listening on http://ADDR`, and where the administrator's token is. Logs are on the error
//! stream.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, Folder, print};
use crate::app::imports::KeepPayloads;
use crate::config::{Limits, Settings, Tls};
use crate::http::logs::{self, Format};
use crate::server::Server;
use crate::server::open_files::OpenFiles;

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    folder: Folder,
    /// The address and port to listen on; other machines reach it at 0.0.0.0:8080.
    #[arg(
        long,
        env = "PUNCHCARD_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// Fill an empty folder with a small demo company.
    #[arg(long, env = "PUNCHCARD_DEMO")]
    demo: bool,
    /// The certificate as a PEM file, with those that vouch for it; the server then speaks TLS.
    #[arg(long, env = "PUNCHCARD_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key as a PEM file.
    #[arg(long, env = "PUNCHCARD_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// An origin, such as `https://example.org`, whose pages may open WebSockets, beside the
    /// server's own; more than one are parted by commas.
    #[arg(
        long,
        env = "PUNCHCARD_ALLOW_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    allow_origin: Vec<String>,
    #[command(flatten)]
    payloads: PayloadFlags,
    #[command(flatten)]
    logs: Logs,
    #[command(flatten)]
    limits: LimitFlags,
}

#[derive(Debug, Args)]
struct Logs {
    /// What a log line looks like.
    #[arg(long, env = "PUNCHCARD_LOG_FORMAT", value_enum, default_value_t = Format::Human)]
    log_format: Format,
    /// What is logged: error, warn, info, debug or trace, for parts too (`info,punchcard=debug`).
    #[arg(
        long,
        env = "PUNCHCARD_LOG_LEVEL",
        value_name = "LEVEL",
        default_value = "info"
    )]
    log_level: String,
}

#[derive(Debug, Args)]
struct PayloadFlags {
    /// Days that the rows of an import are kept once it is over.
    #[arg(long, env = "PUNCHCARD_KEEP_PAYLOAD_DAYS", value_name = "N", default_value_t = KeepPayloads::default().days)]
    keep_payload_days: u32,
    /// Bytes that the rows of all imports that are over may take; the oldest are removed first.
    #[arg(long, env = "PUNCHCARD_KEEP_PAYLOAD_BYTES", value_name = "N", default_value_t = KeepPayloads::default().bytes)]
    keep_payload_bytes: u64,
}

#[derive(Debug, Args)]
struct LimitFlags {
    /// Connections at a time, WebSockets included; who comes then waits. Fewer where the system
    /// allows fewer open files (`ulimit -Hn`), of which 64 are left to the data.
    #[arg(long, env = "PUNCHCARD_MAX_CONNECTIONS", value_name = "N", default_value_t = Limits::CONNECTIONS)]
    max_connections: usize,
    /// Seconds that a connection may go without a complete request head.
    #[arg(long, env = "PUNCHCARD_HEADER_SECONDS", value_name = "S", default_value_t = Limits::HEADER_SECONDS)]
    header_seconds: u64,
    /// Seconds until a request's answer must have begun.
    #[arg(long, env = "PUNCHCARD_REQUEST_SECONDS", value_name = "S", default_value_t = Limits::REQUEST_SECONDS)]
    request_seconds: u64,
    /// Bytes of a request's body.
    #[arg(long, env = "PUNCHCARD_MAX_BODY_BYTES", value_name = "N", default_value_t = Limits::BODY_BYTES)]
    max_body_bytes: usize,
    /// Bytes of an upload, as it comes; it may unpack to sixteen times as many.
    #[arg(long, env = "PUNCHCARD_MAX_UPLOAD_BYTES", value_name = "N", default_value_t = Limits::UPLOAD_BYTES)]
    max_upload_bytes: usize,
    /// Requests a second of one access token; 0 for as many as it likes.
    #[arg(
        long,
        env = "PUNCHCARD_MAX_REQUESTS_PER_SECOND",
        value_name = "N",
        default_value_t = 0
    )]
    max_requests_per_second: u32,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let _logs = logs::begin(self.logs.log_format, &self.logs.log_level)?;
        let _ignored = let_files_end()?;
        let mut stop = pin!(stop_signal()?);
        let listener = TcpListener::bind(self.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", self.listen))?;
        let address = listener.local_addr()?;
        let mut settings = self.settings();
        settings.limits.connections = OpenFiles::raise().room_for(settings.limits.connections);
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let Some(server) = Server::open_unless(settings, stop.as_mut()).await? else {
            return Ok(());
        };
        let token = server.token().to_string();
        let server = server.at(listener)?;
        print(format_args!("listening on {scheme}://{address}"))?;
        print(token)?;
        Ok(server.run(stop).await?)
    }

    fn settings(self) -> Settings {
        let limits = self.limits;
        Settings {
            data_dir: self.folder.data_dir,
            demo: self.demo,
            tls: self
                .tls_cert
                .zip(self.tls_key)
                .map(|(certificate, key)| Tls { certificate, key }),
            origins: self.allow_origin,
            payloads: KeepPayloads {
                days: self.payloads.keep_payload_days,
                bytes: self.payloads.keep_payload_bytes,
            },
            limits: Limits {
                connections: limits.max_connections,
                header_time: Duration::from_secs(limits.header_seconds),
                request_time: Duration::from_secs(limits.request_seconds),
                body_bytes: limits.max_body_bytes,
                upload_bytes: limits.max_upload_bytes,
                requests_per_second: NonZeroU32::new(limits.max_requests_per_second),
                ..Limits::default()
            },
        }
    }
}

/// A file that may not grow (`ulimit -f`) is an error like a full disk, which the store knows how
/// to survive, and no reason for the system to end the process.
fn let_files_end() -> std::io::Result<Signal> {
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))
}

/// Resolves when the process is asked to stop.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
