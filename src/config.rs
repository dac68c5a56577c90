//! What the operator decides about a server: where it keeps its data, how it is reached, and its
//! limits. Where the values come from, flags or variables or a test, is not known here.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::imports::KeepPayloads;

/// Everything that one server is told when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The folder that holds the data; made if it is missing.
    pub data_dir: PathBuf,
    /// Whether an empty folder is filled with a small demo company.
    pub demo: bool,
    /// The certificate, where the server speaks TLS by itself.
    pub tls: Option<Tls>,
    /// Origins, such as `https://example.org`, whose pages may open WebSockets, beside the server's
    /// own.
    pub origins: Vec<String>,
    /// How long the payloads of imports that are over are kept.
    pub payloads: KeepPayloads,
    /// How much of what it takes.
    pub limits: Limits,
}

impl Settings {
    /// The defaults over this folder.
    pub fn over(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            demo: false,
            tls: None,
            origins: Vec::new(),
            payloads: KeepPayloads::default(),
            limits: Limits::default(),
        }
    }
}

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, followed by those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How much the server takes before it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time, WebSockets included; who comes then waits to be let in.
    pub connections: usize,
    /// How long a connection may go without a complete request head: to send one, to agree on
    /// TLS, or between two requests. And how long the rest of a body may take that was refused.
    pub header_time: Duration,
    /// How long a request may take, its body's arrival included, until its answer begins.
    pub request_time: Duration,
    /// The most bytes of a request's body, except where a route takes uploads.
    pub body_bytes: usize,
    /// The most bytes of an upload, as it comes.
    pub upload_bytes: usize,
    /// How long requests in flight may go on once the server is told to stop.
    pub shutdown_time: Duration,
    /// Requests a second of one access token; `None` for as many as it likes.
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests a minute with a wrong token, or none, from one address, before it is told to wait.
    pub failed_authentications_per_minute: NonZeroU32,
}

impl Limits {
    /// Connections at a time where nobody said otherwise.
    pub const CONNECTIONS: usize = 10_000;
    /// Seconds for a request head where nobody said otherwise.
    pub const HEADER_SECONDS: u64 = 10;
    /// Seconds for a request where nobody said otherwise.
    pub const REQUEST_SECONDS: u64 = 30;
    /// Bytes of a body where nobody said otherwise.
    pub const BODY_BYTES: usize = 1024 * 1024;
    /// Bytes of an upload where nobody said otherwise.
    pub const UPLOAD_BYTES: usize = 4 << 30;
    /// Failed authentications a minute where nobody said otherwise.
    pub const FAILED_AUTHENTICATIONS: NonZeroU32 = match NonZeroU32::new(300) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    };
    /// The server is to be gone within ten seconds; two are for the last checkpoint.
    pub const SHUTDOWN_TIME: Duration = Duration::from_secs(8);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: Self::CONNECTIONS,
            header_time: Duration::from_secs(Self::HEADER_SECONDS),
            request_time: Duration::from_secs(Self::REQUEST_SECONDS),
            body_bytes: Self::BODY_BYTES,
            upload_bytes: Self::UPLOAD_BYTES,
            shutdown_time: Self::SHUTDOWN_TIME,
            requests_per_second: None,
            failed_authentications_per_minute: Self::FAILED_AUTHENTICATIONS,
        }
    }
}
