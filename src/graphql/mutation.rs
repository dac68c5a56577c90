//! The mutations: each turns its input into a command of the application, and what came of it into
//! a payload. What a client is to handle, such as a conflict or faults of its input, is a member
//! of the payload; anything else is an error.

use async_graphql::MergedObject;

pub mod outcome;
pub mod timesheets;

/// What can be done. Nothing is answered before it is durable.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(timesheets::TimesheetMutations);
