//! Operators: what their operands must be, and what they come to.

use super::{BindError, Binder};
use crate::domain::query::Comparison;
use crate::odata::expression::{Class, Expr, Typed, class_of};
use crate::odata::url::ast::{self, BinaryOp};
use crate::odata::value::Value;
use crate::odata::value::arithmetic::Arithmetic;

impl Binder<'_> {
    pub(super) fn not(&mut self, operand: &ast::Expr) -> Result<Typed, BindError> {
        let operand = self.predicate(operand)?;
        Ok(Typed::new(Expr::Not(Box::new(operand)), Class::Boolean))
    }

    pub(super) fn negate(&mut self, operand: &ast::Expr) -> Result<Typed, BindError> {
        let Typed { expr, class } = self.value(operand)?;
        match class {
            Class::Int | Class::Decimal | Class::Double | Class::Duration | Class::Any => {
                Ok(Typed::new(Expr::Negate(Box::new(expr)), class))
            }
            _ => Err(self.type_error(format!("{} has no sign", class.name()))),
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Result<Typed, BindError> {
        let comparison = match operator {
            BinaryOp::Or | BinaryOp::And => return self.logic(operator, left, right),
            BinaryOp::Has => {
                let message = "`has` takes an enumeration with flags, and no property is of one";
                return Err(self.unsupported(message.to_owned()));
            }
            BinaryOp::Eq => Comparison::Eq,
            BinaryOp::Ne => Comparison::Ne,
            BinaryOp::Lt => Comparison::Lt,
            BinaryOp::Le => Comparison::Le,
            BinaryOp::Gt => Comparison::Gt,
            BinaryOp::Ge => Comparison::Ge,
            BinaryOp::Add => return self.arithmetic(Arithmetic::Add, left, right),
            BinaryOp::Sub => return self.arithmetic(Arithmetic::Sub, left, right),
            BinaryOp::Mul => return self.arithmetic(Arithmetic::Mul, left, right),
            BinaryOp::Div => return self.arithmetic(Arithmetic::Div, left, right),
            BinaryOp::DivBy => return self.arithmetic(Arithmetic::DivBy, left, right),
            BinaryOp::Mod => return self.arithmetic(Arithmetic::Mod, left, right),
        };
        let (left, right) = (self.any(left)?, self.any(right)?);
        self.comparison(comparison, left, right)
    }

    /// A chain of one operator is long more often than deep, so it is opened up.
    fn logic(&mut self, operator: BinaryOp, left: &ast::Expr, right: &ast::Expr) -> Result<Typed, BindError> {
        let mut operands = vec![right];
        let mut rest = left;
        while let ast::Expr::Binary(other, left, right) = rest
            && *other == operator
        {
            operands.push(right);
            rest = left;
        }
        operands.push(rest);
        let operands = operands.into_iter().rev().map(|it| self.predicate(it));
        let operands: Vec<Expr> = operands.collect::<Result<_, _>>()?;
        let expr = match operator {
            BinaryOp::Or => Expr::Or(operands),
            _ => Expr::And(operands),
        };
        Ok(Typed::new(expr, Class::Boolean))
    }

    fn comparison(&mut self, comparison: Comparison, left: Typed, right: Typed) -> Result<Typed, BindError> {
        let is_entity = |it: &Typed| it.class == Class::Entity;
        if is_entity(&left) || is_entity(&right) {
            let (entity, other) = if is_entity(&left) {
                (left, right)
            } else {
                (right, left)
            };
            let expr = match (comparison, other.expr) {
                (Comparison::Ne, Expr::Value(Value::Null)) => entity.expr,
                (Comparison::Eq, Expr::Value(Value::Null)) => Expr::Not(Box::new(entity.expr)),
                _ => {
                    let message = "an entity can only be said to be, or not to be, null";
                    return Err(self.type_error(message.to_owned()));
                }
            };
            return Ok(Typed::new(expr, Class::Boolean));
        }
        let (left, right) = self.alike(left, right)?;
        let has_order = !matches!(left.class, Class::List | Class::ScheduleDays);
        if !has_order && !matches!(comparison, Comparison::Eq | Comparison::Ne) {
            return Err(self.type_error(format!("{} has no order", left.class.name())));
        }
        let expr = Expr::Compare(comparison, Box::new(left.expr), Box::new(right.expr));
        Ok(Typed::new(expr, Class::Boolean))
    }

    /// Both as what can be compared: a literal is widened to the other's type.
    fn alike(&mut self, left: Typed, right: Typed) -> Result<(Typed, Typed), BindError> {
        let is_literal = |it: &Typed| matches!(it.expr, Expr::Value(_));
        let is_text = left.class == Class::Text;
        if is_literal(&left) && (!is_literal(&right) || is_text) {
            let left = self.coerce(left, right.class)?;
            return Ok((left, right));
        }
        let right = self.coerce(right, left.class)?;
        Ok((left, right))
    }

    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Result<Typed, BindError> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let Some(class) = outcome(operator, left.class, right.class) else {
            return Err(self.type_error(format!(
                "there is no such arithmetic of {} and {}",
                left.class.name(),
                right.class.name()
            )));
        };
        let expr = Expr::Arithmetic(operator, Box::new(left.expr), Box::new(right.expr));
        Ok(Typed::new(expr, class))
    }

    pub(super) fn is_in(&mut self, left: &ast::Expr, right: &ast::Expr) -> Result<Typed, BindError> {
        let left = self.value(left)?;
        let items = match self.any(right)?.expr {
            Expr::List(items) => items,
            Expr::Value(Value::Null) => Vec::new(),
            _ => {
                let message = "behind `in` stands a list such as ('a','b'), or an alias of one";
                return Err(self.unsupported(message.to_owned()));
            }
        };
        let items = items.into_iter().map(|item| {
            let class = match &item {
                Expr::Value(value) => class_of(value),
                _ => Class::Any,
            };
            Ok(self.coerce(Typed::new(item, class), left.class)?.expr)
        });
        let items: Vec<Expr> = items.collect::<Result<_, BindError>>()?;
        let value = |item: &Expr| match item {
            Expr::Value(value) => Some(value.clone()),
            _ => None,
        };
        let expr = match items.iter().map(value).collect::<Option<Vec<_>>>() {
            Some(mut values) => {
                values.sort_by(Value::order);
                Expr::Among(Box::new(left.expr), values)
            }
            None => Expr::In(Box::new(left.expr), items),
        };
        Ok(Typed::new(expr, Class::Boolean))
    }

    pub(super) fn list(&mut self, items: &[ast::Expr]) -> Result<Typed, BindError> {
        let items = items.iter().map(|item| Ok(self.value(item)?.expr));
        let items: Vec<Expr> = items.collect::<Result<_, BindError>>()?;
        Ok(Typed::new(Expr::List(items), Class::List))
    }
}

/// What arithmetic of two classes comes to, if it comes to anything.
fn outcome(operator: Arithmetic, left: Class, right: Class) -> Option<Class> {
    use Class::{Any, Date, Decimal, Double, Duration, Instant, Int};
    match (operator, left, right) {
        (_, Any, other) | (_, other, Any) => {
            let computes = other.is_number() || matches!(other, Any | Date | Instant | Duration);
            computes.then_some(other)
        }
        (Arithmetic::DivBy, Int, Int) => Some(Decimal),
        (_, Int, Int) => Some(Int),
        (_, Double, other) | (_, other, Double) if other.is_number() => Some(Double),
        (_, left, right) if left.is_number() && right.is_number() => Some(Decimal),
        (Arithmetic::Add | Arithmetic::Sub, moment @ (Date | Instant), Duration)
        | (Arithmetic::Add, Duration, moment @ (Date | Instant)) => Some(moment),
        (Arithmetic::Sub, Date | Instant, Date | Instant)
        | (Arithmetic::Add | Arithmetic::Sub, Duration, Duration)
        | (Arithmetic::Mul | Arithmetic::Div | Arithmetic::DivBy, Duration, Int | Decimal)
        | (Arithmetic::Mul, Int | Decimal, Duration) => Some(Duration),
        _ => None,
    }
}
