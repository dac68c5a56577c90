//! The verbs of approval. Each is a row of the application's table of states.

use async_graphql::{Context, Object};

use super::{answer, parties};
use crate::app::approvals::ApprovalCommand;
use crate::domain::approval::ApprovalAction;
use crate::graphql::render::Answer;
use crate::graphql::scalars::{RowVersion, Uuid};
use crate::graphql::types::payload::{Acted, ApprovalPayload};

/// The verbs of approval.
#[derive(Default)]
pub struct Approvals;

macro_rules! actions {
    ($($(#[$about:meta])* $name:ident: $action:ident;)+) => {
        #[Object]
        impl Approvals {
            $(
                $(#[$about])*
                async fn $name(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "The timesheet.")] id: Uuid,
                    #[graphql(desc = "The version that the caller has seen; left out, it is not compared.")]
                    row_version: Option<RowVersion>,
                    #[graphql(desc = "What is said with it: at most 4,000 characters. A rejection needs it.")]
                    comment: Option<String>,
                ) -> Answer<ApprovalPayload> {
                    let command = ApprovalCommand {
                        id: id.into(),
                        action: ApprovalAction::$action,
                        version: row_version.map(Into::into),
                        comment,
                    };
                    let result = async {
                        let (app, caller) = parties(ctx)?;
                        app.act_on_timesheet(caller, &command).await
                    };
                    answer(ctx, Acted::of(result.await)).await
                }
            )+
        }
    };
}

actions! {
    /// Hands a timesheet in. If it breaks a rule of its template that matters, it is not, and the
    /// payload says which.
    submit_timesheet: Submit;
    /// Hands a timesheet in whatever rules it breaks.
    force_submit_timesheet: ForceSubmit;
    /// Takes a timesheet back that is handed in and not approved yet.
    recall_timesheet: Recall;
    /// Takes a timesheet back into work, approved or not.
    reopen_timesheet: Reopen;
    /// Approves a timesheet, as the approver whose turn it is. It is approved once all steps are done.
    approve_timesheet: Approve;
    /// Sends a timesheet back, as the approver whose turn it is.
    reject_timesheet: Reject;
    /// Approves a timesheet past its approvers.
    force_approve_timesheet: ForceApprove;
    /// Sends a timesheet back past its approvers.
    force_reject_timesheet: ForceReject;
}
