//! `$apply`: filter, grouping and aggregation, one after the other.

use super::ast::{Aggregate, Expr, Step, Transformation};
use super::clause::{computed, named_as, order_keys, plain_path};
use super::error::Kind;
use super::expand::shortened;
use super::expression::expression;
use super::input::{
    Input, Parsed, blanks, close, count, expected, nested, next, number, opens, peek_word, qualified_name,
    refuse, require, separated, take_spaced, take_text, take_word, unsupported,
};
use super::search::search;

/// Reads `filter(...)/groupby(...)`.
pub(super) fn transformations(input: &mut Input<'_>) -> Parsed<Vec<Transformation>> {
    let mut transformations = vec![transformation(input)?];
    while take_spaced(input, '/') {
        transformations.push(transformation(input)?);
    }
    Ok(transformations)
}

fn transformation(input: &mut Input<'_>) -> Parsed<Transformation> {
    blanks(input);
    count(input)?;
    let before = input.clone();
    let name = qualified_name(input, "a transformation, such as filter(...) or groupby(...)")?;
    let lower = name.to_ascii_lowercase();
    if lower == "identity" {
        return Ok(Transformation::Identity);
    }
    if !opens(input) {
        return expected(input, "`(` behind the name of a transformation");
    }
    match lower.as_str() {
        "filter" => within(input, expression).map(Transformation::Filter),
        "search" => within(input, search).map(Transformation::Search),
        "compute" => within(input, computed).map(Transformation::Compute),
        "orderby" => within(input, order_keys).map(Transformation::OrderBy),
        "top" => within(input, number).map(Transformation::Top),
        "skip" => within(input, number).map(Transformation::Skip),
        "aggregate" => within(input, |input| separated(input, aggregate)).map(Transformation::Aggregate),
        "groupby" => within(input, group_by),
        _ => refuse(
            &before,
            Kind::Unsupported,
            format!(
                "the transformation {} is not supported; there are aggregate, compute, filter, groupby, identity, \
                 orderby, search, skip and top",
                shortened(name)
            ),
        ),
    }
}

/// Reads what is in parentheses.
fn within<'a, T>(input: &mut Input<'a>, rule: impl FnOnce(&mut Input<'a>) -> Parsed<T>) -> Parsed<T> {
    nested(input, |input| {
        require(input, '(')?;
        let inner = rule(input)?;
        close(input, "an operator, `,` or `)`")?;
        Ok(inner)
    })
}

/// Reads `(a,b/c),aggregate(...)`.
fn group_by(input: &mut Input<'_>) -> Parsed<Transformation> {
    let by = within(input, |input| {
        if next(input) == Some(')') {
            return Ok(Vec::new());
        }
        separated(input, |input| {
            let before = input.clone();
            let word = peek_word(input);
            let path = plain_path(input)?;
            if opens(input) {
                return unsupported(&before, &format!("{} within groupby", shortened(word)));
            }
            Ok(path)
        })
    })?;
    let each = if take_spaced(input, ',') {
        transformations(input)?
    } else {
        Vec::new()
    };
    Ok(Transformation::GroupBy(by, each))
}

/// Reads `expression with method as name`, or `$count as name`.
fn aggregate(input: &mut Input<'_>) -> Parsed<Aggregate> {
    blanks(input);
    count(input)?;
    let before = input.clone();
    if take_text(input, COUNT) {
        return Ok(Aggregate {
            of: None,
            with: COUNT.to_owned(),
            name: aggregate_name(input)?,
        });
    }
    let mut of = expression(input)?;
    blanks(input);
    if take_word(input, "with") {
        blanks(input);
        let method = qualified_name(input, "a method such as sum, min, max, average or countdistinct")?;
        let with = if method.contains('.') {
            method.to_owned()
        } else {
            method.to_lowercase()
        };
        return Ok(Aggregate {
            of: Some(of),
            with,
            name: aggregate_name(input)?,
        });
    }
    if is_count(&mut of) {
        return Ok(Aggregate {
            of: Some(of),
            with: COUNT.to_owned(),
            name: aggregate_name(input)?,
        });
    }
    let is_over = matches!(next(input), Some(',' | ')')) || ["as", "from"].contains(&peek_word(input));
    if is_over && matches!(of, Expr::Path(_)) {
        return unsupported(&before, "a custom aggregate, which has no method,");
    }
    expected(input, "an operator, or `with` and a method such as sum")
}

/// Reads `as name`.
fn aggregate_name(input: &mut Input<'_>) -> Parsed<String> {
    blanks(input);
    if peek_word(input).eq_ignore_ascii_case("from") {
        return unsupported(input, "`from` within aggregate");
    }
    named_as(input)
}

const COUNT: &str = "$count";

/// Whether a path ends with `/$count`; that step is taken off then.
fn is_count(expr: &mut Expr) -> bool {
    match expr {
        Expr::Path(path) if path.steps.last() == Some(&Step::Count(None, None)) => {
            path.steps.pop();
            true
        }
        _ => false,
    }
}
