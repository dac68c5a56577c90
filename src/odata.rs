//! The OData V4 face: legacy callers of WorkPoint and any OData client. It parses into the same
//! commands as GraphQL and renders the same values; no rule is decided here.

pub mod row;
pub mod schema;
pub mod types;
pub mod url;
pub mod value;
