//! Schedules: patterns of working hours.

use std::sync::Arc;

use super::of_record;
use crate::domain::schedule::{Pattern, Schedule, ScheduleException};
use crate::graphql::render::{Field, Object, Type, own_part, parts};

/// A pattern of working hours with its exceptions.
pub struct ScheduleObject;

/// The hours of ordinary days.
pub struct SchedulePatternObject;

/// A date whose hours differ.
pub struct ScheduleExceptionObject;

impl Object for ScheduleObject {
    type View<'a> = &'a Arc<Schedule>;
    const NAME: &'static str = "Schedule";
    const ABOUT: &'static str = "A pattern of working hours with its exceptions.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        own_part!(
            SchedulePatternObject,
            "pattern",
            "The hours of ordinary days.",
            |it| &it.pattern
        ),
        parts!(
            ScheduleExceptionObject,
            "exceptions",
            "The dates that differ, in order.",
            |it| it.exceptions.iter()
        ),
    ];
}

super::shows!(ScheduleObject, Schedule, Schedule);

impl Object for SchedulePatternObject {
    type View<'a> = &'a Pattern;
    const NAME: &'static str = "SchedulePattern";
    const ABOUT: &'static str = "The hours of ordinary days: a week, or a cycle of any number of days.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "anchor",
            "A date that has the first day's hours; null for a week, of which Monday has them.",
            Type::DATE.nullable(),
            |it, json| match it {
                Pattern::Weekly(_) => json.put_null(),
                Pattern::Cycle { anchor, .. } => json.put(*anchor),
            },
        ),
        Field::leaf(
            "days",
            "The hours of each day in turn.",
            Type::DECIMAL.list(),
            |it, json| match it {
                Pattern::Weekly(days) => json.put_list(days.iter().copied()),
                Pattern::Cycle { days, .. } => json.put_list(days.iter().copied()),
            },
        ),
    ];
}

impl Object for ScheduleExceptionObject {
    type View<'a> = &'a ScheduleException;
    const NAME: &'static str = "ScheduleException";
    const ABOUT: &'static str = "A date whose hours differ: a holiday, a short day, a working Saturday.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("date", "When.", Type::DATE, |it, json| json.put(it.date)),
        Field::leaf("hours", "Its hours.", Type::DECIMAL, |it, json| {
            json.put(it.hours);
        }),
        Field::leaf("name", "Why.", Type::STRING.nullable(), |it, json| {
            json.put(it.name.as_deref());
        }),
    ];
}
