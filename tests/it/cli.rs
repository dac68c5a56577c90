//! The program as people run it.

mod data;
mod demo;
mod open_files;
mod serve;
mod token;
