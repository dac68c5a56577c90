//! Where the parts are joined: the store, the application, the faces and HTTP. The only module
//! that names a backend.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ACCEPT, UPGRADE};
use axum::http::{HeaderValue, Method};
use futures_util::FutureExt;
use metrics_exporter_prometheus::{BuildError, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::app::imports::payloads::Payloads;
use crate::app::{self, App, Error};
use crate::config::Settings;
use crate::demo::Shape;
use crate::domain;
use crate::domain::time::Clock;
use crate::graphql::front::InvalidSchema;
use crate::graphql::http::Endpoint;
use crate::graphql::limits::TransportLimits;
use crate::graphql::session::{Ended, Session};
use crate::http::accept::{self, Terms};
use crate::http::area::Area;
use crate::http::auth::Doorkeeper;
use crate::http::closing::{self, Closing};
use crate::http::gate::{Direct, Gate, Introduce, Routes};
use crate::http::sync::{self, UntilWithdrawn};
use crate::http::tls::TlsError;
use crate::http::{admin, answer, health, metrics, tls, ui};
use crate::store::embedded::{Embedded, Health, Options};
use crate::store::{Store, StoreError};
use crate::{graphql, odata};

pub mod address;
mod backups;
pub mod first_start;
pub mod local;
pub mod open_files;
pub mod payloads;
mod sessions;
pub mod system;

use address::Address;
use backups::OutgoingBackups;
use first_start::AdministratorsToken;
use payloads::PayloadFolder;
use sessions::Sessions;
use system::{SystemClock, SystemSecrets, TimeOrderedIds};

/// How often figures are gathered up, and quiet callers forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(10);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data cannot be opened, or not be written at the first start.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The imports that were not over cannot be taken up.
    #[error(transparent)]
    Imports(#[from] app::Error),
    /// The certificate is of no use.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A file of the data folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The GraphQL schema is of no use.
    #[error(transparent)]
    Schema(#[from] InvalidSchema),
    /// There is nobody on whose behalf the command line could write.
    #[error("there is no active administrator")]
    NoAdministrator,
    /// The listener has no address.
    #[error("the listener is of no use: {0}")]
    Listener(io::Error),
    /// The demo company breaks a rule.
    #[error("the demo company breaks a rule: {0}")]
    Demo(domain::error::Error),
    /// Nothing can be counted.
    #[error(transparent)]
    Metrics(#[from] BuildError),
    /// A task of the server ended before its time.
    #[error("a task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// A server whose data is open and complete, ready to be run.
pub struct Server {
    settings: Settings,
    tls: Option<TlsAcceptor>,
    figures: &'static PrometheusHandle,
    store: Arc<Embedded>,
    app: Arc<App>,
    token: AdministratorsToken,
}

/// A server that callers can reach, and that has not begun to answer.
pub struct Listening {
    server: Server,
    listener: TcpListener,
}

impl Listening {
    /// Serves until `shutdown` resolves; then finishes what is in flight and closes the data in
    /// good order.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.server.run(self.listener, shutdown).await
    }
}

/// What is read from disk before there is a server.
struct Files {
    tls: Option<TlsAcceptor>,
    store: Arc<Embedded>,
    payloads: Arc<dyn Payloads>,
}

impl Files {
    /// Reads all of it, which takes the disk and the processor, not the runtime.
    async fn read(settings: &Settings) -> Result<Self, ServeError> {
        let (tls, folder) = (settings.tls.clone(), settings.data_dir.clone());
        let read = tokio::task::spawn_blocking(move || {
            let tls = tls.as_ref().map(tls::acceptor).transpose()?;
            let store = Embedded::open(&folder, Options::default())?;
            // The store's lock is this process's claim to the whole folder.
            let payloads = PayloadFolder::within(&folder).map_err(|source| ServeError::File {
                path: folder.join(payloads::FOLDER),
                source,
            })?;
            Ok(Self {
                tls,
                store,
                payloads: Arc::new(payloads),
            })
        });
        read.await?
    }
}

impl Server {
    /// Opens the data; a folder without any gets what a company begins with.
    pub async fn open(settings: Settings) -> Result<Self, ServeError> {
        let figures = metrics::begin()?;
        let files = Files::read(&settings).await?;
        Self::over(files, settings, figures).await
    }

    /// The same, with payloads that `keep` makes of those in the data folder.
    pub async fn open_keeping(
        settings: Settings,
        keep: impl FnOnce(Arc<dyn Payloads>) -> Arc<dyn Payloads>,
    ) -> Result<Self, ServeError> {
        let figures = metrics::begin()?;
        let mut files = Files::read(&settings).await?;
        files.payloads = keep(files.payloads);
        Self::over(files, settings, figures).await
    }

    /// The same, unless `stop` resolves before the data is in memory. Reading goes on in the
    /// background then, until the process ends or it is done; nothing is lost by ending it.
    pub async fn open_unless(
        settings: Settings,
        stop: impl Future<Output = ()>,
    ) -> Result<Option<Self>, ServeError> {
        let figures = metrics::begin()?;
        let files = tokio::select! {
            biased;
            () = stop => return Ok(None),
            files = Files::read(&settings) => files?,
        };
        Self::over(files, settings, figures).await.map(Some)
    }

    async fn over(
        files: Files,
        settings: Settings,
        figures: &'static PrometheusHandle,
    ) -> Result<Self, ServeError> {
        let Files { tls, store, payloads } = files;
        let token = {
            let today = SystemClock.now().utc_date();
            let demo = settings.demo.then(|| Shape::small(today));
            first_start::prepare(&*store, &settings.data_dir, demo).await?
        };
        let app = application(store.clone(), payloads);
        app.resume_imports().await?;
        Ok(Self {
            settings,
            tls,
            figures,
            store,
            app,
            token,
        })
    }

    /// The administrator's token.
    pub const fn token(&self) -> &AdministratorsToken {
        &self.token
    }

    /// Takes its place at `listener`: whoever looks into the data folder finds it there from now on.
    pub fn at(self, listener: TcpListener) -> Result<Listening, ServeError> {
        self.tell_address(&listener)?;
        Ok(Listening {
            server: self,
            listener,
        })
    }

    async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let limits = &self.settings.limits;
        let data_dir = self.settings.data_dir.clone();
        let (closer, closing) = closing::channel();
        let doorkeeper = Arc::new(Doorkeeper::new(Arc::clone(&self.app), limits));
        let sessions = Sessions::new(Arc::clone(&self.app), Arc::clone(&doorkeeper));
        let routes = self.routes(Arc::clone(&sessions), closing.clone())?;
        let introduce = introduce(Arc::clone(&sessions));
        let gate = Arc::new(Gate::new(routes, doorkeeper, introduce, limits, closing.clone()));
        let terms = Terms::new(limits, self.tls.clone());
        let imports = Arc::clone(&self.app).work_on_imports(self.settings.payloads, closing.flag());
        let upkeep = [
            tokio::spawn(tidy(Arc::clone(&gate), self.figures)),
            tokio::spawn(sessions.end_withdrawn()),
            tokio::spawn(imports),
        ];
        accept::serve(listener, terms, gate, closer, shutdown).await;
        for task in upkeep {
            task.abort();
        }
        if let Err(error) = Address::remove(&data_dir) {
            tracing::warn!(%error, "the address stays in the data folder");
        }
        let store = self.store;
        tokio::task::spawn_blocking(move || store.close()).await?;
        Ok(())
    }

    /// Keeps in the data folder where the server is to be found.
    fn tell_address(&self, listener: &TcpListener) -> Result<(), ServeError> {
        let data_dir = &self.settings.data_dir;
        let told = listener.local_addr().map_err(ServeError::Listener)?;
        let address = Address::of(told, self.settings.tls.as_ref())?;
        address.write(data_dir).map_err(|source| ServeError::File {
            path: data_dir.clone(),
            source,
        })
    }

    fn routes(&self, sessions: Arc<Sessions>, closing: Closing) -> Result<Routes, ServeError> {
        let endpoint = Endpoint {
            front: Arc::new(graphql::front_over(
                Arc::clone(&self.app),
                graphql::limits::Limits::default(),
            )?),
            authenticate: sessions,
            limits: TransportLimits {
                body_bytes: self.settings.limits.body_bytes,
                ..TransportLimits::default()
            },
            origins: self.settings.origins.clone(),
            shutdown: closing.flag(),
        };
        let backups = OutgoingBackups::new(Arc::clone(&self.store), self.settings.data_dir.clone());
        let health = self.store.health();
        let is_ready = move || !closing.has_begun() && *health.borrow() == Health::Writable;
        let endpoint = Arc::new(endpoint);
        let serve = move |request| graphql::http::serve(Arc::clone(&endpoint), request).boxed();
        Ok(Routes {
            busiest: Some(Direct {
                path: graphql::http::PATH,
                answer: Arc::new(serve),
            }),
            faces: odata::http::routes(Arc::clone(&self.app), self.tls.is_some())
                .merge(sync::routes(
                    Arc::clone(&self.app),
                    self.settings.limits.upload_bytes,
                ))
                .merge(metrics::routes(Arc::clone(&self.app), self.figures))
                .merge(admin::routes(Arc::clone(&self.app), Arc::new(backups))),
            pages: ui::router().merge(health::routes(Arc::new(is_ready))),
        })
    }
}

/// GraphQL looks for a session, which lasts only where the answer does; all else for the caller, and
/// event streams for the end of the session too.
fn introduce(sessions: Arc<Sessions>) -> Introduce {
    Arc::new(move |area, caller, request| match area {
        Area::GraphQl => {
            let accepts = request.headers.get(ACCEPT).map(HeaderValue::as_bytes);
            let may_last = answer::has(accepts.unwrap_or_default(), b"text/event-stream")
                || request.headers.contains_key(UPGRADE)
                || request.method == Method::CONNECT;
            if !may_last {
                request.extensions.insert(graphql::context::session(caller));
                return None;
            }
            let sessions = Arc::clone(&sessions);
            Some(Box::pin(async move {
                request.extensions.insert(sessions.lasting(caller).await);
            }))
        }
        Area::Sync if request.uri.path().ends_with(sync::EVENTS) => {
            let sessions = Arc::clone(&sessions);
            Some(Box::pin(async move {
                let session = sessions.lasting(caller.clone()).await;
                request.extensions.insert(until_withdrawn(session));
                request.extensions.insert(caller);
            }))
        }
        Area::Sync | Area::OData | Area::Admin | Area::Metrics | Area::Upload | Area::Page => {
            request.extensions.insert(caller);
            None
        }
    })
}

fn until_withdrawn(session: Session) -> UntilWithdrawn {
    UntilWithdrawn::new(move || {
        let session = session.clone();
        async move {
            match session.ended().await {
                Ended::Expired | Ended::Revoked => Error::Unauthenticated,
                narrowed @ Ended::Narrowed => Error::Forbidden(narrowed.reason().to_owned()),
            }
        }
    })
}

/// Opens the store of a data folder; reading all of it takes the processor, not the runtime.
pub async fn open_store(data_dir: &Path) -> Result<Arc<Embedded>, ServeError> {
    let folder = data_dir.to_owned();
    let opened = tokio::task::spawn_blocking(move || Embedded::open(&folder, Options::default()));
    Ok(opened.await??)
}

/// The application over a store and payloads, with the system's clock, ids and secrets.
pub fn application(store: Arc<dyn Store>, payloads: Arc<dyn Payloads>) -> Arc<App> {
    App::new(
        store,
        Arc::new(SystemClock),
        Arc::new(TimeOrderedIds),
        Arc::new(SystemSecrets),
        payloads,
    )
}

async fn tidy(gate: Arc<Gate>, figures: &'static PrometheusHandle) {
    let mut turns = tokio::time::interval(TIDY_EVERY);
    loop {
        turns.tick().await;
        figures.run_upkeep();
        gate.forget_quiet_callers();
    }
}
