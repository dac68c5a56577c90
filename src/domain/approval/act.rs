//! Doing what the table of states names: the one function that moves a sheet from one state to
//! another (F3, F8). Who may, and whether the sheet keeps its rules, is decided before.

use super::instance::{ApprovalEntry, ApprovalInstance, ApprovalStep, Person};
use super::{ApprovalAction, ApprovalStatus};
use crate::domain::error::{Error, FaultCode, Faults, Path};
use crate::domain::id::{ApprovalId, ProjectId, UserId};
use crate::domain::project::BillingType;
use crate::domain::time::Instant;
use crate::domain::timesheet::Timesheet;

/// The longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 4_000;

/// What is done to a sheet, with what else decides about its outcome.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// What.
    pub action: ApprovalAction,
    /// What is said with it.
    pub comment: Option<&'a str>,
    /// In whose name.
    pub actor: Person,
    /// Who it is really, if they act for another.
    pub performed_by: Option<Person>,
    /// The owner's manager.
    pub manager: Option<UserId>,
    /// The present.
    pub now: Instant,
    /// The id of the approval that handing in begins.
    pub approval_id: ApprovalId,
    /// The course that it takes then.
    pub steps: Vec<ApprovalStep>,
    /// How the sheet's projects are billed, which approving keeps (M3).
    pub billing: Vec<(ProjectId, BillingType)>,
}

/// The sheet after `act`. An approval that is not the last leaves it as submitted as it was.
pub fn act(sheet: &Timesheet, act: &Act<'_>) -> Result<Timesheet, Error> {
    let transition = act.action.transition();
    let comment = read_comment(act)?;
    let mut next = sheet.clone();
    next.meta = next.meta.changed();
    let approvals = next.approvals.take().map(|it| *it).unwrap_or_default();
    let is_decision = matches!(act.action, ApprovalAction::Approve | ApprovalAction::Reject);
    let step = approvals.latest().map(|latest| latest.done);
    let entry = ApprovalEntry {
        at: act.now,
        actor: act.actor.clone(),
        performed_by: act.performed_by.clone(),
        action: act.action,
        step: step.filter(|_| is_decision),
        comment,
    };
    let approvals = if act.action.is_submission() {
        approvals.with(ApprovalInstance {
            id: act.approval_id,
            steps: act.steps.clone().into(),
            done: 0,
            entries: Box::new([entry]),
        })
    } else {
        approvals.with_entry(entry, act.manager)
    };
    let is_waiting = act.action == ApprovalAction::Approve
        && approvals
            .latest()
            .is_some_and(|latest| latest.current_step().is_some());
    next.approvals = Some(Box::new(approvals));
    if !is_waiting {
        enter(&mut next, transition.to, act);
    }
    Ok(next)
}

/// F3: what handing in and approving set, and what going back clears.
fn enter(sheet: &mut Timesheet, status: ApprovalStatus, act: &Act<'_>) {
    sheet.status = status;
    sheet.billing = None;
    match status {
        ApprovalStatus::Submitted => sheet.submitted = Some(act.now),
        ApprovalStatus::Approved => {
            sheet.approved = Some(act.now);
            let mut billing = act.billing.clone();
            billing.sort_unstable_by_key(|(project, _)| *project);
            sheet.billing = Some(billing.into());
        }
        ApprovalStatus::Draft | ApprovalStatus::Rejected => {
            sheet.submitted = None;
            sheet.approved = None;
        }
    }
}

fn read_comment(act: &Act<'_>) -> Result<Option<Box<str>>, Error> {
    let comment = act.comment.map(str::trim).filter(|text| !text.is_empty());
    let mut faults = Faults::default();
    if comment.is_none() && act.action.transition().needs_comment {
        let message = "say why: a rejection needs a comment";
        faults.add(Path::of("comment"), FaultCode::Required, message);
    }
    if comment.is_some_and(|text| text.chars().count() > MAX_COMMENT_CHARS) {
        let message = format!("at most {MAX_COMMENT_CHARS} characters are allowed");
        faults.add(Path::of("comment"), FaultCode::TooLong, message);
    }
    faults.into_result(comment.map(Into::into))
}

#[cfg(test)]
mod tests;
