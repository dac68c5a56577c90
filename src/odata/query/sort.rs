//! Orders that the store does not know: rows with the values of their keys.

use std::cmp::Ordering;

use crate::odata::evaluate::{EvaluationError, Evaluator, Item};
use crate::odata::expression::OrderKey;
use crate::odata::row::Row;
use crate::odata::value::Value;

/// A row with the values that it is ordered by.
#[derive(Debug)]
pub struct Ranked {
    keys: Vec<Value<'static>>,
    /// The row.
    pub row: Row,
    /// What decides between rows with the same keys.
    tie: u128,
}

impl Ranked {
    /// A row; those with the same keys are ordered by `position`.
    pub fn new(
        evaluator: &Evaluator<'_>,
        order: &[OrderKey],
        row: Row,
        position: usize,
    ) -> Result<Self, EvaluationError> {
        let tie = u128::try_from(position).unwrap_or(u128::MAX);
        let keys = keys(evaluator, order, Item::Row(&row))?;
        Ok(Self { keys, row, tie })
    }

    /// A row; those with the same keys are ordered by their ids (X5).
    pub fn by_id(evaluator: &Evaluator<'_>, order: &[OrderKey], row: Row) -> Result<Self, EvaluationError> {
        let tie = row.id().as_u128();
        let keys = keys(evaluator, order, Item::Row(&row))?;
        Ok(Self { keys, row, tie })
    }

    /// How two rows stand to each other.
    pub fn compare(&self, other: &Self, order: &[OrderKey]) -> Ordering {
        compare(&self.keys, &other.keys, order).then_with(|| self.tie.cmp(&other.tie))
    }
}

/// The values of an order's keys.
pub fn keys(
    evaluator: &Evaluator<'_>,
    order: &[OrderKey],
    item: Item<'_>,
) -> Result<Vec<Value<'static>>, EvaluationError> {
    order
        .iter()
        .map(|key| evaluator.value_of(&key.by, item))
        .collect()
}

/// How two lists of keys stand to each other.
pub fn compare(left: &[Value<'_>], right: &[Value<'_>], order: &[OrderKey]) -> Ordering {
    for ((left, right), key) in left.iter().zip(right).zip(order) {
        let ordering = left.order(right);
        if ordering.is_ne() {
            return if key.descending {
                ordering.reverse()
            } else {
                ordering
            };
        }
    }
    Ordering::Equal
}

/// The first rows in an order, out of any number, in room for few.
pub struct Best<'o> {
    order: &'o [OrderKey],
    limit: usize,
    rows: Vec<Ranked>,
}

impl<'o> Best<'o> {
    /// Room for `limit` rows.
    pub const fn new(order: &'o [OrderKey], limit: usize) -> Self {
        Self {
            order,
            limit,
            rows: Vec::new(),
        }
    }

    /// Considers a row.
    pub fn add(&mut self, row: Ranked) {
        self.rows.push(row);
        if self.rows.len() >= self.limit.saturating_mul(2).saturating_add(1_000) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let order = self.order;
        self.rows.sort_unstable_by(|a, b| a.compare(b, order));
        self.rows.truncate(self.limit);
    }

    /// The rows in order.
    pub fn into_rows(mut self) -> impl Iterator<Item = Row> {
        self.cut();
        self.rows.into_iter().map(|it| it.row)
    }
}
