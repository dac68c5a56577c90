//! A client of the server that holds a data folder: HTTP on this machine, as the administrator.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Failure;
use crate::server::address::Address;
use pinned::Pinned;

mod pinned;

/// The most bytes of an answer that is not downloaded piece by piece.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A server, and the token to call it with.
pub(super) struct Remote {
    address: Address,
    token: String,
}

impl Remote {
    pub(super) const fn new(address: Address, token: String) -> Self {
        Self { address, token }
    }

    /// Whether it answers.
    pub(super) async fn is_there(&self) -> bool {
        let answer = self.send(Method::GET, "/health/live", Bytes::new()).await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// Posts to a path and hands over the answer's body piece by piece.
    pub(super) async fn download(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let answer = self.send(Method::POST, path, Bytes::new()).await?;
        let mut body = accepted(answer).await?;
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame?.into_data() {
                take(&piece)?;
            }
        }
        Ok(())
    }

    /// The answer to a GraphQL operation, as JSON.
    pub(super) async fn graphql(&self, document: &str, variables: &Value) -> Result<Bytes, Failure> {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let answer = self.send(Method::POST, "/graphql", body.into()).await?;
        // What is refused is refused in the same form.
        let limited = Limited::new(answer.into_body(), MOST_BYTES);
        Ok(limited
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes())
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Response<Incoming>, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.socket.to_string())
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let stream = TcpStream::connect(self.address.socket).await?;
        match self.address.certificate {
            None => exchange(stream, request).await,
            Some(certificate) => {
                let connector = TlsConnector::from(Arc::new(Pinned::client(certificate)?));
                let name = self.address.socket.ip().into();
                exchange(connector.connect(name, stream).await?, request).await
            }
        }
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer; what went wrong is told there.
    drop(tokio::spawn(connection));
    Ok(sender.send_request(request).await?)
}

/// The body of an answer that is none of a refusal.
async fn accepted(answer: Response<Incoming>) -> Result<Incoming, Failure> {
    let status = answer.status();
    let body = answer.into_body();
    if status.is_success() {
        return Ok(body);
    }
    let limited = Limited::new(body, MOST_BYTES);
    let text = limited.collect().await.map(http_body_util::Collected::to_bytes);
    let said: Option<Value> = text.ok().and_then(|text| serde_json::from_slice(&text).ok());
    let message = said
        .as_ref()
        .and_then(|said| said.pointer("/error/message")?.as_str());
    Err(format!("the server answered {status}: {}", message.unwrap_or("no reason")).into())
}
