//! What the command line asks of a running server beside GraphQL: `POST /admin/backup` answers
//! with a backup of the data. It holds everything there is, so its caller needs every right.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::answer;
use super::area::Area;
use crate::app::{App, Caller, Error};
use crate::domain::access::Permission;

/// Bytes of a backup that are sent at a time.
const PIECE: usize = 256 * 1024;

/// Makes backups.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Writes a backup of the data as it is now into a new file, which is the caller's to remove.
    async fn write(&self) -> Result<PathBuf, Error>;
}

#[derive(Clone)]
struct Parts {
    app: Arc<App>,
    backups: Arc<dyn Backups>,
}

/// The routes under `/admin`.
pub fn routes(app: Arc<App>, backups: Arc<dyn Backups>) -> Router {
    Router::new()
        .route("/admin/backup", post(backup))
        .with_state(Parts { app, backups })
}

async fn backup(State(parts): State<Parts>, Extension(caller): Extension<Caller>) -> Response {
    match send(&parts, &caller).await {
        Ok(response) => response,
        Err(refusal) => answer::refuse(Area::Admin, &refusal),
    }
}

async fn send(parts: &Parts, caller: &Caller) -> Result<Response, Error> {
    let reader = parts.app.reader(caller).await?;
    if !Permission::ALL
        .iter()
        .all(|permission| reader.actor().has(*permission))
    {
        return Err(Error::Forbidden(
            "a backup holds everything, so it needs every right".to_owned(),
        ));
    }
    let path = parts.backups.write().await?;
    let opened = File::open(&path).await;
    // The open file lives on until it is sent, and leaves nothing behind.
    let removed = tokio::fs::remove_file(&path).await;
    let unreadable = |error: io::Error| Error::Unavailable(format!("{}: {error}", path.display()));
    let file = opened
        .and_then(|file| removed.map(|()| file))
        .map_err(unreadable)?;
    let length = file.metadata().await.map_err(unreadable)?.len();
    let mut response = Response::new(Body::from_stream(pieces(file)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

fn pieces(file: File) -> BoxStream<'static, io::Result<Bytes>> {
    let next = |mut file: File| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        let count = file.read_buf(&mut piece).await?;
        Ok((count > 0).then(|| (piece.freeze(), file)))
    };
    stream::try_unfold(file, next).into_stream().boxed()
}
