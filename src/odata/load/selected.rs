//! What is shown of the members of a property that is a collection of complex values.

use crate::odata::evaluate::{EvaluationError, Evaluator, Item};
use crate::odata::plan::Narrowed;
use crate::odata::query::sort;
use crate::odata::row::Row;
use crate::odata::value::Value;

/// The members that are shown.
#[derive(Debug, Default)]
pub struct Selected {
    /// How many there are, whatever the cut.
    pub total: u64,
    /// Those that are shown.
    pub values: Vec<Value<'static>>,
}

/// Chooses what is shown of a property of a row.
pub fn select(
    evaluator: &Evaluator<'_>,
    narrowed: &Narrowed,
    row: &Row,
) -> Result<Selected, EvaluationError> {
    let Value::List(members) = evaluator.loaded.value(row, narrowed.property) else {
        return Ok(Selected::default());
    };
    let mut kept: Vec<(Vec<Value<'static>>, &Value<'_>)> = Vec::with_capacity(members.len());
    for member in &members {
        let item = Item::Complex(member);
        let holds = match &narrowed.filter {
            Some(filter) => evaluator.holds(filter, item)?,
            None => true,
        };
        if holds {
            kept.push((sort::keys(evaluator, &narrowed.order, item)?, member));
        }
    }
    kept.sort_by(|(a, _), (b, _)| sort::compare(a, b, &narrowed.order));
    let total = u64::try_from(kept.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(narrowed.skip).unwrap_or(usize::MAX);
    let top = narrowed.top.and_then(|top| usize::try_from(top).ok());
    let shown = kept.into_iter().skip(skip).take(top.unwrap_or(usize::MAX));
    let values = shown.map(|(_, member)| only(member.clone().into_owned(), narrowed.members.as_deref()));
    Ok(Selected {
        total,
        values: values.collect(),
    })
}

/// The value with these of its members alone.
fn only(value: Value<'static>, names: Option<&[&str]>) -> Value<'static> {
    match (value, names) {
        (Value::Complex(mut members), Some(names)) => {
            members.retain(|(name, _)| names.contains(name));
            Value::Complex(members)
        }
        (value, _) => value,
    }
}
