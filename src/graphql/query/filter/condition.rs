//! Conditions on one property: an input object for each type of values.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, Value};

use super::Operators;
use crate::domain::model::{Property, ValueType};
use crate::domain::query::{self, Comparison, Filter, TextMatch};
use crate::graphql::query::input::{Member, input_object};
use crate::graphql::query::names::{Enumeration, enumeration};
use crate::graphql::scalars;

/// What a condition's values are of, and which operators it has.
struct Condition {
    name: String,
    value: String,
    in_order: bool,
    in_list: bool,
    in_text: bool,
}

/// Registers the condition for a property and names it.
pub fn register(property: &Property, registry: &mut Registry) -> String {
    let condition = Condition::on(property, registry);
    if !registry.types.contains_key(&condition.name) {
        let about = format!(
            "A condition on a value of type `{}`. All its members must hold.",
            condition.value
        );
        let entry = input_object(&condition.name, &about, condition.members(), "condition");
        registry.types.insert(condition.name.clone(), entry);
    }
    condition.name
}

impl Condition {
    fn on(property: &Property, registry: &mut Registry) -> Self {
        let base = match property.value_type {
            ValueType::Bool => <bool as InputType>::create_type_info(registry),
            ValueType::Int => <i32 as InputType>::create_type_info(registry),
            ValueType::Hours => <scalars::Decimal as InputType>::create_type_info(registry),
            ValueType::Date => <scalars::Date as InputType>::create_type_info(registry),
            ValueType::Instant => <scalars::DateTime as InputType>::create_type_info(registry),
            ValueType::Id => <scalars::Uuid as InputType>::create_type_info(registry),
            ValueType::Text => <String as InputType>::create_type_info(registry),
            ValueType::Enum(_) => {
                enumeration(property).map_or_else(String::new, |it| (it.register)(registry))
            }
        };
        let value = base.trim_end_matches('!').to_owned();
        Self {
            name: format!("{value}Condition"),
            value,
            in_order: has_order(property.value_type),
            in_list: property.value_type != ValueType::Bool,
            in_text: property.value_type == ValueType::Text,
        }
    }

    fn members(&self) -> Vec<Member> {
        let value = self.value.as_str();
        let mut members = vec![
            Member::new("eq", "It is this; null means that it is null.", value),
            Member::new(
                "ne",
                "It is something else than this; null means that it is not null.",
                value,
            ),
            Member::new("isNull", "Whether it is null.", "Boolean"),
        ];
        let mut add = |name: &str, about: &str, ty: String| members.push(Member::new(name, about, ty));
        if self.in_list {
            add("in", "It is one of these.", format!("[{value}!]"));
        }
        if self.in_order {
            add("lt", "It is less than this.", value.to_owned());
            add("le", "It is less than this, or this.", value.to_owned());
            add("gt", "It is greater than this.", value.to_owned());
            add("ge", "It is greater than this, or this.", value.to_owned());
        }
        if self.in_text {
            add(
                "contains",
                "It has this part, whatever the case.",
                value.to_owned(),
            );
            add(
                "startsWith",
                "It begins with this, whatever the case.",
                value.to_owned(),
            );
            add(
                "endsWith",
                "It ends with this, whatever the case.",
                value.to_owned(),
            );
        }
        members
    }
}

const fn has_order(value_type: ValueType) -> bool {
    match value_type {
        ValueType::Int | ValueType::Hours | ValueType::Date | ValueType::Instant | ValueType::Text => true,
        ValueType::Bool | ValueType::Id | ValueType::Enum(_) => false,
    }
}

/// The filter that the operators spell for a property, or what is wrong with them.
pub fn compile(
    property: &'static Property,
    operators: &Operators,
    budget: &mut usize,
) -> Result<Filter, String> {
    let mut parts = Vec::with_capacity(operators.len());
    for (operator, value) in operators {
        parts.push(compile_operator(property, operator, value, budget)?);
    }
    Ok(Filter::And(parts))
}

fn compile_operator(
    property: &'static Property,
    operator: &str,
    value: &Value,
    budget: &mut usize,
) -> Result<Filter, String> {
    let is_null = Filter::IsNull(property);
    let negated = |filter| Filter::Not(Box::new(filter));
    let compare = |comparison| Ok(Filter::Compare(property, comparison, read(property, value)?));
    let text = |place| match value {
        Value::String(part) => Ok(Filter::Text(property, place, part.clone())),
        other => Err(format!("{operator}: {other} is not a text")),
    };
    match (operator, value) {
        ("isNull", Value::Boolean(true)) | ("eq", Value::Null) => Ok(is_null),
        ("isNull", Value::Boolean(false)) | ("ne", Value::Null) => Ok(negated(is_null)),
        ("eq", _) => compare(Comparison::Eq),
        ("ne", _) => compare(Comparison::Ne),
        ("lt", _) => compare(Comparison::Lt),
        ("le", _) => compare(Comparison::Le),
        ("gt", _) => compare(Comparison::Gt),
        ("ge", _) => compare(Comparison::Ge),
        ("in", Value::List(values)) => {
            *budget = budget
                .checked_sub(values.len())
                .ok_or_else(|| format!("a filter has at most {} conditions", super::MAX_CONDITIONS))?;
            let values: Result<_, _> = values.iter().map(|value| read(property, value)).collect();
            Ok(Filter::In(property, values?))
        }
        ("in", one) => Ok(Filter::In(property, vec![read(property, one)?])),
        ("contains", _) => text(TextMatch::Contains),
        ("startsWith", _) => text(TextMatch::StartsWith),
        ("endsWith", _) => text(TextMatch::EndsWith),
        _ => Err(format!("{operator}: {value} is not a condition")),
    }
}

/// The value of the property's type that `value` spells.
fn read(property: &'static Property, value: &Value) -> Result<query::Value<'static>, String> {
    let read = match property.value_type {
        ValueType::Bool => parse::<bool>(value).map(query::Value::Bool),
        ValueType::Int => parse::<i32>(value).map(|it| query::Value::Int(it.into())),
        ValueType::Hours => parse::<scalars::Decimal>(value).map(|it| query::Value::Hours(it.0)),
        ValueType::Date => parse::<scalars::Date>(value).map(|it| query::Value::Date(it.0)),
        ValueType::Instant => parse::<scalars::DateTime>(value).map(|it| query::Value::Instant(it.0)),
        ValueType::Id => parse::<scalars::Uuid>(value).map(|it| query::Value::Id(it.0)),
        ValueType::Text => parse::<String>(value).map(|it| query::Value::Text(Cow::Owned(it))),
        ValueType::Enum(_) => read_code(enumeration(property), value),
    };
    read.ok_or_else(|| format!("{value} is not a value of this type"))
}

fn parse<T: InputType>(value: &Value) -> Option<T> {
    T::parse(Some(value.clone())).ok()
}

fn read_code(enumeration: Option<&Enumeration>, value: &Value) -> Option<query::Value<'static>> {
    let code = (enumeration?.code)(value.clone())?;
    Some(query::Value::Text(Cow::Borrowed(code)))
}
