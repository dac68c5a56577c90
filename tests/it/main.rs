//! The rules, proved from outside: one binary, a module for each part of the product.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is red")]

mod tidy;

// `cfg(test)` tells the lints that their helpers are test code too.
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod graphql;
#[cfg(test)]
mod http;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod odata;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod store;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sync;
