//! Timesheet templates.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, Saving};
use crate::app::Error;
use crate::domain::error::{FaultCode, Path};
use crate::domain::period;
use crate::domain::template::{TemplateDraft, TimesheetTemplate};
use crate::graphql::scalars::{Date, RowVersion, Uuid};
use crate::graphql::types::enums::{PeriodKind, Weekday};

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
        } = self;
        let mut reading = Reading::default();
        let period: Option<TimesheetPeriodInput> = reading.given(|| Path::of("period"), period);
        let draft = TemplateDraft {
            name: reading.given(|| Path::of("name"), name),
            period_kind: period.and_then(|period| read_period(&mut reading, period)),
            due_days: reading.given(|| Path::of("dueDays"), due_days),
        };
        reading.saving(id, row_version, draft)
    }
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
