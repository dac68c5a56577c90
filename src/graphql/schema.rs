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

fn builder() -> SchemaBuilder<Root<Query>, Root<Mutation>, Subscription> {
    front::build(Query::default(), Mutation::default(), Subscription)
}

/// What answers operations on the schema over the application.
pub fn front_over(app: Arc<App>, limits: Limits) -> Result<Front, InvalidSchema> {
    let schema = builder().data(app).data(SyncWords::default()).finish();
    Front::new(schema, limits)?
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
