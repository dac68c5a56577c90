//! Lists of entities: batches from the store, what remains of the filter decided over each, and
//! no more of them read than the page takes.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::push::Grain;
use super::sort::{Best, Ranked};
use super::token::{Position, Token};
use super::{Base, MAX_SORTED, Page, Plan, Rows};
use crate::app::Reader;
use crate::domain::model::entities::timesheet;
use crate::domain::query::{Filter, Order, Query, Value};
use crate::domain::record::{Key, Kind, Record};
use crate::odata::evaluate::{Evaluator, Item};
use crate::odata::expression::{Expr, OrderKey};
use crate::odata::failure::Failure;
use crate::odata::load::{Loaded, Needs, cells, lines};
use crate::odata::row::Row;

/// How many records are asked of the store in one go at most.
const MAX_RECORDS: usize = 20_000;
/// How many records with rows are looked at before others get their turn.
const RECORDS_AT_A_TIME: usize = 500;
/// The same for records to which others refer, perhaps many to each.
const REFERRED_AT_A_TIME: usize = 50;
/// The same for sheets of which every cell is looked at.
const SHEETS_AT_A_TIME: usize = 100;

/// How many rows are looked up by their ids.
const MAX_IDS: usize = 100;
/// How many members of collections are visited before others get their turn.
const VISITS_AT_A_TIME: u64 = 20_000;

/// The rows of a list, in batches.
pub struct Scan<'r> {
    reader: &'r Reader,
    grain: Grain,
    query: Query,
    records: VecDeque<Record>,
    /// Rows that come first: the rest of the sheet in which the page before ended, or all rows of a
    /// list that is at hand.
    first: Vec<Row>,
    is_over: bool,
    is_narrowed: bool,
    rest: Option<Expr>,
    needs: Needs,
    loaded: Loaded,
    total: Option<u64>,
}

impl<'r> Scan<'r> {
    /// The rows of `base` that fulfil `filter`, for all of which `needed` is loaded. `hint` says
    /// how many will be wanted.
    pub fn new(
        reader: &'r Reader,
        base: &Base,
        filter: Option<&Expr>,
        order: Option<Vec<Order>>,
        hint: usize,
    ) -> Self {
        let (grain, kind, own) = match base {
            Base::Records(kind, own, _) => (Grain::Records, *kind, own.clone()),
            Base::Lines(own, _) => (Grain::Lines, Kind::Timesheet, own.clone()),
            Base::Cells(own, _) => (Grain::Cells, Kind::Timesheet, own.clone()),
            Base::Rows(..) => (Grain::Records, Kind::Settings, Filter::NONE),
        };
        let (first, pushed, rest) = if let Base::Rows(rows, _) = base {
            (rows.clone(), Filter::NONE, filter.cloned())
        } else {
            let (pushed, rest) = grain.split(base.of(), filter);
            (Vec::new(), pushed, rest)
        };
        let mut query = Query::of(kind, own.and(pushed), hint.clamp(16, MAX_RECORDS));
        query.order = order.unwrap_or_else(|| Order::usual(kind));
        Self {
            reader,
            grain,
            query,
            records: VecDeque::new(),
            first,
            is_narrowed: grain == Grain::Records,
            is_over: matches!(base, Base::Rows(..)),
            needs: Needs::of(&rest),
            rest,
            loaded: Loaded::default(),
            total: None,
        }
    }

    /// The same with what `exprs` need loaded for each row.
    #[must_use]
    pub fn with_needs<'e>(mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        for expr in exprs {
            self.needs.add(expr);
        }
        self
    }

    /// Whether the store alone decides which records are in the list.
    fn is_decided_by_store(&self) -> bool {
        self.rest.is_none() && self.grain == Grain::Records && self.first.is_empty() && !self.is_over
    }

    /// Begins behind a row.
    async fn begin_after(&mut self, position: Position) -> Result<(), Failure> {
        if position.cursor.keys.len() != self.query.order.len() {
            return Err(Failure::SkipToken);
        }
        if let Some((line, cell)) = position.within {
            let key = Key::new(Kind::Timesheet, position.cursor.id);
            let record = self.reader.records(&[key]).await?.pop().flatten();
            let record = record.filter(|record| self.query.filter.holds(record) == Some(true));
            let is_behind = |row: &Row| match row {
                Row::Line(_, it) => *it > line,
                Row::Cell(_, it, other) => (*it, *other) > (line, cell),
                _ => false,
            };
            let rows = record.map(|record| self.rows_of(&record)).unwrap_or_default();
            self.first = rows.into_iter().filter(is_behind).collect();
        }
        self.query.after = Some(position.cursor);
        Ok(())
    }

    /// The position of a row.
    fn position(&self, row: &Row) -> Option<Position> {
        let (record, within) = match row {
            Row::Record(record) => (record.clone(), None),
            Row::Line(sheet, line) => (Record::Timesheet(Arc::clone(sheet)), Some((*line, 0))),
            Row::Cell(sheet, line, cell) => (Record::Timesheet(Arc::clone(sheet)), Some((*line, *cell))),
            Row::Status(_) | Row::Project(_) | Row::Task(_) | Row::Violation(_) | Row::Approval(..) => {
                return None;
            }
        };
        Some(Position {
            cursor: self.query.cursor(&record),
            within,
        })
    }

    fn rows_of(&self, record: &Record) -> Vec<Row> {
        match (self.grain, record) {
            (Grain::Lines, Record::Timesheet(sheet)) => lines(sheet).collect(),
            (Grain::Cells, Record::Timesheet(sheet)) => {
                lines(sheet).flat_map(|line| cells_of(&line)).collect()
            }
            (_, record) => vec![Row::Record(record.clone())],
        }
    }

    /// The next rows that fulfil the filter, with what they need loaded; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, Failure> {
        let mut rows = std::mem::take(&mut self.first);
        if rows.is_empty() {
            if self.records.is_empty() && !self.is_over {
                self.read().await?;
            }
            if self.records.is_empty() && self.is_over {
                return Ok(None);
            }
            let at_a_time = match self.grain {
                Grain::Records if self.needs.refers() => REFERRED_AT_A_TIME,
                Grain::Records => RECORDS_AT_A_TIME,
                Grain::Lines | Grain::Cells => SHEETS_AT_A_TIME,
            };
            let records: Vec<Record> = self.records.drain(..self.records.len().min(at_a_time)).collect();
            rows = records.iter().flat_map(|record| self.rows_of(record)).collect();
        }
        tokio::task::yield_now().await;
        self.loaded.forget();
        self.loaded.load(self.reader, &rows, &self.needs).await?;
        if let Some(rest) = &self.rest {
            let mut kept = Vec::with_capacity(rows.len());
            let mut visited = self.loaded.visits();
            for row in rows {
                if self.loaded.visits() > visited + VISITS_AT_A_TIME {
                    visited = self.loaded.visits();
                    tokio::task::yield_now().await;
                }
                if self.evaluator().holds(rest, Item::Row(&row))? {
                    kept.push(row);
                }
            }
            rows = kept;
        }
        Ok(Some(rows))
    }

    /// Where rows are asked for by their ids, looks at no other sheets than theirs.
    async fn narrow(&mut self) -> Result<(), Failure> {
        let ids = self.rest.as_ref().and_then(|rest| self.grain.row_ids(rest));
        let Some(ids) = ids.filter(|ids| ids.len() <= MAX_IDS) else {
            return Ok(());
        };
        let mut sheets = BTreeSet::new();
        for id in ids {
            let sheet = self.reader.sheet_with_row(id).await?;
            sheets.extend(sheet.map(|sheet| sheet.id.uuid()));
        }
        let sheets = sheets.into_iter().map(Value::Id).collect();
        let filter = std::mem::replace(&mut self.query.filter, Filter::ALL);
        self.query.filter = filter.and(Filter::In(&timesheet::ID, sheets));
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Failure> {
        if !self.is_narrowed {
            self.is_narrowed = true;
            self.narrow().await?;
        }
        let page = self.reader.page(self.query.clone()).await?;
        if let Some(last) = page.records.last() {
            self.query.after = Some(self.query.cursor(last));
        }
        self.is_over = !page.has_next;
        self.total = self.total.or(page.total);
        self.records.extend(page.records);
        // Each page of an order without an index looks at every candidate again.
        self.query.limit = (self.query.limit * 4).min(MAX_RECORDS);
        self.query.count = false;
        Ok(())
    }

    /// Evaluates over the rows of the batch at hand.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            loaded: &self.loaded,
            now: self.reader.now(),
            it: None,
        }
    }
}

/// The page that `plan`, which groups nothing, asks for.
pub async fn page(reader: &Reader, plan: &Plan, token: Token) -> Result<Page, Failure> {
    let grain = match &plan.base {
        Base::Records(..) => Grain::Records,
        Base::Lines(..) => Grain::Lines,
        Base::Cells(..) => Grain::Cells,
        Base::Rows(..) if plan.order.is_empty() => return counted_off(reader, plan, token).await,
        Base::Rows(..) => return sorted(reader, plan, token).await,
    };
    if plan.order.is_empty() {
        return ordered(reader, plan, None, token).await;
    }
    match grain.order(&plan.order) {
        Some(order) => ordered(reader, plan, Some(order), token).await,
        None => sorted(reader, plan, token).await,
    }
}

/// How many rows this page takes, and whether another may follow.
fn room(plan: &Plan, taken: u64) -> (usize, bool) {
    let size = u64::try_from(plan.page_size.max(1)).unwrap_or(u64::MAX);
    let left = plan.top.map_or(u64::MAX, |top| top.saturating_sub(taken));
    (usize::try_from(left.min(size)).unwrap_or(usize::MAX), left > size)
}

/// A page in an order that the store has.
async fn ordered(
    reader: &Reader,
    plan: &Plan,
    order: Option<Vec<Order>>,
    token: Token,
) -> Result<Page, Failure> {
    let (room, may_follow) = room(plan, token.taken);
    let Token {
        taken,
        after,
        total: known,
    } = token;
    let is_first = after.is_none();
    let mut skip = if is_first { plan.skip } else { 0 };
    let hint = room
        .saturating_add(1)
        .saturating_add(usize::try_from(skip).unwrap_or(usize::MAX));
    let mut scan = Scan::new(reader, &plan.base, plan.filter.as_ref(), order, hint);
    let is_counted = plan.count && known.is_none();
    scan.query.count = is_counted && scan.is_decided_by_store();
    let counts_here = is_counted && !scan.query.count && is_first;
    if let Some(position) = after {
        scan.begin_after(position).await?;
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut has_more = false;
    let mut seen = 0_u64;
    while let Some(batch) = scan.next().await? {
        for row in batch {
            seen += 1;
            if skip > 0 {
                skip -= 1;
            } else if rows.len() < room {
                rows.push(row);
            } else {
                has_more = true;
            }
        }
        let is_full = has_more || (rows.len() >= room && !may_follow);
        if is_full && !counts_here {
            break;
        }
    }
    let total = match (plan.count, known.or(scan.total)) {
        (false, _) => None,
        (true, Some(total)) => Some(total),
        (true, None) if counts_here => Some(seen),
        (true, None) => Some(count(reader, plan).await?),
    };
    let next = match rows.last().filter(|_| has_more && may_follow) {
        Some(last) => {
            let next = Token {
                taken: taken.saturating_add(u64::try_from(rows.len()).unwrap_or_default()),
                after: scan.position(last),
                total,
            };
            Some(next.print()?)
        }
        None => None,
    };
    Ok(Page {
        rows: Rows::Entities(rows),
        total,
        next,
    })
}

/// How many rows a list has.
async fn count(reader: &Reader, plan: &Plan) -> Result<u64, Failure> {
    let mut scan = Scan::new(reader, &plan.base, plan.filter.as_ref(), None, MAX_RECORDS);
    let mut count = 0;
    while let Some(batch) = scan.next().await? {
        count += u64::try_from(batch.len()).unwrap_or_default();
    }
    Ok(count)
}

/// A page in an order that only evaluation knows.
async fn sorted(reader: &Reader, plan: &Plan, token: Token) -> Result<Page, Failure> {
    let (room, _) = room(plan, token.taken);
    let before = plan.skip.saturating_add(token.taken);
    let wanted = usize::try_from(before)
        .ok()
        .and_then(|before| before.checked_add(room)?.checked_add(1))
        .filter(|wanted| *wanted <= MAX_SORTED);
    let Some(wanted) = wanted else {
        return Err(Failure::too_large(format!(
            "in this order only the first {MAX_SORTED} rows can be listed; filter, or order by stored properties"
        )));
    };
    let keys: &[OrderKey] = &plan.order;
    let mut scan = Scan::new(reader, &plan.base, plan.filter.as_ref(), None, MAX_RECORDS)
        .with_needs(keys.iter().map(|key| &key.by));
    let is_at_hand = matches!(plan.base, Base::Rows(..));
    let mut best = Best::new(keys, wanted);
    let mut seen = 0_usize;
    while let Some(batch) = scan.next().await? {
        for row in batch {
            let ranked = if is_at_hand {
                Ranked::new(&scan.evaluator(), keys, row, seen)?
            } else {
                Ranked::by_id(&scan.evaluator(), keys, row)?
            };
            best.add(ranked);
            seen += 1;
        }
    }
    off(plan, &token, best.into_rows(), seen)
}

/// A page of rows that are at hand, in their own order.
async fn counted_off(reader: &Reader, plan: &Plan, token: Token) -> Result<Page, Failure> {
    let mut scan = Scan::new(reader, &plan.base, plan.filter.as_ref(), None, 0);
    let mut rows = Vec::new();
    while let Some(batch) = scan.next().await? {
        rows.extend(batch);
    }
    let seen = rows.len();
    off(plan, &token, rows.into_iter(), seen)
}

/// Counts the page off rows in order, of which there are `seen` in all.
fn off(plan: &Plan, token: &Token, rows: impl Iterator<Item = Row>, seen: usize) -> Result<Page, Failure> {
    let (rows, next) = part(plan, token, rows)?;
    Ok(Page {
        rows: Rows::Entities(rows),
        total: plan.count.then(|| u64::try_from(seen).unwrap_or(u64::MAX)),
        next,
    })
}

/// The rows of the page, and the token of the next one.
pub fn part<T>(
    plan: &Plan,
    token: &Token,
    rows: impl Iterator<Item = T>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let (room, may_follow) = room(plan, token.taken);
    let before = usize::try_from(plan.skip.saturating_add(token.taken)).unwrap_or(usize::MAX);
    let mut rest = rows.skip(before);
    let rows: Vec<T> = rest.by_ref().take(room).collect();
    let next = if may_follow && rest.next().is_some() {
        let next = Token {
            taken: token
                .taken
                .saturating_add(u64::try_from(rows.len()).unwrap_or_default()),
            ..Token::default()
        };
        Some(next.print()?)
    } else {
        None
    };
    Ok((rows, next))
}

/// The cells of a line.
pub fn cells_of(line: &Row) -> Vec<Row> {
    match line {
        Row::Line(sheet, line) => cells(sheet, *line).collect(),
        _ => Vec::new(),
    }
}
