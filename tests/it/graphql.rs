//! The GraphQL face: one story a file.

mod booking;
mod changes;
mod copy;
mod lists;
mod open;
mod past;
mod protocol;
mod reading;
mod reference;
mod save;
mod schema;
mod strangers;
mod tokens;
mod toy;
mod trail;
mod watching;
