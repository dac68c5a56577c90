//! Pages of rows that aggregation made. They are made anew for each page.

use super::scan::part;
use super::token::Token;
use super::{Page, Plan, Rows, Shown};
use crate::app::Reader;
use crate::odata::apply::{Pipeline, filtered, ordered};
use crate::odata::evaluate::Evaluator;
use crate::odata::failure::Failure;
use crate::odata::load::Loaded;
use crate::odata::value::Value;

/// The page that `plan` asks for of what `pipeline` makes.
pub async fn page(reader: &Reader, plan: &Plan, pipeline: &Pipeline, token: Token) -> Result<Page, Failure> {
    let mut table = pipeline.table(reader, &plan.base).await?;
    let loaded = Loaded::default();
    let evaluator = Evaluator {
        loaded: &loaded,
        now: reader.now(),
        it: None,
    };
    if let Some(filter) = &plan.filter {
        table = filtered(table, filter, &evaluator)?;
    }
    let total = plan.count.then(|| u64::try_from(table.len()).unwrap_or(u64::MAX));
    if !plan.order.is_empty() {
        table = ordered(table, &plan.order, &evaluator)?;
    }
    let (rows, next) = part(plan, &token, table.into_iter())?;
    let all = || pipeline.columns().iter().cloned().enumerate().collect();
    let shown = match &plan.shape {
        Shown::Columns(shown) => shown.clone(),
        Shown::Entities(_) => all(),
    };
    let rows = rows.into_iter().map(|row: Vec<Value<'static>>| {
        let values = shown.iter().map(|(place, _)| row.get(*place).cloned());
        values.map(Option::unwrap_or_default).collect()
    });
    let rows = rows.collect();
    Ok(Page {
        rows: Rows::Columns(shown.into_iter().map(|(_, column)| column).collect(), rows),
        total,
        next,
    })
}
