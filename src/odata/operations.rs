//! The operations that clients may call, by name and parameters: the table that `$metadata` shows
//! and the resolver reads. What they do is the application's.

use super::schema::{Edm, Type};
use super::types::{approval, booking, timesheet};
use crate::domain::approval::ApprovalAction;

/// A function bound to sheets or to one sheet. Those that open sheets create, as WorkPoint's do; they
/// are authorized as writes (P2, P4).
pub struct Operation {
    /// Which.
    pub verb: Verb,
    /// Its name, without the namespace.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// The type that it is bound to.
    pub on: &'static Type,
    /// Whether it is bound to the whole set.
    pub on_set: bool,
    /// Its parameters; those that are not required come last.
    pub parameters: &'static [Parameter],
    /// What it answers.
    pub returns: Returns,
}

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// The sheet of a user that holds a date; made if there is none.
    IdForPeriod,
    /// The sheet of the period after; made if there is none.
    NextId,
    /// The sheet of the period before; made if there is none.
    PreviousId,
    /// The projects that the owner may book on.
    Projects,
    /// The tasks of a project that the owner may book on.
    ProjectTasks,
    /// The rules that the sheet breaks.
    Check,
    /// What was done in the course of its approvals.
    ApprovalHistory,
}

/// An action of approval, bound to a sheet. Each takes a comment and the version that the caller has
/// seen, both of which may be left out.
pub struct Action {
    /// What it does.
    pub does: ApprovalAction,
    /// Its name, without the namespace.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
}

/// A parameter.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// The type of its value.
    pub edm: Edm,
    /// Whether it must be there.
    pub is_required: bool,
}

/// What an operation answers.
pub enum Returns {
    /// A value.
    Value(Edm),
    /// A list of these.
    List(&'static Type),
}

/// Every operation.
pub static OPERATIONS: [Operation; 7] = [
    Operation {
        verb: Verb::IdForPeriod,
        name: "GetIdForPeriod",
        description: "The id of the user's timesheet that holds the date; it is made if there is none.",
        on: &timesheet::SHEET,
        on_set: true,
        parameters: &[
            Parameter {
                name: "date",
                edm: Edm::Date,
                is_required: true,
            },
            Parameter {
                name: "userId",
                edm: Edm::Guid,
                is_required: true,
            },
        ],
        returns: Returns::Value(Edm::Guid),
    },
    Operation {
        verb: Verb::NextId,
        name: "GetNextTimeSheetId",
        description: "The id of the timesheet after this one; it is made if there is none.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[],
        returns: Returns::Value(Edm::Guid),
    },
    Operation {
        verb: Verb::PreviousId,
        name: "GetPreviousTimeSheetId",
        description: "The id of the timesheet before this one; it is made if there is none.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[],
        returns: Returns::Value(Edm::Guid),
    },
    Operation {
        verb: Verb::Projects,
        name: "GetProjects",
        description: "The projects on which the timesheet's owner may book, of one client if it is named.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[Parameter {
            name: "organizationId",
            edm: Edm::Guid,
            is_required: false,
        }],
        returns: Returns::List(&booking::PROJECT),
    },
    Operation {
        verb: Verb::ProjectTasks,
        name: "GetProjectTasks",
        description: "The tasks of the project on which the timesheet's owner may book, and those above them.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[Parameter {
            name: "projectId",
            edm: Edm::Guid,
            is_required: true,
        }],
        returns: Returns::List(&booking::TASK),
    },
    Operation {
        verb: Verb::Check,
        name: "Check",
        description: "The rules of its template that the timesheet breaks.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[],
        returns: Returns::List(&approval::VIOLATION),
    },
    Operation {
        verb: Verb::ApprovalHistory,
        name: "GetApprovalHistory",
        description: "What was done and said in the course of the timesheet's approvals, the oldest first.",
        on: &timesheet::SHEET,
        on_set: false,
        parameters: &[],
        returns: Returns::List(&approval::ENTRY),
    },
];

/// Every action.
pub static ACTIONS: [Action; 8] = [
    Action {
        does: ApprovalAction::Submit,
        name: "Submit",
        description: "Hands the timesheet in, unless it breaks a rule that matters.",
    },
    Action {
        does: ApprovalAction::ForceSubmit,
        name: "ForceSubmit",
        description: "Hands the timesheet in whatever rules it breaks.",
    },
    Action {
        does: ApprovalAction::Recall,
        name: "Recall",
        description: "Takes the timesheet back before it is approved.",
    },
    Action {
        does: ApprovalAction::Reopen,
        name: "Reopen",
        description: "Takes the timesheet back into work, approved or not.",
    },
    Action {
        does: ApprovalAction::Approve,
        name: "Approve",
        description: "Approves the timesheet, as the approver whose turn it is.",
    },
    Action {
        does: ApprovalAction::Reject,
        name: "Reject",
        description: "Sends the timesheet back, as the approver whose turn it is; it needs a comment.",
    },
    Action {
        does: ApprovalAction::ForceApprove,
        name: "ForceApprove",
        description: "Approves the timesheet past its approvers.",
    },
    Action {
        does: ApprovalAction::ForceReject,
        name: "ForceReject",
        description: "Sends the timesheet back past its approvers; it needs a comment.",
    },
];

/// The parameters of every action.
pub const ACTION_PARAMETERS: [Parameter; 2] = [
    Parameter {
        name: "comment",
        edm: Edm::String,
        is_required: false,
    },
    Parameter {
        name: "rowVersion",
        edm: Edm::Binary,
        is_required: false,
    },
];

impl Operation {
    /// Its parameter lists, by how many of those that may be left out are there.
    pub fn overloads(&self) -> impl Iterator<Item = &'static [Parameter]> {
        let required = self.parameters.iter().take_while(|it| it.is_required).count();
        let parameters = self.parameters;
        (required..=parameters.len()).filter_map(move |count| parameters.get(..count))
    }
}

/// The name of an operation without its namespace, which may be left out; `None` for another's.
fn plain(name: &str) -> Option<&str> {
    match name.rsplit_once('.') {
        Some((namespace, plain)) if namespace.eq_ignore_ascii_case(super::NAMESPACE) => Some(plain),
        Some(_) => None,
        None => Some(name),
    }
}

/// The action of this name on a type, whatever the case of its letters, with the namespace or without.
pub fn find_action(name: &str, on: &Type) -> Option<&'static Action> {
    let plain = plain(name).filter(|_| std::ptr::eq(on, &raw const timesheet::SHEET))?;
    ACTIONS
        .iter()
        .find(|action| action.name.eq_ignore_ascii_case(plain))
}

/// The operation of this name on a type, whatever the case of its letters, with the namespace or
/// without.
pub fn find(name: &str, on: &Type, on_set: bool) -> Option<&'static Operation> {
    let plain = plain(name)?;
    OPERATIONS.iter().find(|operation| {
        operation.name.eq_ignore_ascii_case(plain)
            && std::ptr::eq(operation.on, on)
            && operation.on_set == on_set
    })
}
