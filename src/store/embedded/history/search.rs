//! Finds past writes in the history by its tables: who, whose, which record, when.

use std::io;

use redb::{AccessGuard, Database, ReadOnlyTable, ReadTransaction, ReadableDatabase};

use super::History;
use super::index::{Deed, hour_of, person_place, place_of, record_place};
use crate::domain::id::UserId;
use crate::domain::record::{Key, Record};
use crate::domain::version::RowVersion;
use crate::store::Token;
use crate::store::codec::{self, Span};
use crate::store::embedded::tables::{
    BY_ACTOR, BY_HOUR, BY_RECORD, BY_SUBJECT, DEEDS, HISTORY, PERSON_PLACE, RECORD_PLACE, damaged, failed,
};
use crate::store::past::{PastQuery, PastWrite, Touched};

/// What was found.
#[derive(Debug, Default)]
pub struct Search {
    /// The writes, the newest first.
    pub writes: Vec<PastWrite>,
    /// The last that was looked at, if the search ended before the first write of all.
    pub stopped_at: Option<Token>,
}

/// A write that may be wanted, and what it did to the record that is asked for.
struct Candidate {
    at: u64,
    record: Option<(Touched, Span)>,
}

type Candidates<'t> = Box<dyn Iterator<Item = io::Result<Candidate>> + 't>;
type People = ReadOnlyTable<&'static [u8; PERSON_PLACE], ()>;

impl History {
    /// What of the query is here, up to `until`, after looking at no more than `budget` writes.
    pub fn search(&self, query: &PastQuery, until: Token, budget: &mut usize) -> io::Result<Search> {
        self.with(|database| search(database, query, until, budget))
    }

    /// The record at this version, up to `until`.
    pub fn record_at(&self, key: Key, version: RowVersion, until: Token) -> io::Result<Option<Record>> {
        self.with(|database| {
            let read = database.begin_read().map_err(failed)?;
            let table = read.open_table(BY_RECORD).map_err(failed)?;
            let history = read.open_table(HISTORY).map_err(failed)?;
            for candidate in touching(&table, key, 0, until.0)? {
                let candidate = candidate?;
                if let Some((touched, span)) = candidate.record
                    && touched.version <= version
                {
                    return put(&history, candidate.at, touched, span);
                }
            }
            Ok(None)
        })
    }
}

fn search(database: &Database, query: &PastQuery, until: Token, budget: &mut usize) -> io::Result<Search> {
    let read = database.begin_read().map_err(failed)?;
    let (first, last) = bounds(&read, query, until)?;
    let mut search = Search::default();
    if first > last {
        return Ok(search);
    }
    let deeds = read.open_table(DEEDS).map_err(failed)?;
    let history = read.open_table(HISTORY).map_err(failed)?;
    let records = read.open_table(BY_RECORD).map_err(failed)?;
    let subjects = read.open_table(BY_SUBJECT).map_err(failed)?;
    let actors = read.open_table(BY_ACTOR).map_err(failed)?;
    let candidates: Candidates<'_> = match query {
        PastQuery {
            record: Some(key), ..
        } => Box::new(touching(&records, *key, first, last)?),
        PastQuery {
            subject: Some(person),
            ..
        } => of_person(&subjects, *person, first, last)?,
        PastQuery {
            actor: Some(person), ..
        } => of_person(&actors, *person, first, last)?,
        _ => all(&deeds, first, last)?,
    };
    for candidate in candidates {
        let candidate = candidate?;
        if search.writes.len() >= query.limit || *budget == 0 {
            return Ok(search);
        }
        *budget -= 1;
        search.stopped_at = Some(Token(candidate.at));
        let Some(deed) = deeds.get(candidate.at).map_err(failed)? else {
            return Err(damaged(format!("write {} has no deed", candidate.at)));
        };
        let deed: Deed = codec::decode(deed.value()).map_err(damaged)?;
        if query.admits(&deed.audit) {
            search.writes.push(write(&history, &candidate, deed)?);
        }
    }
    search.stopped_at = None;
    Ok(search)
}

/// The first and the last place where a write of the query may be.
fn bounds(read: &ReadTransaction, query: &PastQuery, until: Token) -> io::Result<(u64, u64)> {
    let before = query.before.map_or(u64::MAX, |before| before.0);
    let last = until.0.min(before.saturating_sub(1));
    if query.from.is_none() && query.to.is_none() {
        return Ok((0, last));
    }
    // Writes are decided before they are in order, so an hour's may be among another's.
    let table = read.open_table(BY_HOUR).map_err(failed)?;
    let from = query.from.map_or(i64::MIN, hour_of);
    let to = query.to.map_or(i64::MAX, hour_of);
    let mut span = (u64::MAX, 0);
    if from <= to {
        for hour in table.range(from..=to).map_err(failed)? {
            let (first, last) = hour.map_err(failed)?.1.value();
            span = (span.0.min(first), span.1.max(last));
        }
    }
    Ok((span.0, span.1.min(last)))
}

fn touching(
    table: &ReadOnlyTable<&'static [u8; RECORD_PLACE], (u64, u32, u32)>,
    key: Key,
    first: u64,
    last: u64,
) -> io::Result<impl Iterator<Item = io::Result<Candidate>>> {
    let (first, last) = (record_place(key, first), record_place(key, last));
    let rows = table
        .range::<&[u8; RECORD_PLACE]>(&first..=&last)
        .map_err(failed)?;
    Ok(rows.rev().map(move |row| {
        let (place, value) = row.map_err(failed)?;
        let (version, offset, length) = value.value();
        let touched = Touched {
            key,
            version: RowVersion::new(version),
            is_deleted: length == 0,
        };
        Ok(Candidate {
            at: place_of(place.value()),
            record: Some((touched, Span { offset, length })),
        })
    }))
}

fn of_person(table: &People, person: UserId, first: u64, last: u64) -> io::Result<Candidates<'_>> {
    let (first, last) = (person_place(person, first), person_place(person, last));
    let rows = table
        .range::<&[u8; PERSON_PLACE]>(&first..=&last)
        .map_err(failed)?;
    Ok(Box::new(rows.rev().map(|row| {
        let at = place_of(row.map_err(failed)?.0.value());
        Ok(Candidate { at, record: None })
    })))
}

fn all<'a>(
    table: &'a ReadOnlyTable<u64, &'static [u8]>,
    first: u64,
    last: u64,
) -> io::Result<Candidates<'a>> {
    let rows = table.range(first..=last).map_err(failed)?;
    Ok(Box::new(rows.rev().map(|row| {
        let at = row.map_err(failed)?.0.value();
        Ok(Candidate { at, record: None })
    })))
}

fn write(
    history: &ReadOnlyTable<u64, &'static [u8]>,
    candidate: &Candidate,
    deed: Deed,
) -> io::Result<PastWrite> {
    let Deed {
        audit,
        touched,
        touched_count,
    } = deed;
    let (touched, record) = match candidate.record {
        Some((touched, span)) => (vec![touched], put(history, candidate.at, touched, span)?),
        None => (touched, None),
    };
    Ok(PastWrite {
        at: Token(candidate.at),
        audit,
        touched,
        touched_count: touched_count as usize,
        record,
    })
}

/// What a write put there, unless it removed it.
fn put(
    history: &ReadOnlyTable<u64, &'static [u8]>,
    at: u64,
    touched: Touched,
    span: Span,
) -> io::Result<Option<Record>> {
    if touched.is_deleted {
        return Ok(None);
    }
    let entry: Option<AccessGuard<'_, &[u8]>> = history.get(at).map_err(failed)?;
    let entry = entry.ok_or_else(|| damaged(format!("write {at} is missing")))?;
    let record = codec::record_at(entry.value(), span).map_err(damaged)?;
    if record.key() != touched.key || record.meta().version != touched.version {
        return Err(damaged(format!("write {at} holds another {:?}", touched.key)));
    }
    Ok(Some(record))
}
