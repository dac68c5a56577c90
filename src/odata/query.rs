//! Lists: which rows, in which order, which page of them. What the store can filter and order by
//! is handed to it; the rest is decided here over batches of what it returns.

use super::expression::{Column, Expr, OrderKey};
use super::failure::Failure;
use super::load::{Loaded, Needs, lines};
use super::plan::Shape;
use super::row::Row;
use super::schema::{Navigation, Set, Source, Type, Via};
use super::value::Value;
use crate::app::Reader;
use crate::domain::approval::ApprovalStatus;
use crate::domain::query::{Comparison, Filter, Value as Stored};
use crate::domain::record::{Kind, Record};

mod aggregated;
pub mod crossjoin;
mod push;
mod request;
pub mod scan;
pub mod sort;
#[cfg(test)]
mod tests;
mod token;

pub use super::apply::Pipeline;

/// How many rows are sorted for one answer.
const MAX_SORTED: usize = 200_000;

/// A request for a list.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of what.
    pub base: Base,
    /// What `$apply` makes of it first.
    pub pipeline: Option<Pipeline>,
    /// Which of them.
    pub filter: Option<Expr>,
    /// In which order; empty for their own.
    pub order: Vec<OrderKey>,
    /// So many are left out.
    pub skip: u64,
    /// At most so many.
    pub top: Option<u64>,
    /// Whether to count all, whatever the page.
    pub count: bool,
    /// How many go into an answer at most.
    pub page_size: usize,
    /// What is shown of each.
    pub shape: Shown,
}

/// What is shown of rows.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Of entities.
    Entities(Shape),
    /// Of rows that aggregation made: these columns, by their places among the pipeline's.
    Columns(Vec<(usize, Column)>),
}

/// Where the rows of a list come from.
#[derive(Clone, Debug)]
pub enum Base {
    /// Records of a kind.
    Records(Kind, Filter, &'static Type),
    /// The lines of sheets.
    Lines(Filter, &'static Type),
    /// The cells of sheets.
    Cells(Filter, &'static Type),
    /// These, in this order.
    Rows(Vec<Row>, &'static Type),
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub rows: Rows,
    /// How many there are whatever the page, if that was asked for.
    pub total: Option<u64>,
    /// The `$skiptoken` of the next page, if there is one and `$top` has not been reached.
    pub next: Option<String>,
}

/// The rows of a page.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Entities.
    Entities(Vec<Row>),
    /// Rows that aggregation made: the columns, and for each row a value for each.
    Columns(Vec<Column>, Vec<Vec<Value<'static>>>),
}

impl Base {
    /// All members of a set.
    pub fn of_set(set: &Set) -> Self {
        match set.source {
            Source::Records(kind) => Self::Records(kind, Filter::ALL, set.of),
            Source::Lines => Self::Lines(Filter::ALL, set.of),
            Source::Cells => Self::Cells(Filter::ALL, set.of),
            Source::Statuses => Self::Rows(ApprovalStatus::ALL.map(Row::Status).to_vec(), set.of),
        }
    }

    /// The rows to which a navigation leads from `row`.
    pub async fn of_navigation(
        reader: &Reader,
        row: &Row,
        navigation: &'static Navigation,
    ) -> Result<Self, Failure> {
        let of = (navigation.to)();
        if let Via::Referring(kind, property) = navigation.via {
            let refers = Filter::Compare(property, Comparison::Eq, Stored::Id(row.id()));
            return Ok(Self::Records(kind, refers, of));
        }
        let mut needs = Needs::default();
        needs.within(navigation);
        let mut loaded = Loaded::default();
        loaded.load(reader, std::slice::from_ref(row), &needs).await?;
        Ok(Self::Rows(loaded.many(row, navigation).into_owned(), of))
    }

    /// The type of the rows.
    pub const fn of(&self) -> &'static Type {
        match self {
            Self::Records(_, _, of) | Self::Lines(_, of) | Self::Cells(_, of) | Self::Rows(_, of) => of,
        }
    }
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Entities(rows) => rows.len(),
            Self::Columns(_, rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The page that `plan` asks for, behind the position of `skip_token` if there is one.
pub async fn run(reader: &Reader, plan: &Plan, skip_token: Option<&str>) -> Result<Page, Failure> {
    let token = match skip_token {
        Some(text) => token::Token::parse(text)?,
        None => token::Token::default(),
    };
    match &plan.pipeline {
        Some(pipeline) if pipeline.groups() => aggregated::page(reader, plan, pipeline, token).await,
        Some(pipeline) => {
            let rows = pipeline.entities(reader, &plan.base).await?;
            let plan = Plan {
                base: Base::Rows(rows, plan.base.of()),
                pipeline: None,
                ..plan.clone()
            };
            scan::page(reader, &plan, token).await
        }
        None => scan::page(reader, plan, token).await,
    }
}

/// How many rows there are, whatever the page.
pub async fn count(reader: &Reader, plan: &Plan) -> Result<u64, Failure> {
    let plan = Plan {
        skip: 0,
        top: Some(0),
        count: true,
        order: Vec::new(),
        ..plan.clone()
    };
    Ok(run(reader, &plan, None).await?.total.unwrap_or_default())
}

/// The row of a set with this id, if the reader may see it. `sheet` finds the sheet that holds a
/// line or cell.
pub fn row_within(sheet: &Record, id: uuid::Uuid, source: Source) -> Option<Row> {
    let Record::Timesheet(sheet) = sheet else {
        return None;
    };
    let mut lines = lines(sheet);
    match source {
        Source::Lines => lines.find(|line| line.id() == id),
        Source::Cells => {
            let mut cells = lines.flat_map(|line| scan::cells_of(&line));
            cells.find(|cell| cell.id() == id)
        }
        Source::Records(_) | Source::Statuses => None,
    }
}
