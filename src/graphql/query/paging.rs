//! Which part of a list is asked for, by the rules of cursor connections.

use crate::app::Error;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::query::{Cursor, Filter, Order, Query};
use crate::domain::record::Kind;
use crate::graphql::types::connection::read_cursor;

/// How many items a page has if nobody says.
pub const DEFAULT_PAGE: usize = 50;
/// How many items a page has at most.
pub const MAX_PAGE: usize = 500;

/// The arguments that pick a page.
#[derive(Debug, Default)]
pub struct Paging {
    /// How many items from the beginning.
    pub first: Option<i32>,
    /// After which place.
    pub after: Option<String>,
    /// How many items from the end.
    pub last: Option<i32>,
    /// Before which place.
    pub before: Option<String>,
}

impl Paging {
    /// The question for this page of the list of `kind`.
    pub fn into_query(self, kind: Kind, filter: Filter, order: Vec<Order>) -> Result<Query, Error> {
        let mut faults = Faults::default();
        let mut query = Query::of(kind, filter, DEFAULT_PAGE);
        query.order = order;
        if self.first.is_some() && self.last.is_some() {
            let message = "give either first or last, not both";
            faults.add(Path::of("last"), FaultCode::Contradiction, message);
        }
        query.from_end = self.last.is_some();
        for (member, count) in [("first", self.first), ("last", self.last)] {
            if let Some(count) = count {
                query.limit = limit(member, count, &mut faults);
            }
        }
        query.after = place("after", self.after.as_deref(), &query, &mut faults);
        query.before = place("before", self.before.as_deref(), &query, &mut faults);
        Ok(faults.into_result(query)?)
    }
}

/// How many items, if that many may be asked for.
pub fn limit(member: &'static str, count: i32, faults: &mut Faults) -> usize {
    match usize::try_from(count) {
        Ok(count) if count <= MAX_PAGE => count,
        _ => {
            let message = format!("{count} is not from 0 to {MAX_PAGE}");
            faults.add(Path::of(member), FaultCode::OutOfRange, message);
            0
        }
    }
}

fn place(member: &'static str, text: Option<&str>, query: &Query, faults: &mut Faults) -> Option<Cursor> {
    let place = read_cursor(query, text?);
    if place.is_none() {
        let message = "this is no cursor of this list in this order";
        faults.add(Path::of(member), FaultCode::Malformed, message);
    }
    place
}
