//! What `$orderby`, `$compute` and `$select` list, and paths of plain names.

use super::ast::{Computed, OrderKey, SelectItem};
use super::expand::{Within, nested_options};
use super::expression::expression;
use super::input::{
    Input, Parsed, blanks, count, expanded, expected, name, next, opens, qualified_name, rest, separated,
    take, take_word, unsupported,
};

/// Reads `a desc,b`.
pub(super) fn order_keys(input: &mut Input<'_>) -> Parsed<Vec<OrderKey>> {
    separated(input, |input| {
        let by = expression(input)?;
        blanks(input);
        let descending = take_word(input, "desc");
        if !descending {
            take_word(input, "asc");
        }
        Ok(OrderKey { by, descending })
    })
}

/// Reads `a mul b as c,d as e`.
pub(super) fn computed(input: &mut Input<'_>) -> Parsed<Vec<Computed>> {
    separated(input, |input| {
        let expr = expression(input)?;
        Ok(Computed {
            expr,
            name: named_as(input)?,
        })
    })
}

/// Reads `as name`.
pub(super) fn named_as(input: &mut Input<'_>) -> Parsed<String> {
    blanks(input);
    if !take_word(input, "as") {
        return expected(input, "an operator, or `as` and a name");
    }
    blanks(input);
    Ok(name(input, "a name behind `as`")?.to_owned())
}

/// Reads `a,b/c,*`.
pub(super) fn selected(input: &mut Input<'_>) -> Parsed<Vec<SelectItem>> {
    separated(input, |input| {
        blanks(input);
        if take(input, '*') {
            count(input)?;
            return Ok(SelectItem::All);
        }
        let mut path = Vec::new();
        loop {
            path.push(path_name(input)?.to_owned());
            if opens(input) {
                let options = expanded(input, |input| nested_options(input, Within::Selected))?;
                return Ok(SelectItem::Within(path, Box::new(options)));
            }
            if !take(input, '/') {
                break;
            }
        }
        if rest(input).starts_with(".*") {
            take(input, '.');
            take(input, '*');
            return Ok(SelectItem::Operations(path.join("/")));
        }
        Ok(SelectItem::Path(path))
    })
}

/// Reads `a/b/c`.
pub(super) fn plain_path(input: &mut Input<'_>) -> Parsed<Vec<String>> {
    blanks(input);
    let mut path = vec![path_name(input)?.to_owned()];
    while take(input, '/') {
        path.push(path_name(input)?.to_owned());
    }
    Ok(path)
}

/// Takes a name on a path of plain names.
pub(super) fn path_name<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    count(input)?;
    match next(input) {
        Some('@') => unsupported(input, "an annotation in a path"),
        _ => qualified_name(input, "the name of a property or a navigation"),
    }
}
