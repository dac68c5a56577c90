//! Filters of lists: an input object per entity, made out of the model's table and compiled to the
//! domain's language.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};
use async_graphql::{InputType, InputValueError, InputValueResult, Name, Value};

use super::input::{Member, input_object};
use super::names::property_name;
use crate::domain::query::Filter;
use crate::graphql::types::connection::Listed;

pub mod condition;

/// Which `O` to list.
pub struct FilterOf<O> {
    filter: Filter,
    of: PhantomData<fn() -> O>,
}

/// The most conditions in one filter, nested ones included.
pub const MAX_CONDITIONS: usize = 1_000;
/// The most levels of `and`, `or` and `not`.
pub const MAX_DEPTH: usize = 20;

impl<O> FilterOf<O> {
    /// The same in the domain's language.
    pub fn into_filter(self) -> Filter {
        self.filter
    }
}

impl<O: Listed> InputType for FilterOf<O> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        O::FILTER.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, entry::<O>)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let mut budget = MAX_CONDITIONS;
        let value = value.unwrap_or_default();
        match compile::<O>(&value, MAX_DEPTH, &mut budget) {
            Ok(filter) => Ok(Self {
                filter,
                of: PhantomData,
            }),
            Err(reason) => Err(InputValueError::custom(reason).with_extension("code", "BAD_USER_INPUT")),
        }
    }

    /// Never asked for: there are no defaults of filters.
    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn entry<O: Listed>(registry: &mut Registry) -> MetaType {
    let name = O::FILTER;
    let mut members = vec![
        Member::new("and", "All of these hold.", format!("[{name}!]")),
        Member::new("or", "At least one of these holds.", format!("[{name}!]")),
        Member::new("not", "This does not hold.", name),
    ];
    for property in O::MODEL.properties {
        let ty = condition::register(property, registry);
        members.push(Member::new(property_name(property), property.description, ty));
    }
    let about = format!(
        "Which items of a list of `{}` to list. All its members must hold; an empty one holds always.",
        O::NAME
    );
    input_object(name, &about, members, std::any::type_name::<FilterOf<O>>())
}

/// The filter that a value spells, or what is wrong with it.
fn compile<O: Listed>(value: &Value, depth: usize, budget: &mut usize) -> Result<Filter, String> {
    let Value::Object(members) = value else {
        return Err("a filter is an object".to_owned());
    };
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| format!("a filter has at most {MAX_DEPTH} levels"))?;
    let mut parts = Vec::with_capacity(members.len());
    for (name, value) in members {
        *budget = budget
            .checked_sub(1)
            .ok_or_else(|| format!("a filter has at most {MAX_CONDITIONS} conditions"))?;
        parts.push(match name.as_str() {
            "and" => Filter::And(compile_list::<O>(value, depth, budget)?),
            "or" => Filter::Or(compile_list::<O>(value, depth, budget)?),
            "not" => Filter::Not(Box::new(compile::<O>(value, depth, budget)?)),
            name => compile_condition::<O>(name, value, budget)?,
        });
    }
    Ok(Filter::And(parts))
}

fn compile_list<O: Listed>(value: &Value, depth: usize, budget: &mut usize) -> Result<Vec<Filter>, String> {
    match value {
        Value::List(filters) => filters
            .iter()
            .map(|filter| compile::<O>(filter, depth, budget))
            .collect(),
        // A single item stands for a list of one, as everywhere in GraphQL.
        one => Ok(vec![compile::<O>(one, depth, budget)?]),
    }
}

fn compile_condition<O: Listed>(name: &str, value: &Value, budget: &mut usize) -> Result<Filter, String> {
    let mut properties = O::MODEL.properties.iter();
    let property = properties
        .find(|property| property_name(property) == name)
        .ok_or_else(|| format!("there is no {name} to filter by"))?;
    match value {
        Value::Object(operators) => condition::compile(property, operators, budget),
        _ => Err(format!(
            "{name}: give a condition such as {{isNull: true}}, not {value}"
        )),
    }
    .map_err(|reason| format!("{name}: {reason}"))
}

/// The operators of a condition, in the order in which they were written.
type Operators = IndexMap<Name, Value>;
