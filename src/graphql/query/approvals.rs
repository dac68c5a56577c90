//! What approvers and whoever hands in ask: which timesheets wait, and which rules one breaks.

use async_graphql::{Context, Object};

use super::filter::FilterOf;
use super::lists::{Asked, page};
use super::order::OrderOf;
use super::paging::Paging;
use crate::app::Error;
use crate::graphql::context::shared_reader;
use crate::graphql::render::{Answer, Answers};
use crate::graphql::scalars::Uuid;
use crate::graphql::types::approval::RuleViolationObject;
use crate::graphql::types::connection::Connection;
use crate::graphql::types::timesheet::TimesheetObject;

/// Questions about approvals.
#[derive(Default)]
pub struct Approving;

#[Object]
impl Approving {
    /// Every rule of its template that the timesheet breaks, those included that do not keep it from
    /// being handed in.
    async fn check_timesheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet.")] id: Uuid,
    ) -> Answers<RuleViolationObject> {
        let found = async {
            let reader = shared_reader(ctx).await?;
            let violations = reader.check_timesheet(id.into()).await?;
            Ok::<_, Error>((reader, violations))
        };
        Answers::from(found.await)
    }

    /// The timesheets that wait for the caller to approve them, by their first dates if no order is asked for.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a connection")]
    async fn timesheets_to_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the beginning: 0 to 500, 50 if nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end: 0 to 500; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which items to list; all if nothing is said.")] filter: Option<
            FilterOf<TimesheetObject>,
        >,
        #[graphql(desc = "By what to order, the first key first; equal items follow by their ids.")]
        order_by: Option<Vec<OrderOf<TimesheetObject>>>,
    ) -> Answer<Connection<TimesheetObject>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let asked = Asked {
            paging,
            filter,
            order: order_by,
        };
        let listed = async {
            let within = shared_reader(ctx).await?.awaiting().await?;
            page(ctx, asked, within).await
        };
        Answer::from(listed.await)
    }
}
