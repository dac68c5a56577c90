//! The approvals of a sheet: each time that it was handed in, the steps that it took and what was
//! said. They are part of the sheet, so that its state and its approvals never disagree.

use serde::{Deserialize, Serialize};

use super::course::ApproverKind;
use super::{ApprovalAction, ApprovalStatus};
use crate::domain::id::{ApprovalId, UserId};
use crate::domain::time::Instant;
use crate::domain::user::User;

/// Every approval of a sheet, the latest last.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Approvals(Box<[ApprovalInstance]>);

/// One approval: from when the sheet was handed in until it came back into work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalInstance {
    /// Its id.
    pub id: ApprovalId,
    /// The steps that it takes, one after the other; never none.
    pub steps: Box<[ApprovalStep]>,
    /// How many of them are done.
    pub done: u8,
    /// What was done, in order; never nothing.
    pub entries: Box<[ApprovalEntry]>,
}

/// A step: people who all have to approve.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalStep {
    /// Why it is these people's turn.
    pub kind: ApproverKind,
    /// Who they are, in order of their ids; nobody stands for the owner's manager of the day.
    pub approvers: Box<[Person]>,
}

/// Somebody, with the name that they had then: whoever may read of an approval knows who took part,
/// whether or not they may see the user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: Box<str>,
}

/// Something that was done in the course of an approval.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalEntry {
    /// When.
    pub at: Instant,
    /// In whose name.
    pub actor: Person,
    /// Who it was really, if they acted for another.
    pub performed_by: Option<Person>,
    /// What.
    pub action: ApprovalAction,
    /// In which step, counted from 0, where it was an approver's turn.
    pub step: Option<u8>,
    /// What they said.
    pub comment: Option<Box<str>>,
}

impl Approvals {
    /// The most that a sheet keeps; beyond that the oldest go, and the audit trail still has them.
    pub const MAX: usize = 50;

    /// All of them, the oldest first.
    pub fn all(&self) -> &[ApprovalInstance] {
        &self.0
    }

    /// The latest.
    pub fn latest(&self) -> Option<&ApprovalInstance> {
        self.0.last()
    }

    /// The approval that a sheet in this state is in; none for one that is being worked on.
    pub fn current(&self, status: ApprovalStatus) -> Option<&ApprovalInstance> {
        match status {
            ApprovalStatus::Draft => None,
            ApprovalStatus::Submitted | ApprovalStatus::Approved | ApprovalStatus::Rejected => self.latest(),
        }
    }

    /// With one more.
    #[must_use]
    pub fn with(self, instance: ApprovalInstance) -> Self {
        let mut all = self.0.into_vec();
        all.push(instance);
        let excess = all.len().saturating_sub(Self::MAX);
        all.drain(..excess);
        Self(all.into())
    }

    /// With one more entry in the latest, and the steps behind it that are done by it. `manager` is the
    /// owner's.
    #[must_use]
    pub fn with_entry(self, entry: ApprovalEntry, manager: Option<UserId>) -> Self {
        let mut all = self.0.into_vec();
        if let Some(latest) = all.last_mut() {
            let mut entries = std::mem::take(&mut latest.entries).into_vec();
            entries.push(entry);
            latest.entries = entries.into();
            latest.advance(manager);
        }
        Self(all.into())
    }
}

impl ApprovalStep {
    /// A step of the owner's manager.
    pub fn of_manager(kind: ApproverKind) -> Self {
        Self {
            kind,
            approvers: Box::default(),
        }
    }

    fn names(&self, person: UserId) -> bool {
        self.approvers.iter().any(|approver| approver.id == person)
    }
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
        }
    }
}

impl ApprovalInstance {
    /// The step whose turn it is; `None` once all are done.
    pub fn current_step(&self) -> Option<&ApprovalStep> {
        self.steps.get(usize::from(self.done))
    }

    /// Whether it waits for this person's decision. `manager` is the owner's.
    pub fn is_turn_of(&self, person: UserId, manager: Option<UserId>) -> bool {
        match self.current_step() {
            None => false,
            Some(step) if step.approvers.is_empty() => manager == Some(person),
            Some(step) => step.names(person) && !self.has_approved(person),
        }
    }

    /// Everybody whom a step names.
    pub fn named_approvers(&self) -> impl Iterator<Item = UserId> + '_ {
        let steps = self.steps.iter();
        steps.flat_map(|step| step.approvers.iter().map(|approver| approver.id))
    }

    /// Whether this person has approved in any of its steps.
    pub fn has_approved(&self, person: UserId) -> bool {
        self.approvals().any(|entry| entry.actor.id == person)
    }

    /// Passes the steps that are done. What somebody has approved in one step counts in every later
    /// one that would ask them again.
    fn advance(&mut self, manager: Option<UserId>) {
        while self
            .current_step()
            .is_some_and(|step| self.is_settled(step, manager))
        {
            self.done += 1;
        }
    }

    /// Whether everybody whose turn the present step is has approved.
    fn is_settled(&self, step: &ApprovalStep, manager: Option<UserId>) -> bool {
        if step.approvers.is_empty() {
            return self.approvals().any(|entry| entry.step == Some(self.done))
                || manager.is_some_and(|manager| self.has_approved(manager));
        }
        step.approvers
            .iter()
            .all(|approver| self.has_approved(approver.id))
    }

    fn approvals(&self) -> impl Iterator<Item = &ApprovalEntry> {
        self.entries
            .iter()
            .filter(|entry| entry.action == ApprovalAction::Approve)
    }
}
