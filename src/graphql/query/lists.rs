//! The lists, as cursor connections.

use async_graphql::{Context, Object};

use super::filter::FilterOf;
use super::order::{MAX_KEYS, OrderOf};
use super::paging::Paging;
use crate::app::{Error, Reader};
use crate::domain::error::{FaultCode, Path};
use crate::domain::model::entities::task;
use crate::domain::query::{self, Filter, Order};
use crate::graphql::context::shared_reader;
use crate::graphql::render::plan::selects;
use crate::graphql::render::{Answer, Answered};
use crate::graphql::types::activity::ActivityObject;
use crate::graphql::types::connection::{Connection, Listed, Listing};
use crate::graphql::types::department::DepartmentObject;
use crate::graphql::types::organization::OrganizationObject;
use crate::graphql::types::project::ProjectObject;
use crate::graphql::types::schedule::ScheduleObject;
use crate::graphql::types::sync_job::SyncJobObject;
use crate::graphql::types::task::ProjectTaskObject;
use crate::graphql::types::template::TimesheetTemplateObject;
use crate::graphql::types::timesheet::TimesheetObject;
use crate::graphql::types::token::AccessTokenObject;
use crate::graphql::types::user::UserObject;

/// The lists.
#[derive(Default)]
pub struct Lists;

/// What is asked of a list.
pub(super) struct Asked<O> {
    pub paging: Paging,
    pub filter: Option<FilterOf<O>>,
    pub order: Option<Vec<OrderOf<O>>>,
}

async fn list<O: Listed>(ctx: &Context<'_>, asked: Asked<O>, within: Filter) -> Answer<Connection<O>> {
    Answer::from(page(ctx, asked, within).await)
}

/// The page of a list within what `within` says.
pub(super) async fn page<O: Listed>(
    ctx: &Context<'_>,
    asked: Asked<O>,
    within: Filter,
) -> Result<(Reader, <Connection<O> as Answered>::Owned), Error> {
    let Asked {
        paging,
        filter,
        order,
    } = asked;
    let order = order.unwrap_or_default();
    if order.len() > MAX_KEYS {
        let message = format!("an order has at most {MAX_KEYS} keys");
        return Err(Error::fault(Path::of("orderBy"), FaultCode::TooLong, message));
    }
    let mut order: Vec<Order> = order.iter().map(OrderOf::order).collect();
    if order.is_empty() {
        order = Order::usual(O::MODEL.kind);
    }
    let filter = within.and(filter.map_or(Filter::ALL, FilterOf::into_filter));
    let mut query = paging.into_query(O::MODEL.kind, filter, order)?;
    query.count = selects(ctx, "totalCount");
    let reader = shared_reader(ctx).await?;
    let page = reader.page(query.clone()).await?;
    Ok((reader, Listing { query, page }))
}

macro_rules! lists {
    ($($(#[$about:meta])* $name:ident: $object:ty, $within:expr;)+) => {
        #[Object]
        impl Lists {
            $(
                $(#[$about])*
                #[expect(clippy::too_many_arguments, reason = "they are the arguments of a connection")]
                async fn $name(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "How many items from the beginning: 0 to 500, 50 if nothing is said.")]
                    first: Option<i32>,
                    #[graphql(desc = "Only what comes after this cursor.")]
                    after: Option<String>,
                    #[graphql(desc = "How many items from the end: 0 to 500; not together with `first`.")]
                    last: Option<i32>,
                    #[graphql(desc = "Only what comes before this cursor.")]
                    before: Option<String>,
                    #[graphql(desc = "Which items to list; all if nothing is said.")]
                    filter: Option<FilterOf<$object>>,
                    #[graphql(desc = "By what to order, the first key first; equal items follow by their ids.")]
                    order_by: Option<Vec<OrderOf<$object>>>,
                ) -> Answer<Connection<$object>> {
                    let paging = Paging { first, after, last, before };
                    list(ctx, Asked { paging, filter, order: order_by }, $within).await
                }
            )+
        }
    };
}

lists! {
    /// Timesheets, by their first dates if no order is asked for.
    timesheets: TimesheetObject, Filter::ALL;
    /// Users.
    users: UserObject, Filter::ALL;
    /// Client companies.
    organizations: OrganizationObject, Filter::ALL;
    /// Projects.
    projects: ProjectObject, Filter::ALL;
    /// Tasks of projects, and common tasks.
    tasks: ProjectTaskObject, Filter::ALL;
    /// Common tasks: those of no project.
    common_tasks: ProjectTaskObject, query::Filter::IsNull(&task::PROJECT_ID);
    /// Kinds of work.
    activities: ActivityObject, Filter::ALL;
    /// Departments.
    departments: DepartmentObject, Filter::ALL;
    /// Working-hours schedules.
    schedules: ScheduleObject, Filter::ALL;
    /// Timesheet templates.
    timesheet_templates: TimesheetTemplateObject, Filter::ALL;
    /// Access tokens, without their texts.
    tokens: AccessTokenObject, Filter::ALL;
    /// Imports.
    sync_jobs: SyncJobObject, Filter::ALL;
}
