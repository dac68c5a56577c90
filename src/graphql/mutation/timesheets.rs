//! The verbs of timesheets: open, save, delete, copy.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};

use super::inputs::timesheet::SaveTimesheetInput;
use super::{answer, parties};
use crate::app::Error;
use crate::domain::timesheet::Timesheet;
use crate::graphql::front::whole::Whole;
use crate::graphql::render::Answer;
use crate::graphql::scalars::{Date, RowVersion, Uuid};
use crate::graphql::types::payload::{DeleteTimesheetPayload, Deletion, Outcome, Payload, named};
use crate::graphql::types::timesheet::TimesheetObject;

/// The verbs of timesheets.
#[derive(Default)]
pub struct Timesheets;

/// What comes along when lines are copied.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum CopyMode {
    /// The lines alone.
    Rows,
    /// The lines with their hours, each on the same day of the period.
    RowsAndHours,
}

type Opened = Answer<Payload<TimesheetObject, named::Timesheet>>;

async fn opened(ctx: &Context<'_>, result: Result<Arc<Timesheet>, Error>) -> Opened {
    answer(ctx, Outcome::of(result)).await
}

#[Object]
impl Timesheets {
    /// The user's timesheet that holds the date; made if there is none yet. However many ask at
    /// once, there is one.
    async fn open_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timesheet; the caller's if nothing is said.")] user_id: Option<Uuid>,
        #[graphql(desc = "A date within its period.")] date: Date,
    ) -> Opened {
        let result = async {
            let (app, caller) = parties(ctx)?;
            let user = user_id.map_or(caller.user_id(), Into::into);
            app.open_timesheet(caller, user, date.0).await
        };
        opened(ctx, result.await).await
    }

    /// The timesheet after this one; made if there is none yet.
    async fn open_next_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "This one.")] id: Uuid,
    ) -> Opened {
        let result = async {
            let (app, caller) = parties(ctx)?;
            app.open_next_timesheet(caller, id.into()).await
        };
        opened(ctx, result.await).await
    }

    /// The timesheet before this one; made if there is none yet.
    async fn open_previous_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "This one.")] id: Uuid,
    ) -> Opened {
        let result = async {
            let (app, caller) = parties(ctx)?;
            app.open_previous_timesheet(caller, id.into()).await
        };
        opened(ctx, result.await).await
    }

    /// Saves a timesheet as a whole, or, if anything is wrong, not at all.
    async fn save_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet as it is to be.")] input: Whole<SaveTimesheetInput>,
    ) -> Answer<Payload<TimesheetObject, named::Timesheet>> {
        let result = async {
            let (app, caller) = parties(ctx)?;
            let lost = || Error::Internal("the decoded input is lost".to_owned());
            let input = input.get(ctx).ok_or_else(lost)?;
            app.save_timesheet(caller, &input.read()?).await
        };
        answer(ctx, Outcome::of(result.await)).await
    }

    /// Deletes a timesheet with all its lines.
    async fn delete_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet.")] id: Uuid,
        #[graphql(desc = "The version to be deleted; left out, it is not compared.")] row_version: Option<
            RowVersion,
        >,
    ) -> Answer<DeleteTimesheetPayload> {
        let result = async {
            let (app, caller) = parties(ctx)?;
            let version = row_version.map(Into::into);
            app.delete_timesheet(caller, id.into(), version).await
        };
        let outcome = Outcome::of_record(result.await.map(|()| None));
        let deletion = outcome.map(|outcome| Deletion {
            id: id.into(),
            outcome,
        });
        answer::<DeleteTimesheetPayload>(ctx, deletion).await
    }

    /// Adds the lines of the timesheet before this one. Lines that are here already are not added
    /// again, so doing it twice adds nothing twice.
    async fn copy_lines_from_previous(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet that gets the lines.")] id: Uuid,
        #[graphql(desc = "The version on which the change is based; left out, it is not compared.")]
        row_version: Option<RowVersion>,
        #[graphql(desc = "What comes along.", default_with = "CopyMode::Rows")] mode: CopyMode,
    ) -> Answer<Payload<TimesheetObject, named::Timesheet>> {
        let result = async {
            let (app, caller) = parties(ctx)?;
            let version = row_version.map(Into::into);
            let with_hours = mode == CopyMode::RowsAndHours;
            app.copy_lines_from_previous(caller, id.into(), version, with_hours)
                .await
        };
        answer(ctx, Outcome::of(result.await)).await
    }
}
