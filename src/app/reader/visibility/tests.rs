//! The row predicate against a table: who may know of what, the same as a check of one record and as
//! a filter of lists.

use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::domain::access::Role;
use crate::domain::approval::{
    ApprovalInstance, ApprovalStatus, ApprovalStep, Approvals, ApproverKind, Person,
};
use crate::domain::change::Face;
use crate::domain::id::{ApprovalId, SyncJobId, TokenId};
use crate::domain::import::{ImportKind, ImportOptions};
use crate::domain::record::Meta;
use crate::domain::sync_job::{JobState, SyncJob};
use crate::domain::timesheet::fixtures::{self, EARLIER};
use crate::domain::timesheet::{Timesheet, flags};
use crate::domain::token::{AccessToken, TokenHash};

const LEAD: u128 = 2;
const IVAN: u128 = 3;
const STRANGER: u128 = 5;
const PLANNER: u128 = 6;
const IMPORTER: u128 = 8;

fn id(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

fn user(number: u128, roles: &[Role]) -> User {
    User {
        manager_id: (number == IVAN).then_some(id(LEAD)),
        roles: roles.into(),
        ..fixtures::user(id(number))
    }
}

fn sheet(owner: u128, named: Option<u128>) -> Timesheet {
    let mut sheet = fixtures::sheet(&[]);
    sheet.user_id = id(owner);
    let Some(named) = named else { return sheet };
    sheet.status = ApprovalStatus::Submitted;
    sheet.approvals = Some(Box::new(Approvals::default().with(ApprovalInstance {
        id: ApprovalId::new(Uuid::nil()),
        steps: Box::new([ApprovalStep {
            kind: ApproverKind::ProjectManagers,
            approvers: Box::new([Person {
                id: id(named),
                name: "planner".into(),
            }]),
        }]),
        done: 0,
        entries: Box::default(),
    })));
    sheet
}

fn token(owner: u128) -> AccessToken {
    AccessToken {
        id: TokenId::new(Uuid::from_u128(owner)),
        meta: Meta::new(EARLIER),
        name: "token".into(),
        user_id: id(owner),
        hash: TokenHash([0; 32]),
        expires: None,
        permissions: None,
    }
}

fn job(owner: u128) -> SyncJob {
    SyncJob {
        id: SyncJobId::new(Uuid::from_u128(owner)),
        meta: Meta::new(EARLIER),
        owner_id: id(owner),
        asked_by: id(owner),
        token_id: None,
        face: Face::Import,
        kind: ImportKind::TimeEntries,
        options: ImportOptions::default(),
        idempotency_key: None,
        rows: 1,
        bytes: 1,
        state: JobState::Accepted,
        started: None,
        finished: None,
        report: None,
        fault: None,
    }
}

/// What there is, each under a name, with its owner where it has one.
fn everything() -> Vec<(&'static str, Option<u128>, Record)> {
    let sheet = |owner, named| Record::Timesheet(Arc::new(sheet(owner, named)));
    let person = |number, roles: &[Role]| Record::User(Arc::new(user(number, roles)));
    vec![
        ("ivan's sheet", Some(IVAN), sheet(IVAN, None)),
        ("ivan's sheet for the planner", None, sheet(IVAN, Some(PLANNER))),
        ("the stranger's sheet", Some(STRANGER), sheet(STRANGER, None)),
        ("the lead", Some(LEAD), person(LEAD, &[Role::TeamManager])),
        ("ivan", Some(IVAN), person(IVAN, &[Role::Employee])),
        (
            "the stranger",
            Some(STRANGER),
            person(STRANGER, &[Role::Employee]),
        ),
        ("ivan's token", Some(IVAN), Record::Token(Arc::new(token(IVAN)))),
        ("ivan's import", Some(IVAN), Record::SyncJob(Arc::new(job(IVAN)))),
        (
            "the importer's import",
            Some(IMPORTER),
            Record::SyncJob(Arc::new(job(IMPORTER))),
        ),
        (
            "the project",
            None,
            Record::Project(Arc::new(fixtures::project(1))),
        ),
        ("the task", None, Record::Task(Arc::new(fixtures::task(11)))),
        (
            "the activity",
            None,
            Record::Activity(Arc::new(fixtures::activity(1))),
        ),
    ]
}

/// Everybody, with what they may know of.
fn table() -> Vec<(&'static str, u128, Vec<Role>, Vec<&'static str>)> {
    let all = everything()
        .into_iter()
        .map(|(name, ..)| name)
        .collect::<Vec<_>>();
    let public = ["the project", "the task", "the activity"];
    let with_public = |own: &[&'static str]| own.iter().copied().chain(public).collect::<Vec<_>>();
    let of_ivan = ["ivan's sheet", "ivan's sheet for the planner"];
    let unseen = |gone: &[&str]| all.iter().copied().filter(|name| !gone.contains(name)).collect();
    vec![
        ("the administrator", 1, vec![Role::Administrator], all.clone()),
        (
            "the lead",
            LEAD,
            vec![Role::Employee, Role::TeamManager],
            with_public(&[of_ivan[0], of_ivan[1], "the lead", "ivan"]),
        ),
        (
            "ivan",
            IVAN,
            vec![Role::Employee],
            with_public(&[
                of_ivan[0],
                of_ivan[1],
                "the lead",
                "ivan",
                "ivan's token",
                "ivan's import",
            ]),
        ),
        (
            "the stranger",
            STRANGER,
            vec![Role::Employee],
            with_public(&["the stranger's sheet", "the stranger"]),
        ),
        (
            "the planner",
            PLANNER,
            vec![Role::ProjectManager],
            with_public(&[of_ivan[1]]),
        ),
        ("the auditor", 7, vec![Role::Auditor], unseen(&["ivan's token"])),
        (
            "the importer",
            IMPORTER,
            vec![Role::Importer],
            with_public(&["the importer's import"]),
        ),
        ("a person without roles", 9, vec![], vec!["the activity"]),
    ]
}

fn actor(number: u128, roles: &[Role]) -> Actor {
    let team = if number == LEAD {
        vec![id(IVAN)]
    } else {
        Vec::new()
    };
    Actor::new(id(number), None, roles, None).with_team(team)
}

#[test]
fn f11_everybody_sees_what_the_table_says_one_by_one_and_in_lists() {
    for (who, number, roles, expected) in table() {
        let (actor, person) = (actor(number, &roles), user(number, &roles));
        for (name, _, record) in everything() {
            let kind = record.key().kind();
            let is_shown = Visibility::of(kind, &actor, &person).shows(&record);
            assert_eq!(is_shown, expected.contains(&name), "{who}: {name}");
            let filter = Visibility::of(kind, &actor, &person).into_filter();
            assert_eq!(
                filter.holds(&record) == Some(true),
                is_shown,
                "{who}: {name} in a list"
            );
            if let Record::Timesheet(sheet) = &record {
                assert_eq!(flags::sees(&actor, sheet), is_shown, "{who}: {name} by can");
            }
        }
    }
}

#[test]
fn x1_what_is_gone_was_to_be_seen_by_whom_its_owners_things_are() {
    for (who, number, roles, expected) in table() {
        let (actor, person) = (actor(number, &roles), user(number, &roles));
        for (name, owner, record) in everything() {
            let Some(owner) = owner else { continue };
            let visibility = Visibility::of(record.key().kind(), &actor, &person);
            let was_shown = visibility.shows_what_was_of(Some(id(owner)));
            assert_eq!(was_shown, expected.contains(&name), "{who}: {name}");
        }
        let sheets = Visibility::of(Kind::Timesheet, &actor, &person);
        let sees_all = matches!(sheets, Visibility::Everything);
        assert_eq!(sheets.shows_what_was_of(None), sees_all, "{who}: nobody's");
    }
}
