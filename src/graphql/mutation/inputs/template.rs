//! Timesheet templates.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Element, Reading, Saving};
use crate::app::Error;
use crate::domain::approval;
use crate::domain::error::{FaultCode, Path};
use crate::domain::period;
use crate::domain::template::{RuleDraft, TemplateDraft, TimesheetTemplate};
use crate::graphql::scalars::{Date, Decimal, RowVersion, Uuid};
use crate::graphql::types::enums::{ApproverKind, PeriodKind, RuleKind, Severity, Weekday};

/// A timesheet template to be made or changed. What is left out stays as it is.
#[derive(InputObject)]
pub struct SaveTimesheetTemplateInput {
    /// The template to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// Which dates make one timesheet; a new one needs it.
    period: MaybeUndefined<TimesheetPeriodInput>,
    /// Days from the end of the period until the timesheet is due; 2 at first.
    due_days: MaybeUndefined<i32>,
    /// What is wanted of a timesheet that is handed in: all the rules. At first, no more than 24 hours a
    /// day.
    rules: MaybeUndefined<Vec<TimesheetRuleInput>>,
    /// Who approves, step after step, at most 5; empty for the owner's manager alone.
    approval_steps: MaybeUndefined<Vec<ApprovalStepInput>>,
    /// Whether people may approve their own timesheets; false at first.
    allows_own_approval: MaybeUndefined<bool>,
}

/// What is wanted of a timesheet that is handed in.
#[derive(InputObject, Clone, Copy)]
pub struct TimesheetRuleInput {
    /// What; each once.
    rule: RuleKind,
    /// Its measure, for rules that have one: 0 to 24 hours a day, 0 to 9,000 a period.
    hours: Option<Decimal>,
    /// What happens if it is broken.
    severity: Severity,
}

/// A step of the approvals.
#[derive(InputObject, Clone, Copy)]
pub struct ApprovalStepInput {
    /// Who approves.
    kind: ApproverKind,
    /// The person, if it is one.
    user_id: Option<Uuid>,
}

/// Which dates make one timesheet.
#[derive(InputObject, Clone, Copy)]
pub struct TimesheetPeriodInput {
    /// How the calendar is cut.
    kind: PeriodKind,
    /// The day on which weeks begin; Monday if left out. Only for weeks.
    first_day: Option<Weekday>,
    /// The first date of one of the periods. Only for two weeks, which need it.
    anchor: Option<Date>,
}

impl SaveTimesheetTemplateInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<TimesheetTemplate>, Error> {
        let Self {
            id,
            row_version,
            name,
            period,
            due_days,
            rules,
            approval_steps,
            allows_own_approval,
        } = self;
        let mut reading = Reading::default();
        let period: Option<TimesheetPeriodInput> = reading.given(|| Path::of("period"), period);
        let draft = TemplateDraft {
            name: reading.given(|| Path::of("name"), name),
            period_kind: period.and_then(|period| read_period(&mut reading, period)),
            due_days: reading.given(|| Path::of("dueDays"), due_days),
            rules: reading.list(&Path::of("rules"), rules, |_, _, it| it.into()),
            approval_steps: reading.list(&Path::of("approvalSteps"), approval_steps, read_step),
            allows_own_approval: reading.given(|| Path::of("allowsOwnApproval"), allows_own_approval),
        };
        reading.saving(id, row_version, draft)
    }
}

impl From<TimesheetRuleInput> for RuleDraft {
    fn from(input: TimesheetRuleInput) -> Self {
        let TimesheetRuleInput {
            rule,
            hours,
            severity,
        } = input;
        Self {
            kind: rule.into(),
            hours: hours.map(Into::into),
            severity: severity.into(),
        }
    }
}

fn read_step(reading: &mut Reading, step: Element<'_>, input: ApprovalStepInput) -> approval::ApproverKind {
    let ApprovalStepInput { kind, user_id } = input;
    match (kind, user_id) {
        (ApproverKind::Person, Some(id)) => return approval::ApproverKind::Person(id.into()),
        (ApproverKind::Person, None) => {
            let message = "a step of one person needs their id";
            reading.fault(step.member("userId"), FaultCode::Required, message);
        }
        (ApproverKind::Manager | ApproverKind::ProjectManagers, Some(_)) => {
            let message = "only a step of one person names a user";
            reading.fault(step.member("userId"), FaultCode::Contradiction, message);
        }
        (ApproverKind::ProjectManagers, None) => return approval::ApproverKind::ProjectManagers,
        (ApproverKind::Manager, None) => {}
    }
    approval::ApproverKind::Manager
}

fn read_period(reading: &mut Reading, input: TimesheetPeriodInput) -> Option<period::PeriodKind> {
    let TimesheetPeriodInput {
        kind,
        first_day,
        anchor,
    } = input;
    let path = Path::of("period");
    let is_week = matches!(kind, PeriodKind::Week | PeriodKind::WeekSplitByMonth);
    if first_day.is_some() && !is_week {
        let message = "only weeks have a first day";
        reading.fault(path.member("firstDay"), FaultCode::Contradiction, message);
    }
    if anchor.is_some() && kind != PeriodKind::TwoWeeks {
        let message = "only periods of two weeks have an anchor";
        reading.fault(path.member("anchor"), FaultCode::Contradiction, message);
    }
    let first_day = first_day.map_or(0, Weekday::days_from_monday);
    Some(match kind {
        PeriodKind::Day => period::PeriodKind::Day,
        PeriodKind::Week => period::PeriodKind::Week { first_day },
        PeriodKind::WeekSplitByMonth => period::PeriodKind::WeekSplitByMonth { first_day },
        PeriodKind::HalfMonth => period::PeriodKind::HalfMonth,
        PeriodKind::Month => period::PeriodKind::Month,
        PeriodKind::TwoWeeks => {
            let Some(anchor) = anchor else {
                let message = "periods of two weeks need the first date of one of them";
                reading.fault(path.member("anchor"), FaultCode::Required, message);
                return None;
            };
            let anchor = anchor.into();
            period::PeriodKind::TwoWeeks { anchor }
        }
    })
}
