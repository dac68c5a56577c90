//! Punchcard: a timesheet server that starts with one command.
//!
//! `domain` decides, `app` loads, authorizes and commits, `store` keeps, `graphql` speaks.
//! ARCHITECTURE.md is the map; `server` is the only module that joins the parts.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod json;
pub mod odata;
pub mod server;
pub mod store;
