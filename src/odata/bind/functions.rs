//! Functions, casts and `case`: names, numbers and types of arguments.

use regex::RegexBuilder;

use super::{BindError, Binder, Of};
use crate::odata::expression::{Class, Expr, Function, Parameter, Typed};
use crate::odata::url::ast;
use crate::odata::value::Value;
use crate::odata::value::cast::Primitive;

/// How long a list may be in which others are looked for.
const MAX_LIST: usize = 200;
/// How large a pattern may become once it is compiled, in bytes.
const MAX_PATTERN_BYTES: usize = 256 << 10;

impl Binder<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[ast::Expr]) -> Result<Typed, BindError> {
        let lower = name.to_ascii_lowercase();
        let Some(function) = Function::named(&lower) else {
            return Err(if lower.starts_with("geo.") {
                self.unsupported("there are no places on the globe to compare".to_owned())
            } else {
                self.unknown(format!("there is no function {name}"))
            });
        };
        let (least, most) = function.arity();
        if !(least..=most).contains(&arguments.len()) {
            let number = if least == most {
                least.to_string()
            } else {
                format!("{least} or {most}")
            };
            let given = arguments.len();
            return Err(self.type_error(format!("{lower} takes {number} arguments, not {given}")));
        }
        let parameters = function.parameters().iter();
        let arguments = arguments.iter().zip(parameters).map(|(argument, parameter)| {
            let typed = self.value(argument)?;
            self.argument(function, *parameter, typed)
        });
        let arguments: Vec<Typed> = arguments.collect::<Result<_, _>>()?;
        self.called(function, arguments)
    }

    fn argument(&self, function: Function, parameter: Parameter, typed: Typed) -> Result<Typed, BindError> {
        let classes = parameter.classes();
        if typed.class == Class::Any || classes.contains(&typed.class) {
            return Ok(typed);
        }
        let widest = classes.first().copied().unwrap_or(Class::Any);
        let is_literal = matches!(typed.expr, Expr::Value(_));
        let class = typed.class;
        is_literal
            .then(|| self.coerce(typed, widest).ok())
            .flatten()
            .filter(|typed| classes.contains(&typed.class))
            .ok_or_else(|| {
                let (name, allowed, given) = (function.name(), widest.name(), class.name());
                self.type_error(format!("{name} takes {allowed}, not {given}"))
            })
    }

    fn called(&self, function: Function, arguments: Vec<Typed>) -> Result<Typed, BindError> {
        let first = arguments.first().map_or(Class::Any, |it| it.class);
        let class = match function.answer() {
            Class::Any => first,
            answer => answer,
        };
        let is_long = |it: &Typed| matches!(&it.expr, Expr::List(items) if items.len() > MAX_LIST);
        if arguments.iter().any(is_long) {
            let name = function.name();
            return Err(self.limit_error(format!("a list in {name} may have {MAX_LIST} values")));
        }
        let mut arguments = arguments.into_iter().map(|it| it.expr);
        let expr = match function {
            Function::MatchesPattern => {
                let (Some(text), Some(Expr::Value(Value::Text(pattern)))) =
                    (arguments.next(), arguments.next())
                else {
                    let message = "matchespattern takes a pattern that is spelt out";
                    return Err(self.unsupported(message.to_owned()));
                };
                self.pattern(text, &pattern)?
            }
            _ => Expr::Call(function, arguments.collect()),
        };
        Ok(Typed::new(expr, class))
    }

    /// Patterns that would need to look back or around are refused: matching takes time linear in
    /// the text.
    fn pattern(&self, text: Expr, pattern: &str) -> Result<Expr, BindError> {
        let compiled = RegexBuilder::new(pattern)
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(MAX_PATTERN_BYTES)
            .build();
        match compiled {
            Ok(pattern) => Ok(Expr::Matches(Box::new(text), pattern)),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(self.limit_error("the pattern of matchespattern is too large".to_owned()))
            }
            Err(_) => Err(self.type_error(
                "the pattern of matchespattern is no regular expression, or looks back or around".to_owned(),
            )),
        }
    }

    pub(super) fn cast(&mut self, operand: Option<&ast::Expr>, name: &str) -> Result<Typed, BindError> {
        let Some(operand) = operand else {
            return if self.is_own_type(name) {
                Ok(Typed::new(self.own_row(), Class::Entity))
            } else {
                Err(self.unknown(format!("there is no type {name} to cast to")))
            };
        };
        let Some(primitive) = Primitive::named(name) else {
            return Err(self.unknown(format!("there is no primitive type {name} to cast to")));
        };
        let operand = self.value(operand)?;
        if matches!(operand.class, Class::List | Class::ScheduleDays) {
            return Err(self.type_error(format!("{} cannot be cast", operand.class.name())));
        }
        let expr = Expr::Cast(Box::new(operand.expr), primitive);
        Ok(Typed::new(expr, class(primitive)))
    }

    pub(super) fn is_of(&mut self, operand: Option<&ast::Expr>, name: &str) -> Result<Typed, BindError> {
        let expr = match operand {
            None => Expr::Value(Value::Bool(self.is_own_type(name))),
            Some(operand) => {
                let Some(primitive) = Primitive::named(name) else {
                    return Err(self.unknown(format!("there is no primitive type {name}")));
                };
                let operand = self.value(operand)?;
                Expr::IsOf(Box::new(operand.expr), primitive)
            }
        };
        Ok(Typed::new(expr, Class::Boolean))
    }

    /// Whether `name` is the name of the row's own type: `WP.TimeSheet`.
    fn is_own_type(&self, name: &str) -> bool {
        let scope = self.scopes.get(self.current);
        match scope.map(|scope| scope.of) {
            Some(Of::Type(of)) => is_type(name, of.name),
            _ => false,
        }
    }

    pub(super) fn case(&mut self, cases: &[(ast::Expr, ast::Expr)]) -> Result<Typed, BindError> {
        let mut bound: Vec<(Expr, Expr)> = Vec::with_capacity(cases.len());
        let mut class = Class::Any;
        for (condition, value) in cases {
            let condition = self.predicate(condition)?;
            let value = self.value(value)?;
            let value = match class {
                Class::Any => value,
                known => self.coerce(value, known)?,
            };
            class = match (class, value.class) {
                (Class::Any, other) | (other, Class::Any) => other,
                (known, other) if known != other && known.is_number() => Class::Decimal,
                (known, _) => known,
            };
            bound.push((condition, value.expr));
        }
        Ok(Typed::new(Expr::Case(bound), class))
    }
}

/// Whether a qualified name is that of a type, whatever the namespace's alias and the case.
pub fn is_type(qualified: &str, name: &str) -> bool {
    qualified
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.eq_ignore_ascii_case(name))
}

const fn class(primitive: Primitive) -> Class {
    match primitive {
        Primitive::Boolean => Class::Boolean,
        Primitive::Byte | Primitive::SByte | Primitive::Int16 | Primitive::Int32 | Primitive::Int64 => {
            Class::Int
        }
        Primitive::Decimal => Class::Decimal,
        Primitive::Single | Primitive::Double => Class::Double,
        Primitive::Date => Class::Date,
        Primitive::DateTimeOffset => Class::Instant,
        Primitive::TimeOfDay => Class::TimeOfDay,
        Primitive::Duration => Class::Duration,
        Primitive::Guid => Class::Guid,
        Primitive::String => Class::Text,
        Primitive::Binary => Class::Binary,
    }
}
