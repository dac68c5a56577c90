//! The writes that were, read back: from the history, and from the journal where they have not
//! been moved there yet. And backups, which carry both them and the data.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::history::History;
use super::journal::{Frames, Segment};
use super::snapshot::{Header, Snapshot};
use super::state::State;
use super::storage::{Folder, Storage};
use super::tables::{damaged, store_error};
use super::tail::{Tail, Was};
use super::{Embedded, closed};
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::codec::{self, Entry};
use crate::store::past::{PastPage, PastQuery};
use crate::store::{StoreError, Token};

/// So many past writes are looked at for one page at most, however few of them are wanted.
const MOST_LOOKED_AT: usize = 10_000;

/// Where the past writes are: those that have left the journal, and those that have not.
#[derive(Debug)]
pub struct Past {
    /// Those that have left it.
    pub history: History,
    /// Those that have not.
    pub tail: Tail,
}

impl Past {
    /// The past writes in a folder; the tail is still to be found.
    pub fn within(storage: Arc<dyn Storage>) -> Self {
        Self {
            history: History::within(storage),
            tail: Tail::default(),
        }
    }

    /// A page of the writes up to `until`. Blocks.
    pub fn page(&self, query: &PastQuery, until: Token) -> io::Result<PastPage> {
        let mut budget = MOST_LOOKED_AT;
        // First the tail: what is moved to the history meanwhile is found there.
        let found = self.tail.search(query, until, &mut budget);
        let writes = found.found.into_iter().map(|it| it.read(query));
        let mut page = PastPage {
            writes: writes.collect::<io::Result<_>>()?,
            next: found.stopped_at,
        };
        if page.next.is_some() {
            return Ok(page);
        }
        if page.writes.len() >= query.limit || budget == 0 {
            page.next = found.first;
            return Ok(page);
        }
        let until = match found.first {
            Some(first) => Token(first.0.saturating_sub(1)).min(until),
            None => until,
        };
        let rest = PastQuery {
            limit: query.limit.saturating_sub(page.writes.len()),
            ..query.clone()
        };
        let older = self.history.search(&rest, until, &mut budget)?;
        page.next = older.stopped_at;
        page.writes.extend(older.writes);
        Ok(page)
    }

    /// The record at this version, as far as the writes up to `until` know. Blocks.
    pub fn record_at(&self, key: Key, version: RowVersion, until: Token) -> io::Result<Option<Record>> {
        match self.tail.record_at(key, version, until) {
            Was::Deleted => Ok(None),
            Was::In(place) => place.read().map(Some),
            Was::Unknown => self.history.record_at(key, version, until),
        }
    }
}

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
        let (storage, past) = {
            let open = self.lock_open();
            let open = open
                .as_ref()
                .ok_or_else(|| io::Error::other(closed().to_string()))?;
            (open.storage.clone(), open.past.clone())
        };
        // The keeper is not to move writes from the one place to the other meanwhile.
        let _held = past.history.hold();
        let mut entries = past.history.bytes_after(after, limit)?;
        entries.retain(|(at, _)| *at <= state.at);
        if entries.len() >= limit {
            return Ok(entries);
        }
        let header = self.shared.header.load();
        for segment in Segment::list(&*storage)? {
            let end = state.at.min(header.end_of(segment.epoch));
            let mut frames = Frames::of(segment, &*storage)?;
            while entries.len() < limit
                && let Some(frame) = frames.next()?
            {
                for kept in frame {
                    let last = entries.last().map_or(after, |(last, _)| *last);
                    if kept.at > last && kept.at <= end && entries.len() < limit {
                        entries.push((kept.at, kept.bytes.to_vec()));
                    }
                }
            }
        }
        Ok(entries)
    }
}
