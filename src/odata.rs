//! The OData V4 face: legacy callers of WorkPoint and any OData client. It parses into the same
//! commands as GraphQL and renders the same values; no rule is decided here.

pub mod apply;
pub mod batch;
pub mod bind;
pub mod each;
pub mod error;
pub mod evaluate;
pub mod expression;
pub mod failure;
#[cfg(test)]
mod fixtures;
pub mod http;
pub mod json;
pub mod load;
pub mod metadata;
pub mod nested;
pub mod operations;
pub mod plan;
pub mod query;
pub mod read;
pub mod render;
pub mod resource;
pub mod roots;
pub mod row;
pub mod rows;
pub mod schema;
pub mod service;
pub mod types;
pub mod url;
pub mod value;
pub mod write;

/// The namespace of types and operations.
pub const NAMESPACE: &str = "WP";
