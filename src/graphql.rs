//! The GraphQL face: it turns operations into the application's commands and questions, and what
//! they come to into answers. No rule of the business is decided here, and nothing here knows of
//! the store or of the other face.

pub mod context;
pub mod error;
pub mod query;
pub mod render;
pub mod scalars;
pub mod schema;
pub mod types;

pub use schema::{Schema, schema, sdl};
