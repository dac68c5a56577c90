//! Timesheet templates: which periods sheets have, and when they are due.

use serde::{Deserialize, Serialize};

use super::draft::{DraftReading, Drafted};
use super::error::{Error, FaultCode, Path};
use super::id::TemplateId;
use super::period::PeriodKind;
use super::record::Meta;
use super::time::Instant;

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
}

impl TimesheetTemplate {
    /// Due days where nobody said otherwise (P8).
    pub const DEFAULT_DUE_DAYS: u16 = 2;
    const MAX_DUE_DAYS: u16 = 365;
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
