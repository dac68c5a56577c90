//! The past writes that are still in the journal, and where: so that none of its segments is read
//! through for a question about them. Small beside the segments, whose files hold the records.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::AHashMap;

use super::journal::Segment;
use super::storage::StorageFile;
use crate::domain::change::Audit;
use crate::domain::id::UserId;
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::Token;
use crate::store::codec;
use crate::store::past::{PastQuery, PastWrite, Touched};

/// Ends a chain.
const NONE: u32 = u32::MAX;

/// The writes that are still in the journal.
#[derive(Debug, Default)]
pub struct Tail {
    /// In the order of the writes.
    parts: Mutex<Vec<Part>>,
}

/// A write that was noted before its place in the order is known.
#[derive(Debug)]
pub struct NotedBefore(Part);

/// The writes in one segment. Those that share a record or a person are chained, the newest first.
#[derive(Debug)]
struct Part {
    segment: Segment,
    /// Stays readable when the segment is removed while somebody still reads.
    file: Arc<dyn StorageFile>,
    writes: Vec<Write>,
    rows: Vec<Row>,
    records: AHashMap<Key, u32>,
    subjects: AHashMap<UserId, u32>,
    actors: AHashMap<UserId, u32>,
}

#[derive(Debug)]
struct Write {
    at: Token,
    audit: Audit,
    /// Where in the file it is.
    offset: u64,
    length: u32,
    /// Where its rows begin.
    rows: u32,
    /// How many there are.
    row_count: u32,
    before_of_subject: u32,
    before_of_actor: u32,
}

/// A write to be added.
#[derive(Clone, Copy, Debug)]
pub struct Noted<'a> {
    /// Its place in the order.
    pub at: Token,
    /// Who did it.
    pub audit: &'a Audit,
    /// Where in the segment's file it begins.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u32,
}

/// A record that a write touched.
#[derive(Debug)]
struct Row {
    touched: Touched,
    write: u32,
    before: u32,
}

/// Where a write is.
#[derive(Clone, Debug)]
struct Place {
    file: Arc<dyn StorageFile>,
    offset: u64,
    length: u32,
}

/// A write that was found, and where the rest of it is.
#[derive(Debug)]
pub struct Found {
    write: PastWrite,
    place: Place,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Search {
    /// The writes, the newest first.
    pub found: Vec<Found>,
    /// The last that was looked at, if the search ended before the first of the tail.
    pub stopped_at: Option<Token>,
    /// The first write of the tail; whatever is older is in the history.
    pub first: Option<Token>,
}

/// What a record was.
#[derive(Debug)]
pub enum Was {
    /// There is no write of it here that is old enough.
    Unknown,
    /// It was removed.
    Deleted,
    /// It is in this write.
    In(Here),
}

/// A record within a write of the tail.
#[derive(Debug)]
pub struct Here(Place, Key);

impl Tail {
    fn lock(&self) -> MutexGuard<'_, Vec<Part>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, writes are added to this segment.
    pub fn begin(&self, segment: Segment, file: Arc<dyn StorageFile>) {
        let mut parts = self.lock();
        parts.retain(|part| part.segment != segment);
        parts.push(Part::new(segment, file));
    }

    /// From now on, writes are added to the segment of a write that was noted beforehand; its place
    /// in the order is known now.
    pub fn begin_behind(&self, noted: NotedBefore, segment: Segment, at: Token) {
        let NotedBefore(mut part) = noted;
        part.segment = segment;
        for write in &mut part.writes {
            write.at = at;
        }
        let mut parts = self.lock();
        // It takes the place of one that was begun and holds no write.
        drop(parts.pop_if(|last| last.segment == segment));
        parts.push(part);
    }

    /// Adds the next writes, each with what it touched.
    pub fn add<'a>(&self, writes: impl Iterator<Item = (Noted<'a>, impl Iterator<Item = Touched>)>) {
        let mut parts = self.lock();
        if let Some(part) = parts.last_mut() {
            for (noted, touched) in writes {
                part.add(&noted, touched);
            }
        }
    }

    /// Forgets the writes of a segment that are in the history now.
    pub fn forget(&self, segment: Segment) {
        let forgotten: Vec<Part> = {
            let mut parts = self.lock();
            let (gone, kept) = std::mem::take(&mut *parts)
                .into_iter()
                .partition(|part| part.segment == segment);
            *parts = kept;
            gone
        };
        // Freed without the lock.
        drop(forgotten);
    }

    /// What of the query is here, up to `until`, after looking at no more than `budget` writes.
    pub fn search(&self, query: &PastQuery, until: Token, budget: &mut usize) -> Search {
        let parts = self.lock();
        let mut search = Search {
            first: parts.iter().find_map(|part| part.writes.first()).map(|it| it.at),
            ..Search::default()
        };
        for part in parts.iter().rev() {
            let mut next = part.last_of(query, until);
            while let Some((write, row)) = part.get(next, query) {
                next = part.before(next, query);
                if write.at > until || query.before.is_some_and(|before| write.at >= before) {
                    continue;
                }
                if search.found.len() >= query.limit || *budget == 0 {
                    return search;
                }
                *budget -= 1;
                search.stopped_at = Some(write.at);
                if query.admits(&write.audit) {
                    search.found.push(part.found(write, row));
                }
            }
        }
        search.stopped_at = None;
        search
    }

    /// The record at this version, up to `until`.
    pub fn record_at(&self, key: Key, version: RowVersion, until: Token) -> Was {
        let parts = self.lock();
        for part in parts.iter().rev() {
            let mut next = part.records.get(&key).copied().unwrap_or(NONE);
            while let Some(row) = part.rows.get(next as usize) {
                next = row.before;
                let Some(write) = part.writes.get(row.write as usize) else {
                    continue;
                };
                if write.at <= until && row.touched.version <= version {
                    return if row.touched.is_deleted {
                        Was::Deleted
                    } else {
                        Was::In(Here(part.place(write), key))
                    };
                }
            }
        }
        Was::Unknown
    }
}

impl NotedBefore {
    /// Notes a write that will be the first of a segment with this file.
    pub fn new(
        file: Arc<dyn StorageFile>,
        noted: &Noted<'_>,
        touched: impl Iterator<Item = Touched>,
    ) -> Self {
        let segment = Segment {
            epoch: 0,
            first: noted.at,
        };
        let mut part = Part::new(segment, file);
        part.add(noted, touched);
        Self(part)
    }
}

impl Part {
    fn new(segment: Segment, file: Arc<dyn StorageFile>) -> Self {
        Self {
            segment,
            file,
            writes: Vec::new(),
            rows: Vec::new(),
            records: AHashMap::new(),
            subjects: AHashMap::new(),
            actors: AHashMap::new(),
        }
    }

    fn add(&mut self, noted: &Noted<'_>, touched: impl Iterator<Item = Touched>) {
        let audit = noted.audit.clone();
        let number = narrow(self.writes.len());
        let rows = narrow(self.rows.len());
        for touched in touched {
            let row = narrow(self.rows.len());
            let before = self.records.insert(touched.key, row).unwrap_or(NONE);
            self.rows.push(Row {
                touched,
                write: number,
                before,
            });
        }
        let before = |it: Option<u32>| it.unwrap_or(NONE);
        let before_of_subject = audit
            .subject
            .map_or(NONE, |subject| before(self.subjects.insert(subject, number)));
        let before_of_actor = before(self.actors.insert(audit.actor, number));
        self.writes.push(Write {
            at: noted.at,
            audit,
            offset: noted.offset,
            length: noted.length,
            rows,
            row_count: narrow(self.rows.len()) - rows,
            before_of_subject,
            before_of_actor,
        });
    }

    /// Where the shortest chain begins that holds all that the query wants: of rows for a record, of
    /// writes for anything else.
    fn last_of(&self, query: &PastQuery, until: Token) -> u32 {
        let last = match query {
            PastQuery {
                record: Some(key), ..
            } => self.records.get(key).copied(),
            PastQuery {
                subject: Some(subject),
                ..
            } => self.subjects.get(subject).copied(),
            PastQuery {
                actor: Some(actor), ..
            } => self.actors.get(actor).copied(),
            _ => {
                let before = query.before.unwrap_or(Token(u64::MAX));
                let end = self
                    .writes
                    .partition_point(|write| write.at <= until && write.at < before);
                end.checked_sub(1).map(narrow)
            }
        };
        last.unwrap_or(NONE)
    }

    fn get(&self, index: u32, query: &PastQuery) -> Option<(&Write, Option<&Row>)> {
        if query.record.is_some() {
            let row = self.rows.get(index as usize)?;
            Some((self.writes.get(row.write as usize)?, Some(row)))
        } else {
            Some((self.writes.get(index as usize)?, None))
        }
    }

    fn before(&self, index: u32, query: &PastQuery) -> u32 {
        let write = || self.writes.get(index as usize);
        let before = if query.record.is_some() {
            self.rows.get(index as usize).map(|row| row.before)
        } else if query.subject.is_some() {
            write().map(|write| write.before_of_subject)
        } else if query.actor.is_some() {
            write().map(|write| write.before_of_actor)
        } else {
            index.checked_sub(1)
        };
        before.unwrap_or(NONE)
    }

    fn place(&self, write: &Write) -> Place {
        Place {
            file: Arc::clone(&self.file),
            offset: write.offset,
            length: write.length,
        }
    }

    fn found(&self, write: &Write, row: Option<&Row>) -> Found {
        let (start, count) = (write.rows as usize, write.row_count as usize);
        let touched = if let Some(row) = row {
            vec![row.touched]
        } else {
            let named = count.min(PastWrite::MAX_TOUCHED);
            let first = self.rows.get(start..start + named).unwrap_or_default();
            first.iter().map(|row| row.touched).collect()
        };
        Found {
            write: PastWrite {
                at: write.at,
                audit: write.audit.clone(),
                touched,
                touched_count: count,
                record: None,
            },
            place: self.place(write),
        }
    }
}

impl Found {
    /// The write, with the record that was asked for.
    pub fn read(self, query: &PastQuery) -> io::Result<PastWrite> {
        let Self { mut write, place } = self;
        if let Some(key) = query.record
            && write.touched.iter().any(|it| !it.is_deleted)
        {
            write.record = Some(place.read(key)?);
        }
        Ok(write)
    }
}

impl Here {
    /// The record.
    pub fn read(&self) -> io::Result<Record> {
        self.0.read(self.1)
    }
}

impl Place {
    fn read(&self, key: Key) -> io::Result<Record> {
        let mut bytes = vec![0; self.length as usize];
        self.file.read(self.offset, &mut bytes)?;
        codec::record_of(&bytes, key).map_err(super::tables::damaged)
    }
}

fn narrow(number: usize) -> u32 {
    // A segment has far fewer writes, and rows, than four thousand million.
    u32::try_from(number).unwrap_or(NONE)
}
