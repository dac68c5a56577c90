//! Rows with what is expanded of them: chosen, ordered and cut, with everything loaded that is
//! shown.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::selected::{Selected, select};
use super::{Loaded, Needs};
use crate::app::Reader;
use crate::odata::evaluate::{EvaluationError, Evaluator, Item};
use crate::odata::failure::Failure;
use crate::odata::nested::Nested;
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
    /// What is shown of its collections of complex values, in the order of the shape.
    pub selected: Vec<Selected>,
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
    /// How many have been told once these are, if there is another page.
    pub next: Option<u64>,
    /// The rows; one at most where the navigation leads to one.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// The value of a property of a row.
    pub fn value<'a>(&'a self, row: &'a Row, property: &Property) -> Value<'a> {
        self.loaded.value(row, property)
    }
}

/// Loads what `shape` wants of `rows`, and all that is expanded of them.
pub async fn expand(reader: &Reader, rows: Vec<Row>, shape: &Shape) -> Result<Tree, Failure> {
    expand_in_pages(reader, rows, shape, usize::MAX).await
}

/// Loads what `shape` wants of `rows`, and a page of so many of each collection that is expanded.
pub async fn expand_in_pages(
    reader: &Reader,
    rows: Vec<Row>,
    shape: &Shape,
    page_size: usize,
) -> Result<Tree, Failure> {
    let mut grower = Grower::new(reader, rows, shape, page_size).await?;
    let (rows, its) = grower.beginning();
    let nodes = grower.nodes(rows, its, shape).await?;
    Ok(Tree {
        nodes,
        loaded: grower.loaded,
    })
}

/// A further page of what is expanded of `row`, and what was loaded for it.
pub async fn further(
    reader: &Reader,
    row: Row,
    shape: &Shape,
    nested: &Nested,
    page_size: usize,
) -> Result<(Tree, Branch), Failure> {
    let mut grower = Grower::new(reader, vec![row], shape, page_size).await?;
    let (mut rows, its) = grower.beginning();
    let mut shape = Cow::Borrowed(shape);
    for (name, id) in &nested.way {
        grower.loaded.load(reader, &rows, &needs(&shape)).await?;
        let is_it = |plan: &&Arc<Expanded>| plan.navigation.name == name && plan.what != What::Count;
        let plan = shape.expanded.iter().find(is_it).cloned();
        let plan = plan.ok_or(Failure::SkipToken)?;
        let Some(id) = id else {
            let mut branches = grower.branches(&rows, &its, &plan, nested.taken).await?;
            let branch = branches.pop().ok_or(Failure::SkipToken)?;
            let loaded = grower.loaded;
            let nodes = Vec::new();
            return Ok((Tree { nodes, loaded }, branch));
        };
        let whole = Cut {
            taken: 0,
            page_size: usize::MAX,
        };
        let chosen = grower.choose(&rows, &its, &plan, whole)?;
        let row = chosen.rows.into_iter().find(|row| row.id() == *id);
        rows = vec![row.ok_or(Failure::SkipToken)?];
        shape = Cow::Owned(repeated(&plan).unwrap_or_else(|| plan.shape.clone()));
    }
    Err(Failure::SkipToken)
}

struct Grower<'r> {
    reader: &'r Reader,
    loaded: Loaded,
    count: usize,
    /// The rows of the answer, each of which is `$it` within what is expanded of it.
    roots: Arc<[Row]>,
    /// At most so many of each collection.
    page_size: usize,
}

/// Which part of a collection is chosen, beside what the request says.
#[derive(Clone, Copy)]
struct Cut {
    /// So many were told before.
    taken: u64,
    /// At most so many.
    page_size: usize,
}

/// What was chosen for a row.
struct Part {
    count: Option<u64>,
    length: usize,
    next: Option<u64>,
}

/// Which of the roots is `$it`.
type It = usize;

/// What was chosen of a navigation, for all rows of a level.
struct Chosen {
    parts: Vec<Part>,
    rows: Vec<Row>,
    its: Vec<It>,
}

impl<'r> Grower<'r> {
    /// Loads what is needed of the rows where they are `$it`.
    async fn new(
        reader: &'r Reader,
        rows: Vec<Row>,
        shape: &Shape,
        page_size: usize,
    ) -> Result<Self, Failure> {
        let mut loaded = Loaded::default();
        let mut needs = Needs::default();
        need_of_it(shape, &mut needs);
        loaded.load(reader, &rows, &needs).await?;
        Ok(Self {
            reader,
            loaded,
            count: rows.len(),
            roots: rows.into(),
            page_size,
        })
    }

    /// The rows of the answer, each of them its own `$it`.
    fn beginning(&self) -> (Vec<Row>, Vec<It>) {
        (self.roots.to_vec(), (0..self.roots.len()).collect())
    }

    /// The nodes of one level, and all below.
    fn nodes<'f>(
        &'f mut self,
        rows: Vec<Row>,
        its: Vec<It>,
        shape: &'f Shape,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Node>, Failure>> + Send + 'f>> {
        Box::pin(async move {
            self.loaded.load(self.reader, &rows, &needs(shape)).await?;
            let mut branches: Vec<Vec<Branch>> = Vec::new();
            for plan in &shape.expanded {
                branches.push(self.branches(&rows, &its, plan, 0).await?);
            }
            let mut columns: Vec<_> = branches.into_iter().map(Vec::into_iter).collect();
            rows.into_iter()
                .zip(its)
                .map(|(row, it)| {
                    let evaluator = self.evaluator(it);
                    let computed = shape.computed.iter();
                    let computed = computed
                        .map(|it| evaluator.value_of(&it.expr, Item::Row(&row)))
                        .collect::<Result<_, EvaluationError>>()?;
                    let selected = shape.narrowed.iter();
                    let selected = selected
                        .map(|it| select(&evaluator, it, &row))
                        .collect::<Result<_, EvaluationError>>()?;
                    Ok(Node {
                        row,
                        computed,
                        selected,
                        branches: columns.iter_mut().filter_map(Iterator::next).collect(),
                    })
                })
                .collect()
        })
    }

    /// One branch for each row.
    async fn branches(
        &mut self,
        rows: &[Row],
        its: &[It],
        plan: &Arc<Expanded>,
        taken: u64,
    ) -> Result<Vec<Branch>, Failure> {
        let page_size = self.page_size;
        let chosen = self.choose(rows, its, plan, Cut { taken, page_size })?;
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
                self.nodes(chosen.rows, chosen.its, shape.as_ref().unwrap_or(&plan.shape))
                    .await?
            }
            What::References | What::Count => chosen.rows.into_iter().map(Node::bare).collect(),
        }
        .into_iter();
        let branch = |part: Part| Branch {
            plan: Arc::clone(plan),
            count: part.count,
            next: part.next,
            nodes: nodes.by_ref().take(part.length).collect(),
        };
        Ok(chosen.parts.into_iter().map(branch).collect())
    }

    fn choose(&self, rows: &[Row], its: &[It], plan: &Expanded, cut: Cut) -> Result<Chosen, Failure> {
        let mut chosen = Chosen {
            parts: Vec::with_capacity(rows.len()),
            rows: Vec::new(),
            its: Vec::new(),
        };
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let skip = number(plan.skip.saturating_add(cut.taken));
        let top = plan
            .top
            .map_or(usize::MAX, |top| number(top.saturating_sub(cut.taken)));
        for (row, it) in rows.iter().zip(its) {
            let evaluator = self.evaluator(*it);
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
            let left = related.len().saturating_sub(skip).min(top);
            let length = left.min(cut.page_size);
            chosen.rows.extend(related.into_iter().skip(skip).take(length));
            chosen.its.resize(chosen.rows.len(), *it);
            let told = u64::try_from(length).unwrap_or(u64::MAX);
            chosen.parts.push(Part {
                count,
                length,
                next: (left > length).then(|| cut.taken.saturating_add(told)),
            });
        }
        Ok(chosen)
    }

    fn evaluator(&self, it: It) -> Evaluator<'_> {
        Evaluator {
            loaded: &self.loaded,
            now: self.reader.now(),
            it: self.roots.get(it),
        }
    }
}

impl Node {
    const fn bare(row: Row) -> Self {
        Self {
            row,
            computed: Vec::new(),
            selected: Vec::new(),
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

/// What has to be loaded of the rows of the answer where they are `$it` further down.
pub fn need_of_it(shape: &Shape, needs: &mut Needs) {
    for plan in &shape.expanded {
        let order = plan.order.iter().map(|key| &key.by);
        let computed = plan.shape.computed.iter().map(|it| &it.expr);
        for expr in plan.filter.iter().chain(order).chain(computed) {
            needs.add_of_it(expr);
        }
        need_of_it(&plan.shape, needs);
    }
    for narrowed in &shape.narrowed {
        for expr in narrowed.exprs() {
            needs.add_of_it(expr);
        }
    }
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
