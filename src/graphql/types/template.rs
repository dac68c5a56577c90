//! Timesheet templates.

use std::sync::Arc;

use super::enums::{PeriodKind, Weekday};
use super::of_record;
use crate::domain::period;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::graphql::render::{Field, Object, Type, own_part};

/// What new timesheets are made after.
pub struct TimesheetTemplateObject;

/// Which dates make one timesheet.
pub struct TimesheetPeriodObject;

impl Object for TimesheetTemplateObject {
    type View<'a> = &'a Arc<TimesheetTemplate>;
    const NAME: &'static str = "TimesheetTemplate";
    const ABOUT: &'static str =
        "What new timesheets are made after: which dates they cover and when they are due.";
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
