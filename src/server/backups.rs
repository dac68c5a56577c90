//! Backups of the embedded store, for whoever asks over HTTP.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::system::{SystemClock, TimeOrderedIds};
use crate::app::Error;
use crate::domain::id::IdSource;
use crate::domain::time::Clock;
use crate::http::admin::Backups;
use crate::store::embedded::Embedded;

/// What the files in the data folder are called on their way out.
const PREFIX: &str = "outgoing-backup-";

/// Writes backups into the data folder, where there is room for them if there is any.
pub(super) struct OutgoingBackups {
    store: Arc<Embedded>,
    data_dir: PathBuf,
}

impl OutgoingBackups {
    /// Backups of a store. What was on its way when the server was killed is removed.
    pub(super) fn new(store: Arc<Embedded>, data_dir: PathBuf) -> Self {
        remove_leftovers(&data_dir);
        Self { store, data_dir }
    }
}

#[async_trait]
impl Backups for OutgoingBackups {
    async fn write(&self) -> Result<PathBuf, Error> {
        let id = TimeOrderedIds.next(SystemClock.now());
        let path = self.data_dir.join(format!("{PREFIX}{id}"));
        let (store, file) = (Arc::clone(&self.store), path.clone());
        let written = tokio::task::spawn_blocking(move || store.backup(&file)).await;
        let _at = written.map_err(|error| Error::Internal(error.to_string()))??;
        Ok(path)
    }
}

fn remove_leftovers(data_dir: &Path) {
    let Ok(entries) = std::fs::read_dir(data_dir) else {
        return;
    };
    for entry in entries.flatten() {
        let is_leftover = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_leftover && let Err(error) = std::fs::remove_file(entry.path()) {
            tracing::warn!(%error, path = %entry.path().display(), "an unfinished backup stays");
        }
    }
}
