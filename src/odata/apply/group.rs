//! Groups of rows with the same keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::aggregate::Total;
use super::{Grouping, Table};
use crate::domain::time::{Date, Instant};
use crate::odata::evaluate::{Evaluator, Item};
use crate::odata::failure::Failure;
use crate::odata::value::Value;

/// How many groups there may be.
const MAX_GROUPS: usize = 100_000;

/// A value as a part of a key: equal numbers are the same part, whatever their kind.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum KeyPart {
    Null,
    Bool(bool),
    Number(Decimal),
    Double(u64),
    Date(Date),
    Instant(Instant),
    Micros(i64),
    Id(Uuid),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Several(Vec<KeyPart>),
}

impl KeyPart {
    pub fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(_) | Value::Hours(_) | Value::Decimal(_) => {
                Self::Number(value.to_decimal().unwrap_or_default().normalize())
            }
            Value::Double(it) => Self::Double(it.to_bits()),
            Value::Date(it) => Self::Date(*it),
            Value::Instant(it) => Self::Instant(*it),
            Value::TimeOfDay(it) | Value::Duration(it) => Self::Micros(*it),
            Value::Id(it) => Self::Id(*it),
            Value::Text(it) => Self::Text(it.as_ref().into()),
            Value::Binary(it) => Self::Bytes(it.as_ref().into()),
            Value::Complex(it) => Self::Several(it.iter().map(|(_, it)| Self::of(it)).collect()),
            Value::List(it) => Self::Several(it.iter().map(Self::of).collect()),
        }
    }
}

/// Groups that are being filled.
pub struct Groups<'g> {
    grouping: &'g Grouping,
    places: HashMap<Vec<KeyPart>, usize>,
    filled: Vec<(Vec<Value<'static>>, Vec<Total>)>,
    last: usize,
}

impl<'g> Groups<'g> {
    pub fn new(grouping: &'g Grouping) -> Self {
        let mut groups = Self {
            grouping,
            places: HashMap::new(),
            filled: Vec::new(),
            last: 0,
        };
        // Without keys there is one group, even of nothing.
        if grouping.keys.is_empty() {
            groups.places.insert(Vec::new(), 0);
            groups.filled.push((Vec::new(), groups.totals()));
        }
        groups
    }

    fn totals(&self) -> Vec<Total> {
        let methods = self.grouping.aggregates.iter().map(|it| it.method);
        methods.map(Total::new).collect()
    }

    /// Adds a row.
    pub fn add(&mut self, evaluator: &Evaluator<'_>, item: Item<'_>) -> Result<(), Failure> {
        let grouping = self.grouping;
        let place = self.place(evaluator, item)?;
        let Some((_, totals)) = self.filled.get_mut(place) else {
            return Ok(());
        };
        for (total, aggregate) in totals.iter_mut().zip(&grouping.aggregates) {
            let of = aggregate.of.as_ref();
            evaluator.read(of.into_iter(), item, |values| {
                total.add(values.first().unwrap_or(&Value::Null))
            })??;
        }
        Ok(())
    }

    /// The place of the row's group. Rows of one group often follow one another, so the last place
    /// is looked at first.
    fn place(&mut self, evaluator: &Evaluator<'_>, item: Item<'_>) -> Result<usize, Failure> {
        let last = self.filled.get(self.last).map(|(keys, _)| keys.as_slice());
        let keys = evaluator.read(self.grouping.keys.iter(), item, |keys| {
            let is_last = last.is_some_and(|last| last == keys);
            let owned = || keys.iter().map(|key| key.clone().into_owned()).collect();
            (!is_last).then(owned)
        })?;
        let Some(keys): Option<Vec<Value<'static>>> = keys else {
            return Ok(self.last);
        };
        let totals = self.totals();
        self.last = match self.places.entry(keys.iter().map(KeyPart::of).collect()) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(place) => {
                if self.filled.len() >= MAX_GROUPS {
                    return Err(Failure::too_large(format!(
                        "there are more than {MAX_GROUPS} groups; filter, or group by less"
                    )));
                }
                self.filled.push((keys, totals));
                *place.insert(self.filled.len() - 1)
            }
        };
        Ok(self.last)
    }

    /// A row for each group, ordered by the keys.
    pub fn into_table(self) -> Result<Table, Failure> {
        let mut groups = self.filled;
        groups.sort_by(|(a, _), (b, _)| {
            let pairs = a.iter().zip(b);
            pairs
                .map(|(a, b)| a.order(b))
                .find(|it| it.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        groups
            .into_iter()
            .map(|(mut row, totals)| {
                for total in totals {
                    row.push(total.into_value()?);
                }
                Ok(row)
            })
            .collect()
    }
}
