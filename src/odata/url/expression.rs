//! Expressions: operators by their precedence, and what stands between them.
//!
//! Chains of `and` and `or` become balanced trees, which mean the same and stay low however long
//! the chain is.

use super::ast::{BinaryOp, Expr};
use super::call::named;
use super::error::Kind;
use super::input::{
    Input, MAX_HEIGHT, Parsed, begins_name, blanks, close, count, expected, name, nested, next, peek_word,
    refuse, require, rest, take, take_spaced, take_text, take_word, unsupported,
};
use super::literal::{begins_number, literal};
use super::path::rooted;

/// Operators between two operands, by how tightly they bind; `in` and `has` bind to an operand
/// itself.
const OPERATORS: [(&str, Binding, BinaryOp); 14] = [
    ("or", Binding::Or, BinaryOp::Or),
    ("and", Binding::And, BinaryOp::And),
    ("eq", Binding::Equality, BinaryOp::Eq),
    ("ne", Binding::Equality, BinaryOp::Ne),
    ("gt", Binding::Relation, BinaryOp::Gt),
    ("ge", Binding::Relation, BinaryOp::Ge),
    ("lt", Binding::Relation, BinaryOp::Lt),
    ("le", Binding::Relation, BinaryOp::Le),
    ("add", Binding::Sum, BinaryOp::Add),
    ("sub", Binding::Sum, BinaryOp::Sub),
    ("mul", Binding::Product, BinaryOp::Mul),
    ("div", Binding::Product, BinaryOp::Div),
    ("divby", Binding::Product, BinaryOp::DivBy),
    ("mod", Binding::Product, BinaryOp::Mod),
];

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Equality,
    Relation,
    Sum,
    Product,
    Operand,
}

impl Binding {
    const fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Equality,
            Self::Equality => Self::Relation,
            Self::Relation => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Operand => Self::Operand,
        }
    }
}

/// Reads an expression; what follows it stays.
pub(super) fn expression(input: &mut Input<'_>) -> Parsed<Expr> {
    chain(input, Binding::Or)
}

/// Reads operands with operators between them that bind at least so tightly, left to right.
fn chain(input: &mut Input<'_>, loosest: Binding) -> Parsed<Expr> {
    let outside = std::mem::take(&mut input.state.height);
    let mut left = unary(input)?;
    while let Some((binding, op)) = take_operator(input, loosest) {
        count(input)?;
        left = match binding {
            Binding::Or | Binding::And => logical(input, left, binding, op)?,
            _ => {
                let right = chain(input, binding.tighter())?;
                grow(input, 1)?;
                Expr::Binary(op, Box::new(left), Box::new(right))
            }
        };
    }
    input.state.height = input.state.height.max(outside);
    Ok(left)
}

/// Reads on behind the first `and`, or the first `or`, with all operands up to the last.
fn logical(input: &mut Input<'_>, first: Expr, binding: Binding, op: BinaryOp) -> Parsed<Expr> {
    let word = if op == BinaryOp::Or { "or" } else { "and" };
    let mut operands = vec![first];
    loop {
        operands.push(chain(input, binding.tighter())?);
        blanks(input);
        if !take_word(input, word) {
            break;
        }
        count(input)?;
    }
    // Every level halves the number.
    grow(
        input,
        (operands.len() - 1)
            .checked_ilog2()
            .map_or(0, |levels| levels + 1),
    )?;
    balanced(op, operands).map_or_else(|| expected(input, "a value"), Ok)
}

/// A tree over these operands in their order, as low as can be.
fn balanced(op: BinaryOp, mut operands: Vec<Expr>) -> Option<Expr> {
    while operands.len() > 1 {
        let mut pairs = Vec::with_capacity(operands.len().div_ceil(2));
        let mut left_over = operands.into_iter();
        while let Some(left) = left_over.next() {
            pairs.push(match left_over.next() {
                Some(right) => Expr::Binary(op, Box::new(left), Box::new(right)),
                None => left,
            });
        }
        operands = pairs;
    }
    operands.pop()
}

/// Notes that the tree has become so much higher.
fn grow(input: &mut Input<'_>, levels: u32) -> Parsed<()> {
    input.state.height += levels;
    if input.state.height > MAX_HEIGHT {
        return refuse(
            input,
            Kind::TooLarge,
            format!("its operators nest deeper than {MAX_HEIGHT} levels"),
        );
    }
    Ok(())
}

/// Takes the operator that is next, if it binds at least so tightly.
fn take_operator(input: &mut Input<'_>, loosest: Binding) -> Option<(Binding, BinaryOp)> {
    blanks(input);
    OPERATORS.into_iter().find_map(|(word, binding, op)| {
        (binding >= loosest && take_word(input, word)).then_some((binding, op))
    })
}

/// Reads an operand with `not` or a minus before it, or with `in` or `has` behind it.
fn unary(input: &mut Input<'_>) -> Parsed<Expr> {
    blanks(input);
    if next(input) == Some('-') && !begins_number(rest(input)) {
        count(input)?;
        take(input, '-');
        return nested(input, unary).map(|it| Expr::Negate(Box::new(it)));
    }
    if peek_word(input).eq_ignore_ascii_case("not") && !rest(input).get(3..).is_some_and(is_of_name) {
        count(input)?;
        take_text(input, "not");
        return nested(input, unary).map(|it| Expr::Not(Box::new(it)));
    }
    let outside = std::mem::take(&mut input.state.height);
    let mut operand = primary(input)?;
    loop {
        blanks(input);
        operand = if take_word(input, "in") {
            count(input)?;
            blanks(input);
            let members = if next(input) == Some('(') {
                list(input, '(', ')')?
            } else {
                primary(input)?
            };
            Expr::In(Box::new(operand), Box::new(members))
        } else if take_word(input, "has") {
            count(input)?;
            let members = primary(input)?;
            Expr::Binary(BinaryOp::Has, Box::new(operand), Box::new(members))
        } else {
            input.state.height = input.state.height.max(outside);
            return Ok(operand);
        };
        grow(input, 1)?;
    }
}

/// Whether a word before this is the name of something rather than an operator.
fn is_of_name(behind: &str) -> bool {
    behind.starts_with(['/', '.', '\'', ')', ',']) || behind.trim_start_matches([' ', '\t']).is_empty()
}

/// Reads an operand.
fn primary(input: &mut Input<'_>) -> Parsed<Expr> {
    blanks(input);
    count(input)?;
    match next(input) {
        Some('(') => nested(input, within_parentheses),
        Some('[') => list(input, '[', ']'),
        Some('{') => unsupported(input, "a JSON object in a URL"),
        Some('@') => alias(input),
        Some('$') => rooted(input).map(Expr::Path),
        _ => match literal(input)? {
            Some(literal) => Ok(Expr::Literal(literal)),
            None if next(input).is_some_and(begins_name) => named(input),
            None => expected(input, "a value, a property or a function"),
        },
    }
}

fn within_parentheses(input: &mut Input<'_>) -> Parsed<Expr> {
    require(input, '(')?;
    let inner = expression(input)?;
    close(input, "an operator or `)`")?;
    Ok(inner)
}

/// Reads `(x,y)` or `[x,y]`.
fn list(input: &mut Input<'_>, opening: char, closing: char) -> Parsed<Expr> {
    nested(input, |input| {
        require(input, opening)?;
        let mut items = Vec::new();
        while !take(input, closing) {
            if !items.is_empty() && !take_spaced(input, ',') {
                return expected(input, &format!("`,` or `{closing}`"));
            }
            items.push(expression(input)?);
            blanks(input);
        }
        Ok(Expr::List(items))
    })
}

/// Reads `@name`.
fn alias(input: &mut Input<'_>) -> Parsed<Expr> {
    let before = input.clone();
    let name = alias_name(input)?;
    match next(input) {
        Some('.' | '#') => unsupported(&before, "an annotation in an expression"),
        Some('/') => unsupported(&before, "a path behind a parameter alias"),
        _ => Ok(Expr::Alias(name)),
    }
}

/// Takes `@name`, and gives the name.
pub(super) fn alias_name(input: &mut Input<'_>) -> Parsed<String> {
    take(input, '@');
    Ok(name(input, "the name of a parameter alias")?.to_owned())
}
