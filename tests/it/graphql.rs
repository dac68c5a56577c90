//! The GraphQL face: one story a file.

mod lists;
mod protocol;
mod reading;
mod schema;
mod strangers;
mod toy;
