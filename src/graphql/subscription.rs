//! The subscriptions: streams of what happens, for as long as they are read. Rights are looked up
//! anew for every event.

use std::sync::Arc;

use async_graphql::{Context, Subscription as Subscribe};
use futures_util::{Stream, StreamExt};

use super::context::{app, caller};
use super::error::plain_error;
use super::render::Told;
use super::scalars::Uuid;
use super::types::change::TimesheetChangeObject;
use super::types::sync_event::ToldSync;
use crate::app::events::TimesheetChanged;
use crate::app::{App, Caller, Error, Reader};

/// What can be watched.
#[derive(Default)]
pub struct Subscription;

/// What can be watched, for as long as it is watched.
#[Subscribe]
impl Subscription {
    /// Every change of a timesheet from now on: of the user, or of everybody whose timesheets the
    /// caller may see. It stays open until the caller's rights end.
    async fn timesheet_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timesheets; all that the caller may see if nothing is said.")]
        user_id: Option<Uuid>,
    ) -> async_graphql::Result<impl Stream<Item = Told<TimesheetChangeObject>> + use<>> {
        watch_timesheets(ctx, user_id)
            .await
            .map_err(|refusal| plain_error(&refusal))
    }

    /// Where an import stands at once, and how it goes on until its end, which is the last event.
    /// Without an id, the same of every import that the caller may see, for as long as the caller's
    /// rights last.
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which import; all that the caller may see if nothing is said.")] job_id: Option<
            Uuid,
        >,
    ) -> async_graphql::Result<impl Stream<Item = ToldSync> + use<>> {
        watch_imports(ctx, job_id)
            .await
            .map_err(|refusal| plain_error(&refusal))
    }
}

async fn watch_imports(
    ctx: &Context<'_>,
    job_id: Option<Uuid>,
) -> Result<impl Stream<Item = ToldSync> + use<>, Error> {
    let job = job_id.map(Into::into);
    let events = app(ctx)?.watch_imports(caller(ctx)?, job).await?;
    Ok(events.map(ToldSync::from))
}

async fn watch_timesheets(
    ctx: &Context<'_>,
    user_id: Option<Uuid>,
) -> Result<impl Stream<Item = Told<TimesheetChangeObject>> + use<>, Error> {
    let (app, caller) = (Arc::clone(app(ctx)?), caller(ctx)?.clone());
    let events = app.watch_timesheets(&caller, user_id.map(Into::into)).await?;
    Ok(events.then(move |event| {
        let (app, caller) = (Arc::clone(&app), caller.clone());
        async move { Told::from(with_reader(&app, &caller, event).await) }
    }))
}

async fn with_reader(
    app: &App,
    caller: &Caller,
    event: Result<TimesheetChanged, Error>,
) -> Result<(Reader, TimesheetChanged), Error> {
    let event = event?;
    Ok((app.reader(caller).await?, event))
}
