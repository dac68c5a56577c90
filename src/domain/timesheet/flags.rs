//! Who may do what with a sheet in which state: one function that guards the verbs and from which
//! the flags come that announce them (SPEC 6, F1).

use super::Timesheet;
use super::lock::Lock;
use crate::domain::access::{Actor, Permission};
use crate::domain::approval::{ApprovalAction, ApprovalStatus};
use crate::domain::error::Error;
use crate::domain::id::UserId;

/// What can be done with a sheet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Save it.
    Edit,
    /// Delete it.
    Delete,
    /// Hand it in.
    Submit,
    /// Hand it in past the rules.
    ForceSubmit,
    /// Take it back into work.
    Reopen,
    /// Approve or reject it as its approver.
    Execute,
    /// Approve or reject it past its approver.
    ForceExecute,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Edit,
        Self::Delete,
        Self::Submit,
        Self::ForceSubmit,
        Self::Reopen,
        Self::Execute,
        Self::ForceExecute,
    ];

    /// The verb, for messages.
    const fn verb(self) -> &'static str {
        match self {
            Self::Edit => "editing",
            Self::Delete => "deleting",
            Self::Submit | Self::ForceSubmit => "submitting",
            Self::Reopen => "reopening",
            Self::Execute | Self::ForceExecute => "approving or rejecting",
        }
    }

    /// The right that it takes over the owner.
    const fn permission(self) -> Permission {
        match self {
            Self::Edit => Permission::TimesheetsEdit,
            Self::Delete => Permission::TimesheetsDelete,
            Self::Submit => Permission::TimesheetsSubmit,
            Self::Reopen => Permission::TimesheetsReopen,
            Self::Execute => Permission::TimesheetsApprove,
            Self::ForceSubmit | Self::ForceExecute => Permission::TimesheetsForce,
        }
    }

    /// Whether it fits a sheet in this state.
    fn fits(self, status: ApprovalStatus) -> bool {
        match self {
            Self::Edit | Self::Delete => status.is_open(),
            Self::Submit => ApprovalAction::Submit.fits(status),
            Self::ForceSubmit => ApprovalAction::ForceSubmit.fits(status),
            Self::Reopen => ApprovalAction::Reopen.fits(status),
            Self::Execute => ApprovalAction::Approve.fits(status),
            Self::ForceExecute => ApprovalAction::ForceApprove.fits(status),
        }
    }
}

impl From<ApprovalAction> for Action {
    /// What an action of approval takes.
    fn from(action: ApprovalAction) -> Self {
        match action {
            ApprovalAction::Submit => Self::Submit,
            ApprovalAction::ForceSubmit => Self::ForceSubmit,
            ApprovalAction::Recall | ApprovalAction::Reopen => Self::Reopen,
            ApprovalAction::Approve | ApprovalAction::Reject => Self::Execute,
            ApprovalAction::ForceApprove | ApprovalAction::ForceReject => Self::ForceExecute,
        }
    }
}

/// A sheet, with what else decides about rights over it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The sheet.
    pub sheet: &'a Timesheet,
    /// The owner's manager.
    pub manager_id: Option<UserId>,
    /// Which days stay as they are (F10).
    pub lock: Lock,
    /// Whether people may approve their own sheets (F7).
    pub allows_own_approval: bool,
}

/// What the caller may do with a sheet now (F2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "seven independent answers, each asked for by name"
)]
pub struct Flags {
    /// Save it.
    pub edit: bool,
    /// Delete it.
    pub delete: bool,
    /// Hand it in.
    pub submit: bool,
    /// Hand it in past the rules.
    pub force_submit: bool,
    /// Take it back into work.
    pub reopen: bool,
    /// Approve or reject it as its approver.
    pub execute: bool,
    /// Approve or reject it past its approver.
    pub force_execute: bool,
}

/// Why something cannot be done with a sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Obstacle {
    /// The actor may not see the sheet.
    Unseen,
    /// The actor has no right to it.
    NoRight,
    /// The sheet is in another state.
    State,
    /// The sheet has hours that stay as they are, for this reason.
    Hours(&'static str),
    /// The sheet lies in days that are locked.
    Days,
}

/// What is in the way of the action, if anything. A sheet that the actor may not see does not exist
/// for them (F11); one that they see is refused for want of a right before its state is looked at
/// (F5).
fn obstacle(actor: &Actor, action: Action, standing: &Standing<'_>) -> Option<Obstacle> {
    let sheet = standing.sheet;
    if !sees(actor, sheet) {
        Some(Obstacle::Unseen)
    } else if !is_entitled(actor, action, standing) {
        Some(Obstacle::NoRight)
    } else if !action.fits(sheet.status) {
        Some(Obstacle::State)
    } else {
        hours_in_the_way(action, standing)
    }
}

/// Whether the actor may know of the sheet: it is of somebody whose sheets they read, or they are named
/// to approve it (F11).
pub fn sees(actor: &Actor, sheet: &Timesheet) -> bool {
    actor.has_over(Permission::TimesheetsRead, sheet.user_id) || is_named(actor, sheet)
}

/// Refuses what the actor may not do with the sheet now.
pub fn can(actor: &Actor, action: Action, standing: &Standing<'_>) -> Result<(), Error> {
    match obstacle(actor, action, standing) {
        None => Ok(()),
        Some(obstacle) => Err(obstacle.refusal(action, standing)),
    }
}

/// Refuses the action of approval that the actor may not do with the sheet now. Two actions may take
/// the same right and fit different states.
pub fn can_act(actor: &Actor, action: ApprovalAction, standing: &Standing<'_>) -> Result<(), Error> {
    let takes = Action::from(action);
    match obstacle(actor, takes, standing) {
        Some(obstacle @ (Obstacle::Unseen | Obstacle::NoRight)) => Err(obstacle.refusal(takes, standing)),
        _ if !action.fits(standing.sheet.status) => Err(Obstacle::State.refusal(takes, standing)),
        Some(obstacle) => Err(obstacle.refusal(takes, standing)),
        None => Ok(()),
    }
}

impl Obstacle {
    fn refusal(self, action: Action, standing: &Standing<'_>) -> Error {
        match self {
            Self::Unseen => Error::NotFound("timesheet"),
            Self::NoRight => Error::Forbidden(format!(
                "you have no right to do this: {} this timesheet",
                action.verb()
            )),
            Self::State => Error::WrongState {
                action: action.verb(),
                what: "timesheet",
                state: standing.sheet.status.code(),
            },
            Self::Hours(hours) => Error::Locked(format!("the timesheet has hours that {hours}")),
            Self::Days => Error::Locked(standing.lock.reason()),
        }
    }
}

/// What keeps a sheet that is in the right state from the action: hours that are billed or come from
/// elsewhere, and days that are locked.
fn hours_in_the_way(action: Action, standing: &Standing<'_>) -> Option<Obstacle> {
    let Standing { sheet, lock, .. } = *standing;
    match action {
        Action::Edit => lock.covers_all_of(sheet).then_some(Obstacle::Days),
        Action::Delete if sheet.rows.has_protected() => {
            Some(Obstacle::Hours("are invoiced or come from time off"))
        }
        // To take back what is not approved yet changes nothing that is closed.
        Action::Reopen if sheet.status != ApprovalStatus::Approved => None,
        Action::Reopen if sheet.rows.has_invoiced() => Some(Obstacle::Hours("are invoiced")),
        Action::Delete | Action::Reopen => lock.covers_any_cell_of(sheet).then_some(Obstacle::Days),
        Action::Submit | Action::ForceSubmit | Action::Execute | Action::ForceExecute => None,
    }
}

/// What the actor may do with the sheet now: true exactly where [`can`] does not refuse (F1).
pub fn flags(actor: &Actor, standing: &Standing<'_>) -> Flags {
    let status = standing.sheet.status;
    // What does not fit the state need not be looked at further.
    let may = |action: Action| action.fits(status) && obstacle(actor, action, standing).is_none();
    Flags {
        edit: may(Action::Edit),
        delete: may(Action::Delete),
        submit: may(Action::Submit),
        force_submit: may(Action::ForceSubmit),
        reopen: may(Action::Reopen),
        execute: may(Action::Execute),
        force_execute: may(Action::ForceExecute),
    }
}

fn is_entitled(actor: &Actor, action: Action, standing: &Standing<'_>) -> bool {
    let Standing {
        sheet,
        manager_id,
        lock: _,
        allows_own_approval,
    } = *standing;
    let owner = sheet.user_id;
    // Nobody approves their own, be it in another's name (F7).
    let may_decide = allows_own_approval || !actor.is_person(owner);
    if action == Action::Execute {
        return may_decide && is_turn_of(actor, sheet, manager_id);
    }
    actor.has_over(action.permission(), owner)
        && match action {
            Action::ForceExecute => may_decide,
            // Force goes past the rules, not past the right.
            Action::ForceSubmit => actor.has_over(Permission::TimesheetsSubmit, owner),
            // An owner takes back what is not approved yet; to undo an approval takes more.
            Action::Reopen if sheet.status == ApprovalStatus::Approved => {
                actor.user_id != owner || actor.has(Permission::TimesheetsReopen)
            }
            _ => true,
        }
}

/// Whether it is the actor's turn to approve, as the owner's manager by the right over the owner, or by
/// name. Once nobody's turn is left, those whose turn it was are told so by the sheet's state.
fn is_turn_of(actor: &Actor, sheet: &Timesheet, manager_id: Option<UserId>) -> bool {
    let as_manager =
        || actor.has_over(Permission::TimesheetsApprove, sheet.user_id) && manager_id == Some(actor.user_id);
    let Some(approval) = sheet.approval() else {
        return as_manager();
    };
    let current = approval.current_step();
    match current.filter(|_| sheet.status == ApprovalStatus::Submitted) {
        Some(step) if step.approvers.is_empty() => as_manager(),
        Some(_) => actor.approves_by_name() && approval.is_turn_of(actor.user_id, manager_id),
        None => as_manager() || is_named(actor, sheet),
    }
}

/// Whether a step of the approval that the sheet is in names the actor, who may approve by name.
fn is_named(actor: &Actor, sheet: &Timesheet) -> bool {
    actor.approves_by_name() && sheet.names_approver(actor.user_id)
}

#[cfg(test)]
mod tests;
