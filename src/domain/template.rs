//! Timesheet templates: which periods sheets have, when they are due, what is wanted of them, and who
//! approves them.

use serde::{Deserialize, Serialize};

use super::approval::ApproverKind;
use super::approval::course::MAX_STEPS;
use super::draft::{DraftReading, Drafted};
use super::error::{Error, FaultCode, Path};
use super::hours::Hours;
use super::id::TemplateId;
use super::period::PeriodKind;
use super::record::Meta;
use super::time::Instant;
use super::timesheet::rules::{Demand, Rule, RuleKind, Severity};

/// What new sheets are made after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimesheetTemplate {
    /// Its id.
    pub id: TemplateId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// The periods of its sheets.
    pub period_kind: PeriodKind,
    /// Days from the end of the period until the sheet is due (P8).
    pub due_days: u16,
    /// What is wanted of a sheet that is handed in, each demand once (SPEC 6).
    pub rules: Box<[Rule]>,
    /// Who approves, step after step; none stands for the owner's manager alone.
    pub approval_steps: Box<[ApproverKind]>,
    /// Whether people may approve their own sheets (F7).
    pub allows_own_approval: bool,
}

impl TimesheetTemplate {
    /// Due days where nobody said otherwise (P8).
    pub const DEFAULT_DUE_DAYS: u16 = 2;
    const MAX_DUE_DAYS: u16 = 365;

    /// Where nobody said otherwise: no day has more than its 24 hours.
    pub fn default_rules() -> Box<[Rule]> {
        Box::new([Rule {
            demand: Demand::MaxHoursPerDay(Hours::DAY),
            severity: Severity::Error,
        }])
    }
}

/// What is to become of a template.
#[derive(Clone, Debug, Default)]
pub struct TemplateDraft {
    /// Its name.
    pub name: Option<String>,
    /// The periods of its sheets; needed at first.
    pub period_kind: Option<PeriodKind>,
    /// Days from the end of the period until the sheet is due, 0 to 365.
    pub due_days: Option<i64>,
    /// All the rules.
    pub rules: Option<Vec<RuleDraft>>,
    /// Who approves, step after step, at most [`MAX_STEPS`]; none stands for the owner's manager alone.
    pub approval_steps: Option<Vec<ApproverKind>>,
    /// Whether people may approve their own sheets.
    pub allows_own_approval: Option<bool>,
}

/// A rule as it is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleDraft {
    /// What it is.
    pub kind: RuleKind,
    /// Its measure: needed for those that have one, and 0 to 24 a day or 0 to 9,000 a period.
    pub hours: Option<Hours>,
    /// How much it matters.
    pub severity: Severity,
}

impl Drafted for TimesheetTemplate {
    type Draft = TemplateDraft;

    /// The template that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &TemplateDraft,
        id: TemplateId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let template = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            period_kind: read_period_kind(
                &mut reading,
                draft.period_kind.or(existing.map(|it| it.period_kind)),
            ),
            due_days: match draft.due_days {
                None => existing.map_or(Self::DEFAULT_DUE_DAYS, |it| it.due_days),
                Some(days) => read_due_days(&mut reading, days),
            },
            rules: match &draft.rules {
                None => existing.map_or_else(Self::default_rules, |it| it.rules.clone()),
                Some(rules) => read_rules(&mut reading, rules),
            },
            approval_steps: match &draft.approval_steps {
                None => existing.map(|it| it.approval_steps.clone()).unwrap_or_default(),
                Some(steps) => read_steps(&mut reading, steps),
            },
            allows_own_approval: draft
                .allows_own_approval
                .unwrap_or(existing.is_some_and(|it| it.allows_own_approval)),
        };
        reading.finish(template)
    }
}

fn read_due_days(reading: &mut DraftReading, days: i64) -> u16 {
    let max = TimesheetTemplate::MAX_DUE_DAYS;
    u16::try_from(days)
        .ok()
        .filter(|days| *days <= max)
        .unwrap_or_else(|| {
            reading.fault(
                Path::of("dueDays"),
                FaultCode::OutOfRange,
                format!("must be 0 to {max}"),
            );
            0
        })
}

fn read_rules(reading: &mut DraftReading, drafts: &[RuleDraft]) -> Box<[Rule]> {
    let mut rules: Vec<Rule> = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.iter().enumerate() {
        let path = Path::of("rules").index(place);
        let RuleDraft {
            kind,
            hours,
            severity,
        } = *draft;
        let Some(demand) = Demand::new(kind, hours) else {
            let (code, message) = match hours {
                None => (FaultCode::Required, "this rule needs its hours"),
                Some(_) => (FaultCode::Contradiction, "this rule takes no hours"),
            };
            reading.fault(path.member("hours"), code, message);
            continue;
        };
        let most = demand.most_hours();
        if hours.is_some_and(|hours| hours < Hours::ZERO || hours > most) {
            let message = format!("must be 0 to {most}");
            reading.fault(path.member("hours"), FaultCode::OutOfRange, message);
        }
        if rules.iter().any(|rule| rule.demand.kind() == kind) {
            let message = format!("the rule {} occurs twice", kind.code());
            reading.fault(path.member("rule"), FaultCode::Duplicate, message);
        }
        rules.push(Rule { demand, severity });
    }
    rules.into()
}

fn read_steps(reading: &mut DraftReading, steps: &[ApproverKind]) -> Box<[ApproverKind]> {
    if steps.len() > MAX_STEPS {
        let message = format!("at most {MAX_STEPS} steps are allowed");
        reading.fault(Path::of("approvalSteps"), FaultCode::OutOfRange, message);
    }
    for (place, step) in steps.iter().enumerate() {
        if steps.iter().take(place).any(|earlier| earlier == step) {
            let path = Path::of("approvalSteps").index(place);
            reading.fault(path, FaultCode::Duplicate, "the step occurs twice");
        }
    }
    steps.into()
}

fn read_period_kind(reading: &mut DraftReading, kind: Option<PeriodKind>) -> PeriodKind {
    let path = || Path::of("period");
    let Some(kind) = kind else {
        reading.fault(path(), FaultCode::Required, "a template needs a kind of period");
        return PeriodKind::Month;
    };
    if let PeriodKind::Week { first_day } | PeriodKind::WeekSplitByMonth { first_day } = kind
        && first_day > 6
    {
        reading.fault(
            path().member("firstDay"),
            FaultCode::OutOfRange,
            "must be 0 (Monday) to 6 (Sunday)",
        );
    }
    kind
}
