//! Approvals of timesheets: their steps and what was said, and the rules that a timesheet breaks.

use super::enums::{ApprovalAction, ApproverKind, RuleKind, Severity};
use super::user::UserObject;
use crate::domain::approval::{self, ApprovalEntry, ApprovalInstance, ApprovalStep};
use crate::domain::record::Entity;
use crate::domain::timesheet::rules::{Rule, Violation};
use crate::domain::user::User;
use crate::graphql::render::{Answered, Field, Object, Type, own_part, part, parts};

/// One approval of a timesheet.
pub struct ApprovalInstanceObject;

/// A step of an approval.
pub struct ApprovalStepObject;

/// Something that was done in the course of an approval.
pub struct ApprovalEntryObject;

/// Somebody who took part in an approval.
pub struct ApprovalPersonObject;

/// A rule of a template.
pub struct TimesheetRuleObject;

/// A rule that a timesheet breaks.
pub struct RuleViolationObject;

/// A step, seen within its approval.
#[derive(Clone, Copy)]
pub struct StepOfApproval<'a> {
    approval: &'a ApprovalInstance,
    step: &'a ApprovalStep,
    number: usize,
}

fn steps(approval: &ApprovalInstance) -> impl Iterator<Item = StepOfApproval<'_>> {
    let steps = approval.steps.iter().enumerate();
    steps.map(move |(number, step)| StepOfApproval {
        approval,
        step,
        number,
    })
}

impl Object for ApprovalInstanceObject {
    type View<'a> = &'a ApprovalInstance;
    const NAME: &'static str = "ApprovalInstance";
    const ABOUT: &'static str =
        "One approval of a timesheet: from when it was handed in until it came back into work.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", super::ID, Type::ID, |it, json| json.put(it.id)),
        parts!(
            ApprovalStepObject,
            "steps",
            "The steps that it takes, one after the other.",
            |it| steps(it)
        ),
        parts!(
            ApprovalEntryObject,
            "entries",
            "What was done and said, in order.",
            |it| it.entries.iter()
        ),
    ];
}

impl Object for ApprovalStepObject {
    type View<'a> = StepOfApproval<'a>;
    const NAME: &'static str = "ApprovalStep";
    const ABOUT: &'static str = "A step of an approval: people who all have to approve.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "kind",
            "Why it is these people's turn.",
            Type::input::<ApproverKind>(),
            |it, json| json.put(ApproverKind::from(it.step.kind)),
        ),
        parts!(
            ApprovalPersonObject,
            "approvers",
            "Who they are; nobody stands for the owner's manager, whoever that is when they decide.",
            |it| it.step.approvers.iter()
        ),
        Field::leaf(
            "isDone",
            "Whether everybody has approved.",
            Type::BOOLEAN,
            |it, json| json.put(it.number < usize::from(it.approval.done)),
        ),
        Field::leaf(
            "isCurrent",
            "Whether it is the turn of this step.",
            Type::BOOLEAN,
            |it, json| {
                json.put(it.number == usize::from(it.approval.done));
            },
        ),
    ];
}

impl Object for ApprovalEntryObject {
    type View<'a> = &'a ApprovalEntry;
    const NAME: &'static str = "ApprovalEntry";
    const ABOUT: &'static str = "Something that was done in the course of an approval.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("at", "When.", Type::DATE_TIME, |it, json| json.put(it.at)),
        Field::leaf("action", "What.", Type::input::<ApprovalAction>(), |it, json| {
            json.put(ApprovalAction::from(it.action));
        }),
        own_part!(ApprovalPersonObject, "actor", "In whose name.", |it| &it.actor),
        part!(
            ApprovalPersonObject,
            "performedBy",
            "Who it was really, if they acted for another.",
            |it| it.performed_by.as_ref()
        ),
        Field::leaf(
            "step",
            "In which step, counted from 0, where it was an approver's turn.",
            Type::INT.nullable(),
            |it, json| json.put(it.step.map(i32::from)),
        ),
        Field::leaf(
            "comment",
            "What they said.",
            Type::STRING.nullable(),
            |it, json| json.put(it.comment.as_deref()),
        ),
    ];
}

impl Object for ApprovalPersonObject {
    type View<'a> = &'a approval::Person;
    const NAME: &'static str = "ApprovalPerson";
    const ABOUT: &'static str = "Somebody who takes part in an approval, with the name that they had then.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", "The user's id.", Type::ID, |it, json| json.put(it.id)),
        Field::leaf("name", "Their name.", Type::STRING, |it, json| {
            json.put(&*it.name);
        }),
        Field::reference::<UserObject>(
            "user",
            "The user; null where the caller may not see them.",
            |it, _| Some(User::key(it.id)),
        ),
    ];
}

impl Object for TimesheetRuleObject {
    type View<'a> = &'a Rule;
    const NAME: &'static str = "TimesheetRule";
    const ABOUT: &'static str = "What is wanted of a timesheet that is handed in.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("rule", "What.", Type::input::<RuleKind>(), |it, json| {
            json.put(RuleKind::from(it.demand.kind()));
        }),
        Field::leaf(
            "hours",
            "Its measure; null for rules that have none.",
            Type::DECIMAL.nullable(),
            |it, json| json.put(it.demand.hours()),
        ),
        Field::leaf(
            "severity",
            "What happens if it is broken.",
            Type::input::<Severity>(),
            |it, json| json.put(Severity::from(it.severity)),
        ),
    ];
}

impl Object for RuleViolationObject {
    type View<'a> = &'a Violation;
    const NAME: &'static str = "RuleViolation";
    const ABOUT: &'static str = "A rule that a timesheet breaks, and where.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("rule", "Which.", Type::input::<RuleKind>(), |it, json| {
            json.put(RuleKind::from(it.rule));
        }),
        Field::leaf(
            "severity",
            "Whether it keeps the timesheet from being handed in.",
            Type::input::<Severity>(),
            |it, json| json.put(Severity::from(it.severity)),
        ),
        Field::leaf(
            "date",
            "The day, where it is about one.",
            Type::DATE.nullable(),
            |it, json| {
                json.put(it.date);
            },
        ),
        Field::leaf(
            "lineId",
            "The line, where it is about one.",
            Type::ID.nullable(),
            |it, json| json.put(it.line_id),
        ),
        Field::leaf(
            "cellId",
            "The cell, where it is about one.",
            Type::ID.nullable(),
            |it, json| json.put(it.cell_id),
        ),
        Field::leaf("message", "What, for people.", Type::STRING, |it, json| {
            json.put(&*it.message);
        }),
    ];
}

impl Answered for RuleViolationObject {
    type Owned = Violation;

    fn view(owned: &Violation) -> &Violation {
        owned
    }
}
