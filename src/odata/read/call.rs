//! Calls of functions. Those that open sheets write, though they are asked with GET: WorkPoint's
//! callers know them so (P2, P4).

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::id::{OrganizationId, ProjectId, TimesheetId, UserId};
use crate::odata::error::Refusal;
use crate::odata::operations::{Returns, Verb};
use crate::odata::resource::{Argument, Call};
use crate::odata::row::Row;
use crate::odata::schema::Type;
use crate::odata::service::Exchange;

/// What a function came to.
pub enum Called {
    /// The id of a sheet.
    Id(Uuid),
    /// Rows of a type.
    Rows(Vec<Row>, &'static Type),
}

/// Runs a function.
pub async fn run(exchange: &Exchange<'_>, call: &Call) -> Result<Called, Refusal> {
    let (app, caller) = (&exchange.conversation.app, &exchange.conversation.caller);
    let reader = &exchange.reader;
    let sheet = TimesheetId::new(call.on.as_ref().map(|one| one.row.id()).unwrap_or_default());
    let id = |at: usize| match call.arguments.get(at) {
        Some(Some(Argument::Id(id))) => Some(*id),
        _ => None,
    };
    let rows = |rows: Vec<Row>| match call.operation.returns {
        Returns::List(of) => Called::Rows(rows, of),
        Returns::Value(_) => Called::Id(Uuid::nil()),
    };
    Ok(match call.operation.verb {
        Verb::IdForPeriod => {
            let (Some(Some(Argument::Date(date))), Some(user)) = (call.arguments.first(), id(1)) else {
                return Err(Refusal::bad_request("a date and the id of a user are needed"));
            };
            let opened = app.open_timesheet(caller, UserId::new(user), *date).await?;
            Called::Id(opened.id.uuid())
        }
        Verb::NextId => Called::Id(app.open_next_timesheet(caller, sheet).await?.id.uuid()),
        Verb::PreviousId => Called::Id(app.open_previous_timesheet(caller, sheet).await?.id.uuid()),
        Verb::Projects => {
            let organization = id(0).map(OrganizationId::new);
            let projects = reader.available_projects(sheet, organization).await?;
            rows(
                projects
                    .into_iter()
                    .map(|it| Row::Project(Arc::new(it)))
                    .collect(),
            )
        }
        Verb::ProjectTasks => {
            let project = ProjectId::new(id(0).unwrap_or_default());
            let tasks = reader.bookable_tasks(sheet, project).await?;
            rows(tasks.into_iter().map(|it| Row::Task(Arc::new(it))).collect())
        }
        Verb::Check => {
            let violations = reader.check_timesheet(sheet).await?;
            rows(
                violations
                    .into_iter()
                    .map(|it| Row::Violation(Arc::new(it)))
                    .collect(),
            )
        }
        Verb::ApprovalHistory => {
            let sheet = reader.timesheet(sheet).await?;
            let approvals = sheet.approvals.iter().flat_map(|approvals| approvals.all());
            let entries = approvals.flat_map(|approval| {
                let entries = approval.entries.iter().cloned();
                entries.map(|entry| Row::Approval(approval.id, Arc::new(entry)))
            });
            rows(entries.collect())
        }
    })
}
