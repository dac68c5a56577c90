//! What the parser makes of URLs: trees, refusals and limits.

mod expressions;
mod limits;
mod options;
mod paths;
mod printed;
mod properties;
mod query_refusals;
mod refusals;

use super::{Kind, SyntaxError, expression};

/// An expression as it was understood: every operator in parentheses.
fn understood(text: &str) -> String {
    match expression(text) {
        Ok(expr) => printed::expr(&expr),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Why an expression is refused.
fn refused(text: &str) -> SyntaxError {
    match expression(text) {
        Ok(expr) => panic!("{text} was read as {}", printed::expr(&expr)),
        Err(error) => error,
    }
}

/// A query as it was understood, its options in the order of the syntax tree.
fn query(raw: &str) -> String {
    match super::options(raw) {
        Ok(options) => printed::options(&options, "&"),
        Err(error) => panic!("{raw}: {error}"),
    }
}

/// Why a query is refused, and which kind of fault that is.
fn query_refused(raw: &str) -> (Kind, String) {
    match super::options(raw) {
        Ok(options) => panic!("{raw} was read as {}", printed::options(&options, "&")),
        Err(error) => (error.kind, error.to_string()),
    }
}
