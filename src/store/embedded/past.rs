//! The writes that were, read back: from the history, and from the journal where they have not
//! been moved there yet. And backups, which carry both them and the data.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use super::journal::Segment;
use super::snapshot::{Header, Snapshot};
use super::state::State;
use super::storage::{Folder, Storage};
use super::tables::{damaged, store_error};
use super::{Embedded, closed};
use crate::store::codec::{self, Entry};
use crate::store::{StoreError, Token};

impl Embedded {
    /// At most `limit` of the writes after `after`, in order, each with who did it and what it put
    /// and removed (X3). Blocks.
    pub fn history(&self, after: Token, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let read = || {
            let entries = self.past(&self.shared.state(), after, limit)?;
            let decode = |(_, entry): (Token, Vec<u8>)| codec::decode(&entry).map_err(damaged);
            entries.into_iter().map(decode).collect::<io::Result<_>>()
        };
        read().map_err(|error| store_error("the history", &error))
    }

    /// Writes the data as it is now, with its history, into a new file, while reads and writes go
    /// on. Blocks until the file is durable; answers the last write that it holds.
    ///
    /// To restore it, name the file `snapshot.redb`, put it alone into an empty folder, and open
    /// that folder. A copy of the live files is no backup.
    pub fn backup(&self, path: &Path) -> Result<Token, StoreError> {
        let named = |error: io::Error| store_error(&path.display().to_string(), &error);
        let name = path.file_name().and_then(OsStr::to_str);
        let name = name.ok_or_else(|| named(io::Error::other("not the name of a file")))?;
        if path.exists() {
            return Err(named(io::Error::other("there is such a file already")));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = Folder::of(parent.unwrap_or(Path::new(".")));
        let unfinished = format!("{name}.unfinished");
        let state = self.shared.state();
        self.write_backup(&folder, &unfinished, &state)
            .and_then(|()| folder.rename(&unfinished, name))
            .and_then(|()| folder.sync_folder())
            .map_err(|error| {
                // It may not even have been made.
                drop(folder.remove(&unfinished));
                named(error)
            })?;
        Ok(state.at)
    }

    fn write_backup(&self, folder: &dyn Storage, name: &str, state: &State) -> io::Result<()> {
        const AT_ONCE: usize = 16_384;
        let header = Header {
            at: state.at,
            counter: state.counter,
            epochs: self.shared.header.load().epochs.clone(),
        };
        let file = Snapshot::create_as(folder, name, &header, state, &self.stop)?;
        let mut after = Token(0);
        loop {
            self.stop.check()?;
            let entries = self.past(state, after, AT_ONCE)?;
            let Some((last, _)) = entries.last() else {
                return Ok(());
            };
            after = *last;
            file.add_history(entries.iter().map(|(at, entry)| (at.0, entry.as_slice())))?;
        }
    }

    /// At most `limit` of the writes after `after` that `state` shows, as they are kept.
    fn past(&self, state: &State, after: Token, limit: usize) -> io::Result<Vec<(Token, Vec<u8>)>> {
        let (storage, history) = {
            let open = self.lock_open();
            let open = open
                .as_ref()
                .ok_or_else(|| io::Error::other(closed().to_string()))?;
            (open.storage.clone(), open.history.clone())
        };
        // Held throughout: the keeper moves writes from the one place to the other under it.
        let mut history = history.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = history.bytes_after(after, limit)?;
        entries.retain(|(at, _)| *at <= state.at);
        if entries.len() >= limit {
            return Ok(entries);
        }
        let header = self.shared.header.load();
        for segment in Segment::list(&*storage)? {
            let bytes = segment.read(&*storage)?;
            let end = state.at.min(header.end_of(segment.epoch));
            for (at, entry) in segment.scan(&bytes).entries {
                let last = entries.last().map_or(after, |(last, _)| *last);
                if at > last && at <= end && entries.len() < limit {
                    entries.push((at, entry.to_vec()));
                }
            }
        }
        Ok(entries)
    }
}
