//! Imports: accepted at once, worked on one after another, applied as a whole (SPEC 7).

pub mod plan;
