//! The program as people run it.

mod data;
mod demo;
mod serve;
mod token;
