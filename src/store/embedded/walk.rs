//! Walks along the sheets by their first dates, in any direction of the dates and of the ids
//! within a date: a list's order has its ids ascending whichever way its dates go.

use std::ops::Bound::{self, Excluded, Included, Unbounded};

use uuid::Uuid;

use super::conditions::DateBounds;
use super::state::State;
use crate::domain::id::TimesheetId;
use crate::domain::record::Record;
use crate::domain::time::Date;

/// Where a walk starts.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    date: Date,
    id: TimesheetId,
    is_included: bool,
}

impl Start {
    /// Behind the sheet there.
    pub const fn after(date: Date, id: TimesheetId) -> Self {
        Self {
            date,
            id,
            is_included: false,
        }
    }

    /// With the sheet there.
    #[must_use]
    pub const fn included(self) -> Self {
        Self {
            is_included: true,
            ..self
        }
    }

    const fn bound(self) -> Bound<(Date, TimesheetId)> {
        if self.is_included {
            Included((self.date, self.id))
        } else {
            Excluded((self.date, self.id))
        }
    }
}

/// The sheets that begin within `bounds`, from `start` on, else from the end where the walk begins.
pub fn walk(
    state: &State,
    bounds: DateBounds,
    start: Option<Start>,
    dates_descend: bool,
    ids_descend: bool,
) -> impl Iterator<Item = &Record> {
    let first = if dates_descend {
        let from = start.map_or(bounds.to, |start| start.date.min(bounds.to));
        date_at_most(state, Included(last_of(from)))
    } else {
        let from = start.map_or(bounds.from, |start| start.date.max(bounds.from));
        date_at_least(state, Included(first_of(from)))
    };
    let next = move |date: &Date| {
        if dates_descend {
            date_at_most(state, Excluded(first_of(*date)))
        } else {
            date_at_least(state, Excluded(last_of(*date)))
        }
    };
    std::iter::successors(first, next)
        .take_while(move |date| bounds.from <= *date && *date <= bounds.to)
        .flat_map(move |date| on(state, date, start.filter(|start| start.date == date), ids_descend))
}

/// The sheets that begin on `date`, from `start` on.
fn on(state: &State, date: Date, start: Option<Start>, ids_descend: bool) -> impl Iterator<Item = &Record> {
    let (mut low, mut high) = (Included(first_of(date)), Included(last_of(date)));
    if let Some(start) = start {
        *(if ids_descend { &mut high } else { &mut low }) = start.bound();
    }
    let mut sheets = state.by_date.range((low, high));
    std::iter::from_fn(move || {
        if ids_descend {
            sheets.next_back()
        } else {
            sheets.next()
        }
    })
    .map(|(_, sheet)| sheet)
}

const fn first_of(date: Date) -> (Date, TimesheetId) {
    (date, TimesheetId::new(Uuid::nil()))
}

const fn last_of(date: Date) -> (Date, TimesheetId) {
    (date, TimesheetId::new(Uuid::max()))
}

fn date_at_least(state: &State, low: Bound<(Date, TimesheetId)>) -> Option<Date> {
    let mut range = state.by_date.range((low, Unbounded));
    range.next().map(|((date, _), _)| *date)
}

fn date_at_most(state: &State, high: Bound<(Date, TimesheetId)>) -> Option<Date> {
    let mut range = state.by_date.range((Unbounded, high));
    range.next_back().map(|((date, _), _)| *date)
}
