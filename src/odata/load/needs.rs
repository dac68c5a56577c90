//! What has to be loaded, as a tree along the navigations.

use super::both;
use crate::app::reader::facts::Asked;
use crate::odata::expression::{Collection, Expr, Members, Place};
use crate::odata::schema::{Navigation, Property, Read, Via};

/// What has to be loaded for rows.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Facts of the rows, which are sheets.
    pub asked: Asked,
    /// Related rows, and what is needed for them.
    pub along: Vec<(&'static Navigation, Needs)>,
}

type Way = Vec<&'static Navigation>;

/// The ways to the rows and members that an expression is about, by their depth; none to those that
/// are no concern of these needs.
struct Ways {
    /// To those at each depth.
    to: Vec<Option<Way>>,
    /// Whether they begin at the row that `$it` is, and not at the expression's own.
    of_it: bool,
}

impl Ways {
    /// The way to a place.
    fn to(&self, place: &Place) -> Option<Way> {
        let from = match place.depth {
            Place::IT => self.of_it.then(Vec::new)?,
            depth => self.to.get(depth)?.clone()?,
        };
        Some(from.into_iter().chain(place.steps.iter().copied()).collect())
    }
}

impl Needs {
    /// What expressions need.
    pub fn of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        let mut needs = Self::default();
        for expr in exprs {
            needs.add(expr);
        }
        needs
    }

    /// Whether nothing has to be loaded.
    pub fn is_empty(&self) -> bool {
        self.asked == Asked::default() && self.along.is_empty()
    }

    /// Whether rows that refer to others have to be loaded: there may be many for each.
    pub fn refers(&self) -> bool {
        let refers = |navigation: &Navigation| matches!(navigation.via, Via::Referring(..));
        let mut along = self.along.iter();
        along.any(|(navigation, within)| refers(navigation) || within.refers())
    }

    /// Adds what an expression needs.
    pub fn add(&mut self, expr: &Expr) {
        let mut ways = Ways {
            to: vec![Some(Vec::new())],
            of_it: false,
        };
        self.collect(expr, &mut ways);
    }

    /// Adds what an expression about several rows needs of the one at `depth`, of so many.
    pub fn add_of(&mut self, expr: &Expr, depth: usize, rows: usize) {
        let to = (0..rows).map(|at| (at == depth).then(Vec::new));
        let mut ways = Ways {
            to: to.collect(),
            of_it: false,
        };
        self.collect(expr, &mut ways);
    }

    /// Adds what an expression about another row needs of the row that `$it` is.
    pub fn add_of_it(&mut self, expr: &Expr) {
        let mut ways = Ways {
            to: vec![None],
            of_it: true,
        };
        self.collect(expr, &mut ways);
    }

    /// Adds what a property needs.
    pub fn add_property(&mut self, property: &Property) {
        if let Read::Fact(asked, _) = property.read {
            self.asked = both(self.asked, asked);
        }
    }

    /// What is needed of the rows to which a navigation leads.
    pub fn within(&mut self, navigation: &'static Navigation) -> &mut Self {
        let is_it = |it: &(&'static Navigation, Self)| std::ptr::eq(it.0, navigation);
        let known = self.along.iter().position(is_it).map(|at| self.along.remove(at));
        let entry = known.unwrap_or_else(|| (navigation, Self::default()));
        &mut self.along.push_mut(entry).1
    }

    fn at(&mut self, way: &[&'static Navigation]) -> &mut Self {
        way.iter()
            .fold(self, |needs, navigation| needs.within(navigation))
    }

    /// `ways` leads to the row at each depth.
    fn collect(&mut self, expr: &Expr, ways: &mut Ways) {
        match expr {
            Expr::Value(_) | Expr::Column(_) | Expr::Member(..) | Expr::Search(..) => {}
            Expr::Property(place, property) => {
                if let Some(way) = ways.to(place) {
                    self.at(&way).add_property(property);
                }
            }
            Expr::Exists(place) => {
                if let Some(way) = ways.to(place) {
                    self.at(&way);
                }
            }
            Expr::Not(it)
            | Expr::Negate(it)
            | Expr::Matches(it, _)
            | Expr::Among(it, _)
            | Expr::Cast(it, _)
            | Expr::IsOf(it, _) => self.collect(it, ways),
            Expr::And(parts) | Expr::Or(parts) | Expr::List(parts) | Expr::Call(_, parts) => {
                for part in parts {
                    self.collect(part, ways);
                }
            }
            Expr::Compare(_, left, right) | Expr::Arithmetic(_, left, right) => {
                self.collect(left, ways);
                self.collect(right, ways);
            }
            Expr::In(left, items) => {
                self.collect(left, ways);
                for item in items {
                    self.collect(item, ways);
                }
            }
            Expr::Case(cases) => {
                for (condition, value) in cases {
                    self.collect(condition, ways);
                    self.collect(value, ways);
                }
            }
            Expr::Any(members, predicate) => {
                self.collect_members(members, predicate.as_deref(), ways);
            }
            Expr::All(members, predicate) => self.collect_members(members, Some(predicate), ways),
            Expr::Count(members) => self.collect_members(members, None, ways),
        }
    }

    fn collect_members(&mut self, members: &Members, predicate: Option<&Expr>, ways: &mut Ways) {
        let mut way = ways.to(&members.place);
        if let Some(way) = &mut way {
            match members.of {
                Collection::Navigation(navigation) => {
                    way.push(navigation);
                    self.at(way);
                }
                Collection::Property(property) => self.at(way).add_property(property),
            }
        }
        // A computed value may stand within a lambda at whose depth its own members stand.
        let hidden = ways.to.split_off(members.depth.min(ways.to.len()));
        ways.to.push(way);
        for condition in members.conditions.iter().chain(predicate) {
            self.collect(condition, ways);
        }
        ways.to.truncate(members.depth);
        ways.to.extend(hidden);
    }
}
