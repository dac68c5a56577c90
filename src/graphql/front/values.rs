//! Literals of a document as values for async-graphql.

use apollo_compiler::ast;
use async_graphql::{Name, Value};
use async_graphql_value::Value as Argument;

use super::inputs::{InputKind, InputType, Inputs};

/// The value of a literal without variables; a variable, which validation refuses here, is null.
pub fn constant(literal: &ast::Value) -> Value {
    match literal {
        ast::Value::Null | ast::Value::Variable(_) => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(boolean) => Value::Boolean(*boolean),
        ast::Value::Int(number) => numeric(number.as_str()),
        ast::Value::Float(number) => numeric(number.as_str()),
        ast::Value::List(items) => Value::List(items.iter().map(|item| constant(item)).collect()),
        ast::Value::Object(members) => Value::Object(
            (members.iter())
                .map(|(name, value)| (Name::new(name), constant(value)))
                .collect(),
        ),
    }
}

/// The value of a literal of type `ty`, in which variables stay, without those that `absent` tells:
/// an argument or a member whose variable is absent is itself absent, an item is null.
pub fn argument(
    literal: &ast::Value,
    ty: Option<&InputType>,
    inputs: &Inputs,
    absent: &impl Fn(&str) -> bool,
) -> Option<Argument> {
    Some(match literal {
        ast::Value::Variable(name) if absent(name) => return None,
        ast::Value::Variable(name) => Argument::Variable(Name::new(name)),
        ast::Value::List(items) => {
            let item_type = match ty {
                Some(InputType::List { item, .. }) => Some(&**item),
                _ => ty,
            };
            Argument::List(
                (items.iter())
                    .map(|item| argument(item, item_type, inputs, absent).unwrap_or(Argument::Null))
                    .collect(),
            )
        }
        ast::Value::Object(members) => Argument::Object(
            (members.iter())
                .filter_map(|(name, value)| {
                    let member_type = member_type(ty, inputs, name);
                    let value = argument(value, member_type, inputs, absent)?;
                    Some((Name::new(name), value))
                })
                .collect(),
        ),
        ast::Value::Int(number) => number_for(ty, inputs, number.as_str()),
        ast::Value::Float(number) => number_for(ty, inputs, number.as_str()),
        ast::Value::Null | ast::Value::Enum(_) | ast::Value::String(_) | ast::Value::Boolean(_) => {
            constant(literal).into_value()
        }
    })
}

/// The named type within lists, as a single value may stand for a list.
pub fn innermost<'a>(ty: &InputType, inputs: &'a Inputs) -> &'a InputKind {
    inputs.get(ty.innermost())
}

/// The type of an input object's member.
fn member_type<'a>(ty: Option<&InputType>, inputs: &'a Inputs, name: &str) -> Option<&'a InputType> {
    match innermost(ty?, inputs) {
        InputKind::Object(object) => (object.fields.iter())
            .find(|field| field.name.as_str() == name)
            .map(|field| &field.ty),
        _ => None,
    }
}

/// Ids and custom scalars keep the digits as they were written; other numbers are numbers.
fn number_for(ty: Option<&InputType>, inputs: &Inputs, digits: &str) -> Argument {
    match ty.map(|ty| innermost(ty, inputs)) {
        Some(InputKind::Formatted(_) | InputKind::Id) => Argument::String(digits.to_owned()),
        _ => numeric(digits).into_value(),
    }
}

fn numeric(digits: &str) -> Value {
    if let Ok(integer) = digits.parse::<i64>() {
        return Value::from(integer);
    }
    digits.parse::<f64>().map_or(Value::Null, Value::from)
}
