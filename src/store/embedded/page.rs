//! Pages of lists: which index leads to the fewest candidates, whether it already has the order
//! that is asked for, and else the selection of the page without sorting everything.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Bound::{self, Excluded, Included};

use super::conditions::{DateBounds, Holders, ids_of};
use super::locator::Locator;
use super::state::State;
use super::walk::{Start, walk};
use crate::domain::id::ProjectId;
use crate::domain::model::{Property, entities};
use crate::domain::query::{Cursor, Page, Query, Value};
use crate::domain::record::{Key, Kind, Record};

/// Where the candidates of a list come from. All of them still have to meet the filter.
enum Source {
    /// These records.
    Few(Vec<Record>),
    /// The sheets whose first date is within the bounds.
    Sheets(DateBounds),
    /// All records of a kind other than sheets.
    Kind(Kind),
}

/// Lists up to this many candidates are answered at once, longer ones off the runtime's threads.
const FEW: usize = 5_000;

/// The page that `query` asks for.
pub fn page(state: &State, locator: &Locator, query: &Query) -> Page {
    let source = Source::of(state, locator, query);
    let every = query.filter.conjuncts().is_empty();
    if query.count && !every {
        return source.select(state, query);
    }
    let Some(mut page) = source.ordered(state, query) else {
        return source.select(state, query);
    };
    page.total = query.count.then(|| source.count(state));
    page
}

/// Whether finding the page may take so long that other requests would notice.
pub fn is_long(state: &State, locator: &Locator, query: &Query) -> bool {
    match Source::of(state, locator, query) {
        Source::Few(records) => records.len() > FEW,
        Source::Sheets(_) => state.sheet_count() > FEW,
        Source::Kind(_) => state.records.len() > FEW,
    }
}

impl Source {
    fn of(state: &State, locator: &Locator, query: &Query) -> Self {
        let conditions = query.filter.conjuncts();
        let ids = |property: &Property| conditions.iter().find_map(|it| ids_of(it, property));
        let known = |keys: Vec<Key>| {
            keys.into_iter()
                .filter_map(|key| state.record(locator, key))
                .collect()
        };
        if let Some(ids) = id_property(query.kind).and_then(&ids) {
            return Self::Few(known(
                ids.into_iter().map(|id| Key::new(query.kind, id)).collect(),
            ));
        }
        match query.kind {
            Kind::Timesheet => {
                let bounds = DateBounds::of(&conditions, state.longest_days);
                match Holders::of(&conditions) {
                    Some(holders) => Self::Few(bounds.sheets_of(state, locator, &holders)),
                    None => Self::Sheets(bounds),
                }
            }
            Kind::Task => match ids(&entities::task::PROJECT_ID) {
                Some(projects) => {
                    let lists = projects
                        .into_iter()
                        .filter_map(|id| state.tasks.get(&Some(ProjectId::new(id))));
                    Self::Few(
                        lists
                            .flat_map(|list| list.iter().cloned().map(Record::Task))
                            .collect(),
                    )
                }
                None => Self::Kind(Kind::Task),
            },
            kind => Self::Kind(kind),
        }
    }

    /// How many candidates there are.
    fn count(&self, state: &State) -> u64 {
        let count = match self {
            Self::Few(records) => records.len(),
            Self::Sheets(bounds) if *bounds == DateBounds::ALL => state.sheet_count(),
            Self::Sheets(_) => self.candidates(state).count(),
            Self::Kind(kind) => state.of_kind(*kind).count(),
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    fn candidates<'a>(&'a self, state: &'a State) -> Box<dyn Iterator<Item = &'a Record> + 'a> {
        match self {
            Self::Few(records) => Box::new(records.iter()),
            Self::Sheets(bounds) => Box::new(walk(state, *bounds, None, false, false)),
            Self::Kind(kind) => Box::new(state.of_kind(*kind)),
        }
    }

    /// The page, read off an index that has the order asked for; `None` if none has it.
    fn ordered(&self, state: &State, query: &Query) -> Option<Page> {
        let start = if query.from_end {
            &query.before
        } else {
            &query.after
        };
        match (self, query.order.as_slice()) {
            (Self::Kind(kind), []) => {
                let at = start.as_ref().map(|cursor| Key::new(*kind, cursor.id));
                let least = Key::new(*kind, uuid::Uuid::nil());
                let most = Key::new(*kind, uuid::Uuid::max());
                let values = |range: (Bound<Key>, Bound<Key>)| state.records.range(range);
                let below = |end| values((Included(least), end));
                let above = |begin| values((begin, Included(most)));
                Some(match (query.from_end, at) {
                    (false, None) => fill(query, above(Included(least)), std::iter::empty()),
                    (false, Some(at)) => fill(query, above(Excluded(at)), below(Included(at)).rev()),
                    (true, None) => fill(query, below(Included(most)).rev(), std::iter::empty()),
                    (true, Some(at)) => fill(query, below(Excluded(at)).rev(), above(Included(at))),
                })
            }
            (Self::Sheets(bounds), [order]) if *order.property == entities::timesheet::DATE_FROM => {
                let start = match start {
                    None => None,
                    Some(cursor) => Some(Start::of(cursor)?),
                };
                let dates_descend = order.descending != query.from_end;
                let ahead = walk(state, *bounds, start, dates_descend, query.from_end);
                let Some(start) = start else {
                    return Some(fill(query, ahead, std::iter::empty()));
                };
                let behind = walk(
                    state,
                    *bounds,
                    Some(start.included()),
                    !dates_descend,
                    !query.from_end,
                );
                Some(fill(query, ahead, behind))
            }
            _ => None,
        }
    }

    /// The page, selected out of all candidates with room for one page.
    fn select(&self, state: &State, query: &Query) -> Page {
        let mut selection = Selection::new(query);
        for record in self.candidates(state) {
            if query.filter.holds(record) == Some(true) {
                selection.add(record);
            }
        }
        selection.into_page()
    }
}

/// Fills a page from candidates in order, `ahead` from where the page starts, `behind` the other
/// way from there.
fn fill<'a>(
    query: &Query,
    ahead: impl Iterator<Item = &'a Record>,
    mut behind: impl Iterator<Item = &'a Record>,
) -> Page {
    let holds = |record: &&Record| query.filter.holds(record) == Some(true);
    let end = if query.from_end {
        &query.after
    } else {
        &query.before
    };
    let is_past = |record: &Record| match end {
        None => false,
        Some(end) if query.from_end => query.compare_to(record, end).is_le(),
        Some(end) => query.compare_to(record, end).is_ge(),
    };
    let mut records = Vec::new();
    let mut has_more = false;
    for record in ahead.filter(holds) {
        if records.len() >= query.limit || is_past(record) {
            has_more = true;
            break;
        }
        records.push(record.clone());
    }
    let has_behind = behind.any(|record| holds(&record));
    if query.from_end {
        records.reverse();
    }
    let (has_previous, has_next) = if query.from_end {
        (has_more, has_behind)
    } else {
        (has_behind, has_more)
    };
    Page {
        records,
        has_previous,
        has_next,
        total: None,
    }
}

/// The best of what was added so far, as many as the page takes.
struct Selection<'a> {
    query: &'a Query,
    best: BinaryHeap<Ranked<'a>>,
    total: u64,
    has_before: bool,
    has_after: bool,
    has_dropped: bool,
}

impl<'a> Selection<'a> {
    const fn new(query: &'a Query) -> Self {
        Self {
            query,
            best: BinaryHeap::new(),
            total: 0,
            has_before: false,
            has_after: false,
            has_dropped: false,
        }
    }

    fn add(&mut self, record: &'a Record) {
        self.total += 1;
        let is_before = |at: &Cursor| self.query.compare_to(record, at).is_le();
        let is_after = |at: &Cursor| self.query.compare_to(record, at).is_ge();
        let is_before = self.query.after.as_ref().is_some_and(is_before);
        let is_after = self.query.before.as_ref().is_some_and(is_after);
        // Where the cursors cross, a record counts for the end from which the page starts.
        match (is_before, is_after) {
            (false, false) => self.rank(record),
            (true, true) if self.query.from_end => self.has_after = true,
            (true, _) => self.has_before = true,
            (false, true) => self.has_after = true,
        }
    }

    fn rank(&mut self, record: &'a Record) {
        let ranked = Ranked {
            query: self.query,
            record,
        };
        if self.best.len() < self.query.limit {
            self.best.push(ranked);
            return;
        }
        self.has_dropped = true;
        if let Some(mut worst) = self.best.peek_mut()
            && ranked < *worst
        {
            *worst = ranked;
        }
    }

    fn into_page(self) -> Page {
        let mut records: Vec<Record> = self
            .best
            .into_sorted_vec()
            .into_iter()
            .map(|ranked| ranked.record.clone())
            .collect();
        let from_end = self.query.from_end;
        if from_end {
            records.reverse();
        }
        Page {
            records,
            has_previous: self.has_before || (from_end && self.has_dropped),
            has_next: self.has_after || (!from_end && self.has_dropped),
            total: self.query.count.then_some(self.total),
        }
    }
}

/// A record by how much the page wants it: less is nearer to where the page starts.
struct Ranked<'a> {
    query: &'a Query,
    record: &'a Record,
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = self.query.compare(self.record, other.record);
        if self.query.from_end {
            ordering.reverse()
        } else {
            ordering
        }
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked<'_> {}

impl Start {
    /// The position of a cursor in an order by first date; `None` if it is of another order.
    fn of(cursor: &Cursor) -> Option<Self> {
        match cursor.keys.as_slice() {
            [Value::Date(date)] => Some(Self::after(*date, cursor.id.into())),
            _ => None,
        }
    }
}

/// The property that holds the id of a kind's records.
const fn id_property(kind: Kind) -> Option<&'static Property> {
    match kind {
        Kind::Settings => None,
        Kind::Department => Some(&entities::department::ID),
        Kind::Organization => Some(&entities::organization::ID),
        Kind::Activity => Some(&entities::activity::ID),
        Kind::Schedule => Some(&entities::schedule::ID),
        Kind::Template => Some(&entities::template::ID),
        Kind::User => Some(&entities::user::ID),
        Kind::Token => Some(&entities::token::ID),
        Kind::Project => Some(&entities::project::ID),
        Kind::Task => Some(&entities::task::ID),
        Kind::Timesheet => Some(&entities::timesheet::ID),
        Kind::SyncJob => Some(&entities::sync_job::ID),
    }
}
