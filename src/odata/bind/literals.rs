//! Literals: what they are by themselves, and widened to what they are compared with.

use std::borrow::Cow;

use super::{BindError, Binder};
use crate::domain::hours::Hours;
use crate::domain::time::Instant;
use crate::odata::expression::{Class, Expr, Typed, class_of};
use crate::odata::schema::Edm;
use crate::odata::url::ast;
use crate::odata::value::Value;
use crate::odata::value::cast::{Primitive, exact};

/// A literal by itself.
pub fn literal(literal: &ast::Literal) -> Typed {
    Typed::of_value(match literal {
        ast::Literal::Null => Value::Null,
        ast::Literal::Bool(it) => Value::Bool(*it),
        ast::Literal::Int(it) => Value::Int(*it),
        ast::Literal::Decimal(it) => Value::Decimal(*it),
        ast::Literal::Double(it) => Value::Double(*it),
        ast::Literal::Date(it) => Value::Date(*it),
        ast::Literal::Instant(it) => Value::Instant(*it),
        ast::Literal::TimeOfDay(it) => Value::TimeOfDay(*it),
        ast::Literal::Duration(it) => Value::Duration(*it),
        ast::Literal::Guid(it) => Value::Id(*it),
        ast::Literal::Text(it) | ast::Literal::Enum(_, it) => Value::Text(Cow::Owned(it.clone())),
        ast::Literal::Binary(it) => Value::Binary(Cow::Owned(it.clone())),
    })
}

/// The class of a property's values.
pub const fn class(edm: Edm) -> Class {
    match edm {
        Edm::Boolean => Class::Boolean,
        Edm::Int32 | Edm::Int64 => Class::Int,
        Edm::Decimal(_) => Class::Decimal,
        Edm::Date => Class::Date,
        Edm::DateTimeOffset => Class::Instant,
        Edm::Guid => Class::Guid,
        Edm::String => Class::Text,
        Edm::Binary => Class::Binary,
        Edm::ScheduleDays => Class::ScheduleDays,
    }
}

/// The primitive type that a text literal is read as, to be of a class. Numbers and truth are
/// never spelt as texts by who means them.
const fn primitive(class: Class) -> Option<Primitive> {
    match class {
        Class::Date => Some(Primitive::Date),
        Class::Instant => Some(Primitive::DateTimeOffset),
        Class::TimeOfDay => Some(Primitive::TimeOfDay),
        Class::Duration => Some(Primitive::Duration),
        Class::Guid => Some(Primitive::Guid),
        Class::Text => Some(Primitive::String),
        Class::Binary => Some(Primitive::Binary),
        Class::Boolean
        | Class::Int
        | Class::Decimal
        | Class::Double
        | Class::Any
        | Class::List
        | Class::ScheduleDays
        | Class::Entity => None,
    }
}

impl Binder<'_> {
    /// The expression as one of `class`: a literal is widened to it, anything else must already
    /// be one or compare with one.
    pub(super) fn coerce(&self, typed: Typed, class: Class) -> Result<Typed, BindError> {
        if typed.class == Class::Entity || class == Class::Entity {
            return Err(self.type_error("an entity can be compared with null alone".to_owned()));
        }
        if let Expr::Value(value) = typed.expr {
            return match widened(&value, class) {
                Some(value) => Ok(Typed::of_value(value)),
                None if typed.class.compares_with(class) => Ok(Typed::of_value(value)),
                None => Err(self.type_error(match value.print() {
                    Some(text) => format!("{text} is not a value of {}", class.name()),
                    None => format!("{} is expected", class.name()),
                })),
            };
        }
        if typed.class.compares_with(class) {
            return Ok(typed);
        }
        Err(self.type_error(format!(
            "{} does not go with {}",
            typed.class.name(),
            class.name()
        )))
    }
}

/// `value` as a value of `class`, if nothing is lost by it.
fn widened(value: &Value<'static>, class: Class) -> Option<Value<'static>> {
    match (value, class) {
        (Value::Null, _) => Some(Value::Null),
        (_, Class::Any) => Some(value.clone()),
        (Value::Text(text), _) => primitive(class)?.parse(text),
        (Value::Id(_) | Value::Date(_) | Value::Instant(_) | Value::TimeOfDay(_), Class::Text) => {
            value.print().map(|text| Value::Text(Cow::Owned(text)))
        }
        // Row versions are numbers to some clients (S3).
        (Value::Int(number), Class::Binary) => Some(Value::Binary(Cow::Owned(number.to_be_bytes().to_vec()))),
        (Value::Date(_), Class::Instant) => Some(Value::Instant(Instant::from_epoch_micros(value.micros()?))),
        (Value::Double(number), Class::Decimal | Class::Int) => {
            let exact = Value::Decimal(exact(*number)?);
            widened(&exact, class).or(Some(exact))
        }
        (Value::Decimal(number), Class::Int) if number.is_integer() => {
            i64::try_from(*number).ok().map(Value::Int)
        }
        (Value::Int(_) | Value::Decimal(_), Class::Decimal) => {
            Some(hours(value).map_or_else(|| value.clone(), Value::Hours))
        }
        (Value::Int(_) | Value::Decimal(_) | Value::Hours(_), Class::Double) => {
            Some(Value::Double(value.to_double()?))
        }
        _ => (class_of(value) == class).then(|| value.clone()),
    }
}

/// The number as hours, if it has five decimals at most.
fn hours(value: &Value<'_>) -> Option<Hours> {
    value.to_decimal()?.normalize().to_string().parse().ok()
}
