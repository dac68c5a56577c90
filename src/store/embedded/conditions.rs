//! What a filter's conditions tell about where its records are: ids that a property must have,
//! dates between which sheets must begin. A record found by them still has to meet the filter.

use uuid::Uuid;

use super::locator::Locator;
use super::state::State;
use crate::domain::id::UserId;
use crate::domain::model::{Property, entities};
use crate::domain::period::Period;
use crate::domain::query::{Comparison, Filter, Value};
use crate::domain::record::Record;
use crate::domain::time::Date;
use crate::domain::timesheet::Timesheet;

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
        Filter::Compare(..)
        | Filter::In(..)
        | Filter::Not(_)
        | Filter::IsNull(_)
        | Filter::NamedApprover(_)
        | Filter::Awaits(_)
        | Filter::Text(..) => return None,
    };
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// Where the sheets are for which a condition holds: with these owners, or with these people among the
/// approvers whom they name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holders {
    /// Owners, in order, each once.
    pub owners: Vec<Uuid>,
    /// Named approvers, in order, each once.
    pub approvers: Vec<UserId>,
}

impl Holders {
    /// Those of the one of `conditions`, which must all hold, that names the fewest; `None` if none
    /// says.
    pub fn of(conditions: &[&Filter]) -> Option<Self> {
        let said = conditions.iter().filter_map(|condition| Self::of_one(condition));
        said.min_by_key(|holders| holders.owners.len() + holders.approvers.len())
    }

    fn of_one(condition: &Filter) -> Option<Self> {
        let mut holders = match condition {
            Filter::NamedApprover(person) => Self {
                approvers: vec![*person],
                ..Self::default()
            },
            Filter::Awaits(approver) => Self {
                owners: approver.reports.iter().map(|report| report.uuid()).collect(),
                approvers: vec![approver.id],
            },
            Filter::Or(parts) => {
                let mut all = Self::default();
                for part in parts {
                    let Self { owners, approvers } = Self::of_one(part)?;
                    all.owners.extend(owners);
                    all.approvers.extend(approvers);
                }
                all
            }
            Filter::And(parts) => Self::of(&parts.iter().collect::<Vec<_>>())?,
            other => Self {
                owners: ids_of(other, &entities::timesheet::USER_ID)?,
                ..Self::default()
            },
        };
        holders.owners.sort_unstable();
        holders.owners.dedup();
        holders.approvers.sort_unstable();
        holders.approvers.dedup();
        Some(holders)
    }
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

    /// The sheets that `holders` say and that may begin within the bounds, each once.
    pub fn sheets_of(self, state: &State, locator: &Locator, holders: &Holders) -> Vec<Record> {
        let Some(period) = Period::new(self.from, self.to) else {
            return Vec::new();
        };
        let owners = holders.owners.iter().map(|owner| UserId::new(*owner));
        let owned = owners.flat_map(|user| state.sheets_within(user, period));
        let is_owned = |sheet: &Timesheet| holders.owners.binary_search(&sheet.user_id.uuid()).is_ok();
        let mut named: Vec<_> = holders
            .approvers
            .iter()
            .flat_map(|person| state.sheets_naming(locator, *person, period))
            .filter(|sheet| !is_owned(sheet))
            .collect();
        named.sort_unstable_by_key(|sheet| sheet.id);
        named.dedup_by_key(|sheet| sheet.id);
        owned.chain(named).cloned().map(Record::Timesheet).collect()
    }
}
