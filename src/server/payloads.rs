//! Payloads of imports as files in the data folder: one an import, written once, synced, and given
//! its name only when it is whole. What is in them is the matter of `frames`.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::app::imports::payloads::{KeptPayload, PayloadError, PayloadReader, PayloadWriter, Payloads};
use crate::domain::id::SyncJobId;
use crate::domain::import::Row;

mod frames;

use frames::{FrameReader, FrameWriter};

/// The folder's name within the data folder.
pub const FOLDER: &str = "imports";
/// What the names of whole payloads end with.
const WHOLE: &str = ".payload";
/// What the names of those end with that are being written.
const UNFINISHED: &str = ".part";

/// A folder of payloads.
#[derive(Clone, Debug)]
pub struct PayloadFolder {
    path: PathBuf,
}

impl PayloadFolder {
    /// The folder within a data folder that is in use by this process alone. What was being written
    /// when the process ended is removed.
    pub fn within(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        let folder = Self { path };
        for name in folder.names()?.iter().filter(|name| name.ends_with(UNFINISHED)) {
            std::fs::remove_file(folder.path.join(name))?;
        }
        Ok(folder)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn whole(&self, job: SyncJobId) -> PathBuf {
        self.path.join(format!("{job}{WHOLE}"))
    }

    fn unfinished(&self, job: SyncJobId) -> PathBuf {
        self.path.join(format!("{job}{UNFINISHED}"))
    }

    /// Makes names durable.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

impl Payloads for PayloadFolder {
    fn create(&self, job: SyncJobId) -> io::Result<Box<dyn PayloadWriter>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(self.unfinished(job))?;
        let unfinished = Unfinished {
            folder: self.clone(),
            job,
            is_whole: false,
        };
        Ok(Box::new(Writer {
            frames: FrameWriter::begin(BufWriter::new(file), job)?,
            unfinished,
        }))
    }

    fn open(&self, job: SyncJobId) -> Result<Box<dyn PayloadReader>, PayloadError> {
        let file = File::open(self.whole(job)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PayloadError::Missing,
            _ => PayloadError::Unreadable(error),
        })?;
        Ok(Box::new(Reader(FrameReader::begin(BufReader::new(file), job)?)))
    }

    fn remove(&self, job: SyncJobId) -> io::Result<()> {
        match std::fs::remove_file(self.whole(job)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn list(&self) -> io::Result<Vec<KeptPayload>> {
        let mut kept = Vec::new();
        for name in self.names()? {
            let job = name.strip_suffix(WHOLE).and_then(|name| name.parse().ok());
            if let Some(job) = job {
                let bytes = std::fs::metadata(self.path.join(&name))?.len();
                kept.push(KeptPayload { job, bytes });
            }
        }
        Ok(kept)
    }
}

/// A file that is removed unless it becomes whole.
struct Unfinished {
    folder: PayloadFolder,
    job: SyncJobId,
    is_whole: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_whole {
            return;
        }
        if let Err(error) = std::fs::remove_file(self.folder.unfinished(self.job)) {
            tracing::warn!(%error, job = %self.job, "an unfinished payload stays until the next start");
        }
    }
}

struct Writer {
    frames: FrameWriter<BufWriter<File>>,
    unfinished: Unfinished,
}

impl PayloadWriter for Writer {
    fn append(&mut self, rows: &[Row]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.frames.add(row))
    }

    fn finish(self: Box<Self>) -> io::Result<u64> {
        let Self {
            frames,
            mut unfinished,
        } = *self;
        let mut file = frames.end()?;
        file.flush()?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        let Unfinished { folder, job, .. } = &unfinished;
        std::fs::rename(folder.unfinished(*job), folder.whole(*job))?;
        unfinished.is_whole = true;
        if let Err(error) = unfinished.folder.sync() {
            unfinished.folder.remove(unfinished.job)?;
            return Err(error);
        }
        Ok(bytes)
    }
}

struct Reader(FrameReader<BufReader<File>>);

impl PayloadReader for Reader {
    fn next(&mut self) -> Result<Option<Vec<Row>>, PayloadError> {
        self.0.next()
    }
}
