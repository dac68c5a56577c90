//! A name in an expression, and what is in parentheses behind names.

use super::ast::{Arguments, Expr, Root, Step};
use super::error::Kind;
use super::expression::expression;
use super::input::{
    Input, Parsed, begins_name, close, continues_name, count, name, nested, next, opens, peek_word,
    qualified_name, refuse, require, rest, separated, take, unsupported,
};
use super::path::path_from;

const COLLECTION: &str = "Collection";

/// What is in parentheses.
pub(super) enum Parenthesised {
    /// Values by their place; none for `()`.
    Values(Vec<Expr>),
    /// Values by name.
    Named(Vec<(String, Expr)>),
}

/// Reads what begins with a name: a path or a function.
pub(super) fn named(input: &mut Input<'_>) -> Parsed<Expr> {
    let before = input.clone();
    let name = qualified_name(input, "a name")?;
    if !opens(input) {
        return path_from(input, Root::Name, Step::Name(name.to_owned())).map(Expr::Path);
    }
    match name.to_ascii_lowercase().as_str() {
        "cast" => return typed(input).map(|(of, to)| Expr::Cast(of, to)),
        "isof" => return typed(input).map(|(of, to)| Expr::IsOf(of, to)),
        "case" => return case(input),
        _ => {}
    }
    if name
        .get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("geo."))
    {
        return unsupported(&before, "geography");
    }
    match parenthesised(input)? {
        Parenthesised::Values(values) if !name.contains('.') && next(input) != Some('/') => {
            Ok(Expr::Call(name.to_lowercase(), values))
        }
        within => {
            let step = Step::Call(name.to_owned(), arguments(&before, within)?);
            path_from(input, Root::Name, step).map(Expr::Path)
        }
    }
}

/// Reads parentheses with values in them, by place or by name.
pub(super) fn parenthesised(input: &mut Input<'_>) -> Parsed<Parenthesised> {
    nested(input, |input| {
        require(input, '(')?;
        let mut within = Parenthesised::Values(Vec::new());
        if !take(input, ')') {
            within = if is_named(input) {
                Parenthesised::Named(separated(input, argument)?)
            } else {
                Parenthesised::Values(separated(input, expression)?)
            };
            close(input, "an operator, `,` or `)`")?;
        }
        if next(input) == Some('(') {
            return unsupported(input, "a second pair of parentheses");
        }
        Ok(within)
    })
}

/// Whether a name and `=` are next.
fn is_named(input: &Input<'_>) -> bool {
    let behind = rest(input).strip_prefix(peek_word(input)).unwrap_or_default();
    next(input).is_some_and(begins_name) && behind.trim_start_matches([' ', '\t']).starts_with('=')
}

fn argument(input: &mut Input<'_>) -> Parsed<(String, Expr)> {
    let name = name(input, "the name of a parameter")?.to_owned();
    require(input, '=')?;
    Ok((name, expression(input)?))
}

/// What is in parentheses as a key or a function's arguments; values are given by name if there
/// are several.
pub(super) fn arguments(before: &Input<'_>, within: Parenthesised) -> Parsed<Arguments> {
    match within {
        Parenthesised::Named(named) => Ok(Arguments::Named(named)),
        Parenthesised::Values(values) => {
            let mut values = values.into_iter();
            match (values.next(), values.next()) {
                (None, _) => Ok(Arguments::Empty),
                (Some(value), None) => Ok(Arguments::Single(Box::new(value))),
                (Some(_), Some(_)) => refuse(
                    before,
                    Kind::Malformed,
                    "several values in parentheses are given by name, as in (date=2021-03-22,userId=@u)",
                ),
            }
        }
    }
}

/// Reads the parentheses of `cast` or `isof`: what, and the type.
fn typed(input: &mut Input<'_>) -> Parsed<(Option<Box<Expr>>, String)> {
    nested(input, |input| {
        require(input, '(')?;
        let of = if type_closes(rest(input)) {
            None
        } else {
            let of = expression(input)?;
            require(input, ',')?;
            Some(Box::new(of))
        };
        let to = type_name(input)?;
        close(input, "`)` behind the type")?;
        Ok((of, to))
    })
}

/// Whether the name of a type and the closing parenthesis are all that is next.
fn type_closes(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let behind = text.trim_start_matches(|it| it == '.' || continues_name(it));
    if let Some(member) = behind.strip_prefix('(').filter(|_| is_collection(text)) {
        return type_closes_member(member);
    }
    behind.len() < text.len() && text.starts_with(begins_name) && closes(behind)
}

fn type_closes_member(member: &str) -> bool {
    let member = member.trim_start_matches(|it| it == '.' || continues_name(it));
    member
        .trim_start_matches([' ', '\t'])
        .strip_prefix(')')
        .is_some_and(closes)
}

fn closes(text: &str) -> bool {
    text.trim_start_matches([' ', '\t']).starts_with(')')
}

fn is_collection(text: &str) -> bool {
    text.get(..COLLECTION.len())
        .is_some_and(|it| it.eq_ignore_ascii_case(COLLECTION))
}

/// Takes `Edm.String` or `Collection(Edm.String)`.
fn type_name(input: &mut Input<'_>) -> Parsed<String> {
    count(input)?;
    if is_collection(rest(input))
        && rest(input)
            .get(COLLECTION.len()..)
            .is_some_and(|it| it.starts_with('('))
    {
        name(input, "a type")?;
        require(input, '(')?;
        let member = qualified_name(input, "a type")?;
        close(input, "`)` behind the type")?;
        return Ok(format!("{COLLECTION}({member})"));
    }
    Ok(qualified_name(input, "a type")?.to_owned())
}

/// Reads the parentheses of `case`.
fn case(input: &mut Input<'_>) -> Parsed<Expr> {
    nested(input, |input| {
        require(input, '(')?;
        let branches = separated(input, |input| {
            input.state.in_condition = true;
            let condition = expression(input)?;
            input.state.in_condition = false;
            require(input, ':')?;
            Ok((condition, expression(input)?))
        })?;
        close(input, "an operator, `,` or `)`")?;
        Ok(Expr::Case(branches))
    })
}
