//! The tables beside the history by which past writes are found: filled when writes are moved into
//! it, and made of nothing but the writes themselves.

use std::io;

use redb::{ReadableTable, Table, WriteTransaction};
use serde::{Deserialize, Serialize};

use crate::domain::change::Audit;
use crate::domain::id::UserId;
use crate::domain::record::Key;
use crate::domain::time::Instant;
use crate::store::codec::{self, KEY_BYTES};
use crate::store::embedded::tables::{
    BY_ACTOR, BY_HOUR, BY_RECORD, BY_SUBJECT, DEEDS, PERSON_PLACE, RECORD_PLACE, damaged, failed,
};
use crate::store::past::{PastWrite, Touched};

/// Who did a write and what it touched, as it is kept beside the write.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Deed {
    /// Who did it.
    pub audit: Audit,
    /// The first records that it touched.
    pub touched: Vec<Touched>,
    /// How many it touched in all.
    pub touched_count: u32,
}

/// The tables, to be added to.
pub struct Index<'t> {
    deeds: Table<'t, u64, &'static [u8]>,
    by_record: Table<'t, &'static [u8; RECORD_PLACE], (u64, u32, u32)>,
    by_subject: Table<'t, &'static [u8; PERSON_PLACE], ()>,
    by_actor: Table<'t, &'static [u8; PERSON_PLACE], ()>,
    by_hour: Table<'t, i64, (u64, u64)>,
    /// For the bytes of a deed.
    buffer: Vec<u8>,
}

impl<'t> Index<'t> {
    /// The tables of a transaction; made where they are not there.
    pub fn of(transaction: &'t WriteTransaction) -> io::Result<Self> {
        Ok(Self {
            deeds: transaction.open_table(DEEDS).map_err(failed)?,
            by_record: transaction.open_table(BY_RECORD).map_err(failed)?,
            by_subject: transaction.open_table(BY_SUBJECT).map_err(failed)?,
            by_actor: transaction.open_table(BY_ACTOR).map_err(failed)?,
            by_hour: transaction.open_table(BY_HOUR).map_err(failed)?,
            buffer: Vec::new(),
        })
    }

    /// Adds a write, which may be there already.
    pub fn add(&mut self, at: u64, entry: &[u8]) -> io::Result<()> {
        let parts = codec::parts(entry).map_err(damaged)?;
        for (touched, span) in &parts.touched {
            let place = record_place(touched.key, at);
            let value = (touched.version.value(), span.offset, span.length);
            self.by_record.insert(&place, value).map_err(failed)?;
        }
        if let Some(subject) = parts.audit.subject {
            let place = person_place(subject, at);
            self.by_subject.insert(&place, ()).map_err(failed)?;
        }
        let place = person_place(parts.audit.actor, at);
        self.by_actor.insert(&place, ()).map_err(failed)?;
        let hour = hour_of(parts.audit.at);
        let known = self.by_hour.get(hour).map_err(failed)?.map(|it| it.value());
        let (first, last) = known.unwrap_or((at, at));
        let bounds = (first.min(at), last.max(at));
        if known != Some(bounds) {
            self.by_hour.insert(hour, bounds).map_err(failed)?;
        }
        let count = parts.touched.len();
        let touched = parts.touched.into_iter().take(PastWrite::MAX_TOUCHED);
        let deed = Deed {
            audit: parts.audit,
            touched: touched.map(|(touched, _)| touched).collect(),
            touched_count: u32::try_from(count).unwrap_or(u32::MAX),
        };
        self.buffer.clear();
        codec::encode(&deed, &mut self.buffer).map_err(damaged)?;
        self.deeds.insert(at, self.buffer.as_slice()).map_err(failed)?;
        Ok(())
    }
}

/// A record's key, then a write's place.
pub fn record_place(key: Key, at: u64) -> [u8; RECORD_PLACE] {
    joined(codec::key_to_bytes(key), at)
}

/// A person's id, then a write's place.
pub fn person_place(person: UserId, at: u64) -> [u8; PERSON_PLACE] {
    joined(person.uuid().into_bytes(), at)
}

/// The write's place of such a key.
pub fn place_of(key: &[u8]) -> u64 {
    key.last_chunk().map_or(0, |at| u64::from_be_bytes(*at))
}

/// The hour, counted from 1970.
pub const fn hour_of(instant: Instant) -> i64 {
    instant.epoch_micros().div_euclid(3_600_000_000)
}

fn joined<const N: usize, const M: usize>(name: [u8; N], at: u64) -> [u8; M] {
    let mut key = [0; M];
    let bytes = name.into_iter().chain(at.to_be_bytes());
    for (place, byte) in key.iter_mut().zip(bytes) {
        *place = byte;
    }
    key
}

const _: () = assert!(RECORD_PLACE == KEY_BYTES + 8, "a key and a place fit exactly");
