//! Finds what the names of a request mean: syntax trees become trees over the types' properties
//! and navigations, with literals widened to what they are compared with. Rows are not known here.

use std::sync::Arc;

use super::expression::{Class, Column, Expr, OrderKey, Search, Typed};
use super::plan::Shape;
use super::schema::{Edm, Set, Type};
use super::url::ast::{self, Options};
use super::value::Value;

mod error;
mod functions;
mod literals;
mod operators;
mod paths;
mod selected;
mod shape;
#[cfg(test)]
mod tests;

pub use error::{BindError, BindErrorKind};
pub use functions::is_type;

/// How deep an expression may be nested.
const MAX_DEPTH: usize = 150;
/// How many parts an expression may have once aliases and computed names are replaced.
const MAX_NODES: usize = 20_000;

/// What a row is.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// One of a type.
    Type(&'static Type),
    /// One that aggregation made.
    Columns(&'a [Column]),
    /// A day with hours.
    ScheduleDay,
}

/// A row or a lambda variable that names may refer to.
struct Scope<'a> {
    variable: Option<String>,
    of: Of<'a>,
}

/// What `$it` is.
#[derive(Clone, Copy, Debug)]
enum It<'a> {
    /// The row that expressions are about.
    Own,
    /// Another row.
    Other(Of<'a>),
    /// No single row.
    Several,
}

/// Binds the options of one resource, or of one expanded navigation.
pub struct Binder<'a> {
    /// Parameter aliases, the innermost first.
    aliases: Vec<&'a [(String, ast::Expr)]>,
    computed: Vec<(String, Typed, usize)>,
    scopes: Vec<Scope<'a>>,
    /// The scope to whose row plain names belong.
    current: usize,
    /// What `$it` is.
    it: It<'a>,
    /// How many rows the expressions are about, if these are those of joined sets.
    joined: usize,
    /// Aliases that are being replaced.
    replacing: Vec<&'a str>,
    target: String,
    depth: usize,
    nodes: usize,
}

impl<'a> Binder<'a> {
    /// For rows of a type.
    pub fn new(of: &'static Type, aliases: &'a [(String, ast::Expr)]) -> Self {
        Self::of(Of::Type(of), aliases)
    }

    /// For rows that aggregation made.
    pub fn of_columns(columns: &'a [Column], aliases: &'a [(String, ast::Expr)]) -> Self {
        Self::of(Of::Columns(columns), aliases)
    }

    fn of(of: Of<'a>, aliases: &'a [(String, ast::Expr)]) -> Self {
        Self {
            aliases: vec![aliases],
            computed: Vec::new(),
            scopes: vec![Scope { variable: None, of }],
            current: 0,
            it: It::Own,
            joined: 0,
            replacing: Vec::new(),
            target: String::new(),
            depth: 0,
            nodes: 0,
        }
    }

    /// For the rows of an expanded navigation or the members of a selected property, with the aliases
    /// that stand there.
    fn nested<'b>(&self, of: Of<'b>, aliases: &'b [(String, ast::Expr)]) -> Binder<'b>
    where
        'a: 'b,
    {
        let it = match (self.it, self.scopes.first()) {
            (It::Own, Some(scope)) => It::Other(scope.of),
            (known, _) => known,
        };
        Binder {
            it,
            aliases: [aliases]
                .into_iter()
                .chain(self.aliases.iter().copied())
                .collect(),
            ..Binder::of(of, &[])
        }
    }

    /// For combinations of the members of sets, which are known by the sets' names.
    pub fn of_join(sets: &[&'static Set], aliases: &'a [(String, ast::Expr)]) -> Self {
        let scopes = sets.iter().map(|set| Scope {
            variable: Some(set.name.to_owned()),
            of: Of::Type(set.of),
        });
        Self {
            scopes: scopes.collect(),
            current: usize::MAX,
            it: It::Several,
            joined: sets.len(),
            ..Self::of_columns(&[], aliases)
        }
    }

    /// What is shown of the members of a joined set.
    pub fn shape_of_joined(&self, of: &'static Type, options: &Options) -> Result<Shape, BindError> {
        self.nested(Of::Type(of), &options.aliases).shape(options)
    }

    /// The predicate of `$filter`.
    pub fn filter(&mut self, filter: &ast::Expr) -> Result<Expr, BindError> {
        self.about("$filter");
        self.predicate(filter)
    }

    /// The predicate of `$search`.
    pub fn search(&mut self, search: &ast::Search) -> Expr {
        let of = match self.scopes.first().map(|scope| scope.of) {
            Some(Of::Type(of)) => Some(of),
            _ => None,
        };
        Expr::Search(0, of, Arc::new(lower(search)))
    }

    /// The keys of `$orderby`.
    pub fn order(&mut self, keys: &[ast::OrderKey]) -> Result<Vec<OrderKey>, BindError> {
        self.about("$orderby");
        keys.iter()
            .map(|key| {
                let Typed { expr, class } = self.value(&key.by)?;
                match class {
                    Class::List | Class::ScheduleDays => {
                        Err(self.type_error(format!("{} has no order", class.name())))
                    }
                    _ => Ok(OrderKey {
                        by: expr,
                        descending: key.descending,
                    }),
                }
            })
            .collect()
    }

    /// Adds the names of `$compute`; each may be used by those after it and by the other options.
    pub fn compute(&mut self, computed: &[ast::Computed]) -> Result<(), BindError> {
        for ast::Computed { expr, name } in computed {
            self.about("$compute");
            if self.is_taken(name) {
                return Err(self.type_error(format!("the name {name} is already taken")));
            }
            let before = self.nodes;
            let typed = self.value(expr)?;
            self.computed.push((name.clone(), typed, self.nodes - before));
        }
        Ok(())
    }

    /// What was computed, by name.
    pub fn computed(&self) -> impl Iterator<Item = (&str, &Typed)> {
        self.computed
            .iter()
            .map(|(name, typed, _)| (name.as_str(), typed))
    }

    /// An expression of an option.
    pub fn expression(&mut self, target: &str, expr: &ast::Expr) -> Result<Typed, BindError> {
        self.about(target);
        self.value(expr)
    }

    fn about(&mut self, target: &str) {
        target.clone_into(&mut self.target);
        self.nodes = 0;
    }

    fn is_taken(&self, name: &str) -> bool {
        let is_member = match self.scopes.first().map(|scope| scope.of) {
            Some(Of::Type(of)) => of.property(name).is_some() || of.navigation(name).is_some(),
            Some(Of::Columns(columns)) => columns.iter().any(|column| {
                column
                    .path
                    .first()
                    .is_some_and(|it| it.eq_ignore_ascii_case(name))
            }),
            Some(Of::ScheduleDay) | None => false,
        };
        is_member || self.computed.iter().any(|(it, ..)| it.eq_ignore_ascii_case(name))
    }

    /// An expression that is true, false or null.
    fn predicate(&mut self, expr: &ast::Expr) -> Result<Expr, BindError> {
        let typed = self.value(expr)?;
        match typed.class {
            Class::Boolean | Class::Any => Ok(typed.expr),
            other => Err(self.type_error(format!("a condition must be true or false, not {}", other.name()))),
        }
    }

    /// An expression that comes to a value.
    fn value(&mut self, expr: &ast::Expr) -> Result<Typed, BindError> {
        let typed = self.any(expr)?;
        if typed.class == Class::Entity {
            return Err(self.type_error("an entity is no value: name one of its properties".to_owned()));
        }
        Ok(typed)
    }

    /// An expression that comes to a value, or leads to a row.
    fn any(&mut self, expr: &ast::Expr) -> Result<Typed, BindError> {
        self.count_nodes(1)?;
        if self.depth >= MAX_DEPTH {
            return Err(self.limit_error(format!("an expression may be nested {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let bound = self.any_within(expr);
        self.depth -= 1;
        bound
    }

    fn any_within(&mut self, expr: &ast::Expr) -> Result<Typed, BindError> {
        match expr {
            ast::Expr::Literal(literal) => Ok(literals::literal(literal)),
            ast::Expr::Path(path) => self.path(path),
            ast::Expr::Alias(name) => self.alias(name),
            ast::Expr::Not(operand) => self.not(operand),
            ast::Expr::Negate(operand) => self.negate(operand),
            ast::Expr::Binary(operator, left, right) => self.binary(*operator, left, right),
            ast::Expr::In(left, right) => self.is_in(left, right),
            ast::Expr::List(items) => self.list(items),
            ast::Expr::Call(name, arguments) => self.call(name, arguments),
            ast::Expr::Cast(operand, name) => self.cast(operand.as_deref(), name),
            ast::Expr::IsOf(operand, name) => self.is_of(operand.as_deref(), name),
            ast::Expr::Case(cases) => self.case(cases),
        }
    }

    /// What a parameter alias stands for; null if nothing says so.
    fn alias(&mut self, name: &str) -> Result<Typed, BindError> {
        let is_it =
            |alias: &&(String, ast::Expr)| alias.0.trim_start_matches('@') == name.trim_start_matches('@');
        let mut aliases = self.aliases.iter().copied();
        let Some((name, expr)) = aliases.find_map(|aliases| aliases.iter().find(is_it)) else {
            return Ok(Typed::of_value(Value::Null));
        };
        if self.replacing.contains(&name.as_str()) {
            return Err(self.type_error(format!("the parameter alias {name} stands for itself")));
        }
        self.replacing.push(name);
        let bound = self.any(expr);
        self.replacing.pop();
        bound
    }

    fn count_nodes(&mut self, nodes: usize) -> Result<(), BindError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(self.limit_error(format!("an expression may have {MAX_NODES} parts")));
        }
        Ok(())
    }

    fn error(&self, kind: BindErrorKind, message: String) -> BindError {
        BindError {
            kind,
            message,
            target: self.target.clone(),
        }
    }

    fn type_error(&self, message: String) -> BindError {
        self.error(BindErrorKind::Type, message)
    }

    fn unknown(&self, message: String) -> BindError {
        self.error(BindErrorKind::Unknown, message)
    }

    fn unsupported(&self, message: String) -> BindError {
        self.error(BindErrorKind::Unsupported, message)
    }

    fn limit_error(&self, message: String) -> BindError {
        self.error(BindErrorKind::Limit, message)
    }
}

/// The value of an expression that names nothing of a row, as a value of this type: a key, or an
/// argument of a function. `target` says what it is for.
pub fn constant(
    target: &str,
    expr: &ast::Expr,
    aliases: &[(String, ast::Expr)],
    edm: Edm,
) -> Result<Value<'static>, BindError> {
    let mut binder = Binder::of_columns(&[], aliases);
    let typed = binder.expression(target, expr)?;
    match binder.coerce(typed, literals::class(edm))?.expr {
        Expr::Value(value) => Ok(value),
        _ => Err(binder.type_error("a plain value is expected".to_owned())),
    }
}

fn lower(search: &ast::Search) -> Search {
    match search {
        ast::Search::Term(term) => Search::Term(term.to_lowercase()),
        ast::Search::Not(part) => Search::Not(Box::new(lower(part))),
        ast::Search::And(parts) => Search::And(parts.iter().map(lower).collect()),
        ast::Search::Or(parts) => Search::Or(parts.iter().map(lower).collect()),
    }
}
