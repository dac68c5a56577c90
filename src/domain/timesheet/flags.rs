//! Who may do what with a sheet in which state: one function that guards the verbs and from which
//! the flags come that announce them (SPEC 6, F1).

use super::{CellRef, Timesheet};
use crate::domain::access::{Actor, Permission};
use crate::domain::approval::ApprovalStatus;
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
    const fn fits(self, status: ApprovalStatus) -> bool {
        match self {
            Self::Edit | Self::Delete | Self::Submit | Self::ForceSubmit => status.is_open(),
            Self::Reopen => matches!(status, ApprovalStatus::Submitted | ApprovalStatus::Approved),
            Self::Execute | Self::ForceExecute => matches!(status, ApprovalStatus::Submitted),
        }
    }
}

/// A sheet, with what else decides about rights over it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The sheet.
    pub sheet: &'a Timesheet,
    /// The owner's manager: the approver.
    pub manager_id: Option<UserId>,
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
}

/// What is in the way of the action, if anything. A sheet that the actor may not see does not exist
/// for them (F11); one that they see is refused for want of a right before its state is looked at
/// (F5).
fn obstacle(actor: &Actor, action: Action, standing: &Standing<'_>) -> Option<Obstacle> {
    let sheet = standing.sheet;
    if !actor.has_over(Permission::TimesheetsRead, sheet.user_id) {
        Some(Obstacle::Unseen)
    } else if !is_entitled(actor, action, standing) {
        Some(Obstacle::NoRight)
    } else if !action.fits(sheet.status) {
        Some(Obstacle::State)
    } else {
        hours_in_the_way(action, sheet).map(Obstacle::Hours)
    }
}

/// Refuses what the actor may not do with the sheet now.
pub fn can(actor: &Actor, action: Action, standing: &Standing<'_>) -> Result<(), Error> {
    let refusal = match obstacle(actor, action, standing) {
        None => return Ok(()),
        Some(Obstacle::Unseen) => Error::NotFound("timesheet"),
        Some(Obstacle::NoRight) => Error::Forbidden(format!(
            "you have no right to do this: {} this timesheet",
            action.verb()
        )),
        Some(Obstacle::State) => Error::WrongState {
            action: action.verb(),
            what: "timesheet",
            state: standing.sheet.status.code(),
        },
        Some(Obstacle::Hours(hours)) => Error::Locked(format!("the timesheet has hours that {hours}")),
    };
    Err(refusal)
}

/// Which hours keep a sheet that is in the right state from the action.
fn hours_in_the_way(action: Action, sheet: &Timesheet) -> Option<&'static str> {
    let is_invoiced = |cell: CellRef<'_>| cell.invoice_line_id().is_some();
    match (action, sheet.status) {
        (Action::Delete, _) if sheet.cells().any(CellRef::is_protected) => {
            Some("are invoiced or come from time off")
        }
        (Action::Reopen, ApprovalStatus::Approved) if sheet.cells().any(is_invoiced) => Some("are invoiced"),
        _ => None,
    }
}

/// What the actor may do with the sheet now: true exactly where [`can`] does not refuse (F1).
pub fn flags(actor: &Actor, standing: &Standing<'_>) -> Flags {
    let may = |action| obstacle(actor, action, standing).is_none();
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
    let Standing { sheet, manager_id } = standing;
    let owner = sheet.user_id;
    actor.has_over(action.permission(), owner)
        && match action {
            // The approver is the owner's manager, and nobody approves their own (F7).
            Action::Execute => actor.user_id != owner && *manager_id == Some(actor.user_id),
            Action::ForceExecute => actor.user_id != owner,
            // Force goes past the rules, not past the right.
            Action::ForceSubmit => actor.has_over(Permission::TimesheetsSubmit, owner),
            // An owner takes back what is not approved yet; to undo an approval takes more.
            Action::Reopen if sheet.status == ApprovalStatus::Approved => {
                actor.user_id != owner || actor.has(Permission::TimesheetsReopen)
            }
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::access::Role;
    use crate::domain::timesheet::fixtures::{cell, day, line, owner, sheet, target};

    fn person(number: u128) -> UserId {
        UserId::new(Uuid::from_u128(number))
    }

    fn boss() -> UserId {
        person(50)
    }

    /// The owner, their manager, a manager of theirs who is not the approver, a stranger, an
    /// auditor, an administrator.
    fn cast() -> [(&'static str, Actor); 6] {
        let lead = [Role::Employee, Role::TeamManager];
        [
            ("owner", Actor::new(owner(), None, &[Role::Employee], None)),
            (
                "approver",
                Actor::new(boss(), None, &lead, None).with_team(vec![owner()]),
            ),
            (
                "lead",
                Actor::new(person(51), None, &lead, None).with_team(vec![owner(), boss()]),
            ),
            ("stranger", Actor::new(person(52), None, &lead, None)),
            ("auditor", Actor::new(person(53), None, &[Role::Auditor], None)),
            (
                "admin",
                Actor::new(person(54), None, &[Role::Administrator], None),
            ),
        ]
    }

    /// The matrix of SPEC 6, spelt out: who may do what in which state.
    fn expected(who: &str, status: ApprovalStatus) -> &'static [Action] {
        use Action::*;
        use ApprovalStatus::*;
        match (status, who) {
            (Draft | Rejected, "owner") => &[Edit, Delete, Submit],
            (Draft | Rejected, "admin") => &[Edit, Delete, Submit, ForceSubmit],
            (Submitted, "approver") => &[Reopen, Execute],
            (Submitted, "admin") => &[Reopen, ForceExecute],
            (Submitted, "owner" | "lead") | (Approved, "lead" | "approver" | "admin") => &[Reopen],
            _ => &[],
        }
    }

    #[test]
    fn f1_the_matrix_holds_for_every_state_role_and_action() {
        for status in ApprovalStatus::ALL {
            let mut sheet = sheet(&[]);
            sheet.status = status;
            let standing = Standing {
                sheet: &sheet,
                manager_id: Some(boss()),
            };
            for (who, actor) in cast() {
                for action in Action::ALL {
                    let is_allowed = can(&actor, action, &standing).is_ok();
                    assert_eq!(
                        is_allowed,
                        expected(who, status).contains(&action),
                        "{who} {action:?} {status:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn f1_each_flag_is_that_of_its_own_action() {
        for status in ApprovalStatus::ALL {
            let mut sheet = sheet(&[]);
            sheet.status = status;
            let standing = Standing {
                sheet: &sheet,
                manager_id: Some(boss()),
            };
            for (who, actor) in cast() {
                let flags = flags(&actor, &standing);
                for (action, flag) in [
                    (Action::Edit, flags.edit),
                    (Action::Delete, flags.delete),
                    (Action::Submit, flags.submit),
                    (Action::ForceSubmit, flags.force_submit),
                    (Action::Reopen, flags.reopen),
                    (Action::Execute, flags.execute),
                    (Action::ForceExecute, flags.force_execute),
                ] {
                    let is_allowed = can(&actor, action, &standing).is_ok();
                    assert_eq!(flag, is_allowed, "{who} {action:?} {status:?}");
                }
            }
        }
    }

    #[test]
    fn every_action_takes_its_own_right_and_force_takes_that_of_submitting_too() {
        use Permission as P;
        for (right, status, expected) in [
            (P::TimesheetsEdit, ApprovalStatus::Draft, vec![Action::Edit]),
            (P::TimesheetsDelete, ApprovalStatus::Draft, vec![Action::Delete]),
            (P::TimesheetsSubmit, ApprovalStatus::Draft, vec![Action::Submit]),
            (P::TimesheetsForce, ApprovalStatus::Draft, vec![]),
            (
                P::TimesheetsReopen,
                ApprovalStatus::Submitted,
                vec![Action::Reopen],
            ),
            (
                P::TimesheetsApprove,
                ApprovalStatus::Submitted,
                vec![Action::Execute],
            ),
            (
                P::TimesheetsForce,
                ApprovalStatus::Submitted,
                vec![Action::ForceExecute],
            ),
            (P::TimesheetsRead, ApprovalStatus::Submitted, vec![]),
        ] {
            let token = [P::TimesheetsRead, right];
            let actor = Actor::new(boss(), None, &[Role::Administrator], Some(&token));
            let mut sheet = sheet(&[]);
            sheet.status = status;
            let standing = Standing {
                sheet: &sheet,
                manager_id: Some(boss()),
            };
            let allowed: Vec<_> = Action::ALL
                .into_iter()
                .filter(|action| can(&actor, *action, &standing).is_ok())
                .collect();
            assert_eq!(allowed, expected, "{right:?}");
        }
    }

    #[test]
    fn f7_nobody_approves_their_own_not_even_by_force() {
        let mut sheet = sheet(&[]);
        sheet.status = ApprovalStatus::Submitted;
        let standing = Standing {
            sheet: &sheet,
            manager_id: Some(owner()),
        };
        for role in [Role::TeamManager, Role::Administrator] {
            let own = Actor::new(owner(), None, &[Role::Employee, role], None);
            for action in [Action::Execute, Action::ForceExecute] {
                assert!(matches!(can(&own, action, &standing), Err(Error::Forbidden(_))));
            }
        }
    }

    #[test]
    fn an_approved_sheet_is_not_reopened_once_it_is_invoiced() {
        let mut invoiced = cell(1, day(0), 8);
        invoiced.invoice_line_id = Some(Uuid::from_u128(1));
        let mut time_off = cell(1, day(0), 8);
        time_off.time_off_request_id = Some(Uuid::from_u128(1));
        let admin = Actor::new(person(54), None, &[Role::Administrator], None);
        for (status, cell, is_locked) in [
            (ApprovalStatus::Approved, &invoiced, true),
            (ApprovalStatus::Submitted, &invoiced, false),
            (ApprovalStatus::Approved, &time_off, false),
        ] {
            let mut sheet = sheet(&[line(1, target(0, 0, 0), vec![cell.clone()])]);
            sheet.status = status;
            let standing = Standing {
                sheet: &sheet,
                manager_id: None,
            };
            let result = can(&admin, Action::Reopen, &standing);
            assert_eq!(matches!(result, Err(Error::Locked(_))), is_locked, "{status:?}");
            assert_eq!(result.is_err(), is_locked);
        }
    }

    #[test]
    fn f11_a_sheet_that_is_not_to_be_seen_does_not_exist() {
        let sheet = sheet(&[]);
        let standing = Standing {
            sheet: &sheet,
            manager_id: None,
        };
        let stranger = Actor::new(person(52), None, &[Role::Employee], None);
        for action in Action::ALL {
            assert_eq!(
                can(&stranger, action, &standing),
                Err(Error::NotFound("timesheet"))
            );
        }
    }

    #[test]
    fn f5_a_wrong_state_is_named() {
        let mut sheet = sheet(&[]);
        sheet.status = ApprovalStatus::Approved;
        let standing = Standing {
            sheet: &sheet,
            manager_id: None,
        };
        let own = Actor::new(owner(), None, &[Role::Employee], None);
        let refusal = Error::WrongState {
            action: "editing",
            what: "timesheet",
            state: "Approved",
        };
        assert_eq!(can(&own, Action::Edit, &standing), Err(refusal));
    }

    #[test]
    fn s13_a_sheet_with_frozen_cells_is_not_deleted() {
        let mut frozen = cell(1, day(0), 8);
        frozen.time_off_request_id = Some(Uuid::from_u128(1));
        let sheet = sheet(&[line(1, target(0, 0, 0), vec![frozen])]);
        let standing = Standing {
            sheet: &sheet,
            manager_id: None,
        };
        let own = Actor::new(owner(), None, &[Role::Employee], None);
        assert!(matches!(
            can(&own, Action::Delete, &standing),
            Err(Error::Locked(_))
        ));
        assert!(!flags(&own, &standing).delete);
    }
}
