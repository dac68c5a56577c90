//! Paths within expressions: properties, collections, and predicates over them.

use super::ast::{Arguments, Expr, Lambda, Path, Root, Search, Step};
use super::call::{arguments, parenthesised};
use super::error::Kind;
use super::expression::expression;
use super::input::{
    Input, Parsed, close, count, expected, name, nested, next, opens, peek_word, qualified_name, refuse,
    require, rest, take, take_spaced, take_word, unsupported,
};
use super::literal::{begins_guid, guid};
use super::search::search;

/// Reads a path that begins with `$it`, `$this` or `$root`.
pub(super) fn rooted(input: &mut Input<'_>) -> Parsed<Path> {
    let before = input.clone();
    take(input, '$');
    let root = match peek_word(input).to_ascii_lowercase().as_str() {
        "it" => Root::It,
        "this" => Root::This,
        "root" => Root::Service,
        "these" => return unsupported(&before, "$these"),
        _ => {
            return expected(
                &before,
                "$it, $this or $root, as an expression begins with no other name with `$`",
            );
        }
    };
    name(input, "a name")?;
    if root == Root::Service && next(input) != Some('/') {
        return expected(input, "`/` and the name of an entity set behind $root");
    }
    steps(
        input,
        Path {
            root,
            steps: Vec::new(),
        },
    )
}

/// Reads on with a path whose first step is read.
pub(super) fn path_from(input: &mut Input<'_>, root: Root, first: Step) -> Parsed<Path> {
    steps(
        input,
        Path {
            root,
            steps: vec![first],
        },
    )
}

fn steps(input: &mut Input<'_>, mut path: Path) -> Parsed<Path> {
    while take(input, '/') {
        count(input)?;
        match path.steps.last_mut() {
            // Nothing else has members by their keys within expressions.
            Some(Step::Name(set)) if path.root == Root::Service && begins_guid(rest(input)) => {
                let key = Arguments::Single(Box::new(Expr::Literal(guid(input)?)));
                let keyed = Step::Call(std::mem::take(set), key);
                path.steps.pop();
                path.steps.push(keyed);
            }
            _ => path.steps.push(step(input)?),
        }
        if next(input) == Some('(') {
            return unsupported(input, "a second pair of parentheses");
        }
    }
    if next(input) == Some('@') {
        return unsupported(input, "an annotation in an expression");
    }
    Ok(path)
}

fn step(input: &mut Input<'_>) -> Parsed<Step> {
    let before = input.clone();
    if take(input, '$') {
        return match peek_word(input).to_ascii_lowercase().as_str() {
            "count" => counted(input),
            "filter" => filtered(input),
            _ => expected(&before, "a name, $count or $filter"),
        };
    }
    if next(input) == Some('@') {
        return unsupported(&before, "an annotation in an expression");
    }
    let name = qualified_name(input, "a name, $count or $filter")?;
    if !opens(input) {
        return Ok(Step::Name(name.to_owned()));
    }
    match name.to_ascii_lowercase().as_str() {
        "any" => lambda(input).map(Step::Any),
        "all" => match lambda(input)? {
            Some(lambda) => Ok(Step::All(lambda)),
            None => refuse(
                &before,
                Kind::Malformed,
                "all() takes a predicate, as in all(l:l/duration gt 0)",
            ),
        },
        "aggregate" => unsupported(&before, "aggregate in an expression"),
        _ => {
            let within = parenthesised(input)?;
            Ok(Step::Call(name.to_owned(), arguments(&before, within)?))
        }
    }
}

/// Reads the parentheses of `any` or `all`; [`None`] if nothing is in them.
fn lambda(input: &mut Input<'_>) -> Parsed<Option<Lambda>> {
    nested(input, |input| {
        require(input, '(')?;
        if take(input, ')') {
            return Ok(None);
        }
        let variable = name(
            input,
            "the name of a variable and a colon, as in any(l:l/duration gt 0)",
        )?;
        require(input, ':')?;
        let predicate = Box::new(expression(input)?);
        close(input, "an operator or `)`")?;
        Ok(Some(Lambda {
            variable: variable.to_owned(),
            predicate,
        }))
    })
}

/// Reads `filter(...)`.
fn filtered(input: &mut Input<'_>) -> Parsed<Step> {
    name(input, "filter")?;
    nested(input, |input| {
        require(input, '(')?;
        let predicate = expression(input)?;
        close(input, "an operator or `)`")?;
        Ok(Step::Filter(Box::new(predicate)))
    })
}

/// Reads `count`, perhaps with options in parentheses.
fn counted(input: &mut Input<'_>) -> Parsed<Step> {
    name(input, "count")?;
    if !opens(input) {
        return Ok(Step::Count(None, None));
    }
    nested(input, |input| {
        require(input, '(')?;
        let (mut filter, mut found) = (None, None);
        while !take(input, ')') {
            count_option(input, &mut filter, &mut found)?;
            if !take_spaced(input, ';') && next(input) != Some(')') {
                return expected(input, "an operator, `;` or `)`");
            }
        }
        Ok(Step::Count(filter, found))
    })
}

/// Reads `$filter=...` or `$search=...`.
fn count_option(
    input: &mut Input<'_>,
    filter: &mut Option<Box<Expr>>,
    found: &mut Option<Search>,
) -> Parsed<()> {
    let before = input.clone();
    take(input, '$');
    let twice = if take_word(input, "filter") {
        require(input, '=')?;
        filter.replace(Box::new(expression(input)?)).is_some()
    } else if take_word(input, "search") {
        require(input, '=')?;
        found.replace(search(input)?).is_some()
    } else {
        return expected(&before, "$filter or $search, as nothing else narrows a $count");
    };
    if twice {
        return refuse(&before, Kind::Malformed, "the option is given twice");
    }
    Ok(())
}
