//! Payloads in memory, for where there is nothing to outlive: the command line without a server,
//! and tests.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use dashmap::DashMap;

use super::{KeptPayload, PayloadError, PayloadReader, PayloadWriter, Payloads};
use crate::domain::id::SyncJobId;
use crate::domain::import::Row;

type Batches = VecDeque<Vec<Row>>;

/// Payloads by their imports.
#[derive(Clone, Default)]
pub struct InMemory(Arc<DashMap<SyncJobId, Batches>>);

struct Writer {
    payloads: InMemory,
    job: SyncJobId,
    batches: Batches,
}

struct Reader(Batches);

impl Payloads for InMemory {
    fn create(&self, job: SyncJobId) -> io::Result<Box<dyn PayloadWriter>> {
        Ok(Box::new(Writer {
            payloads: self.clone(),
            job,
            batches: Batches::new(),
        }))
    }

    fn open(&self, job: SyncJobId) -> Result<Box<dyn PayloadReader>, PayloadError> {
        let batches = self.0.get(&job).ok_or(PayloadError::Missing)?.clone();
        Ok(Box::new(Reader(batches)))
    }

    fn remove(&self, job: SyncJobId) -> io::Result<()> {
        self.0.remove(&job);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<KeptPayload>> {
        let kept = self.0.iter().map(|entry| KeptPayload {
            job: *entry.key(),
            bytes: 0,
        });
        Ok(kept.collect())
    }
}

impl PayloadWriter for Writer {
    fn append(&mut self, rows: &[Row]) -> io::Result<()> {
        self.batches.push_back(rows.to_vec());
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<u64> {
        self.payloads.0.insert(self.job, self.batches);
        Ok(0)
    }
}

impl PayloadReader for Reader {
    fn next(&mut self) -> Result<Option<Vec<Row>>, PayloadError> {
        Ok(self.0.pop_front())
    }
}
