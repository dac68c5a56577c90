//! The requests that an import takes.

use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Response};
use serde_json::Value;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::file::Source;
use crate::app::context::ACT_FOR;
use crate::cli::Failure;
use crate::domain::id::UserId;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A server, and the token to call it with.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    pub(super) fn new(url: &str, token: &str, act_for: Option<UserId>) -> Result<Self, Failure> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(reqwest::header::AUTHORIZATION, bearer)]);
        if let Some(user) = act_for {
            let user = HeaderValue::from_str(&user.to_string())?;
            headers.insert(HeaderName::from_static(ACT_FOR), user);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Sends the file, and answers the id of the import that it became.
    pub(super) async fn send(&self, path: &str, source: Source) -> Result<String, Failure> {
        let file = File::open(&source.path).await?;
        let mut request = self
            .http
            .post(format!("{}{path}", self.url))
            .header(CONTENT_TYPE, source.media_type())
            .header(CONTENT_LENGTH, source.bytes);
        if source.is_gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        let body = Body::wrap_stream(ReaderStream::with_capacity(file, 64 << 10));
        let answer = accepted(request.body(body).send().await?).await?;
        let job: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let id = job.get("id").and_then(Value::as_str);
        Ok(id.ok_or("the server did not say which import it is")?.to_owned())
    }

    /// The events of an import behind the one that was seen last.
    pub(super) async fn events(&self, job: &str, seen: Option<&str>) -> Result<Response, Failure> {
        let mut request = self.http.get(format!("{}/sync/jobs/{job}/events", self.url));
        if let Some(seen) = seen {
            request = request.header(LAST_EVENT_ID, seen);
        }
        accepted(request.send().await?).await
    }
}

/// The answer, if it is none of a refusal.
async fn accepted(answer: Response) -> Result<Response, Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let body = answer.bytes().await.unwrap_or_default();
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = said.pointer("/error/message").and_then(Value::as_str);
    let message = message.unwrap_or("no reason");
    Err(format!("the server answered {status}: {message}").into())
}
