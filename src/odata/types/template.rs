//! Timesheet templates: what new timesheets are made after. Their rules and approval steps are not
//! shown here; GraphQL has them.

use super::{VERSION, timesheet};
use crate::domain::model::entities::template;
use crate::domain::model::entities::timesheet as sheets;
use crate::domain::period::PeriodKind;
use crate::domain::record::{Kind, Record};
use crate::domain::template::TimesheetTemplate;
use crate::odata::row::Row;
use crate::odata::schema::{Edm, Navigation, Property, Set, Source, Type, Via};
use crate::odata::value::Value;

/// The set.
pub const SET: Set = Set {
    name: "TimeSheetTemplates",
    of: &TEMPLATE,
    source: Source::Records(Kind::Template),
};

/// The type.
pub static TEMPLATE: Type = Type {
    name: "TimeSheetTemplate",
    description: template::ENTITY.description,
    has_key: true,
    properties: &[
        VERSION,
        Property::of(&template::ID),
        Property::of(&template::CREATED),
        Property::of(&template::IS_ACTIVE),
        Property::of(&template::NAME),
        Property::row(
            "periodKind",
            Edm::String,
            false,
            "How the calendar is cut: Day, Week, WeekSplitByMonth, TwoWeeks, HalfMonth or Month.",
            |row| of_template(row, |it| Value::Text(period(it.period_kind).into())),
        ),
        Property::row(
            "firstDayOfWeek",
            Edm::Int32,
            true,
            "The day on which weeks begin, Monday is 1; null unless the periods are weeks.",
            |row| of_template(row, |it| first_day(it.period_kind)),
        ),
        Property::row(
            "periodAnchor",
            Edm::Date,
            true,
            "The first date of one of the periods; null unless they are two weeks long.",
            |row| of_template(row, |it| anchor(it.period_kind)),
        ),
        Property::of(&template::DUE_DAYS),
        Property::row(
            "allowsOwnApproval",
            Edm::Boolean,
            false,
            "Whether people may approve their own timesheets.",
            |row| of_template(row, |it| Value::Bool(it.allows_own_approval)),
        ),
    ],
    navigations: &[Navigation {
        name: "timeSheets",
        to: || &timesheet::SHEET,
        set: "TimeSheets",
        partner: Some("template"),
        description: "The timesheets that were made after it.",
        via: Via::Referring(Kind::Timesheet, &sheets::TEMPLATE_ID),
    }],
};

fn of_template<'a>(row: &'a Row, read: impl FnOnce(&'a TimesheetTemplate) -> Value<'a>) -> Value<'a> {
    match row {
        Row::Record(Record::Template(template)) => read(template),
        _ => Value::Null,
    }
}

const fn period(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "Day",
        PeriodKind::Week { .. } => "Week",
        PeriodKind::WeekSplitByMonth { .. } => "WeekSplitByMonth",
        PeriodKind::TwoWeeks { .. } => "TwoWeeks",
        PeriodKind::HalfMonth => "HalfMonth",
        PeriodKind::Month => "Month",
    }
}

fn first_day(kind: PeriodKind) -> Value<'static> {
    match kind {
        PeriodKind::Week { first_day } | PeriodKind::WeekSplitByMonth { first_day } => {
            Value::Int(i64::from(first_day) + 1)
        }
        PeriodKind::Day | PeriodKind::TwoWeeks { .. } | PeriodKind::HalfMonth | PeriodKind::Month => {
            Value::Null
        }
    }
}

const fn anchor(kind: PeriodKind) -> Value<'static> {
    match kind {
        PeriodKind::TwoWeeks { anchor } => Value::Date(anchor),
        PeriodKind::Day
        | PeriodKind::Week { .. }
        | PeriodKind::WeekSplitByMonth { .. }
        | PeriodKind::HalfMonth
        | PeriodKind::Month => Value::Null,
    }
}
