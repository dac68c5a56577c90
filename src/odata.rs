//! The OData V4 face: legacy callers of WorkPoint and any OData client. It parses into the same
//! commands as GraphQL and renders the same values; no rule is decided here.

pub mod error;
pub mod http;
pub mod json;
pub mod metadata;
pub mod operations;
pub mod row;
pub mod schema;
pub mod types;
pub mod url;
pub mod value;
pub mod write;

/// The namespace of types and operations.
pub const NAMESPACE: &str = "WP";
