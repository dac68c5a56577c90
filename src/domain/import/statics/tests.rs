//! Imports of static data, rule by rule and against a model: what is written is what the rules say,
//! would be taken by the store, and leaves every tree whole.

mod customers;
mod kit;
mod model;
mod projects;
mod sizes;
mod tasks;
mod trees;
