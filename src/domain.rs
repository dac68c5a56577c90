//! The rules of the business, pure: nothing here waits, reads a clock, draws a random
//! number, or knows that a network, a disk or a second face exists.

pub mod access;
pub mod activity;
pub mod amount;
pub mod approval;
pub mod change;
pub mod department;
pub mod draft;
pub mod effective;
pub mod error;
pub mod founding;
pub mod hours;
pub mod id;
pub mod import;
pub mod model;
pub mod organization;
pub mod patch;
pub mod period;
pub mod project;
pub mod query;
pub mod record;
pub mod references;
pub mod schedule;
pub mod settings;
pub mod sync_job;
pub mod task;
pub mod template;
pub mod time;
pub mod time_entry;
pub mod timesheet;
pub mod token;
pub mod user;
pub mod version;
