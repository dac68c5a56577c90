//! Rows with what is expanded of them: chosen, ordered and cut, with everything loaded that is
//! shown.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{Loaded, Needs};
use crate::app::Reader;
use crate::odata::evaluate::{EvaluationError, Evaluator, Item};
use crate::odata::failure::Failure;
use crate::odata::plan::{Expanded, Shape, What};
use crate::odata::query::sort::Ranked;
use crate::odata::row::Row;
use crate::odata::schema::Property;
use crate::odata::value::Value;

/// How many rows an answer may have in all.
const MAX_ROWS: usize = 200_000;

/// Rows with what is expanded of them.
pub struct Tree {
    /// The rows.
    pub nodes: Vec<Node>,
    loaded: Loaded,
}

/// A row with what is expanded of it.
#[derive(Debug)]
pub struct Node {
    /// The row.
    pub row: Row,
    /// Its computed values, in the order of the shape.
    pub computed: Vec<Value<'static>>,
    /// What is expanded of it, in the order of the shape.
    pub branches: Vec<Branch>,
}

/// An expanded navigation of a row.
#[derive(Debug)]
pub struct Branch {
    /// What was asked for; its shape is that of the nodes.
    pub plan: Arc<Expanded>,
    /// How many rows there are, whatever the page, if that was asked for.
    pub count: Option<u64>,
    /// The rows; one at most where the navigation leads to one.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// The value of a property of a row.
    pub fn value<'a>(&'a self, row: &'a Row, property: &Property) -> Value<'a> {
        self.loaded.value(row, property)
    }
}

/// Loads what `shape` wants of `rows`.
pub async fn expand(reader: &Reader, rows: Vec<Row>, shape: &Shape) -> Result<Tree, Failure> {
    let mut grower = Grower {
        reader,
        loaded: Loaded::default(),
        count: rows.len(),
    };
    let nodes = grower.nodes(rows, shape).await?;
    Ok(Tree {
        nodes,
        loaded: grower.loaded,
    })
}

struct Grower<'r> {
    reader: &'r Reader,
    loaded: Loaded,
    count: usize,
}

/// What was chosen of a navigation, for all rows of a level.
struct Chosen {
    counts: Vec<(Option<u64>, usize)>,
    rows: Vec<Row>,
}

impl Grower<'_> {
    /// The nodes of one level, and all below.
    fn nodes<'f>(
        &'f mut self,
        rows: Vec<Row>,
        shape: &'f Shape,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Node>, Failure>> + Send + 'f>> {
        Box::pin(async move {
            self.loaded.load(self.reader, &rows, &needs(shape)).await?;
            let mut branches: Vec<Vec<Branch>> = Vec::new();
            for plan in &shape.expanded {
                branches.push(self.branches(&rows, plan).await?);
            }
            let mut columns: Vec<_> = branches.into_iter().map(Vec::into_iter).collect();
            let evaluator = self.evaluator();
            rows.into_iter()
                .map(|row| {
                    let computed = shape.computed.iter();
                    let computed = computed
                        .map(|it| evaluator.value_of(&it.expr, Item::Row(&row)))
                        .collect::<Result<_, EvaluationError>>()?;
                    Ok(Node {
                        row,
                        computed,
                        branches: columns.iter_mut().filter_map(Iterator::next).collect(),
                    })
                })
                .collect()
        })
    }

    /// One branch for each row.
    async fn branches(&mut self, rows: &[Row], plan: &Arc<Expanded>) -> Result<Vec<Branch>, Failure> {
        let chosen = self.choose(rows, plan)?;
        self.count += chosen.rows.len();
        if self.count > MAX_ROWS {
            return Err(Failure::too_large(format!(
                "the answer would have more than {MAX_ROWS} rows; ask for a smaller page or expand less"
            )));
        }
        tokio::task::yield_now().await;
        let mut nodes = match plan.what {
            What::Entities => {
                let shape = repeated(plan);
                self.nodes(chosen.rows, shape.as_ref().unwrap_or(&plan.shape))
                    .await?
            }
            What::References | What::Count => chosen.rows.into_iter().map(Node::bare).collect(),
        }
        .into_iter();
        let branch = |(count, length): (Option<u64>, usize)| Branch {
            plan: Arc::clone(plan),
            count,
            nodes: nodes.by_ref().take(length).collect(),
        };
        Ok(chosen.counts.into_iter().map(branch).collect())
    }

    fn choose(&self, rows: &[Row], plan: &Expanded) -> Result<Chosen, Failure> {
        let evaluator = self.evaluator();
        let mut chosen = Chosen {
            counts: Vec::with_capacity(rows.len()),
            rows: Vec::new(),
        };
        let skip = usize::try_from(plan.skip).unwrap_or(usize::MAX);
        let top = plan
            .top
            .and_then(|top| usize::try_from(top).ok())
            .unwrap_or(usize::MAX);
        for row in rows {
            let mut related = self.loaded.many(row, plan.navigation).into_owned();
            if let Some(filter) = &plan.filter {
                let mut kept = Vec::with_capacity(related.len());
                for row in related {
                    if evaluator.holds(filter, Item::Row(&row))? {
                        kept.push(row);
                    }
                }
                related = kept;
            }
            let is_counted = plan.with_count || plan.what == What::Count;
            let count = is_counted.then(|| u64::try_from(related.len()).unwrap_or(u64::MAX));
            if plan.what == What::Count {
                related.clear();
            }
            if !plan.order.is_empty() {
                let ranked = related.into_iter().enumerate();
                let ranked =
                    ranked.map(|(position, row)| Ranked::new(&evaluator, &plan.order, row, position));
                let mut ranked: Vec<Ranked> = ranked.collect::<Result<_, _>>()?;
                ranked.sort_by(|a, b| a.compare(b, &plan.order));
                related = ranked.into_iter().map(|it| it.row).collect();
            }
            let before = chosen.rows.len();
            chosen.rows.extend(related.into_iter().skip(skip).take(top));
            chosen.counts.push((count, chosen.rows.len() - before));
        }
        Ok(chosen)
    }

    fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            loaded: &self.loaded,
            now: self.reader.now(),
        }
    }
}

impl Node {
    const fn bare(row: Row) -> Self {
        Self {
            row,
            computed: Vec::new(),
            branches: Vec::new(),
        }
    }
}

/// The shape of what a navigation leads to where that is expanded along the same navigation.
fn repeated(plan: &Expanded) -> Option<Shape> {
    let levels = plan.levels.checked_sub(1).filter(|levels| *levels > 0)?;
    let navigation = plan.shape.of.navigation(plan.navigation.name)?;
    let mut shape = plan.shape.clone();
    shape
        .expanded
        .retain(|it| !std::ptr::eq(it.navigation, navigation));
    let again = Expanded {
        navigation,
        levels,
        ..plan.clone()
    };
    shape.expanded.push(Arc::new(again));
    let navigations = shape.of.navigations;
    let place = |it: &Arc<Expanded>| {
        navigations
            .iter()
            .position(|one| std::ptr::eq(one, it.navigation))
    };
    shape.expanded.sort_by_key(place);
    Some(shape)
}

/// What has to be loaded before a level can be shown and the next one chosen.
fn needs(shape: &Shape) -> Needs {
    let mut needs = Needs::of(shape.computed.iter().map(|it| &it.expr));
    for property in &shape.properties {
        needs.add_property(property);
    }
    for plan in &shape.expanded {
        let within = needs.within(plan.navigation);
        let order = plan.order.iter().map(|key| &key.by);
        for expr in plan.filter.iter().chain(order) {
            within.add(expr);
        }
    }
    needs
}
