//! Looks whether the tables beside the history say what its writes give, and nothing else.

use std::collections::BTreeMap;
use std::io;

use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata};

use super::History;
use super::index::{Deed, hour_of, person_place, record_place};
use crate::store::codec::{self, Parts};
use crate::store::embedded::tables::{BY_ACTOR, BY_HOUR, BY_RECORD, BY_SUBJECT, DEEDS, HISTORY, failed};
use crate::store::past::PastWrite;

/// How many rows the tables are to have.
#[derive(Default, PartialEq, Eq)]
struct Counts {
    deeds: u64,
    by_record: u64,
    by_subject: u64,
    by_actor: u64,
}

impl History {
    /// What is wrong with the tables; nothing if they are what the writes give.
    pub fn index_faults(&self) -> io::Result<Vec<String>> {
        self.with(faults)
    }
}

fn faults(database: &Database) -> io::Result<Vec<String>> {
    let read = database.begin_read().map_err(failed)?;
    let history = read.open_table(HISTORY).map_err(failed)?;
    let deeds = read.open_table(DEEDS).map_err(failed)?;
    let by_record = read.open_table(BY_RECORD).map_err(failed)?;
    let by_subject = read.open_table(BY_SUBJECT).map_err(failed)?;
    let by_actor = read.open_table(BY_ACTOR).map_err(failed)?;
    let mut faults = Vec::new();
    let mut counts = Counts::default();
    let mut hours: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for row in history.iter().map_err(failed)? {
        let (at, entry) = row.map_err(failed)?;
        let at = at.value();
        // An entry that cannot be read is a fault of the history itself.
        let Ok(parts) = codec::parts(entry.value()) else {
            continue;
        };
        let kept = deeds.get(at).map_err(failed)?;
        let kept: Option<Deed> = kept.and_then(|kept| codec::decode(kept.value()).ok());
        let mut is_right = kept.is_some_and(|kept| fits(&kept, &parts));
        for (touched, span) in &parts.touched {
            let place = record_place(touched.key, at);
            let kept = by_record.get(&place).map_err(failed)?;
            let wanted = (touched.version.value(), span.offset, span.length);
            is_right &= kept.is_some_and(|kept| kept.value() == wanted);
            counts.by_record += 1;
        }
        if let Some(subject) = parts.audit.subject {
            let place = person_place(subject, at);
            is_right &= by_subject.get(&place).map_err(failed)?.is_some();
            counts.by_subject += 1;
        }
        let place = person_place(parts.audit.actor, at);
        is_right &= by_actor.get(&place).map_err(failed)?.is_some();
        counts.by_actor += 1;
        counts.deeds += 1;
        let hour = hours.entry(hour_of(parts.audit.at)).or_insert((at, at));
        *hour = (hour.0.min(at), hour.1.max(at));
        if !is_right {
            faults.push(format!("the indexes of the history do not lead to write {at}"));
        }
    }
    let found = Counts {
        deeds: deeds.len().map_err(failed)?,
        by_record: by_record.len().map_err(failed)?,
        by_subject: by_subject.len().map_err(failed)?,
        by_actor: by_actor.len().map_err(failed)?,
    };
    let mut by_hour = BTreeMap::new();
    for row in read.open_table(BY_HOUR).map_err(failed)?.iter().map_err(failed)? {
        let (hour, bounds) = row.map_err(failed)?;
        by_hour.insert(hour.value(), bounds.value());
    }
    if found != counts || by_hour != hours {
        faults.push("the indexes of the history lead to writes that are not there".to_owned());
    }
    Ok(faults)
}

fn fits(deed: &Deed, parts: &Parts) -> bool {
    let touched = parts.touched.iter().map(|(touched, _)| touched);
    deed.audit == parts.audit
        && deed.touched_count as usize == parts.touched.len()
        && deed.touched.iter().eq(touched.take(PastWrite::MAX_TOUCHED))
}
