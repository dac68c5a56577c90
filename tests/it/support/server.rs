//! A whole server within the test's own process, on a port and in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use punchcard::config::Settings;
use punchcard::server::{ServeError, Server};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Client;

/// A running server.
pub struct TestServer {
    address: SocketAddr,
    token: String,
    folder: Folder,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), ServeError>>,
}

/// The data folder, removed when nobody needs it any more.
#[derive(Clone)]
pub struct Folder(Arc<TempDir>);

impl Folder {
    /// A new one without any data.
    pub fn empty() -> Self {
        Self(Arc::new(TempDir::new().unwrap()))
    }

    /// Where the data is.
    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Where a test may put files beside the data.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The administrator's token, from its file.
    pub fn token(&self) -> String {
        let text = std::fs::read_to_string(self.data().join("admin-token")).unwrap();
        text.trim().to_owned()
    }
}

impl TestServer {
    /// Starts one in an empty folder.
    pub async fn start() -> Self {
        Self::start_in(Folder::empty()).await
    }

    /// Starts one in this folder.
    pub async fn start_in(folder: Folder) -> Self {
        let settings = Settings::over(folder.data());
        Self::start_with(folder, settings).await
    }

    /// Starts one with these settings.
    pub async fn start_with(folder: Folder, settings: Settings) -> Self {
        Self::start_over(folder, Server::open(settings).await.unwrap()).await
    }

    /// Starts one whose data is open.
    pub async fn start_over(folder: Folder, server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = server.at(listener).unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async {
            let _stopped = stopped.await;
        }));
        Self {
            address,
            token: folder.token(),
            folder,
            stop: Some(stop),
            task,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its folder.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// A client that calls as the administrator.
    pub fn client(&self) -> Client {
        Client::new(self.address, Some(self.token.clone()))
    }

    /// A client that calls with this token.
    pub fn client_with(&self, token: impl Into<String>) -> Client {
        Client::new(self.address, Some(token.into()))
    }

    /// A client that calls as nobody.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Stops it in good order; the folder is there for as long as somebody holds it.
    pub async fn stop(mut self) -> Folder {
        let _gone = self.stop.take().map(|stop| stop.send(()));
        self.task.await.unwrap().unwrap();
        self.folder
    }
}
