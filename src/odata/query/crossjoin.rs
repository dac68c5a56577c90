//! `$crossjoin`: every combination of the members of sets that fulfils the filter. Each set is read as
//! the caller sees it, narrowed by what the filter says of it alone; an equality between two sets is
//! looked up, and how much is looked at is bounded before anything is combined.

use std::collections::HashMap;

use super::scan::Scan;
use super::token::Token;
use super::{Base, sort};
use crate::app::Reader;
use crate::domain::query::Comparison;
use crate::odata::apply::KeyPart;
use crate::odata::bind::{BindError, Binder};
use crate::odata::evaluate::{Evaluator, Item};
use crate::odata::expression::{Expr, OrderKey};
use crate::odata::failure::Failure;
use crate::odata::load::{Loaded, Needs};
use crate::odata::row::Row;
use crate::odata::schema::Set;
use crate::odata::url::ast::Options;
use crate::odata::value::Value;

/// How many members of a set are joined at most.
const MAX_MEMBERS: usize = 20_000;
/// How many combinations are looked at for one answer.
const MAX_VISITED: usize = 1_000_000;
/// How many combinations are kept for one answer.
const MAX_KEPT: usize = 200_000;
/// How many combinations are looked at before others get their turn.
const VISITS_AT_A_TIME: usize = 10_000;

/// A request for combinations.
pub struct Joined {
    sets: Vec<&'static Set>,
    /// What is said of the members of each set alone.
    own: Vec<Option<Expr>>,
    /// What is said of several, by the last set that it names.
    conditions: Vec<(usize, Expr)>,
    order: Vec<OrderKey>,
    skip: u64,
    top: Option<u64>,
    count: bool,
    page_size: usize,
}

/// A page of combinations.
pub struct Combinations {
    /// The rows, those of a combination in the order of the sets.
    pub rows: Vec<Vec<Row>>,
    /// How many there are, whatever the page, if that was asked for.
    pub total: Option<u64>,
    /// The `$skiptoken` of the next page.
    pub next: Option<String>,
}

/// An equality by which the members of a set are looked up: what an earlier set's member has, and what
/// the set's own has.
struct Lookup {
    set: usize,
    of_earlier: Expr,
    of_own: Expr,
}

/// Members of all sets, and what the conditions need of them.
struct Members {
    rows: Vec<Vec<Row>>,
    loaded: Loaded,
}

/// Combinations that are being made: the places of members, so many to each.
struct Partial {
    width: usize,
    places: Vec<usize>,
}

impl Joined {
    /// What the options ask for of these sets.
    pub fn bind(sets: &[&'static Set], options: &Options, page_size: usize) -> Result<Self, BindError> {
        let mut binder = Binder::of_join(sets, &options.aliases);
        let filter = options.filter.as_ref().map(|it| binder.filter(it)).transpose()?;
        let order = binder.order(&options.order_by)?;
        let mut joined = Self {
            sets: sets.to_vec(),
            own: vec![None; sets.len()],
            conditions: Vec::new(),
            order,
            skip: options.skip.unwrap_or_default(),
            top: options.top,
            count: options.count == Some(true),
            page_size,
        };
        for part in filter.into_iter().flat_map(parts) {
            joined.add(part);
        }
        Ok(joined)
    }

    fn add(&mut self, mut condition: Expr) {
        let named = sets_of(&mut condition, self.sets.len());
        let last = named.last().copied().unwrap_or_default();
        if named.len() > 1 {
            self.conditions.push((last, condition));
            return;
        }
        begin_at(&mut condition, last, self.sets.len());
        if let Some(own) = self.own.get_mut(last) {
            *own = Some(match own.take() {
                Some(before) => before.and(condition),
                None => condition,
            });
        }
    }

    /// How many combinations there are.
    pub async fn number(mut self, reader: &Reader) -> Result<u64, Failure> {
        self.count = true;
        self.order.clear();
        self.top = Some(0);
        Ok(self.page(reader, None).await?.total.unwrap_or_default())
    }

    /// A page.
    pub async fn page(&self, reader: &Reader, skip_token: Option<&str>) -> Result<Combinations, Failure> {
        let begin = skip_token.map(Token::parse).transpose()?.unwrap_or_default();
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let left = self
            .top
            .map_or(usize::MAX, |top| number(top.saturating_sub(begin.taken)));
        let room = left.min(self.page_size);
        let before = number(self.skip.saturating_add(begin.taken));
        let members = self.members(reader).await?;
        let evaluator = Evaluator {
            loaded: &members.loaded,
            now: reader.now(),
            it: None,
        };
        // One more than is shown tells whether there is another page.
        let enough = if self.needs_all() {
            usize::MAX
        } else {
            before.saturating_add(room).saturating_add(1)
        };
        let mut made = self.combined(&members, &evaluator, enough).await?;
        let total = made.len();
        if !self.order.is_empty() {
            made = self.ordered(&made, &members, &evaluator)?;
        }
        let rows: Vec<Vec<Row>> = made
            .iter()
            .skip(before)
            .take(room)
            .map(|places| members.at(places).into_iter().cloned().collect())
            .collect();
        let told = before.saturating_add(rows.len());
        let next = if left > room && total > told {
            let taken = begin
                .taken
                .saturating_add(u64::try_from(rows.len()).unwrap_or_default());
            let next = Token {
                taken,
                ..Token::default()
            };
            Some(next.print()?)
        } else {
            None
        };
        Ok(Combinations {
            rows,
            total: self.count.then(|| u64::try_from(total).unwrap_or(u64::MAX)),
            next,
        })
    }

    const fn needs_all(&self) -> bool {
        self.count || !self.order.is_empty()
    }

    async fn members(&self, reader: &Reader) -> Result<Members, Failure> {
        let mut members = Members {
            rows: Vec::with_capacity(self.sets.len()),
            loaded: Loaded::default(),
        };
        let order = self.order.iter().map(|key| &key.by);
        let exprs: Vec<&Expr> = self.conditions.iter().map(|(_, it)| it).chain(order).collect();
        for (place, (set, own)) in self.sets.iter().zip(&self.own).enumerate() {
            let mut scan = Scan::new(reader, &Base::of_set(set), own.as_ref(), None, MAX_MEMBERS);
            let mut rows = Vec::new();
            while let Some(batch) = scan.next().await? {
                rows.extend(batch);
                if rows.len() > MAX_MEMBERS {
                    return Err(Failure::too_large(format!(
                        "more than {MAX_MEMBERS} of {} would have to be joined; filter more",
                        set.name
                    )));
                }
            }
            let mut needs = Needs::default();
            for expr in &exprs {
                needs.add_of(expr, place, self.sets.len());
            }
            members.loaded.load(reader, &rows, &needs).await?;
            members.rows.push(rows);
        }
        Ok(members)
    }

    /// The combinations that fulfil the conditions, as places of members, until there are enough.
    async fn combined(
        &self,
        members: &Members,
        evaluator: &Evaluator<'_>,
        enough: usize,
    ) -> Result<Partial, Failure> {
        let mut made = Partial {
            width: 0,
            places: Vec::new(),
        };
        let mut visited = 0_usize;
        for (set, rows) in members.rows.iter().enumerate() {
            let is_last = set + 1 == members.rows.len();
            let enough = if is_last { enough } else { usize::MAX };
            let lookup = self.lookup(set);
            let found = match &lookup {
                Some(lookup) => Some(lookup.index(rows, evaluator)?),
                None => None,
            };
            if found.is_none() && enough == usize::MAX && made.len().saturating_mul(rows.len()) > MAX_VISITED
            {
                return Err(too_many());
            }
            let all: Vec<usize> = (0..rows.len()).collect();
            let mut next = Partial {
                width: set + 1,
                places: Vec::new(),
            };
            for places in made.iter() {
                let candidates = match (&lookup, &found) {
                    (Some(lookup), Some(found)) => {
                        let key = lookup.key(members, places, evaluator)?;
                        found.get(&key).map(Vec::as_slice).unwrap_or_default()
                    }
                    _ => all.as_slice(),
                };
                for candidate in candidates {
                    visited += 1;
                    if visited > MAX_VISITED {
                        return Err(too_many());
                    }
                    if visited.is_multiple_of(VISITS_AT_A_TIME) {
                        tokio::task::yield_now().await;
                    }
                    if self.holds(set, members, (places, *candidate), evaluator)? {
                        next.places.extend_from_slice(places);
                        next.places.push(*candidate);
                    }
                    if next.len() >= enough {
                        return Ok(next);
                    }
                }
                if next.len() > MAX_KEPT {
                    return Err(too_many());
                }
            }
            made = next;
        }
        Ok(made)
    }

    fn holds(
        &self,
        set: usize,
        members: &Members,
        (places, candidate): (&[usize], usize),
        evaluator: &Evaluator<'_>,
    ) -> Result<bool, Failure> {
        let mut conditions = self.conditions.iter().filter(|(last, _)| *last == set).peekable();
        if conditions.peek().is_none() {
            return Ok(true);
        }
        let mut rows = members.at(places);
        rows.extend(members.rows.get(set).and_then(|rows| rows.get(candidate)));
        for (_, condition) in conditions {
            if !evaluator.holds_of(condition, &rows)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn ordered(
        &self,
        made: &Partial,
        members: &Members,
        evaluator: &Evaluator<'_>,
    ) -> Result<Partial, Failure> {
        let mut ranked: Vec<(Vec<Value<'static>>, &[usize])> = Vec::with_capacity(made.len());
        for places in made.iter() {
            let rows = members.at(places);
            let keys = self.order.iter();
            let keys = keys.map(|key| evaluator.value_of_joined(&key.by, &rows));
            ranked.push((keys.collect::<Result<_, _>>()?, places));
        }
        ranked.sort_by(|(a, _), (b, _)| sort::compare(a, b, &self.order));
        Ok(Partial {
            width: made.width,
            places: ranked
                .iter()
                .flat_map(|(_, places)| places.iter().copied())
                .collect(),
        })
    }

    /// The first equality of properties that ties a set to one before it.
    fn lookup(&self, set: usize) -> Option<Lookup> {
        let mut conditions = self.conditions.iter().filter(|(last, _)| *last == set);
        conditions.find_map(|(_, condition)| {
            let Expr::Compare(Comparison::Eq, left, right) = condition else {
                return None;
            };
            let (Expr::Property(one, its), Expr::Property(other, others)) = (&**left, &**right) else {
                return None;
            };
            if its.edm != others.edm {
                return None;
            }
            let (mut of_earlier, mut of_own, earlier) = if other.depth == set {
                ((**left).clone(), (**right).clone(), one.depth)
            } else {
                ((**right).clone(), (**left).clone(), other.depth)
            };
            begin_at(&mut of_earlier, earlier, self.sets.len());
            begin_at(&mut of_own, set, self.sets.len());
            Some(Lookup {
                set: earlier,
                of_earlier,
                of_own,
            })
        })
    }
}

impl Lookup {
    fn index(
        &self,
        rows: &[Row],
        evaluator: &Evaluator<'_>,
    ) -> Result<HashMap<KeyPart, Vec<usize>>, Failure> {
        let mut found: HashMap<KeyPart, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let value = evaluator.value_of(&self.of_own, Item::Row(row))?;
            found.entry(KeyPart::of(&value)).or_default().push(place);
        }
        Ok(found)
    }

    fn key(
        &self,
        members: &Members,
        places: &[usize],
        evaluator: &Evaluator<'_>,
    ) -> Result<KeyPart, Failure> {
        let place = places.get(self.set);
        let row = place.and_then(|place| members.rows.get(self.set)?.get(*place));
        Ok(match row {
            Some(row) => KeyPart::of(&evaluator.value_of(&self.of_earlier, Item::Row(row))?),
            None => KeyPart::Null,
        })
    }
}

impl Members {
    fn at(&self, places: &[usize]) -> Vec<&Row> {
        let rows = self.rows.iter().zip(places);
        rows.filter_map(|(rows, place)| rows.get(*place)).collect()
    }
}

impl Partial {
    fn len(&self) -> usize {
        self.places.len().checked_div(self.width).unwrap_or(1)
    }

    /// Each combination; of no sets there is one.
    fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let nothing: &[usize] = &[];
        let first = (self.width == 0).then_some(nothing);
        first
            .into_iter()
            .chain(self.places.chunks_exact(self.width.max(1)))
    }
}

/// The sets that an expression names, by their places.
fn sets_of(expr: &mut Expr, sets: usize) -> Vec<usize> {
    let mut named = Vec::new();
    expr.depths(&mut |depth| {
        if *depth < sets && !named.contains(depth) {
            named.push(*depth);
        }
    });
    named.sort_unstable();
    named
}

/// An expression about one set's member alone, as if that were the only row.
fn begin_at(expr: &mut Expr, set: usize, sets: usize) {
    expr.depths(&mut |depth| {
        *depth = match *depth {
            own if own == set => 0,
            member => member.saturating_sub(sets.saturating_sub(1)),
        };
    });
}

/// The conditions that must all hold.
fn parts(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::And(parts) => parts.into_iter().flat_map(self::parts).collect(),
        other => vec![other],
    }
}

fn too_many() -> Failure {
    Failure::too_large(format!(
        "more than {MAX_VISITED} combinations would have to be looked at; filter the sets, or by what they have \
         in common"
    ))
}
