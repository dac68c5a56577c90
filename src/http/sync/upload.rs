//! `POST /sync/static-data` and `POST /sync/time-entries`: a body of any length becomes an import.
//! Whether the caller may import is asked before the body is read (I1); memory is bounded however
//! fast it comes.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::{Buf, Bytes};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{interval, timeout};

use super::{described, job};
use crate::app::imports::{Arriving, ImportOrder};
use crate::app::{App, Caller, Error};
use crate::domain::error::{FaultCode, Path};
use crate::domain::import::{ImportKind, Phase, Progress, Row};
use crate::domain::sync_job::SyncJob;
use crate::http::answer;
use crate::http::area::Area;
use crate::http::uploads::options::{Asked, Described, read_options};
use crate::http::uploads::reading::{self, Upload, UploadError};

/// Where a client names its request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// So many uploads may come at a time.
pub const UPLOADS_AT_A_TIME: usize = 32;
/// When who came beyond that may try again.
const RETRY_AFTER_SECONDS: u64 = 5;
/// How often it is asked whether who sends still may.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So long a client may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// So many pieces of the body wait to be read.
const PIECES: usize = 16;
/// Rows are handed over by so many.
const BATCH_ROWS: usize = 1_024;
/// So many batches wait to be kept.
const BATCHES: usize = 4;
/// An upload may unpack to so many times what a body may have.
const MOST_UNPACKED: u64 = 16;

/// What uploads become, and how much of one is taken.
#[derive(Clone)]
pub struct Uploads {
    /// Where imports are accepted.
    pub app: Arc<App>,
    /// The most bytes of a body.
    pub most_bytes: usize,
    /// Lets so many in at a time: each keeps a thread busy for as long as it comes.
    pub places: Arc<Semaphore>,
}

/// Static data.
pub async fn static_data(
    State(uploads): State<Uploads>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    uploads.receive(ImportKind::StaticData, &caller, request).await
}

/// Time entries, and what they refer to.
pub async fn time_entries(
    State(uploads): State<Uploads>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    uploads.receive(ImportKind::TimeEntries, &caller, request).await
}

impl Uploads {
    async fn receive(&self, kind: ImportKind, caller: &Caller, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let accepted = async {
            // Nobody learns what an import takes who may not import.
            self.app.may_import(caller).await?;
            let text = |name| {
                parts
                    .headers
                    .get(name)
                    .and_then(|value: &HeaderValue| value.to_str().ok())
            };
            let described = Described {
                content_type: text(CONTENT_TYPE),
                content_encoding: text(CONTENT_ENCODING),
                idempotency_key: text(IDEMPOTENCY_KEY),
            };
            let _place = self.places.try_acquire().map_err(|_| Error::RateLimited {
                retry_after_seconds: RETRY_AFTER_SECONDS,
            })?;
            let asked = read_options(kind, parts.uri.query().unwrap_or_default(), described)?;
            self.take(caller, asked, body).await
        };
        match accepted.await {
            Ok(job) => accepted_as(&job),
            Err(Error::Unsupported(message)) => answer::fault(
                Area::Upload,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "NOT_SUPPORTED",
                &message,
            ),
            Err(refusal) => answer::refuse(Area::Upload, &refusal),
        }
    }

    /// Takes the body and accepts the import. Of one that is known already the body is passed over.
    async fn take(&self, caller: &Caller, asked: Asked, body: Body) -> Result<Arc<SyncJob>, Error> {
        let Asked {
            upload,
            is_gzip,
            options,
            idempotency_key,
        } = asked;
        let order = ImportOrder {
            kind: upload.kind,
            options,
            idempotency_key,
        };
        let mut intake = match self.app.begin_import(caller, order).await? {
            Arriving::Known(job) => return Ok(job),
            Arriving::New(intake) => intake,
        };
        let (pieces, arriving) = mpsc::channel(PIECES);
        let (rows, mut read) = mpsc::channel(BATCHES);
        let most = (self.most_bytes as u64).saturating_mul(MOST_UNPACKED);
        let source = Pieces::of(arriving);
        let reading = tokio::task::spawn_blocking(move || read_all(source, is_gzip, most, upload, &rows));
        let keeping = async move {
            while let Some(batch) = read.recv().await {
                for row in batch {
                    intake.push(row).await?;
                }
            }
            Ok::<_, Error>(intake)
        };
        let arrived = async { tokio::join!(pump(body.into_data_stream(), pieces), keeping) };
        let (pumped, kept) = tokio::select! {
            arrived = arrived => arrived,
            refusal = self.withdrawn(caller) => return Err(refusal),
        };
        let read = reading
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        // What stops the keeping stops the reading too; what is wrong with the text is told before that
        // the rest of it was not taken.
        let intake = kept?;
        let refused = |message: String| Err(Error::fault(Path::ROOT, FaultCode::Malformed, message));
        match (read, pumped) {
            (Ok(()), Ok(())) => self.app.accept_import(caller, intake).await,
            (Err(UploadError::Malformed(message)), _) => refused(message),
            (_, Err(refusal)) => Err(refusal),
            (Err(broken), Ok(())) => refused(broken.to_string()),
        }
    }

    /// Resolves when the caller may no longer import: an upload may come for hours.
    async fn withdrawn(&self, caller: &Caller) -> Error {
        let mut turns = interval(LOOK_EVERY);
        loop {
            turns.tick().await;
            let refused = self.app.may_import(caller).await;
            // That the data cannot be read now withdraws nothing.
            if let Err(refusal) = refused
                && !matches!(refusal, Error::Unavailable(_) | Error::Internal(_))
            {
                return refusal;
            }
        }
    }
}

fn accepted_as(job: &SyncJob) -> Response {
    let waiting = Progress::at(Phase::Waiting, 0, job.rows);
    let json = job::to_json(job, waiting).to_string();
    let mut response = described(Body::from(json), "application/json");
    *response.status_mut() = StatusCode::ACCEPTED;
    if let Ok(location) = HeaderValue::from_str(&format!("/sync/jobs/{}", job.id)) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Hands the body on, piece by piece, until its end or until nobody reads it.
async fn pump(mut body: BodyDataStream, pieces: mpsc::Sender<io::Result<Bytes>>) -> Result<(), Error> {
    loop {
        let piece = match timeout(SILENCE, body.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(error))) => {
                let refusal = broken_off(&error);
                // The reader learns that this is not the end.
                drop(pieces.send(Err(io::Error::other("broken off"))).await);
                return Err(refusal);
            }
            Err(_) => {
                drop(pieces.send(Err(io::Error::other("broken off"))).await);
                let message = format!("nothing came for {} s", SILENCE.as_secs());
                return Err(Error::fault(Path::ROOT, FaultCode::Malformed, message));
            }
        };
        if pieces.send(Ok(piece)).await.is_err() {
            return Ok(());
        }
    }
}

fn broken_off(error: &axum::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Error::TooLarge("the upload is larger than the server takes".to_owned());
        }
        cause = error.source();
    }
    Error::fault(Path::ROOT, FaultCode::Malformed, "the upload broke off")
}

fn read_all(
    source: impl Read,
    is_gzip: bool,
    most: u64,
    upload: Upload,
    rows: &mpsc::Sender<Vec<Row>>,
) -> Result<(), UploadError> {
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut hand_over = |row| {
        batch.push(row);
        if batch.len() < BATCH_ROWS {
            return Ok(());
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
        rows.blocking_send(full).map_err(|_| UploadError::GivenUp)
    };
    if is_gzip {
        let unpacked = MostBytes::of(MultiGzDecoder::new(source), most);
        reading::read(unpacked, upload, &mut hand_over)?;
    } else {
        reading::read(source, upload, &mut hand_over)?;
    }
    rows.blocking_send(batch).map_err(|_| UploadError::GivenUp)
}

/// The pieces of a body as they arrive, to be read where waiting holds up nobody.
struct Pieces {
    arriving: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Pieces {
    fn of(arriving: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self {
            arriving,
            piece: Bytes::new(),
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.arriving.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
        }
        let length = buffer.len().min(self.piece.len());
        if let Some(target) = buffer.get_mut(..length) {
            self.piece.copy_to_slice(target);
        }
        Ok(length)
    }
}

/// Refuses to unpack more than so many bytes: a small upload can be made to unpack without end.
struct MostBytes<R> {
    source: R,
    left: u64,
}

impl<R> MostBytes<R> {
    const fn of(source: R, most: u64) -> Self {
        Self { source, left: most }
    }
}

impl<R: Read> Read for MostBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the upload unpacks to more than the server takes",
            )
        })?;
        Ok(read)
    }
}
