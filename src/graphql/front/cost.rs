//! How much an operation may make the server do, weighed before it does any of it: one for each
//! field, and what is below a list as often as the list is long. All arithmetic saturates.

use apollo_compiler::ast;
use apollo_compiler::executable::Field;
use async_graphql::{Value, Variables};

/// Arguments that tell how long a list becomes.
const LENGTHS: [&str; 2] = ["first", "last"];
/// Assumed length of a page whose length is not told.
const PAGE: u64 = 50;
/// Assumed length of a list that has no page, such as the lines of a sheet.
const LIST: u64 = 10;
/// Assumed length of a list within the schema's own description, such as the arguments of a field:
/// few are as long, and the query that every client introspects with nests three of them.
const SCHEMA_LIST: u64 = 5;

/// The weight of some fields, as far as it is known without variables.
#[derive(Debug, Default)]
pub struct Cost {
    known: u64,
    /// What is repeated as often as variables say.
    repeated: Vec<(Vec<Length>, Self)>,
}

/// One length that an argument gives.
#[derive(Debug)]
enum Length {
    Known(u64),
    Variable(async_graphql::Name),
}

/// How often what is below a field is repeated.
#[derive(Debug)]
pub struct Times {
    lengths: Vec<Length>,
    /// The field is a page, so that the list directly in it is not counted once more.
    pub pages: bool,
}

impl Times {
    /// Reads the arguments of `field`; `in_page` when the field above is a page, `types` is how
    /// many types the schema has, for their list in introspection.
    pub fn of(field: &Field, definition: &ast::FieldDefinition, in_page: bool, types: u64) -> Self {
        let pages = (definition.arguments.iter()).any(|argument| LENGTHS.contains(&argument.name.as_str()));
        if pages {
            let given = field.arguments.iter();
            let lengths: Vec<Length> = given
                .filter(|argument| LENGTHS.contains(&argument.name.as_str()))
                .filter_map(|argument| Length::of(&argument.value))
                .collect();
            return Self {
                lengths: if lengths.is_empty() {
                    vec![Length::Known(PAGE)]
                } else {
                    lengths
                },
                pages,
            };
        }
        let length = match definition.name.as_str() {
            _ if !definition.ty.is_list() || in_page => 1,
            "types" if definition.ty.inner_named_type() == "__Type" => types,
            _ if definition.ty.inner_named_type().starts_with("__") => SCHEMA_LIST,
            _ => LIST,
        };
        Self {
            lengths: vec![Length::Known(length)],
            pages,
        }
    }
}

impl Length {
    fn of(value: &ast::Value) -> Option<Self> {
        match value {
            ast::Value::Int(number) => Some(Self::Known(number.as_str().parse().unwrap_or(1))),
            ast::Value::Variable(name) => Some(Self::Variable(async_graphql::Name::new(name))),
            _ => None,
        }
    }

    fn value(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(length) => *length,
            Self::Variable(name) => match variables.get(name) {
                Some(Value::Number(number)) => number.as_u64().unwrap_or(1),
                _ => PAGE,
            },
        }
    }
}

impl Cost {
    /// Adds one field and what is below it.
    pub fn add(&mut self, times: Times, below: Self) {
        self.known = self.known.saturating_add(1);
        if below.known == 0 && below.repeated.is_empty() {
            return;
        }
        let longest = (times.lengths.iter()).try_fold(1, |longest: u64, length| match length {
            Length::Known(length) => Some(longest.max(*length)),
            Length::Variable(_) => None,
        });
        match longest {
            Some(times) if below.repeated.is_empty() => {
                self.known = self.known.saturating_add(times.saturating_mul(below.known));
            }
            Some(1) => {
                self.known = self.known.saturating_add(below.known);
                self.repeated.extend(below.repeated);
            }
            Some(_) | None => self.repeated.push((times.lengths, below)),
        }
    }

    /// The heaviest of several: an object is of one of its types only.
    pub fn heaviest(costs: Vec<Self>) -> Self {
        if costs.iter().all(|cost| cost.repeated.is_empty()) {
            let known = costs.iter().map(|cost| cost.known).max().unwrap_or_default();
            return Self {
                known,
                repeated: Vec::new(),
            };
        }
        costs.into_iter().fold(Self::default(), |mut sum, cost| {
            sum.known = sum.known.saturating_add(cost.known);
            sum.repeated.extend(cost.repeated);
            sum
        })
    }

    /// The weight with these variables.
    pub fn with(&self, variables: &Variables) -> u64 {
        (self.repeated.iter()).fold(self.known, |sum, (lengths, below)| {
            let times = (lengths.iter())
                .map(|length| length.value(variables))
                .max()
                .unwrap_or(1)
                .max(1);
            sum.saturating_add(times.saturating_mul(below.with(variables)))
        })
    }
}
