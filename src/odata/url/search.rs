//! Search expressions: words and phrases with `NOT`, `AND` and `OR`, upper case only.
//!
//! `AND` and `OR` are operators between terms, `NOT` is one before a term; elsewhere they are
//! words like others.

use winnow::Parser;
use winnow::token::take_while;

use super::ast::Search;
use super::error::Kind;
use super::input::{
    Input, Parsed, blanks, close, count, expected, nested, next, refuse, require, rest, take,
};
use super::quoted::single_quoted;

/// Reads a search expression; it ends with a parenthesis or a semicolon that is not its own.
pub(super) fn search(input: &mut Input<'_>) -> Parsed<Search> {
    blanks(input);
    if next(input) == Some('\'') {
        // What is not an expression comes in single quotes: text that somebody is just typing.
        count(input)?;
        return single_quoted(input).map(Search::Term);
    }
    any_of(input)
}

fn any_of(input: &mut Input<'_>) -> Parsed<Search> {
    let mut terms = vec![all_of(input)?];
    while begins_operator(input, "OR") {
        operator(input, "OR")?;
        terms.push(all_of(input)?);
    }
    Ok(one_or(terms, Search::Or))
}

fn all_of(input: &mut Input<'_>) -> Parsed<Search> {
    let mut terms = vec![term(input)?];
    loop {
        blanks(input);
        if begins_operator(input, "AND") {
            operator(input, "AND")?;
        } else if begins_operator(input, "OR") || !begins_term(rest(input)) {
            return Ok(one_or(terms, Search::And));
        }
        terms.push(term(input)?);
    }
}

fn one_or(mut terms: Vec<Search>, several: impl FnOnce(Vec<Search>) -> Search) -> Search {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            several(terms)
        }
    }
}

fn term(input: &mut Input<'_>) -> Parsed<Search> {
    blanks(input);
    count(input)?;
    if begins_operator(input, "NOT") {
        operator(input, "NOT")?;
        return nested(input, term).map(|it| Search::Not(Box::new(it)));
    }
    match next(input) {
        Some('(') => nested(input, |input| {
            require(input, '(')?;
            let inner = any_of(input)?;
            close(input, "a word or `)`")?;
            Ok(inner)
        }),
        Some('"') => phrase(input),
        Some(character) if continues_word(character) && character != '\'' => {
            // Among the options of `$expand` a semicolon ends the search.
            let nested = input.state.is_nested();
            take_while(1.., |it| continues_word(it) || (it == ';' && !nested))
                .map(|word: &str| Search::Term(word.to_owned()))
                .parse_next(input)
        }
        _ => expected(input, "a word, a phrase in double quotes, or `(`"),
    }
}

/// Takes `"a phrase"`, in which a backslash makes a quote or a backslash plain.
fn phrase(input: &mut Input<'_>) -> Parsed<Search> {
    let before = input.clone();
    take(input, '"');
    let mut text = String::new();
    loop {
        let piece: &str = winnow::token::take_till(0.., ['"', '\\']).parse_next(input)?;
        text.push_str(piece);
        if take(input, '"') {
            break;
        }
        if !take(input, '\\') {
            return refuse(&before, Kind::Malformed, "the quote `\"` is not closed");
        }
        let plain = next(input).filter(|it| matches!(it, '"' | '\\'));
        text.push(plain.unwrap_or('\\'));
        if let Some(plain) = plain {
            take(input, plain);
        }
    }
    if text.trim().is_empty() {
        return refuse(&before, Kind::Malformed, "there is nothing in the phrase");
    }
    Ok(Search::Term(text))
}

fn continues_word(character: char) -> bool {
    !matches!(character, ' ' | '\t' | '(' | ')' | '"' | ';')
}

fn begins_term(rest: &str) -> bool {
    rest.starts_with(|it| it != '\'' && (matches!(it, '(' | '"') || continues_word(it)))
}

/// Whether this operator is next: its word, and a term behind it.
fn begins_operator(input: &Input<'_>, word: &str) -> bool {
    let Some(behind) = rest(input).strip_prefix(word) else {
        return false;
    };
    !behind.starts_with(continues_word) && begins_term(behind.trim_start_matches([' ', '\t']))
}

fn operator(input: &mut Input<'_>, word: &'static str) -> Parsed<()> {
    count(input)?;
    winnow::token::literal(word).void().parse_next(input)
}
