//! What can be watched. A watcher sees what they may see at the moment of each event, and nothing
//! once their rights have ended.

use std::sync::Arc;

use async_graphql::{Context, Object, Subscription as Subscribe};
use futures_util::{Stream, StreamExt};

use super::context::{app, caller};
use super::error::plain_error;
use super::render::Answer;
use super::scalars::Uuid;
use super::types::enums::ChangeKind;
use super::types::timesheet::TimesheetObject;
use crate::app::events::TimesheetChanged;
use crate::app::{Error, Reader};

/// What can be watched.
#[derive(Default)]
pub struct Subscription;

/// Something that happened to a timesheet.
pub struct TimesheetChange {
    reader: Reader,
    event: TimesheetChanged,
}

#[Subscribe]
impl Subscription {
    /// Every change of a timesheet from now on, for as long as the subscription is open.
    async fn timesheet_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timesheets; all that the caller may see if nothing is said.")]
        user_id: Option<Uuid>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<TimesheetChange>> + use<>> {
        let refused = |error: Error| plain_error(&error);
        let (app, caller) = (app(ctx).map_err(refused)?, caller(ctx).map_err(refused)?);
        let user = user_id.map(|user| user.0.into());
        let events = app.watch_timesheets(caller, user).await.map_err(refused)?;
        let (app, caller) = (Arc::clone(app), caller.clone());
        Ok(events.then(move |event| {
            let (app, caller) = (Arc::clone(&app), caller.clone());
            async move {
                let event = event.map_err(|error| plain_error(&error))?;
                let reader = app.reader(&caller).await.map_err(|error| plain_error(&error))?;
                Ok(TimesheetChange { reader, event })
            }
        }))
    }
}

/// Something that happened to a timesheet.
#[Object]
impl TimesheetChange {
    /// What happened.
    async fn kind(&self) -> ChangeKind {
        self.event.kind.into()
    }

    /// The timesheet's id.
    async fn timesheet_id(&self) -> Uuid {
        Uuid(self.event.timesheet_id().uuid())
    }

    /// The timesheet as it became; as it last was, if it was deleted.
    async fn timesheet(&self) -> Answer<TimesheetObject> {
        Answer::from(Ok::<_, Error>((
            self.reader.clone(),
            Arc::clone(&self.event.timesheet),
        )))
    }
}
