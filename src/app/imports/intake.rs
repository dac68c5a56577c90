//! Takes the rows of an import as they come, be it for minutes, and keeps them in batches where the
//! disk holds up nobody. Memory is bounded by a batch.

use std::io;
use std::sync::Arc;

use super::payloads::{PayloadWriter, Payloads};
use crate::app::Error;
use crate::domain::id::SyncJobId;
use crate::domain::import::Row;
use crate::domain::sync_job::SyncJob;

/// Rows that are written together.
const BATCH: usize = 1_024;

/// An import that is arriving. Dropped before it is accepted, it leaves nothing behind.
pub struct Intake {
    job: Box<SyncJob>,
    writer: Option<Box<dyn PayloadWriter>>,
    batch: Vec<Row>,
}

impl Intake {
    /// Begins to keep the rows of this import.
    pub(super) async fn begin(payloads: Arc<dyn Payloads>, job: SyncJob) -> Result<Self, Error> {
        let id = job.id;
        let writer = off_the_runtime(move || payloads.create(id)).await?;
        Ok(Self {
            job: Box::new(job),
            writer: Some(writer),
            batch: Vec::with_capacity(BATCH),
        })
    }

    /// What the import will be called.
    pub const fn id(&self) -> SyncJobId {
        self.job.id
    }

    /// How many rows have come.
    pub const fn rows(&self) -> u64 {
        self.job.rows
    }

    /// Takes a row. After an error the import cannot go on.
    pub async fn push(&mut self, row: Row) -> Result<(), Error> {
        self.batch.push(row);
        self.job.rows += 1;
        if self.batch.len() >= BATCH {
            self.write().await?;
        }
        Ok(())
    }

    /// Makes all rows durable.
    pub(super) async fn finish(mut self) -> Result<SyncJob, Error> {
        self.write().await?;
        let writer = self.writer.take().ok_or_else(lost)?;
        self.job.bytes = off_the_runtime(move || writer.finish()).await?;
        Ok(*self.job)
    }

    async fn write(&mut self) -> Result<(), Error> {
        let mut writer = self.writer.take().ok_or_else(lost)?;
        let mut batch = std::mem::take(&mut self.batch);
        let written = off_the_runtime(move || {
            writer.append(&batch)?;
            batch.clear();
            Ok((writer, batch))
        });
        let (writer, batch) = written.await?;
        self.writer = Some(writer);
        self.batch = batch;
        Ok(())
    }
}

fn lost() -> Error {
    Error::Unavailable("the payload could not be written before".to_owned())
}

/// Does what waits for the disk where it holds up nobody.
pub(super) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| Error::Internal(error.to_string()))?;
    done.map_err(|error| Error::Unavailable(format!("the payloads of imports: {error}")))
}
