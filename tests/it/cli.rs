//! The program as people run it.

mod data;
mod demo;
mod full_disk;
mod import;
mod logs;
mod open_files;
mod serve;
mod token;
