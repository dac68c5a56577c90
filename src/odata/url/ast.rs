//! The syntax tree of a URL. Names are as they were spelt, percent-decoded; what they mean is for
//! the binder to find.

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::time::{Date, Instant};

/// A resource path below the service root; empty for the service document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ResourcePath {
    /// Its segments.
    pub segments: Vec<Segment>,
}

/// A segment of a resource path, such as `TimeSheets(cd93...)` or `WP.GetProjects`.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    /// Its name: of a set, a property, a function, or `$count`, `$value`, `$ref`, `$metadata` ...
    pub name: String,
    /// What is in the parentheses behind it, if there are any.
    pub arguments: Option<Arguments>,
}

/// What is in parentheses behind a name: a key, or a function's arguments.
#[derive(Clone, PartialEq, Debug)]
pub enum Arguments {
    /// `()`
    Empty,
    /// `(cd935d85-...)` or `(@key)`
    Single(Box<Expr>),
    /// `(date=2021-03-22,userId=@u)`
    Named(Vec<(String, Expr)>),
    /// `(Users,Projects)`, of `$crossjoin` alone.
    Sets(Vec<String>),
}

/// The query options of a resource, or of an expanded navigation.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    /// `$filter`
    pub filter: Option<Expr>,
    /// `$orderby`
    pub order_by: Vec<OrderKey>,
    /// `$select`; empty for everything.
    pub select: Vec<SelectItem>,
    /// `$expand`; empty for nothing.
    pub expand: Vec<ExpandItem>,
    /// `$compute`
    pub compute: Vec<Computed>,
    /// `$apply`
    pub apply: Vec<Transformation>,
    /// `$search`
    pub search: Option<Search>,
    /// `$top`
    pub top: Option<u64>,
    /// `$skip`
    pub skip: Option<u64>,
    /// `$count`
    pub count: Option<bool>,
    /// `$levels`, of an expanded navigation only.
    pub levels: Option<Levels>,
    /// `$format`
    pub format: Option<String>,
    /// `$skiptoken`
    pub skip_token: Option<String>,
    /// `$deltatoken`
    pub delta_token: Option<String>,
    /// `$schemaversion`
    pub schema_version: Option<String>,
    /// `$id`, the reference that `$entity` or `$ref` is about.
    pub id: Option<String>,
    /// `$index`, the place in an ordered collection; negative from its end.
    pub index: Option<i64>,
    /// `@name=...`
    pub aliases: Vec<(String, Expr)>,
    /// What is no system option, decoded: a function's argument if the function is called without
    /// parentheses, else it means nothing.
    pub custom: Vec<(String, String)>,
}

/// A key of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct OrderKey {
    /// By what.
    pub by: Expr,
    /// Greatest first.
    pub descending: bool,
}

/// An item of `$select`.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectItem {
    /// `*`
    All,
    /// `WP.*`, all operations.
    Operations(String),
    /// A path of names.
    Path(Vec<String>),
    /// A path of names with options in parentheses behind the last one.
    Within(Vec<String>, Box<Options>),
}

/// An item of `$expand`.
#[derive(Clone, PartialEq, Debug)]
pub struct ExpandItem {
    /// The names on the way; empty for `*`.
    pub path: Vec<String>,
    /// What of it.
    pub what: Expanded,
    /// The options in parentheses.
    pub options: Box<Options>,
}

/// What of an expanded navigation is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expanded {
    /// The entities.
    Entities,
    /// `/$ref`
    References,
    /// `/$count`
    Count,
}

/// How deep an expanded navigation repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Levels {
    /// So many levels.
    Number(u32),
    /// As many as there are.
    Max,
}

/// A computed property.
#[derive(Clone, PartialEq, Debug)]
pub struct Computed {
    /// What it is.
    pub expr: Expr,
    /// What it is called.
    pub name: String,
}

/// A transformation of `$apply`.
#[derive(Clone, PartialEq, Debug)]
pub enum Transformation {
    /// `identity`
    Identity,
    /// `filter(...)`
    Filter(Expr),
    /// `search(...)`
    Search(Search),
    /// `compute(...)`
    Compute(Vec<Computed>),
    /// `orderby(...)`
    OrderBy(Vec<OrderKey>),
    /// `top(n)`
    Top(u64),
    /// `skip(n)`
    Skip(u64),
    /// `aggregate(...)`
    Aggregate(Vec<Aggregate>),
    /// `groupby((path,...),transformations)`
    GroupBy(Vec<Vec<String>>, Vec<Transformation>),
}

/// An aggregate expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Aggregate {
    /// Over what; [`None`] for `$count` alone. `lines/$count` is over `lines`.
    pub of: Option<Expr>,
    /// How; the name of the method in lower case, such as `sum` or `countdistinct`, one with a
    /// namespace as it was spelt, or `$count`.
    pub with: String,
    /// What it is called.
    pub name: String,
}

/// A search expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Search {
    /// A word or a phrase.
    Term(String),
    /// Not this.
    Not(Box<Search>),
    /// All of these.
    And(Vec<Search>),
    /// Any of these.
    Or(Vec<Search>),
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A value.
    Literal(Literal),
    /// Something of a row.
    Path(Path),
    /// `@name`
    Alias(String),
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `x op y`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x in y`; y is a [`Expr::List`], a path or an alias.
    In(Box<Expr>, Box<Expr>),
    /// `(x,y)` behind `in`, or `[x,y]`.
    List(Vec<Expr>),
    /// A function without a namespace, by its name in lower case.
    Call(String, Vec<Expr>),
    /// `cast(x,Edm.String)`; [`None`] casts the row itself.
    Cast(Option<Box<Expr>>, String),
    /// `isof(x,Edm.String)`; [`None`] asks about the row itself.
    IsOf(Option<Box<Expr>>, String),
    /// `case(condition:value,...)`
    Case(Vec<(Expr, Expr)>),
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "they are called as they are spelt")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Has,
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
}

/// A path to something of a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// Where it goes.
    pub steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    /// With its first name: a member of the row, or the variable of a lambda.
    Name,
    /// `$it`
    It,
    /// `$this`
    This,
    /// `$root`
    Service,
}

/// A step of a path.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// A property, a navigation, a variable, or a type (with a dot in it).
    Name(String),
    /// A name with parentheses: a key, or a function's arguments.
    Call(String, Arguments),
    /// `$count`, with the filter and search in parentheses.
    Count(Option<Box<Expr>>, Option<Search>),
    /// `$filter(...)`
    Filter(Box<Expr>),
    /// `any()`, `any(v:...)`
    Any(Option<Lambda>),
    /// `all(v:...)`
    All(Lambda),
}

/// A predicate over the members of a collection.
#[derive(Clone, PartialEq, Debug)]
pub struct Lambda {
    /// What a member is called.
    pub variable: String,
    /// What is to hold.
    pub predicate: Box<Expr>,
}

/// A literal. What looks like several types is the most special of them: the binder widens it.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A number with a point or with more digits.
    Decimal(Decimal),
    /// A number with an exponent, `INF`, `-INF`, `NaN`.
    Double(f64),
    /// `2021-03-22`
    Date(Date),
    /// `2021-03-22T08:00:00+03:00`
    Instant(Instant),
    /// `08:00:00.5`, in microseconds of the day.
    TimeOfDay(i64),
    /// `duration'PT8H'`, in microseconds.
    Duration(i64),
    /// `cd935d85-09ec-48fc-8103-7c0baa3afebc`
    Guid(Uuid),
    /// `'text'`
    Text(String),
    /// `binary'AAAAAAAADMQ='`
    Binary(Vec<u8>),
    /// `WP.Color'Red'`: the type's name and the members.
    Enum(String, String),
}
