//! Schedules: patterns of working hours.

use std::sync::Arc;

use super::{CREATED, ID, IS_ACTIVE, ROW_VERSION};
use crate::domain::hours::Hours;
use crate::domain::schedule::{Pattern, Schedule, ScheduleException};
use crate::domain::time::Date;
use crate::graphql::render::{Field, Object, Type, part, parts};

/// A pattern of working hours with its exceptions.
pub struct ScheduleObject;

/// A cycle of days.
pub struct ScheduleCycleObject;

/// A date whose hours differ.
pub struct ScheduleExceptionObject;

impl Object for ScheduleObject {
    type View<'a> = &'a Arc<Schedule>;
    const NAME: &'static str = "Schedule";
    const ABOUT: &'static str = "A pattern of working hours with its exceptions. The pattern is a week or a cycle of days; \
         the other is null.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id)),
        Field::leaf("rowVersion", ROW_VERSION, Type::VERSION, |it, json| {
            json.put(it.meta.version);
        }),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.meta.created);
        }),
        Field::leaf("isActive", IS_ACTIVE, Type::BOOLEAN, |it, json| {
            json.put(it.meta.is_active);
        }),
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "week",
            "The hours of Monday to Sunday; null if the pattern is a cycle.",
            Type::DECIMAL.list().nullable(),
            |it, json| match &it.pattern {
                Pattern::Weekly(days) => json.put_list(days.iter().copied()),
                Pattern::Cycle { .. } => json.put_null(),
            },
        ),
        part!(
            ScheduleCycleObject,
            "cycle",
            "The cycle of days; null if the pattern is a week.",
            |it| {
                match &it.pattern {
                    Pattern::Weekly(_) => None,
                    Pattern::Cycle { anchor, days } => Some((*anchor, &**days)),
                }
            }
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

impl Object for ScheduleCycleObject {
    type View<'a> = (Date, &'a [Hours]);
    const NAME: &'static str = "ScheduleCycle";
    const ABOUT: &'static str = "A cycle of any number of days, over and over.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "anchor",
            "A date that has the first day's hours.",
            Type::DATE,
            |(anchor, _), json| json.put(anchor),
        ),
        Field::leaf(
            "days",
            "The hours of each day of the cycle.",
            Type::DECIMAL.list(),
            |(_, days), json| json.put_list(days.iter().copied()),
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
