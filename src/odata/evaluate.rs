//! What expressions come to, over rows whose related rows and facts are loaded. Nothing is read
//! here, and nothing waits.

use std::borrow::Cow;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::expression::{Collection, Expr, Members, Place, Search};
use super::load::Loaded;
use super::row::Row;
use super::schema::{Edm, Type};
use super::value::Value;
use super::value::arithmetic::ArithmeticError;
use crate::domain::query::Comparison;
use crate::domain::time::Instant;

mod functions;
#[cfg(test)]
mod tests;

/// Evaluates expressions.
#[derive(Clone, Copy)]
pub struct Evaluator<'a> {
    /// What was loaded for them.
    pub loaded: &'a Loaded,
    /// The moment that `now()` is.
    pub now: Instant,
    /// The row that `$it` is, where that is another one than the expression is about.
    pub it: Option<&'a Row>,
}

/// What an expression is about.
#[derive(Clone, Copy)]
pub enum Item<'a> {
    /// A row.
    Row(&'a Row),
    /// The columns of a row that aggregation made.
    Columns(&'a [Value<'static>]),
    /// A complex value.
    Complex(&'a Value<'a>),
}

/// An item within those that enclose it.
struct Scope<'a> {
    item: Item<'a>,
    depth: usize,
    outer: Option<&'a Scope<'a>>,
}

/// Why an expression comes to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvaluationError {
    /// A value cannot be computed.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    /// Collections within collections have too many members to visit them all.
    #[error("more than {MAX_VISITS} members of collections would have to be visited; narrow the request")]
    TooMuch,
}

/// How many members of collections are visited for one request.
const MAX_VISITS: u64 = 100_000_000;

type Outcome<T> = Result<T, EvaluationError>;

impl Evaluator<'_> {
    /// Whether a predicate is true of an item; null is not.
    pub fn holds(&self, predicate: &Expr, item: Item<'_>) -> Outcome<bool> {
        let scope = Scope::of(item);
        Ok(self.truth(predicate, &scope)? == Some(true))
    }

    /// What an expression comes to for an item.
    pub fn value_of(&self, expr: &Expr, item: Item<'_>) -> Outcome<Value<'static>> {
        let scope = Scope::of(item);
        Ok(self.value(expr, &scope)?.into_owned())
    }

    /// What expressions come to for an item, borrowed for as long as it is read.
    pub fn read<'e, T>(
        &self,
        exprs: impl Iterator<Item = &'e Expr>,
        item: Item<'_>,
        read: impl FnOnce(&[Value<'_>]) -> T,
    ) -> Outcome<T> {
        let scope = Scope::of(item);
        let mut values: SmallVec<[Value<'_>; 4]> = SmallVec::new();
        for expr in exprs {
            values.push(self.value(expr, &scope)?);
        }
        Ok(read(&values))
    }

    /// Whether a predicate is true of rows that are joined; null is not.
    pub fn holds_of(&self, predicate: &Expr, rows: &[&Row]) -> Outcome<bool> {
        together(rows, None, &mut |scope| {
            Ok(self.truth(predicate, scope)? == Some(true))
        })
    }

    /// What an expression comes to for rows that are joined.
    pub fn value_of_joined(&self, expr: &Expr, rows: &[&Row]) -> Outcome<Value<'static>> {
        together(rows, None, &mut |scope| Ok(self.value(expr, scope)?.into_owned()))
    }

    fn truth(&self, expr: &Expr, scope: &Scope<'_>) -> Outcome<Option<bool>> {
        match expr {
            Expr::Not(operand) => Ok(self.truth(operand, scope)?.map(|it| !it)),
            Expr::And(parts) => self.every(parts, scope, true),
            Expr::Or(parts) => self.every(parts, scope, false),
            Expr::Exists(place) => Ok(Some(self.row(place, scope).is_some())),
            Expr::Compare(comparison, left, right) => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                Ok(Some(compares(*comparison, &left, &right)))
            }
            Expr::In(left, items) => {
                let left = self.value(left, scope)?;
                for item in items {
                    if left.equals(&self.value(item, scope)?) {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(false))
            }
            Expr::Among(left, values) => {
                let left = self.value(left, scope)?;
                Ok(Some(values.binary_search_by(|it| it.order(&left)).is_ok()))
            }
            Expr::Matches(text, pattern) => Ok(match self.value(text, scope)? {
                Value::Text(text) => Some(pattern.is_match(&text)),
                _ => None,
            }),
            Expr::IsOf(operand, primitive) => Ok(Some(primitive.holds(&self.value(operand, scope)?))),
            Expr::Any(members, predicate) => self.any(members, predicate.as_deref(), scope),
            Expr::All(members, predicate) => self.all(members, predicate, scope),
            Expr::Search(depth, of, search) => Ok(Some(self.finds(*depth, *of, search, scope))),
            _ => Ok(match self.value(expr, scope)? {
                Value::Bool(it) => Some(it),
                _ => None,
            }),
        }
    }

    /// Conjunction where `all`, else disjunction: what decides it is told apart from what leaves
    /// it open.
    fn every(&self, parts: &[Expr], scope: &Scope<'_>, all: bool) -> Outcome<Option<bool>> {
        let mut outcome = Some(all);
        for part in parts {
            match self.truth(part, scope)? {
                Some(it) if it != all => return Ok(Some(it)),
                Some(_) => {}
                None => outcome = None,
            }
        }
        Ok(outcome)
    }

    fn value<'v>(&'v self, expr: &'v Expr, scope: &'v Scope<'v>) -> Outcome<Value<'v>> {
        match expr {
            Expr::Value(value) => Ok(borrowed(value)),
            Expr::Property(place, property) => Ok(match self.row(place, scope) {
                None => Value::Null,
                Some(Cow::Borrowed(row)) => self.loaded.value(row, property),
                Some(Cow::Owned(row)) => self.loaded.value(&row, property).into_owned(),
            }),
            Expr::Column(column) => Ok(match scope.root().item {
                Item::Columns(values) => values.get(*column).map_or(Value::Null, borrowed),
                Item::Row(_) | Item::Complex(_) => Value::Null,
            }),
            Expr::Member(depth, name) => Ok(match scope.at(*depth).map(|scope| scope.item) {
                Some(Item::Complex(Value::Complex(members))) => members
                    .iter()
                    .find(|(member, _)| member == name)
                    .map_or(Value::Null, |(_, value)| value.clone()),
                _ => Value::Null,
            }),
            Expr::Negate(operand) => Ok(self.value(operand, scope)?.negated()?),
            Expr::Arithmetic(operator, left, right) => {
                Ok(operator.apply(&self.value(left, scope)?, &self.value(right, scope)?)?)
            }
            Expr::List(items) => {
                let items = items.iter().map(|item| self.value(item, scope));
                Ok(Value::List(items.collect::<Outcome<_>>()?))
            }
            Expr::Call(function, arguments) => {
                let arguments = arguments.iter().map(|argument| self.value(argument, scope));
                let arguments: Vec<Value<'v>> = arguments.collect::<Outcome<_>>()?;
                Ok(functions::call(*function, arguments, self.now))
            }
            Expr::Cast(operand, primitive) => Ok(primitive.cast(self.value(operand, scope)?)),
            Expr::Case(cases) => {
                for (condition, value) in cases {
                    if self.truth(condition, scope)? == Some(true) {
                        return self.value(value, scope);
                    }
                }
                Ok(Value::Null)
            }
            Expr::Count(members) => {
                let mut count = 0;
                self.each(members, scope, |_| {
                    count += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(Value::Int(count))
            }
            Expr::Exists(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(..)
            | Expr::In(..)
            | Expr::Among(..)
            | Expr::Matches(..)
            | Expr::IsOf(..)
            | Expr::Any(..)
            | Expr::All(..)
            | Expr::Search(..) => Ok(self.truth(expr, scope)?.map_or(Value::Null, Value::Bool)),
        }
    }

    /// The row at a place, if there is one.
    fn row<'v>(&'v self, place: &Place, scope: &'v Scope<'v>) -> Option<Cow<'v, Row>> {
        let row = match place.depth {
            Place::IT => self.it?,
            depth => match scope.at(depth)?.item {
                Item::Row(row) => row,
                Item::Columns(_) | Item::Complex(_) => return None,
            },
        };
        let mut row = Cow::Borrowed(row);
        for navigation in &place.steps {
            row = self.loaded.one(&row, navigation)?;
        }
        Some(row)
    }

    fn any(&self, members: &Members, predicate: Option<&Expr>, scope: &Scope<'_>) -> Outcome<Option<bool>> {
        let mut found = false;
        self.each(members, scope, |member| {
            found = match predicate {
                None => true,
                Some(predicate) => self.truth(predicate, member)? == Some(true),
            };
            Ok(if found {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        Ok(Some(found))
    }

    fn all(&self, members: &Members, predicate: &Expr, scope: &Scope<'_>) -> Outcome<Option<bool>> {
        let mut holds = true;
        self.each(members, scope, |member| {
            holds = self.truth(predicate, member)? == Some(true);
            Ok(if holds {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        Ok(Some(holds))
    }

    /// Visits the members that fulfil their conditions.
    fn each(
        &self,
        members: &Members,
        scope: &Scope<'_>,
        mut visit: impl FnMut(&Scope<'_>) -> Outcome<ControlFlow<()>>,
    ) -> Outcome<()> {
        let Some(row) = self.row(&members.place, scope) else {
            return Ok(());
        };
        let mut visit = |item: Item<'_>| {
            if self.loaded.visit() > MAX_VISITS {
                return Err(EvaluationError::TooMuch);
            }
            let member = Scope {
                item,
                depth: members.depth,
                outer: Some(scope),
            };
            if self.every(&members.conditions, &member, true)? == Some(true) {
                visit(&member)
            } else {
                Ok(ControlFlow::Continue(()))
            }
        };
        match members.of {
            Collection::Navigation(navigation) => {
                for member in self.loaded.many(&row, navigation).iter() {
                    if visit(Item::Row(member))?.is_break() {
                        break;
                    }
                }
            }
            Collection::Property(property) => {
                if let Value::List(days) = self.loaded.value(&row, property) {
                    for day in &days {
                        if visit(Item::Complex(day))?.is_break() {
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn finds(&self, depth: usize, of: Option<&'static Type>, search: &Search, scope: &Scope<'_>) -> bool {
        let mut texts = Vec::new();
        match (scope.at(depth).map(|scope| scope.item), of) {
            (Some(Item::Row(row)), Some(of)) => {
                let properties = of.properties.iter().filter(|it| it.edm == Edm::String);
                for property in properties {
                    if let Value::Text(text) = self.loaded.value(row, property) {
                        texts.push(text.to_lowercase());
                    }
                }
            }
            (Some(Item::Columns(values)), _) => {
                for value in values {
                    if let Value::Text(text) = value {
                        texts.push(text.to_lowercase());
                    }
                }
            }
            _ => {}
        }
        has(search, &texts)
    }
}

/// Reads in the scope of rows, each of them within those before.
fn together<T: Default>(
    rows: &[&Row],
    outer: Option<&Scope<'_>>,
    read: &mut dyn FnMut(&Scope<'_>) -> Outcome<T>,
) -> Outcome<T> {
    match (rows, outer) {
        ([row, rest @ ..], outer) => {
            let scope = Scope {
                item: Item::Row(row),
                depth: outer.map_or(0, |outer| outer.depth + 1),
                outer,
            };
            together(rest, Some(&scope), read)
        }
        ([], Some(scope)) => read(scope),
        ([], None) => Ok(T::default()),
    }
}

fn has(search: &Search, texts: &[String]) -> bool {
    match search {
        Search::Term(term) => texts.iter().any(|text| text.contains(term.as_str())),
        Search::Not(part) => !has(part, texts),
        Search::And(parts) => parts.iter().all(|part| has(part, texts)),
        Search::Or(parts) => parts.iter().any(|part| has(part, texts)),
    }
}

/// A comparison as OData has it: null equals null alone, and nothing is less or greater than null.
fn compares(comparison: Comparison, left: &Value<'_>, right: &Value<'_>) -> bool {
    match comparison {
        Comparison::Eq => left.equals(right),
        Comparison::Ne => !left.equals(right),
        Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => left
            .compare(right)
            .is_some_and(|ordering| comparison.accepts(ordering)),
    }
}

fn borrowed<'v>(value: &'v Value<'static>) -> Value<'v> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(text)),
        Value::Binary(bytes) => Value::Binary(Cow::Borrowed(bytes)),
        other => other.clone(),
    }
}

impl<'a> Scope<'a> {
    const fn of(item: Item<'a>) -> Self {
        Self {
            item,
            depth: 0,
            outer: None,
        }
    }

    fn at(&self, depth: usize) -> Option<&Self> {
        let mut scope = self;
        while scope.depth > depth {
            scope = scope.outer?;
        }
        Some(scope)
    }

    fn root(&self) -> &Self {
        self.at(0).unwrap_or(self)
    }
}
