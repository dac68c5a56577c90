//! Which course the approval of a sheet takes: the kinds of approvers that a template names, and
//! who they are for one sheet at the moment when it is handed in.

use serde::{Deserialize, Serialize};

use super::instance::{ApprovalStep, Person};
use crate::domain::access::{Actor, Permission};
use crate::domain::id::UserId;
use crate::domain::user::User;

/// Who approves in one step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ApproverKind {
    /// The owner's manager, whoever that is when they decide.
    Manager,
    /// Everybody who manages a project that the sheet has hours on.
    ProjectManagers,
    /// This person.
    Person(UserId),
}

/// The most steps that a course has.
pub const MAX_STEPS: usize = 5;

/// What decides about the course of one sheet.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// The steps that the template names; none stands for the manager alone.
    pub steps: &'a [ApproverKind],
    /// The sheet's owner.
    pub owner: &'a User,
    /// The owner's manager.
    pub manager: Option<&'a User>,
    /// Whether people may approve their own (F7).
    pub allows_own: bool,
    /// For each project that the sheet has hours on, who manages it.
    pub project_managers: &'a [Option<&'a User>],
    /// The people whom the steps name.
    pub persons: &'a [&'a User],
}

impl Course<'_> {
    /// The steps, with the people whose turn each is.
    ///
    /// Whoever cannot approve (archived, without the right, or the owner where that is not allowed) is
    /// stood in for by the owner's manager, so that no sheet waits for somebody who cannot act.
    pub fn settle(&self) -> Vec<ApprovalStep> {
        if self.steps.is_empty() {
            return vec![ApprovalStep::of_manager(ApproverKind::Manager)];
        }
        self.steps
            .iter()
            .map(|kind| match kind {
                ApproverKind::Manager => ApprovalStep::of_manager(*kind),
                ApproverKind::ProjectManagers => self.named(*kind, self.project_managers.iter().copied()),
                ApproverKind::Person(id) => {
                    let person = self.persons.iter().find(|person| person.id == *id);
                    self.named(*kind, std::iter::once(person.copied()))
                }
            })
            .collect()
    }

    fn named<'a>(&self, kind: ApproverKind, people: impl Iterator<Item = Option<&'a User>>) -> ApprovalStep {
        let mut approvers: Vec<Person> = people
            .filter_map(|person| person.filter(|person| self.can_approve(person)).or(self.manager))
            .map(Person::from)
            .collect();
        approvers.sort_unstable_by_key(|approver| approver.id);
        approvers.dedup_by_key(|approver| approver.id);
        if approvers.is_empty() {
            return ApprovalStep::of_manager(kind);
        }
        ApprovalStep {
            kind,
            approvers: approvers.into(),
        }
    }

    fn can_approve(&self, person: &User) -> bool {
        let rights = Actor::new(person.id, None, &person.roles, None);
        person.meta.is_active
            && rights.scope(Permission::TimesheetsApprove).is_some()
            && (self.allows_own || person.id != self.owner.id)
    }
}
