//! What whoever fills in a timesheet asks: the sheet of a date, and what can be booked on it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use futures_util::TryFutureExt;

use crate::app::{Error, Reader};
use crate::domain::timesheet::Timesheet;
use crate::graphql::context::shared_reader;
use crate::graphql::render::{Answer, Answers};
use crate::graphql::scalars::{Date, Uuid};
use crate::graphql::types::booking::{AvailableProjectObject, TaskTreeNodeObject};
use crate::graphql::types::timesheet::TimesheetObject;

/// Questions of whoever books.
#[derive(Default)]
pub struct Booking;

#[Object]
impl Booking {
    /// The user's timesheet that holds the date; null if there is none yet. It is never made by
    /// asking: `openTimesheet` does that.
    async fn timesheet_by_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timesheet; the caller's if nothing is said.")] user_id: Option<Uuid>,
        #[graphql(desc = "A date within its period.")] date: Date,
    ) -> Answer<TimesheetObject> {
        Answer::from(sheet_by_period(ctx, user_id, date).await)
    }

    /// The projects that the timesheet's owner may book on, by name.
    async fn available_projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet to be booked on.")] timesheet_id: Uuid,
        #[graphql(desc = "Only projects for this client.")] organization_id: Option<Uuid>,
    ) -> Answers<AvailableProjectObject> {
        let organization = organization_id.map(|id| id.0.into());
        let found = shared_reader(ctx).and_then(|reader| async move {
            let projects = reader
                .available_projects(timesheet_id.0.into(), organization)
                .await?;
            Ok((reader, projects))
        });
        Answers::from(found.await)
    }

    /// The tasks of the project that the timesheet's owner may book on, with all their ancestors,
    /// depth first by number. Common tasks come as the last children of the main task.
    async fn task_tree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project.")] project_id: Uuid,
        #[graphql(desc = "The timesheet to be booked on.")] timesheet_id: Uuid,
    ) -> Answers<TaskTreeNodeObject> {
        let found = shared_reader(ctx).and_then(|reader| async move {
            let tasks = reader
                .bookable_tasks(timesheet_id.0.into(), project_id.0.into())
                .await?;
            Ok((reader, tasks))
        });
        Answers::from(found.await)
    }
}

async fn sheet_by_period(
    ctx: &Context<'_>,
    user: Option<Uuid>,
    date: Date,
) -> Result<Option<(Reader, Arc<Timesheet>)>, Error> {
    let reader = shared_reader(ctx).await?;
    let user = user.map_or(reader.actor().user_id, |user| user.0.into());
    let sheet = reader.timesheet_by_date(user, date.0).await?;
    Ok(sheet.map(|sheet| (reader, sheet)))
}
