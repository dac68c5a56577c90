//! Uploads: imports too large for one GraphQL body, as lines of JSON or as a table, plain or gzip
//! (I20). What becomes of the rows is not known here.

pub mod json;
pub mod members;
pub mod options;
pub mod reading;
pub mod rows;
pub mod table;

#[cfg(test)]
mod tests;
