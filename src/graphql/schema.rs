//! Puts the schema together and prints it.

use std::sync::Arc;

use async_graphql::{SDLExportOptions, SchemaBuilder};

use super::front::{self, Front, InvalidSchema, Root};
use super::limits::Limits;
use super::mutation::Mutation;
use super::mutation::inputs::imports::{ApplyStaticDataInput, ApplyTimeEntriesInput};
use super::mutation::inputs::timesheet::SaveTimesheetInput;
use super::query::Query;
use super::subscription::Subscription;
use super::types::sync_event::SyncWords;
use crate::app::App;

/// The schema of the GraphQL face.
pub type Schema = async_graphql::Schema<Root<Query>, Root<Mutation>, Subscription>;

fn builder() -> SchemaBuilder<Root<Query>, Root<Mutation>, Subscription> {
    front::build(Query::default(), Mutation::default(), Subscription)
}

/// The schema over the application. Whoever executes an operation puts the
/// [`Caller`](crate::app::Caller) into its data.
pub fn schema(app: Arc<App>) -> Schema {
    builder().data(app).data(SyncWords::default()).finish()
}

/// What answers operations on the schema over the application.
pub fn front_over(app: Arc<App>, limits: Limits) -> Result<Front, InvalidSchema> {
    Front::new(schema(app), limits)?
        .decoding::<SaveTimesheetInput>()?
        .decoding::<ApplyStaticDataInput>()?
        .decoding::<ApplyTimeEntriesInput>()
}

/// The schema in its definition language: sorted, with descriptions, always the same.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}
