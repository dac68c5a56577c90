//! What expressions mean once their names are found: trees over properties and navigations. How
//! they were spelt is not known here.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::schema::{Navigation, Property, Type};
use super::value::Value;
use super::value::arithmetic::Arithmetic;
use super::value::cast::Primitive;
use crate::domain::query::Comparison;

/// An expression about a row.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A value.
    Value(Value<'static>),
    /// A property of a row.
    Property(Place, &'static Property),
    /// A column of an aggregated row.
    Column(usize),
    /// A member of the complex value at this depth.
    Member(usize, &'static str),
    /// Whether there is a row at this place.
    Exists(Place),
    /// It does not hold; null stays null.
    Not(Box<Expr>),
    /// The number with the other sign.
    Negate(Box<Expr>),
    /// All hold.
    And(Vec<Expr>),
    /// One holds.
    Or(Vec<Expr>),
    /// A comparison; it is never null.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Arithmetic.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// The first equals one of the others.
    In(Box<Expr>, Vec<Expr>),
    /// It equals one of these values, which are in order.
    Among(Box<Expr>, Vec<Value<'static>>),
    /// Several values.
    List(Vec<Expr>),
    /// A function of values.
    Call(Function, Vec<Expr>),
    /// `matchespattern`
    Matches(Box<Expr>, Regex),
    /// `cast`
    Cast(Box<Expr>, Primitive),
    /// `isof`
    IsOf(Box<Expr>, Primitive),
    /// `case`: the value behind the first condition that holds.
    Case(Vec<(Expr, Expr)>),
    /// There is a member for which it holds; a member at all if nothing is to hold.
    Any(Members, Option<Box<Expr>>),
    /// It holds for all members.
    All(Members, Box<Expr>),
    /// How many members there are.
    Count(Members),
    /// A text of the row at this depth has what is searched for; a row of this type, or one that
    /// aggregation made.
    Search(usize, Option<&'static Type>, Arc<Search>),
}

/// Where a row is: from the row or the lambda variable at a depth (0 is the row that the whole
/// expression is about), along navigations to one row each.
#[derive(Clone, Debug)]
pub struct Place {
    /// The depth of the row where it begins.
    pub depth: usize,
    /// The way.
    pub steps: Vec<&'static Navigation>,
}

impl Place {
    /// The depth of `$it` where that is another row than the one that the expression is about: within
    /// what is expanded, the row of the answer that it is expanded of.
    pub const IT: usize = usize::MAX;
}

/// The members of a collection.
#[derive(Clone, Debug)]
pub struct Members {
    /// Whose.
    pub place: Place,
    /// Which.
    pub of: Collection,
    /// What they must fulfil; each is about the member at `depth`.
    pub conditions: Vec<Expr>,
    /// The depth at which members stand.
    pub depth: usize,
}

/// A collection.
#[derive(Clone, Copy, Debug)]
pub enum Collection {
    /// Rows.
    Navigation(&'static Navigation),
    /// Complex values.
    Property(&'static Property),
}

/// What is searched for; words in lower case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Search {
    /// A text has this part, whatever the case of the letters.
    Term(String),
    /// Not this.
    Not(Box<Search>),
    /// All of these.
    And(Vec<Search>),
    /// Any of these.
    Or(Vec<Search>),
}

/// A key of an order; null is the lowest.
#[derive(Clone, Debug)]
pub struct OrderKey {
    /// By what.
    pub by: Expr,
    /// Greatest first.
    pub descending: bool,
}

/// What kind of values an expression comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Null, or what is not known beforehand.
    Any,
    /// True or false.
    Boolean,
    /// Whole numbers.
    Int,
    /// Exact numbers.
    Decimal,
    /// Doubles.
    Double,
    /// Dates.
    Date,
    /// Points in time.
    Instant,
    /// Times of a day.
    TimeOfDay,
    /// Spans of time.
    Duration,
    /// Ids.
    Guid,
    /// Texts and codes.
    Text,
    /// Bytes.
    Binary,
    /// A list of values.
    List,
    /// Days with hours.
    ScheduleDays,
    /// A row.
    Entity,
}

impl Class {
    /// Its name, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "null",
            Self::Boolean => "Edm.Boolean",
            Self::Int => "Edm.Int64",
            Self::Decimal => "Edm.Decimal",
            Self::Double => "Edm.Double",
            Self::Date => "Edm.Date",
            Self::Instant => "Edm.DateTimeOffset",
            Self::TimeOfDay => "Edm.TimeOfDay",
            Self::Duration => "Edm.Duration",
            Self::Guid => "Edm.Guid",
            Self::Text => "Edm.String",
            Self::Binary => "Edm.Binary",
            Self::List => "a list",
            Self::ScheduleDays => "Collection(WP.ScheduleDay)",
            Self::Entity => "an entity",
        }
    }

    /// Whether its values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Double)
    }

    /// Whether values of the two can be compared.
    pub fn compares_with(self, other: Self) -> bool {
        let is_moment = |class| matches!(class, Self::Date | Self::Instant);
        self == other
            || matches!((self, other), (Self::Any, _) | (_, Self::Any))
            || (self.is_number() && other.is_number())
            || (is_moment(self) && is_moment(other))
    }
}

macro_rules! functions {
    ($($name:ident $text:literal $least:literal..=$most:literal [$($param:ident)*] $answer:ident;)+) => {
        /// A canonical function.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "they are called as they are spelt")]
        pub enum Function { $($name),+ }

        impl Function {
            /// The function of this name, in lower case.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)+ _ => None }
            }

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The least and the greatest number of its arguments.
            pub const fn arity(self) -> (usize, usize) {
                match self { $(Self::$name => ($least, $most)),+ }
            }

            /// What its arguments must be.
            pub const fn parameters(self) -> &'static [Parameter] {
                match self { $(Self::$name => &[$(Parameter::$param),*]),+ }
            }

            /// What it answers; [`Class::Any`] for what its argument is.
            pub const fn answer(self) -> Class {
                match self { $(Self::$name => Class::$answer),+ }
            }
        }
    };
}

functions! {
    Contains "contains" 2..=2 [Text Text] Boolean;
    StartsWith "startswith" 2..=2 [Text Text] Boolean;
    EndsWith "endswith" 2..=2 [Text Text] Boolean;
    MatchesPattern "matchespattern" 2..=2 [Text Text] Boolean;
    Concat "concat" 2..=2 [Sequence Sequence] Any;
    IndexOf "indexof" 2..=2 [Text Text] Int;
    Length "length" 1..=1 [Sequence] Int;
    Substring "substring" 2..=3 [Text Int Int] Text;
    ToLower "tolower" 1..=1 [Text] Text;
    ToUpper "toupper" 1..=1 [Text] Text;
    Trim "trim" 1..=1 [Text] Text;
    Year "year" 1..=1 [Moment] Int;
    Month "month" 1..=1 [Moment] Int;
    Day "day" 1..=1 [Moment] Int;
    Hour "hour" 1..=1 [Clock] Int;
    Minute "minute" 1..=1 [Clock] Int;
    Second "second" 1..=1 [Clock] Int;
    FractionalSeconds "fractionalseconds" 1..=1 [Clock] Decimal;
    Date "date" 1..=1 [Moment] Date;
    Time "time" 1..=1 [Clock] TimeOfDay;
    TotalOffsetMinutes "totaloffsetminutes" 1..=1 [Instant] Int;
    TotalSeconds "totalseconds" 1..=1 [Duration] Decimal;
    Now "now" 0..=0 [] Instant;
    MinDateTime "mindatetime" 0..=0 [] Instant;
    MaxDateTime "maxdatetime" 0..=0 [] Instant;
    Round "round" 1..=1 [Number] Any;
    Floor "floor" 1..=1 [Number] Any;
    Ceiling "ceiling" 1..=1 [Number] Any;
    HasSubset "hassubset" 2..=2 [List List] Boolean;
    HasSubsequence "hassubsequence" 2..=2 [List List] Boolean;
}

/// What an argument of a function must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter {
    /// A text.
    Text,
    /// A text or a list.
    Sequence,
    /// A list.
    List,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// A date or a point in time.
    Moment,
    /// A point in time.
    Instant,
    /// A point in time or a time of a day.
    Clock,
    /// A span of time.
    Duration,
}

impl Parameter {
    /// The class that a literal is widened to, and what else is taken.
    pub const fn classes(self) -> &'static [Class] {
        match self {
            Self::Text => &[Class::Text],
            Self::Sequence => &[Class::Text, Class::List],
            Self::List => &[Class::List],
            Self::Int => &[Class::Int],
            Self::Number => &[Class::Decimal, Class::Int, Class::Double],
            Self::Moment => &[Class::Instant, Class::Date],
            Self::Instant => &[Class::Instant],
            Self::Clock => &[Class::Instant, Class::TimeOfDay],
            Self::Duration => &[Class::Duration],
        }
    }
}

/// A bound expression and what it comes to.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The expression.
    pub expr: Expr,
    /// What kind of values it comes to.
    pub class: Class,
}

impl Typed {
    /// An expression of a class.
    pub const fn new(expr: Expr, class: Class) -> Self {
        Self { expr, class }
    }

    /// A value that is known beforehand.
    pub fn of_value(value: Value<'static>) -> Self {
        let class = class_of(&value);
        Self::new(Expr::Value(value), class)
    }
}

/// The class of a value.
pub const fn class_of(value: &Value<'_>) -> Class {
    match value {
        Value::Null => Class::Any,
        Value::Bool(_) => Class::Boolean,
        Value::Int(_) => Class::Int,
        Value::Hours(_) | Value::Decimal(_) => Class::Decimal,
        Value::Double(_) => Class::Double,
        Value::Date(_) => Class::Date,
        Value::Instant(_) => Class::Instant,
        Value::TimeOfDay(_) => Class::TimeOfDay,
        Value::Duration(_) => Class::Duration,
        Value::Id(_) => Class::Guid,
        Value::Text(_) => Class::Text,
        Value::Binary(_) => Class::Binary,
        Value::Complex(_) => Class::Entity,
        Value::List(_) => Class::List,
    }
}

/// A column of rows that aggregation made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, or the names on the way to it: `project`, `name`.
    pub path: Vec<String>,
    /// What its values are.
    pub class: Class,
}

impl Members {
    fn depths(&mut self, visit: &mut impl FnMut(&mut usize)) {
        visit(&mut self.place.depth);
        visit(&mut self.depth);
        for condition in &mut self.conditions {
            condition.depths(visit);
        }
    }
}

impl Expr {
    /// Visits the depths of all rows and members that it names.
    pub fn depths(&mut self, visit: &mut impl FnMut(&mut usize)) {
        match self {
            Self::Value(_) | Self::Column(_) => {}
            Self::Property(place, _) | Self::Exists(place) => visit(&mut place.depth),
            Self::Member(depth, _) | Self::Search(depth, ..) => visit(depth),
            Self::Not(it)
            | Self::Negate(it)
            | Self::Matches(it, _)
            | Self::Among(it, _)
            | Self::Cast(it, _)
            | Self::IsOf(it, _) => it.depths(visit),
            Self::And(parts) | Self::Or(parts) | Self::List(parts) | Self::Call(_, parts) => {
                for part in parts {
                    part.depths(visit);
                }
            }
            Self::Compare(_, left, right) | Self::Arithmetic(_, left, right) => {
                left.depths(visit);
                right.depths(visit);
            }
            Self::In(left, items) => {
                left.depths(visit);
                for item in items {
                    item.depths(visit);
                }
            }
            Self::Case(cases) => {
                for (condition, value) in cases {
                    condition.depths(visit);
                    value.depths(visit);
                }
            }
            Self::Any(members, predicate) => {
                members.depths(visit);
                if let Some(predicate) = predicate {
                    predicate.depths(visit);
                }
            }
            Self::All(members, predicate) => {
                members.depths(visit);
                predicate.depths(visit);
            }
            Self::Count(members) => members.depths(visit),
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut parts) => {
                parts.push(other);
                Self::And(parts)
            }
            this => Self::And(vec![this, other]),
        }
    }
}

/// The type of the rows that a navigation leads to.
pub fn target(navigation: &Navigation) -> &'static Type {
    (navigation.to)()
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Navigation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
