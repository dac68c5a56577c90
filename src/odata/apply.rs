//! `$apply`: rows filtered, ordered and cut, then brought together in groups with exact sums. What
//! grouping makes are rows of named values, over which the other options go on.

use super::bind::{BindError, BindErrorKind, Binder};
use super::evaluate::{Evaluator, Item};
use super::expression::{Class, Column, Expr, OrderKey, Typed};
use super::failure::Failure;
use super::load::Loaded;
use super::query::Base;
use super::query::scan::Scan;
use super::query::sort;
use super::row::Row;
use super::schema::Type;
use super::url::ast::{self, Transformation};
use super::value::Value;
use crate::app::Reader;

mod aggregate;
mod group;
#[cfg(test)]
mod tests;

use aggregate::Method;
use group::Groups;
pub(in crate::odata) use group::KeyPart;

/// How many rows are kept at a time for a step that needs them all.
const MAX_ROWS: usize = 200_000;

/// The steps of `$apply`, bound.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Steps over entities, in runs of filter, order and cut.
    parts: Vec<Part>,
    /// The first grouping, if there is one.
    grouping: Option<Grouping>,
    /// Steps over what it makes.
    steps: Vec<Step>,
    columns: Vec<Column>,
}

/// A filter, an order and a cut, in this sequence.
#[derive(Clone, Debug, Default)]
struct Part {
    filter: Option<Expr>,
    order: Vec<OrderKey>,
    skip: u64,
    top: Option<u64>,
}

/// Rows brought together.
#[derive(Clone, Debug)]
struct Grouping {
    keys: Vec<Expr>,
    aggregates: Vec<Aggregate>,
}

#[derive(Clone, Debug)]
struct Aggregate {
    /// Over what; nothing counts the rows.
    of: Option<Expr>,
    method: Method,
}

/// A step over rows of named values.
#[derive(Clone, Debug)]
enum Step {
    Filter(Expr),
    Order(Vec<OrderKey>),
    Skip(u64),
    Top(u64),
    Extend(Vec<Expr>),
    Group(Grouping),
}

/// Rows of named values.
pub type Table = Vec<Vec<Value<'static>>>;

impl Pipeline {
    /// Binds the steps. `binder` is for the entities; what is computed before a grouping becomes
    /// known to it.
    pub fn bind(
        of: &'static Type,
        transformations: &[Transformation],
        binder: &mut Binder<'_>,
        aliases: &[(String, ast::Expr)],
    ) -> Result<Self, BindError> {
        let mut pipeline = Self {
            parts: vec![Part::default()],
            grouping: None,
            steps: Vec::new(),
            columns: Vec::new(),
        };
        for transformation in transformations {
            if pipeline.grouping.is_none() {
                pipeline.add_to_entities(of, transformation, binder)?;
            } else {
                pipeline.add_to_columns(transformation, aliases)?;
            }
        }
        Ok(pipeline)
    }

    /// Whether it makes rows of named values; it leaves entities otherwise.
    pub const fn groups(&self) -> bool {
        self.grouping.is_some()
    }

    /// The columns that it makes.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn add_to_entities(
        &mut self,
        of: &'static Type,
        transformation: &Transformation,
        binder: &mut Binder<'_>,
    ) -> Result<(), BindError> {
        match transformation {
            Transformation::Identity => {}
            Transformation::Filter(filter) => {
                let filter = binder.filter(filter)?;
                self.part(|part| part.order.is_empty() && !part.is_cut())
                    .restrict(filter);
            }
            Transformation::Search(search) => {
                let search = binder.search(search);
                self.part(|part| part.order.is_empty() && !part.is_cut())
                    .restrict(search);
            }
            Transformation::Compute(computed) => binder.compute(computed)?,
            Transformation::OrderBy(keys) => {
                let order = binder.order(keys)?;
                self.part(|part| part.order.is_empty() && !part.is_cut()).order = order;
            }
            Transformation::Skip(skip) => self.part(|part| !part.is_cut()).skip = *skip,
            Transformation::Top(top) => self.part(|part| part.top.is_none()).top = Some(*top),
            Transformation::Aggregate(aggregates) => {
                self.columns = Vec::new();
                self.grouping = Some(self.grouping_of(Vec::new(), aggregates, binder)?);
            }
            Transformation::GroupBy(paths, within) => {
                let keys = group_keys(binder, paths, Some(of))?;
                self.grouping = Some(self.grouping_of(keys, aggregates_of(within)?, binder)?);
            }
        }
        Ok(())
    }

    fn add_to_columns(
        &mut self,
        transformation: &Transformation,
        aliases: &[(String, ast::Expr)],
    ) -> Result<(), BindError> {
        let columns = self.columns.clone();
        let mut binder = Binder::of_columns(&columns, aliases);
        let step = match transformation {
            Transformation::Identity => return Ok(()),
            Transformation::Filter(filter) => Step::Filter(binder.filter(filter)?),
            Transformation::Search(search) => Step::Filter(binder.search(search)),
            Transformation::OrderBy(keys) => Step::Order(binder.order(keys)?),
            Transformation::Skip(skip) => Step::Skip(*skip),
            Transformation::Top(top) => Step::Top(*top),
            Transformation::Compute(computed) => return self.extend(&mut binder, computed),
            Transformation::Aggregate(aggregates) => {
                Step::Group(self.grouping_of(Vec::new(), aggregates, &mut binder)?)
            }
            Transformation::GroupBy(paths, within) => {
                let keys = group_keys(&mut binder, paths, None)?;
                Step::Group(self.grouping_of(keys, aggregates_of(within)?, &mut binder)?)
            }
        };
        self.steps.push(step);
        Ok(())
    }

    /// Adds computed columns.
    pub fn extend(&mut self, binder: &mut Binder<'_>, computed: &[ast::Computed]) -> Result<(), BindError> {
        binder.compute(computed)?;
        let mut exprs = Vec::with_capacity(computed.len());
        for (name, typed) in binder.computed() {
            exprs.push(typed.expr.clone());
            self.columns.push(Column {
                path: vec![name.to_owned()],
                class: typed.class,
            });
        }
        if !exprs.is_empty() {
            self.steps.push(Step::Extend(exprs));
        }
        Ok(())
    }

    /// The last run of steps, or a new one behind it if the last has gone too far for the next
    /// step.
    fn part(&mut self, fits: impl FnOnce(&Part) -> bool) -> &mut Part {
        let last = self.parts.pop().unwrap_or_default();
        if fits(&last) {
            self.parts.push_mut(last)
        } else {
            self.parts.push(last);
            self.parts.push_mut(Part::default())
        }
    }

    /// A grouping; its columns become the pipeline's.
    fn grouping_of(
        &mut self,
        keys: Vec<(Column, Expr)>,
        aggregates: &[ast::Aggregate],
        binder: &mut Binder<'_>,
    ) -> Result<Grouping, BindError> {
        let (mut columns, keys): (Vec<Column>, Vec<Expr>) = keys.into_iter().unzip();
        let mut bound = Vec::with_capacity(aggregates.len());
        for aggregate in aggregates {
            let is_taken = |column: &Column| {
                let first = column.path.first();
                first.is_some_and(|name| name.eq_ignore_ascii_case(&aggregate.name))
            };
            if columns.iter().any(is_taken) {
                return Err(refusal(
                    BindErrorKind::Type,
                    format!("the name {} is already taken", aggregate.name),
                ));
            }
            let of = match &aggregate.of {
                Some(of) => Some(binder.expression("$apply", of)?),
                None => None,
            };
            let (method, class) = Method::bind(&aggregate.with, of.as_ref().map(|it| it.class))?;
            columns.push(Column {
                path: vec![aggregate.name.clone()],
                class,
            });
            bound.push(Aggregate {
                of: of.map(|it| it.expr),
                method,
            });
        }
        self.columns = columns;
        Ok(Grouping {
            keys,
            aggregates: bound,
        })
    }

    /// The entities that the steps leave. Steps that filter alone are no reason to read them: see
    /// [`filter`](Self::filter).
    pub async fn entities(&self, reader: &Reader, base: &Base) -> Result<Vec<Row>, Failure> {
        let mut base = base.clone();
        for part in &self.parts {
            let rows = part.rows(reader, &base).await?;
            base = Base::Rows(rows, base.of());
        }
        match base {
            Base::Rows(rows, _) => Ok(rows),
            Base::Records(..) | Base::Lines(..) | Base::Cells(..) => Ok(Vec::new()),
        }
    }

    /// The filter that it comes to, if it does nothing else.
    pub fn filter(&self) -> Option<Option<Expr>> {
        match (self.parts.as_slice(), &self.grouping) {
            ([only], None) if only.order.is_empty() && !only.is_cut() => Some(only.filter.clone()),
            _ => None,
        }
    }

    /// The rows of named values that it makes out of `base`.
    pub async fn table(&self, reader: &Reader, base: &Base) -> Result<Table, Failure> {
        let Some(grouping) = &self.grouping else {
            return Ok(Vec::new());
        };
        let mut base = base.clone();
        let (last, before) = match self.parts.split_last() {
            Some((last, before)) if last.order.is_empty() && !last.is_cut() => (last.filter.as_ref(), before),
            _ => (None, self.parts.as_slice()),
        };
        for part in before {
            let rows = part.rows(reader, &base).await?;
            base = Base::Rows(rows, base.of());
        }
        let mut scan = Scan::new(reader, &base, last, None, usize::MAX).with_needs(grouping.exprs());
        let mut groups = Groups::new(grouping);
        while let Some(rows) = scan.next().await? {
            let evaluator = scan.evaluator();
            for row in &rows {
                groups.add(&evaluator, Item::Row(row))?;
            }
        }
        let mut table = groups.into_table()?;
        let loaded = Loaded::default();
        let evaluator = Evaluator {
            loaded: &loaded,
            now: reader.now(),
            it: None,
        };
        for step in &self.steps {
            table = step.apply(table, &evaluator)?;
        }
        Ok(table)
    }
}

impl Part {
    const fn is_cut(&self) -> bool {
        self.skip > 0 || self.top.is_some()
    }

    fn restrict(&mut self, filter: Expr) {
        self.filter = Some(match self.filter.take() {
            Some(before) => before.and(filter),
            None => filter,
        });
    }

    async fn rows(&self, reader: &Reader, base: &Base) -> Result<Vec<Row>, Failure> {
        let keys = self.order.iter().map(|key| &key.by);
        let mut scan = Scan::new(reader, base, self.filter.as_ref(), None, usize::MAX).with_needs(keys);
        let mut ranked = Vec::new();
        while let Some(rows) = scan.next().await? {
            for row in rows {
                let position = ranked.len();
                ranked.push(sort::Ranked::new(&scan.evaluator(), &self.order, row, position)?);
            }
            if ranked.len() > MAX_ROWS {
                return Err(Failure::too_large(format!(
                    "a step of $apply would have to keep more than {MAX_ROWS} rows; filter before it"
                )));
            }
        }
        ranked.sort_by(|a, b| a.compare(b, &self.order));
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        let top = self
            .top
            .and_then(|top| usize::try_from(top).ok())
            .unwrap_or(usize::MAX);
        Ok(ranked.into_iter().skip(skip).take(top).map(|it| it.row).collect())
    }
}

impl Grouping {
    fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let aggregated = self.aggregates.iter().filter_map(|it| it.of.as_ref());
        self.keys.iter().chain(aggregated)
    }
}

impl Step {
    fn apply(&self, mut table: Table, evaluator: &Evaluator<'_>) -> Result<Table, Failure> {
        match self {
            Self::Filter(filter) => return filtered(table, filter, evaluator),
            Self::Order(order) => return ordered(table, order, evaluator),
            Self::Skip(skip) => {
                let skip = usize::try_from(*skip).unwrap_or(usize::MAX).min(table.len());
                table.drain(..skip);
            }
            Self::Top(top) => table.truncate(usize::try_from(*top).unwrap_or(usize::MAX)),
            Self::Extend(exprs) => {
                for row in &mut table {
                    for expr in exprs {
                        let value = evaluator.value_of(expr, Item::Columns(row))?;
                        row.push(value);
                    }
                }
            }
            Self::Group(grouping) => {
                let mut groups = Groups::new(grouping);
                for row in &table {
                    groups.add(evaluator, Item::Columns(row))?;
                }
                return groups.into_table();
            }
        }
        Ok(table)
    }
}

/// The rows of which a predicate is true.
pub fn filtered(table: Table, filter: &Expr, evaluator: &Evaluator<'_>) -> Result<Table, Failure> {
    let mut kept = Vec::new();
    for row in table {
        if evaluator.holds(filter, Item::Columns(&row))? {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// The rows in an order; those with the same keys stay as they were.
pub fn ordered(table: Table, order: &[OrderKey], evaluator: &Evaluator<'_>) -> Result<Table, Failure> {
    let mut ranked = Vec::with_capacity(table.len());
    for row in table {
        let keys = sort::keys(evaluator, order, Item::Columns(&row))?;
        ranked.push((keys, row));
    }
    ranked.sort_by(|(a, _), (b, _)| sort::compare(a, b, order));
    Ok(ranked.into_iter().map(|(_, row)| row).collect())
}

/// The keys of a grouping: the names as the types spell them, and what they come to.
fn group_keys(
    binder: &mut Binder<'_>,
    paths: &[Vec<String>],
    of: Option<&'static Type>,
) -> Result<Vec<(Column, Expr)>, BindError> {
    let mut keys: Vec<(Column, Expr)> = Vec::with_capacity(paths.len());
    for names in paths {
        let path = ast::Expr::Path(ast::Path {
            root: ast::Root::Name,
            steps: names.iter().cloned().map(ast::Step::Name).collect(),
        });
        let Typed { expr, class } = binder.expression("$apply", &path)?;
        if matches!(class, Class::List | Class::ScheduleDays) {
            return Err(refusal(
                BindErrorKind::Type,
                format!("rows cannot be grouped by {}", class.name()),
            ));
        }
        let path = match of {
            Some(of) => binder.spelt(of, names),
            None => names.clone(),
        };
        let clashes = |column: &Column| {
            let length = column.path.len().min(path.len());
            column.path.get(..length) == path.get(..length)
        };
        if keys.iter().any(|(column, _)| clashes(column)) {
            return Err(refusal(
                BindErrorKind::Type,
                format!("rows are grouped twice by {}", names.join("/")),
            ));
        }
        keys.push((Column { path, class }, expr));
    }
    Ok(keys)
}

/// What is aggregated of each group.
fn aggregates_of(within: &[Transformation]) -> Result<&[ast::Aggregate], BindError> {
    match within {
        [] => Ok(&[]),
        [Transformation::Aggregate(aggregates)] => Ok(aggregates),
        _ => Err(refusal(
            BindErrorKind::Unsupported,
            "within groupby only aggregate is supported; other steps may go before and behind it".to_owned(),
        )),
    }
}

fn refusal(kind: BindErrorKind, message: String) -> BindError {
    BindError {
        kind,
        message,
        target: "$apply".to_owned(),
    }
}
