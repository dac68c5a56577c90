//! `can` and the flags against the table of SPEC 6.

use uuid::Uuid;

use super::*;
use crate::domain::access::Role;
use crate::domain::approval::{ApprovalInstance, ApprovalStep, Approvals, ApproverKind, Person};
use crate::domain::id::ApprovalId;
use crate::domain::timesheet::fixtures::{cell, day, line, owner, sheet, target};

fn person(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

/// The sheet under a manager, with nothing locked.
fn standing(sheet: &Timesheet, manager_id: Option<UserId>) -> Standing<'_> {
    Standing {
        sheet,
        manager_id,
        lock: Lock::NONE,
        allows_own_approval: false,
    }
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
        let standing = standing(&sheet, Some(boss()));
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
        let standing = standing(&sheet, Some(boss()));
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
        let standing = standing(&sheet, Some(boss()));
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
    let standing = standing(&sheet, Some(owner()));
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
        let standing = standing(&sheet, None);
        let result = can(&admin, Action::Reopen, &standing);
        assert_eq!(matches!(result, Err(Error::Locked(_))), is_locked, "{status:?}");
        assert_eq!(result.is_err(), is_locked);
    }
}

#[test]
fn f11_a_sheet_that_is_not_to_be_seen_does_not_exist() {
    let sheet = sheet(&[]);
    let standing = standing(&sheet, None);
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
    let standing = standing(&sheet, None);
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
    let standing = standing(&sheet, None);
    let own = Actor::new(owner(), None, &[Role::Employee], None);
    assert!(matches!(
        can(&own, Action::Delete, &standing),
        Err(Error::Locked(_))
    ));
    assert!(!flags(&own, &standing).delete);
}

fn admin() -> Actor {
    Actor::new(person(54), None, &[Role::Administrator], None)
}

fn own() -> Actor {
    Actor::new(owner(), None, &[Role::Employee], None)
}

fn in_state(status: ApprovalStatus) -> Timesheet {
    let mut sheet = sheet(&[line(
        1,
        target(0, 0, 0),
        vec![cell(1, day(0), 8), cell(2, day(4), 0)],
    )]);
    sheet.status = status;
    sheet
}

#[test]
fn f10_locked_days_keep_a_sheet_from_what_would_change_them() {
    use Action::*;
    let cases: [(i32, ApprovalStatus, &[Action]); 7] = [
        (-1, ApprovalStatus::Draft, &[]),
        (0, ApprovalStatus::Draft, &[Delete]),
        (5, ApprovalStatus::Draft, &[Delete]),
        (6, ApprovalStatus::Draft, &[Edit, Delete]),
        (6, ApprovalStatus::Submitted, &[]),
        (-1, ApprovalStatus::Approved, &[]),
        (0, ApprovalStatus::Approved, &[Reopen]),
    ];
    for (last, status, locked) in cases {
        let sheet = in_state(status);
        let standing = Standing {
            lock: Lock::up_to(Some(day(last))),
            ..standing(&sheet, None)
        };
        for action in Action::ALL {
            let is_locked = matches!(can(&admin(), action, &standing), Err(Error::Locked(_)));
            assert_eq!(
                is_locked,
                locked.contains(&action),
                "{action:?} {status:?} up to {last}"
            );
        }
    }
}

#[test]
fn f10_a_sheet_without_hours_on_locked_days_is_deleted_and_reopened() {
    let mut sheet = sheet(&[line(1, target(0, 0, 0), vec![cell(1, day(4), 8)])]);
    for (status, action) in [
        (ApprovalStatus::Draft, Action::Delete),
        (ApprovalStatus::Approved, Action::Reopen),
    ] {
        sheet.status = status;
        let standing = Standing {
            lock: Lock::up_to(Some(day(3))),
            ..standing(&sheet, None)
        };
        assert_eq!(can(&admin(), action, &standing), Ok(()));
    }
}

#[test]
fn f7_a_template_may_let_people_approve_their_own() {
    let sheet = in_state(ApprovalStatus::Submitted);
    let lead = Actor::new(owner(), None, &[Role::Employee, Role::TeamManager], None);
    for (actor, action) in [
        (&lead, Action::Execute),
        (
            &Actor::new(owner(), None, &[Role::Administrator], None),
            Action::ForceExecute,
        ),
    ] {
        for allows_own_approval in [false, true] {
            let standing = Standing {
                allows_own_approval,
                ..standing(&sheet, Some(owner()))
            };
            assert_eq!(
                can(actor, action, &standing).is_ok(),
                allows_own_approval,
                "{action:?}"
            );
        }
    }
}

/// The sheet, handed in on a course whose first step names people.
fn named(people: &[u128]) -> Timesheet {
    let mut sheet = in_state(ApprovalStatus::Submitted);
    let person = |number: &u128| Person {
        id: person(*number),
        name: "somebody".into(),
    };
    let step = ApprovalStep {
        kind: ApproverKind::ProjectManagers,
        approvers: people.iter().map(person).collect(),
    };
    sheet.approvals = Some(Box::new(Approvals::default().with(ApprovalInstance {
        id: ApprovalId::new(Uuid::nil()),
        steps: Box::new([step, ApprovalStep::of_manager(ApproverKind::Manager)]),
        done: 0,
        entries: Box::default(),
    })));
    sheet
}

#[test]
fn whoever_is_named_sees_and_approves_when_it_is_their_turn() {
    let mut sheet = named(&[70, 71]);
    let lead = Actor::new(person(70), None, &[Role::ProjectManager], None);
    let unnamed = Actor::new(person(72), None, &[Role::ProjectManager], None);
    let manager = Actor::new(boss(), None, &[Role::TeamManager], None).with_team(vec![owner()]);
    let verdict = |sheet: &Timesheet, actor: &Actor| {
        let verdict = can(actor, Action::Execute, &standing(sheet, Some(boss())));
        verdict.map_err(|error| std::mem::discriminant(&error))
    };
    let is = |error: Error| Err(std::mem::discriminant(&error));
    let forbidden = is(Error::Forbidden(String::new()));
    assert_eq!(verdict(&sheet, &lead), Ok(()));
    assert_eq!(verdict(&sheet, &unnamed), is(Error::NotFound("timesheet")));
    assert_eq!(verdict(&sheet, &manager), forbidden, "not yet their turn");
    assert!(sees(&lead, &sheet) && !sees(&unnamed, &sheet));
    sheet.status = ApprovalStatus::Draft;
    assert!(!sees(&lead, &sheet), "nothing waits for them any more");
    sheet.status = ApprovalStatus::Approved;
    assert!(matches!(
        can(&lead, Action::Execute, &standing(&sheet, None)),
        Err(Error::WrongState { .. })
    ));
}

#[test]
fn to_be_named_is_not_enough_without_both_rights() {
    let sheet = named(&[70]);
    for permissions in [
        vec![Permission::TimesheetsRead],
        vec![Permission::TimesheetsApprove],
        vec![],
    ] {
        let narrow = Actor::new(person(70), None, &[Role::ProjectManager], Some(&permissions));
        assert!(!sees(&narrow, &sheet), "{permissions:?}");
    }
    let both = [Permission::TimesheetsRead, Permission::TimesheetsApprove];
    let actor = Actor::new(person(70), None, &[Role::ProjectManager], Some(&both));
    assert_eq!(can(&actor, Action::Execute, &standing(&sheet, None)), Ok(()));
}

#[test]
fn f5_recalling_fits_what_is_not_approved_yet_and_reopening_both() {
    let rights = [(ApprovalAction::Recall, false), (ApprovalAction::Reopen, true)];
    let sheet = in_state(ApprovalStatus::Approved);
    for (action, fits) in rights {
        let result = can_act(&admin(), action, &standing(&sheet, None));
        assert_eq!(result.is_ok(), fits, "{action:?}");
        assert_eq!(
            matches!(
                result,
                Err(Error::WrongState {
                    state: "Approved",
                    ..
                })
            ),
            !fits
        );
        let stranger = Actor::new(person(52), None, &[Role::Employee], None);
        let unseen = can_act(&stranger, action, &standing(&sheet, None));
        assert_eq!(unseen, Err(Error::NotFound("timesheet")));
    }
    let refused = can_act(&own(), ApprovalAction::Recall, &standing(&sheet, None));
    assert!(
        matches!(refused, Err(Error::Forbidden(_))),
        "no right is told before the state"
    );
}

#[test]
fn f7_nobody_approves_their_own_in_anothers_name() {
    let sheet = in_state(ApprovalStatus::Submitted);
    let manager = || Actor::new(boss(), None, &[Role::TeamManager], None).with_team(vec![owner()]);
    let standing = standing(&sheet, Some(boss()));
    let owner_as_manager = Actor::new(owner(), None, &[Role::Administrator], None)
        .acting_for(manager())
        .unwrap();
    assert!(matches!(
        can(&owner_as_manager, Action::Execute, &standing),
        Err(Error::Forbidden(_))
    ));
    let other_as_manager = admin().acting_for(manager()).unwrap();
    assert_eq!(can(&other_as_manager, Action::Execute, &standing), Ok(()));
}

#[test]
fn to_manage_the_owner_is_not_enough_without_the_right_over_them() {
    let mut sheet = named(&[70]);
    let approvals = sheet.approvals.take().unwrap();
    let mut instance = approvals.latest().unwrap().clone();
    instance.steps.reverse();
    sheet.approvals = Some(Box::new(Approvals::default().with(instance)));
    let standing = standing(&sheet, Some(person(70)));
    let lead = Actor::new(person(70), None, &[Role::ProjectManager], None);
    assert!(sees(&lead, &sheet), "a later step names them");
    assert!(matches!(
        can(&lead, Action::Execute, &standing),
        Err(Error::Forbidden(_))
    ));
    let manager = Actor::new(person(70), None, &[Role::TeamManager], None).with_team(vec![owner()]);
    assert_eq!(can(&manager, Action::Execute, &standing), Ok(()));
}
