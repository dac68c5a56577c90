//! What a URL says: path and query options as a typed syntax tree, within limits. Whether there
//! are such sets, properties and functions is not known here.

mod apply;
pub mod ast;
mod call;
mod clause;
mod decode;
mod error;
mod expand;
mod expression;
mod input;
mod literal;
mod option;
mod options;
mod path;
mod quoted;
mod search;
mod segment;
mod temporal;
#[cfg(test)]
mod tests;
pub mod visit;

pub use error::{Kind, SyntaxError};
pub use options::options;
pub use segment::resource_path;

/// Reads an expression, percent-decoded already.
pub fn expression(text: &str) -> Result<ast::Expr, SyntaxError> {
    input::read(
        "expression",
        text,
        &mut input::Budget::default(),
        expression::expression,
    )
}
