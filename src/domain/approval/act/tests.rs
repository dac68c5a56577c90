//! The table of states against SPEC 6, and the course of approvals against what people expect of it.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::access::Role;
use crate::domain::approval::{Approvals, ApproverKind, Course};
use crate::domain::timesheet::fixtures::*;
use crate::domain::user::User;

fn id(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

fn person(number: u128) -> Person {
    Person {
        id: id(number),
        name: format!("Person {number}").into(),
    }
}

fn manager() -> UserId {
    id(50)
}

fn step(kind: ApproverKind, approvers: &[u128]) -> ApprovalStep {
    ApprovalStep {
        kind,
        approvers: approvers.iter().copied().map(person).collect(),
    }
}

fn done<'a>(action: ApprovalAction, actor: u128, steps: &[ApprovalStep]) -> Act<'a> {
    Act {
        action,
        comment: Some("because"),
        actor: person(actor),
        performed_by: None,
        manager: Some(manager()),
        now: NOW,
        approval_id: ApprovalId::new(Uuid::from_u128(90)),
        steps: steps.to_vec(),
        billing: vec![(project_id(1), BillingType::NonBillable)],
    }
}

fn handed_in(steps: &[ApprovalStep]) -> Timesheet {
    let draft = sheet(&[line(0, target(OPEN, TASK, 0), vec![cell(0, day(0), 8)])]);
    act(&draft, &done(ApprovalAction::Submit, 7, steps)).unwrap()
}

#[test]
fn f3_submit_sets_submitted_approve_sets_approved_and_going_back_clears_both() {
    let alone = [step(ApproverKind::Manager, &[])];
    let submitted = handed_in(&alone);
    assert_eq!((submitted.submitted, submitted.approved), (Some(NOW), None));
    let approved = act(&submitted, &done(ApprovalAction::Approve, 50, &[])).unwrap();
    assert_eq!((approved.submitted, approved.approved), (Some(NOW), Some(NOW)));
    for (from, action, status) in [
        (&submitted, ApprovalAction::Recall, ApprovalStatus::Draft),
        (&submitted, ApprovalAction::Reject, ApprovalStatus::Rejected),
        (&submitted, ApprovalAction::ForceReject, ApprovalStatus::Rejected),
        (&submitted, ApprovalAction::Reopen, ApprovalStatus::Draft),
        (&approved, ApprovalAction::Reopen, ApprovalStatus::Draft),
    ] {
        let back = act(from, &done(action, 50, &[])).unwrap();
        assert_eq!(
            (back.status, back.submitted, back.approved),
            (status, None, None),
            "{action:?}"
        );
        assert_eq!(back.billing, None);
        assert_eq!(back.approval().is_none(), status == ApprovalStatus::Draft);
    }
}

#[test]
fn a_rejection_says_why_and_a_comment_has_a_limit() {
    let submitted = handed_in(&[step(ApproverKind::Manager, &[])]);
    for action in ApprovalAction::ALL {
        for comment in [None, Some(""), Some(" \n")] {
            let silent = Act {
                comment,
                ..done(action, 50, &[])
            };
            let needs = matches!(action, ApprovalAction::Reject | ApprovalAction::ForceReject);
            assert_eq!(act(&submitted, &silent).is_err(), needs, "{action:?}");
        }
        let long = "ж".repeat(MAX_COMMENT_CHARS + 1);
        let too_long = Act {
            comment: Some(&long),
            ..done(action, 50, &[])
        };
        let refusal = act(&submitted, &too_long).unwrap_err();
        assert!(matches!(refusal, Error::Invalid(faults) if faults[0].code == FaultCode::TooLong));
    }
}

#[test]
fn every_step_has_its_turn_and_everybody_in_it() {
    let steps = [
        step(ApproverKind::ProjectManagers, &[60, 61]),
        step(ApproverKind::Manager, &[]),
    ];
    let mut sheet = handed_in(&steps);
    for (actor, status) in [
        (61, ApprovalStatus::Submitted),
        (60, ApprovalStatus::Submitted),
        (50, ApprovalStatus::Approved),
    ] {
        let approval = sheet.approval().unwrap();
        assert!(approval.is_turn_of(id(actor), Some(manager())), "{actor}");
        assert!(!approval.is_turn_of(id(99), Some(manager())));
        sheet = act(&sheet, &done(ApprovalAction::Approve, actor, &[])).unwrap();
        assert_eq!(sheet.status, status);
        assert!(
            !sheet.approval().unwrap().is_turn_of(id(actor), Some(manager())),
            "{actor}"
        );
    }
    let steps: Vec<Option<u8>> = sheet
        .approval()
        .unwrap()
        .entries
        .iter()
        .map(|it| it.step)
        .collect();
    assert_eq!(steps, [None, Some(0), Some(0), Some(1)]);
}

#[test]
fn nobody_is_asked_twice_in_one_approval() {
    let steps = [
        step(ApproverKind::ProjectManagers, &[50]),
        step(ApproverKind::Manager, &[]),
        step(ApproverKind::Person(id(50)), &[50]),
    ];
    let approved = act(&handed_in(&steps), &done(ApprovalAction::Approve, 50, &[])).unwrap();
    assert_eq!(approved.status, ApprovalStatus::Approved);
}

#[test]
fn force_passes_every_step() {
    let steps = [
        step(ApproverKind::ProjectManagers, &[60, 61]),
        step(ApproverKind::Manager, &[]),
    ];
    let approved = act(&handed_in(&steps), &done(ApprovalAction::ForceApprove, 99, &[])).unwrap();
    assert_eq!(approved.status, ApprovalStatus::Approved);
}

#[test]
fn m3_what_a_project_becomes_after_the_approval_does_not_change_its_sums() {
    let submitted = handed_in(&[step(ApproverKind::Manager, &[])]);
    let approved = act(&submitted, &done(ApprovalAction::Approve, 50, &[])).unwrap();
    let now_billed = |_| Some(BillingType::TimeAndMaterial);
    assert_eq!(submitted.sums(now_billed).billable.to_string(), "8");
    assert_eq!(approved.sums(now_billed).billable.to_string(), "0");
    let reopened = act(&approved, &done(ApprovalAction::Reopen, 50, &[])).unwrap();
    assert_eq!(reopened.sums(now_billed).billable.to_string(), "8");
}

#[test]
fn of_many_approvals_the_latest_are_kept() {
    let mut sheet = handed_in(&[step(ApproverKind::Manager, &[])]);
    for _ in 0..=Approvals::MAX {
        sheet = act(&sheet, &done(ApprovalAction::Recall, 7, &[])).unwrap();
        let again = done(ApprovalAction::Submit, 7, &[step(ApproverKind::Manager, &[])]);
        sheet = act(&sheet, &again).unwrap();
    }
    assert_eq!(sheet.approvals.unwrap().all().len(), Approvals::MAX);
}

fn user(number: u128, roles: &[Role]) -> User {
    User {
        manager_id: Some(manager()),
        roles: roles.into(),
        ..crate::domain::timesheet::fixtures::user(id(number))
    }
}

#[test]
fn whoever_cannot_approve_is_stood_in_for_by_the_manager() {
    let owner = user(7, &[Role::Employee, Role::ProjectManager]);
    let boss = user(50, &[Role::TeamManager]);
    let lead = user(60, &[Role::ProjectManager]);
    let plain = user(61, &[Role::Employee]);
    let mut gone = user(62, &[Role::ProjectManager]);
    gone.meta.is_active = false;
    let settle = |people: &[Option<&User>], manager: Option<&User>, allows_own: bool| {
        let course = Course {
            steps: &[ApproverKind::ProjectManagers],
            owner: &owner,
            manager,
            allows_own,
            project_managers: people,
            persons: &[],
        };
        let approvers = course.settle().remove(0).approvers;
        approvers.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let boss = Some(&boss);
    assert_eq!(settle(&[Some(&lead), Some(&lead)], boss, false), [id(60)]);
    assert_eq!(settle(&[Some(&lead), None], boss, false), [id(50), id(60)]);
    for other in [&plain, &gone, &owner] {
        assert_eq!(settle(&[Some(other)], boss, false), [id(50)]);
    }
    assert_eq!(settle(&[Some(&owner)], boss, true), [id(7)]);
    assert_eq!(settle(&[], boss, false), [], "the manager of the day");
    assert_eq!(settle(&[None], None, false), []);
}

proptest! {
    /// Whatever is done in whatever order: the state is the table's, and an approved sheet has the
    /// approval of everybody whom its course names, or was forced.
    #[test]
    fn f5_the_table_alone_moves_a_sheet(
        steps in proptest::collection::vec(proptest::collection::vec(60_u128..63, 0..3), 1..4),
        acts in proptest::collection::vec((0_usize..8, prop_oneof![Just(50_u128), 60_u128..63]), 0..30),
    ) {
        let steps: Vec<ApprovalStep> =
            steps.iter().map(|people| step(ApproverKind::Manager, people)).collect();
        let mut sheet = sheet(&[]);
        for (action, actor) in acts {
            let action = ApprovalAction::ALL[action];
            let is_turn = |sheet: &Timesheet| {
                sheet.approval().is_some_and(|it| it.is_turn_of(id(actor), Some(manager())))
            };
            let is_decision = matches!(action, ApprovalAction::Approve | ApprovalAction::Reject);
            if !action.fits(sheet.status) || (is_decision && !is_turn(&sheet)) {
                continue;
            }
            let next = act(&sheet, &done(action, actor, &steps)).unwrap();
            let to = action.transition().to;
            prop_assert!(next.status == to || (action == ApprovalAction::Approve && next.status == sheet.status));
            prop_assert_eq!(next.submitted.is_some(), !next.status.is_open());
            prop_assert_eq!(next.approved.is_some(), next.status == ApprovalStatus::Approved);
            if next.status == ApprovalStatus::Approved && action == ApprovalAction::Approve {
                let approval = next.approval().unwrap();
                for step in &approval.steps {
                    let managers_turn = step.approvers.is_empty();
                    prop_assert!(!managers_turn || approval.has_approved(manager()));
                    prop_assert!(step.approvers.iter().all(|it| approval.has_approved(it.id)));
                }
            }
            if action.is_submission() {
                prop_assert_eq!(next.approval().unwrap().entries.len(), 1);
            }
            prop_assert_eq!(&next.rows, &sheet.rows);
            sheet = next;
        }
    }
}
