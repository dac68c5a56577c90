//! Timesheet templates.

use std::sync::Arc;

use super::approval::TimesheetRuleObject;
use super::enums::{ApproverKind, PeriodKind, Weekday};
use super::of_record;
use super::user::UserObject;
use crate::domain::approval;
use crate::domain::id::UserId;
use crate::domain::period;
use crate::domain::record::Entity;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Type, own_part, parts};

/// What new timesheets are made after.
pub struct TimesheetTemplateObject;

/// Which dates make one timesheet.
pub struct TimesheetPeriodObject;

/// A step of the approvals that a template asks for.
pub struct TemplateStepObject;

impl Object for TemplateStepObject {
    type View<'a> = approval::ApproverKind;
    const NAME: &'static str = "TemplateApprovalStep";
    const ABOUT: &'static str = "A step of the approvals that a template asks for.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "kind",
            "Who approves.",
            Type::input::<ApproverKind>(),
            |it, json| {
                json.put(ApproverKind::from(it));
            },
        ),
        Field::leaf(
            "userId",
            "The person, where it is one.",
            Type::ID.nullable(),
            |it, json| json.put(person(it)),
        ),
        Field::reference::<UserObject>(
            "user",
            "The person, where it is one that the caller may see.",
            |it, _| person(it).map(User::key),
        ),
    ];
}

const fn person(step: approval::ApproverKind) -> Option<UserId> {
    match step {
        approval::ApproverKind::Person(id) => Some(id),
        approval::ApproverKind::Manager | approval::ApproverKind::ProjectManagers => None,
    }
}

impl Object for TimesheetTemplateObject {
    type View<'a> = &'a Arc<TimesheetTemplate>;
    const NAME: &'static str = "TimesheetTemplate";
    const ABOUT: &'static str = "What new timesheets are made after: which dates they cover, when they are due, what is wanted of them, and who \
         approves them.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        own_part!(
            TimesheetPeriodObject,
            "period",
            "Which dates make one timesheet.",
            |it| it.period_kind
        ),
        Field::leaf(
            "dueDays",
            "Days from the end of the period until the timesheet is due.",
            Type::INT,
            |it, json| json.put(it.due_days),
        ),
        parts!(
            TimesheetRuleObject,
            "rules",
            "What is wanted of a timesheet that is handed in.",
            |it| it.rules.iter()
        ),
        parts!(
            TemplateStepObject,
            "approvalSteps",
            "Who approves, step after step; none stands for the owner's manager alone.",
            |it| it.approval_steps.iter().copied()
        ),
        Field::leaf(
            "allowsOwnApproval",
            "Whether people may approve their own timesheets.",
            Type::BOOLEAN,
            |it, json| json.put(it.allows_own_approval),
        ),
    ];
}

super::shows!(TimesheetTemplateObject, Template, TimesheetTemplate);

impl Object for TimesheetPeriodObject {
    type View<'a> = period::PeriodKind;
    const NAME: &'static str = "TimesheetPeriod";
    const ABOUT: &'static str = "Which dates make one timesheet.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "kind",
            "How the calendar is cut.",
            Type::input::<PeriodKind>(),
            |it, json| {
                json.put(PeriodKind::from(it));
            },
        ),
        Field::leaf(
            "firstDay",
            "The day on which weeks begin; null unless the periods are weeks.",
            Type::input::<Weekday>().nullable(),
            |it, json| json.put(first_day(it)),
        ),
        Field::leaf(
            "anchor",
            "The first date of one of the periods; null unless they are two weeks long.",
            Type::DATE.nullable(),
            |it, json| json.put(anchor(it)),
        ),
    ];
}

fn first_day(kind: period::PeriodKind) -> Option<Weekday> {
    match kind {
        period::PeriodKind::Week { first_day } | period::PeriodKind::WeekSplitByMonth { first_day } => {
            Weekday::from_monday(first_day)
        }
        period::PeriodKind::Day
        | period::PeriodKind::TwoWeeks { .. }
        | period::PeriodKind::HalfMonth
        | period::PeriodKind::Month => None,
    }
}

fn anchor(kind: period::PeriodKind) -> Option<Date> {
    match kind {
        period::PeriodKind::TwoWeeks { anchor } => Some(anchor),
        period::PeriodKind::Day
        | period::PeriodKind::Week { .. }
        | period::PeriodKind::WeekSplitByMonth { .. }
        | period::PeriodKind::HalfMonth
        | period::PeriodKind::Month => None,
    }
}
