//! What expressions and answers need beside the rows at hand: related rows and facts. It is found
//! out beforehand and loaded level by level, for all rows at once.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ahash::AHashMap;
use uuid::Uuid;

use super::failure::Failure;
use super::row::Row;
use super::schema::{Navigation, Property, Read, Via};
use super::value::Value;
use crate::app::Reader;
use crate::app::reader::facts::{Asked, Facts};
use crate::domain::id::TimesheetId;
use crate::domain::model;
use crate::domain::query::{Filter, Order, Query};
use crate::domain::record::{Key, Kind, Record};
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;

mod needs;
pub mod selected;
#[cfg(test)]
mod tests;
pub mod tree;

pub use needs::Needs;

/// How many rows that refer to others are loaded for one request, or for a part of a long list.
const MAX_REFERRING: usize = 50_000;
/// How many rows are read in one go.
const ROWS_AT_A_TIME: usize = 5_000;

/// What was loaded. What the reader may not see is not there.
#[derive(Default)]
pub struct Loaded {
    records: AHashMap<Key, Option<Row>>,
    referring: AHashMap<(Kind, &'static str, Uuid), Vec<Row>>,
    referring_count: usize,
    facts: AHashMap<TimesheetId, (Asked, Facts)>,
    visits: AtomicU64,
    /// The reader's today, once something was loaded.
    today: Option<Date>,
}

impl Loaded {
    /// Loads what is needed for `rows`, as far as it is not there already.
    pub async fn load(&mut self, reader: &Reader, rows: &[Row], needs: &Needs) -> Result<(), Failure> {
        self.today = Some(reader.today());
        let mut levels: Vec<(Cow<'_, [Row]>, &Needs)> = vec![(Cow::Borrowed(rows), needs)];
        while let Some((rows, needs)) = levels.pop() {
            for (navigation, within) in &needs.along {
                let is_last = within.is_empty();
                self.load_related(reader, &rows, navigation).await?;
                if !is_last {
                    levels.push((Cow::Owned(self.all_related(&rows, navigation)), within));
                }
            }
            self.load_facts(reader, &rows, needs.asked).await?;
        }
        Ok(())
    }

    /// Makes room for what the next part of a long list needs: keeps what many rows share.
    pub fn forget(&mut self) {
        self.referring.clear();
        self.referring_count = 0;
        self.facts.clear();
        if self.records.len() > MAX_REFERRING {
            self.records.clear();
        }
    }

    /// Notes that a member of a collection is visited; how many have been by now.
    pub fn visit(&self) -> u64 {
        self.visits.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many members of collections have been visited.
    pub fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }

    /// The value of a property of a row.
    pub fn value<'a>(&'a self, row: &'a Row, property: &Property) -> Value<'a> {
        match property.read {
            Read::Stored(stored) => match row {
                Row::Record(record) => stored.value(record).into(),
                _ => Value::Null,
            },
            Read::Row(read) => read(row),
            Read::Fact(_, read) => self.facts(row).map_or(Value::Null, read),
        }
    }

    /// What the sheet in a row comes to, if that was loaded.
    pub fn facts(&self, row: &Row) -> Option<&Facts> {
        match row {
            Row::Record(Record::Timesheet(sheet)) => self.facts.get(&sheet.id).map(|(_, facts)| facts),
            _ => None,
        }
    }

    /// The row to which a navigation leads.
    pub fn one<'a>(&'a self, row: &Row, navigation: &Navigation) -> Option<Cow<'a, Row>> {
        match navigation.via {
            Via::Id(..) | Via::IdAt(..) => {
                let row = self.records.get(&self.key(row, navigation)?)?;
                row.as_ref().map(Cow::Borrowed)
            }
            Via::Status => Some(Cow::Owned(Row::Status(row.sheet()?.status))),
            Via::SheetOfLine => Some(Cow::Owned(Row::Record(Record::Timesheet(Arc::clone(
                row.sheet()?,
            ))))),
            Via::LineOfCell => match row {
                Row::Cell(sheet, line, _) => Some(Cow::Owned(Row::Line(Arc::clone(sheet), *line))),
                _ => None,
            },
            Via::Referring(..) | Via::Lines | Via::Cells => None,
        }
    }

    /// The key of the one record to which a navigation leads by an id in the row.
    fn key(&self, row: &Row, navigation: &Navigation) -> Option<Key> {
        match navigation.via {
            Via::Id(_, kind, id) => Some(Key::new(kind, id(row)?)),
            Via::IdAt(kind, id) => Some(Key::new(kind, id(row, self.today?)?)),
            Via::Referring(..)
            | Via::Status
            | Via::Lines
            | Via::Cells
            | Via::SheetOfLine
            | Via::LineOfCell => None,
        }
    }

    /// The keys of the records to which a navigation leads by ids in the rows, each once.
    fn keys(&self, rows: &[Row], navigation: &Navigation) -> Vec<Key> {
        let keys = rows.iter().filter_map(|row| self.key(row, navigation));
        let mut keys: Vec<Key> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The rows to which a navigation leads, in their own order.
    pub fn many<'a>(&'a self, row: &Row, navigation: &Navigation) -> Cow<'a, [Row]> {
        match (navigation.via, row) {
            (Via::Referring(kind, property), _) => {
                let rows = self.referring.get(&(kind, property.name, row.id()));
                Cow::Borrowed(rows.map(Vec::as_slice).unwrap_or_default())
            }
            (Via::Lines, Row::Record(Record::Timesheet(sheet))) => Cow::Owned(lines(sheet).collect()),
            (Via::Cells, Row::Line(sheet, line)) => Cow::Owned(cells(sheet, *line).collect()),
            _ => Cow::Owned(
                self.one(row, navigation)
                    .map(Cow::into_owned)
                    .into_iter()
                    .collect(),
            ),
        }
    }

    /// The rows to which a navigation leads from any of `rows`, each once where that is easily
    /// told.
    fn all_related(&self, rows: &[Row], navigation: &Navigation) -> Vec<Row> {
        let mut all: Vec<Row> = Vec::new();
        if let Via::Id(..) | Via::IdAt(..) = navigation.via {
            let keys = self.keys(rows, navigation);
            let records = keys.iter().filter_map(|key| self.records.get(key)?.clone());
            return records.collect();
        }
        for row in rows {
            if navigation.is_collection() {
                all.extend(self.many(row, navigation).iter().cloned());
            } else {
                all.extend(self.one(row, navigation).map(Cow::into_owned));
            }
        }
        all.dedup_by(|a, b| is_same_row(a, b));
        all
    }

    async fn load_facts(&mut self, reader: &Reader, rows: &[Row], asked: Asked) -> Result<(), Failure> {
        if asked == Asked::default() {
            return Ok(());
        }
        let mut sheets: Vec<&Timesheet> = Vec::new();
        let mut union = asked;
        for row in rows {
            let Row::Record(Record::Timesheet(sheet)) = row else {
                continue;
            };
            match self.facts.get(&sheet.id) {
                Some((known, _)) if both(*known, asked) == *known => {}
                Some((known, _)) => {
                    union = both(union, *known);
                    sheets.push(sheet);
                }
                None => sheets.push(sheet),
            }
        }
        sheets.sort_by_key(|sheet| sheet.id);
        sheets.dedup_by_key(|sheet| sheet.id);
        let records = &self.records;
        let known = |key: Key| match records.get(&key)?.as_ref()? {
            Row::Record(record) => Some(record),
            _ => None,
        };
        let facts = reader.facts(&sheets, union, &known).await?;
        let ids = sheets.iter().map(|sheet| sheet.id);
        self.facts
            .extend(ids.zip(facts.into_iter().map(|facts| (union, facts))));
        Ok(())
    }

    async fn load_related(
        &mut self,
        reader: &Reader,
        rows: &[Row],
        navigation: &Navigation,
    ) -> Result<(), Failure> {
        match navigation.via {
            Via::Id(..) | Via::IdAt(..) => {
                let mut keys = self.keys(rows, navigation);
                keys.retain(|key| !self.records.contains_key(key));
                let records = reader.records(&keys).await?.into_iter();
                self.records
                    .extend(keys.into_iter().zip(records.map(|it| it.map(Row::Record))));
                Ok(())
            }
            Via::Referring(kind, property) => self.load_referring(reader, rows, kind, property).await,
            Via::Status | Via::Lines | Via::Cells | Via::SheetOfLine | Via::LineOfCell => Ok(()),
        }
    }

    async fn load_referring(
        &mut self,
        reader: &Reader,
        rows: &[Row],
        kind: Kind,
        property: &'static model::Property,
    ) -> Result<(), Failure> {
        let mut ids = Vec::new();
        for row in rows {
            if let Entry::Vacant(place) = self.referring.entry((kind, property.name, row.id())) {
                ids.push(crate::domain::query::Value::Id(row.id()));
                place.insert(Vec::new());
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let mut query = Query::of(kind, Filter::In(property, ids), ROWS_AT_A_TIME);
        query.order = Order::usual(kind);
        loop {
            let page = reader.page(query.clone()).await?;
            self.referring_count += page.records.len();
            if self.referring_count > MAX_REFERRING {
                return Err(Failure::too_large(format!(
                    "more than {MAX_REFERRING} related rows would have to be read; narrow the request"
                )));
            }
            query.after = page.records.last().map(|last| query.cursor(last));
            for record in page.records {
                if let crate::domain::query::Value::Id(id) = property.value(&record) {
                    let rows = self.referring.entry((kind, property.name, id)).or_default();
                    rows.push(Row::Record(record));
                }
            }
            if !page.has_next {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }
}

/// The lines of a sheet.
pub fn lines(sheet: &Arc<Timesheet>) -> impl Iterator<Item = Row> + '_ {
    (0..sheet.rows.line_count()).map(|line| Row::Line(Arc::clone(sheet), line))
}

/// The cells of a line of a sheet.
pub fn cells(sheet: &Arc<Timesheet>, line: usize) -> impl Iterator<Item = Row> + '_ {
    let count = sheet.lines().nth(line).map_or(0, |line| line.cells().len());
    (0..count).map(move |cell| Row::Cell(Arc::clone(sheet), line, cell))
}

/// Whether two rows of one type are plainly the same.
fn is_same_row(a: &Row, b: &Row) -> bool {
    match (a, b) {
        (Row::Line(a, line), Row::Line(b, other)) => Arc::ptr_eq(a, b) && line == other,
        (Row::Record(a), Row::Record(b)) => a.key() == b.key(),
        (Row::Status(a), Row::Status(b)) => a == b,
        _ => false,
    }
}

const fn both(a: Asked, b: Asked) -> Asked {
    Asked {
        flags: a.flags || b.flags,
        sums: a.sums || b.sums,
        schedule: a.schedule || b.schedule,
    }
}
