//! What a URL says: path and query options as a typed syntax tree, within limits. Whether there
//! are such sets, properties and functions is not known here.

pub mod ast;
