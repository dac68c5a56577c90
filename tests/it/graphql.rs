//! The GraphQL face: one story a file.

mod lists;
mod reading;
mod schema;
mod strangers;
