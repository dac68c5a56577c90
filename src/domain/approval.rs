//! Approval: the states of a sheet, the one table of what leads from which to which, and the course
//! that an approval takes. Who may do it is asked in [`flags`](super::timesheet::flags); whether a
//! sheet keeps its rules, in [`rules`](super::timesheet::rules).

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

pub mod act;
pub mod course;
pub mod instance;

pub use course::{ApproverKind, Course};
pub use instance::{ApprovalEntry, ApprovalInstance, ApprovalStep, Approvals, Person};

/// Where a sheet stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ApprovalStatus {
    /// Being filled in.
    Draft,
    /// Handed in, waiting for the approver.
    Submitted,
    /// Accepted.
    Approved,
    /// Sent back with a comment.
    Rejected,
}

impl ApprovalStatus {
    /// All of them, in the order in which a sheet goes through them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Approved, Self::Rejected];

    /// The code as every face spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "Submitted",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }

    /// The fixed id under which OData clients know the state; Draft's is the one in the seed.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Draft => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b27"),
            Self::Submitted => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b28"),
            Self::Approved => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b29"),
            Self::Rejected => uuid!("0aefb600-42fb-4aa5-991c-d70dc7ac7b2a"),
        }
    }

    /// Whether the owner may work on the sheet in this state (SPEC 6).
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Rejected)
    }
}

/// What moves a sheet from one state to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ApprovalAction {
    /// Hand it in.
    Submit,
    /// Hand it in past its rules.
    ForceSubmit,
    /// Take back what is not approved yet.
    Recall,
    /// Take it back into work, approved or not.
    Reopen,
    /// Accept it, as the approver whose turn it is.
    Approve,
    /// Send it back, as the approver whose turn it is.
    Reject,
    /// Accept it past its approvers.
    ForceApprove,
    /// Send it back past its approvers.
    ForceReject,
}

/// A row of the table of states: an action, from where it leads, and where to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// What is done.
    pub action: ApprovalAction,
    /// The verb of the business: its name over the faces and in the audit trail.
    pub verb: &'static str,
    /// In which states it can be done.
    pub from: &'static [ApprovalStatus],
    /// The state that it leads to, once every step of the course is done.
    pub to: ApprovalStatus,
    /// Whether it must say why.
    pub needs_comment: bool,
}

const OPEN: &[ApprovalStatus] = &[ApprovalStatus::Draft, ApprovalStatus::Rejected];
const SUBMITTED: &[ApprovalStatus] = &[ApprovalStatus::Submitted];
const HANDED_IN: &[ApprovalStatus] = &[ApprovalStatus::Submitted, ApprovalStatus::Approved];

const fn row(
    action: ApprovalAction,
    verb: &'static str,
    from: &'static [ApprovalStatus],
    to: ApprovalStatus,
) -> Transition {
    let needs_comment = matches!(action, ApprovalAction::Reject | ApprovalAction::ForceReject);
    Transition {
        action,
        verb,
        from,
        to,
        needs_comment,
    }
}

impl Transition {
    /// The table (SPEC 6).
    pub const ALL: [Self; 8] = {
        use ApprovalAction as A;
        use ApprovalStatus as S;
        [
            row(A::Submit, "submitTimesheet", OPEN, S::Submitted),
            row(A::ForceSubmit, "forceSubmitTimesheet", OPEN, S::Submitted),
            row(A::Recall, "recallTimesheet", SUBMITTED, S::Draft),
            row(A::Reopen, "reopenTimesheet", HANDED_IN, S::Draft),
            row(A::Approve, "approveTimesheet", SUBMITTED, S::Approved),
            row(A::Reject, "rejectTimesheet", SUBMITTED, S::Rejected),
            row(A::ForceApprove, "forceApproveTimesheet", SUBMITTED, S::Approved),
            row(A::ForceReject, "forceRejectTimesheet", SUBMITTED, S::Rejected),
        ]
    };
}

impl ApprovalAction {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Submit,
        Self::ForceSubmit,
        Self::Recall,
        Self::Reopen,
        Self::Approve,
        Self::Reject,
        Self::ForceApprove,
        Self::ForceReject,
    ];

    /// Its row of the table.
    pub const fn transition(self) -> &'static Transition {
        // In the order of the table, which a test holds it to.
        const TABLE: &[Transition; 8] = &Transition::ALL;
        match self {
            Self::Submit => &TABLE[0],
            Self::ForceSubmit => &TABLE[1],
            Self::Recall => &TABLE[2],
            Self::Reopen => &TABLE[3],
            Self::Approve => &TABLE[4],
            Self::Reject => &TABLE[5],
            Self::ForceApprove => &TABLE[6],
            Self::ForceReject => &TABLE[7],
        }
    }

    /// Whether it can be done in this state.
    pub fn fits(self, status: ApprovalStatus) -> bool {
        self.transition().from.contains(&status)
    }

    /// Whether it hands the sheet in.
    pub const fn is_submission(self) -> bool {
        matches!(self, Self::Submit | Self::ForceSubmit)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApprovalAction, Transition};

    #[test]
    fn every_action_finds_its_own_row() {
        for (action, row) in ApprovalAction::ALL.into_iter().zip(Transition::ALL) {
            assert_eq!(action.transition(), &row);
            assert_eq!(row.action, action);
        }
    }
}
