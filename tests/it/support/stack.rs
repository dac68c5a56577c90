//! The HTTP stack alone, on a port of its own, before routes that a test brings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use punchcard::app::App;
use punchcard::app::imports::payloads::memory::InMemory;
use punchcard::config::Limits;
use punchcard::http::accept::{self, Terms};
use punchcard::http::auth::Doorkeeper;
use punchcard::http::closing::{self, Closing};
use punchcard::http::gate::{Gate, Introduce, Routes};
use punchcard::server::system::{SystemClock, SystemSecrets, TimeOrderedIds};
use punchcard::store::StoreError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::absent_store::AbsentStore;

/// A running stack.
pub struct Stack {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Limits that a test need not wait long for.
pub fn short_limits() -> Limits {
    Limits {
        header_time: Duration::from_millis(300),
        request_time: Duration::from_millis(300),
        shutdown_time: Duration::from_millis(500),
        body_bytes: 1000,
        ..Limits::default()
    }
}

impl Stack {
    /// Starts it.
    pub async fn start(limits: Limits, routes: impl FnOnce(Closing) -> Routes) -> Self {
        Self::start_with_tls(limits, None, routes).await
    }

    /// Starts it, with TLS.
    pub async fn start_with_tls(
        limits: Limits,
        tls: Option<TlsAcceptor>,
        routes: impl FnOnce(Closing) -> Routes,
    ) -> Self {
        let store = AbsentStore(StoreError::Unavailable("there is no store".to_owned()));
        Self::start_with(store, limits, tls, routes).await
    }

    /// Starts it over a store that fails in this way.
    pub async fn start_over(
        store: AbsentStore,
        limits: Limits,
        routes: impl FnOnce(Closing) -> Routes,
    ) -> Self {
        Self::start_with(store, limits, None, routes).await
    }

    async fn start_with(
        store: AbsentStore,
        limits: Limits,
        tls: Option<TlsAcceptor>,
        routes: impl FnOnce(Closing) -> Routes,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = App::new(
            Arc::new(store),
            Arc::new(SystemClock),
            Arc::new(TimeOrderedIds),
            Arc::new(SystemSecrets),
            Arc::new(InMemory::default()),
        );
        let (closer, closing) = closing::channel();
        let routes = routes(closing.clone());
        let doorkeeper = Arc::new(Doorkeeper::new(app, &limits));
        let introduce: Introduce = Arc::new(|_, caller, request| {
            request.extensions.insert(caller);
            None
        });
        let gate = Arc::new(Gate::new(routes, doorkeeper, introduce, &limits, closing));
        let terms = Terms::new(&limits, tls);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _stopped = stopped.await;
            };
            accept::serve(listener, terms, gate, closer, shutdown).await;
        });
        Self {
            address,
            stop: Some(stop),
            task,
        }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A bare connection.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes over a connection of their own and reads until the server closes it.
    pub async fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        read_to_close(&mut stream).await
    }

    /// Tells the server to stop.
    pub fn stop(&mut self) {
        let _gone = self.stop.take().map(|stop| stop.send(()));
    }

    /// Waits until the server has stopped.
    pub async fn stopped(mut self) {
        self.stop();
        self.task.await.unwrap();
    }
}

/// Everything until the other side closes, politely or not.
pub async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
