//! What a filter's conditions tell about where its records are: ids that a property must have,
//! dates between which sheets must begin. A record found by them still has to meet the filter.

use uuid::Uuid;

use super::state::State;
use crate::domain::id::UserId;
use crate::domain::model::{Property, entities};
use crate::domain::period::Period;
use crate::domain::query::{Comparison, Filter, Value};
use crate::domain::record::Record;
use crate::domain::time::Date;

/// The only ids that `property` can have where `condition` holds, each once; `None` if it does
/// not say.
pub fn ids_of(condition: &Filter, property: &Property) -> Option<Vec<Uuid>> {
    let id = |value: &Value<'_>| match value {
        Value::Id(id) => Some(*id),
        _ => None,
    };
    let mut ids = match condition {
        Filter::Compare(of, Comparison::Eq, value) if *of == property => id(value).into_iter().collect(),
        Filter::In(of, values) if *of == property => values.iter().filter_map(id).collect(),
        Filter::Or(parts) => {
            let parts: Option<Vec<Vec<Uuid>>> = parts.iter().map(|part| ids_of(part, property)).collect();
            parts?.concat()
        }
        Filter::And(parts) => parts.iter().find_map(|part| ids_of(part, property))?,
        Filter::Compare(..) | Filter::In(..) | Filter::Not(_) | Filter::IsNull(_) | Filter::Text(..) => {
            return None;
        }
    };
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// Dates between which a sheet begins, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateBounds {
    /// The earliest.
    pub from: Date,
    /// The latest.
    pub to: Date,
}

impl DateBounds {
    /// Any date.
    pub const ALL: Self = Self {
        from: Date::MIN,
        to: Date::MAX,
    };

    /// The bounds that `conditions`, which must all hold, set to sheets of at most `longest_days`.
    pub fn of(conditions: &[&Filter], longest_days: i32) -> Self {
        let mut bounds = Self::ALL;
        for condition in conditions {
            let Filter::Compare(property, comparison, Value::Date(date)) = condition else {
                continue;
            };
            let slack = if **property == entities::timesheet::DATE_FROM {
                0
            } else if **property == entities::timesheet::DATE_TO {
                longest_days
            } else {
                continue;
            };
            let (lower, upper) = match comparison {
                Comparison::Eq => (true, true),
                Comparison::Gt | Comparison::Ge => (true, false),
                Comparison::Lt | Comparison::Le => (false, true),
                Comparison::Ne => (false, false),
            };
            if lower {
                bounds.from = bounds.from.max(date.plus_days(-slack));
            }
            if upper {
                bounds.to = bounds.to.min(*date);
            }
        }
        bounds
    }

    /// The sheets of `users` that may begin within the bounds.
    pub fn sheets_of(self, state: &State, users: impl Iterator<Item = UserId>) -> Vec<Record> {
        let Some(period) = Period::new(self.from, self.to) else {
            return Vec::new();
        };
        users
            .flat_map(|user| state.sheets_within(user, period))
            .cloned()
            .map(Record::Timesheet)
            .collect()
    }
}
