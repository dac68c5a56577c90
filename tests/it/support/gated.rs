//! Payloads that are read only when a test lets them: an import is then under way for as long as
//! the test likes.

use std::io;
use std::sync::{Arc, Condvar, Mutex};

use punchcard::app::imports::payloads::{KeptPayload, PayloadError, PayloadReader, PayloadWriter, Payloads};
use punchcard::domain::id::SyncJobId;
use punchcard::domain::import::Row;
use tokio::sync::watch;

/// The gate before some payloads; open for good once it is dropped.
pub struct Gate(Arc<Inner>);

struct Inner {
    permits: Mutex<Option<usize>>,
    changed: Condvar,
    readers: watch::Sender<usize>,
}

/// Payloads behind a gate.
pub struct Gated {
    payloads: Arc<dyn Payloads>,
    gate: Arc<Inner>,
}

struct GatedReader {
    reader: Box<dyn PayloadReader>,
    gate: Arc<Inner>,
}

impl Gate {
    /// A gate that lets nobody through.
    pub fn shut() -> Self {
        Self(Arc::new(Inner {
            permits: Mutex::new(Some(0)),
            changed: Condvar::new(),
            readers: watch::Sender::new(0),
        }))
    }

    /// These payloads, behind the gate.
    pub fn before(&self, payloads: Arc<dyn Payloads>) -> Arc<dyn Payloads> {
        let gate = Arc::clone(&self.0);
        Arc::new(Gated { payloads, gate })
    }

    /// Lets one batch, or one end, be read.
    pub fn let_one_through(&self) {
        if let Some(permits) = self.0.permits.lock().unwrap().as_mut() {
            *permits += 1;
        }
        self.0.changed.notify_all();
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        *self.0.permits.lock().unwrap() = None;
        self.0.changed.notify_all();
    }

    /// Resolves once somebody has come to the gate for the `number`th time.
    pub async fn reached(&self, number: usize) {
        let mut readers = self.0.readers.subscribe();
        readers.wait_for(|readers| *readers >= number).await.unwrap();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

impl Payloads for Gated {
    fn create(&self, job: SyncJobId) -> io::Result<Box<dyn PayloadWriter>> {
        self.payloads.create(job)
    }

    fn open(&self, job: SyncJobId) -> Result<Box<dyn PayloadReader>, PayloadError> {
        let reader = self.payloads.open(job)?;
        let gate = Arc::clone(&self.gate);
        Ok(Box::new(GatedReader { reader, gate }))
    }

    fn remove(&self, job: SyncJobId) -> io::Result<()> {
        self.payloads.remove(job)
    }

    fn list(&self) -> io::Result<Vec<KeptPayload>> {
        self.payloads.list()
    }
}

impl PayloadReader for GatedReader {
    fn next(&mut self) -> Result<Option<Vec<Row>>, PayloadError> {
        self.gate.readers.send_modify(|readers| *readers += 1);
        let permits = self.gate.permits.lock().unwrap();
        let is_shut = |permits: &mut Option<usize>| *permits == Some(0);
        let mut permits = self.gate.changed.wait_while(permits, is_shut).unwrap();
        if let Some(permits) = permits.as_mut() {
            *permits -= 1;
        }
        drop(permits);
        self.reader.next()
    }
}
