//! The GraphQL face: it turns operations into the application's commands and questions, and what
//! they come to into answers. No rule of the business is decided here, and nothing here knows of
//! the store or of the other face.
//!
//! `front` and the transports stand before the schema and do not know it; `schema`, `query`,
//! `mutation`, `subscription` and `types` are the schema.

pub mod context;
pub mod error;
pub mod front;
pub mod http;
pub mod limits;
pub mod mutation;
pub mod query;
pub mod render;
pub mod scalars;
pub mod schema;
pub mod session;
pub mod subscription;
pub mod types;
pub mod ws;

pub use schema::{front_over, sdl};
