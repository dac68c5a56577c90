//! Users.

use std::sync::Arc;

use super::department::DepartmentObject;
use super::enums::Role;
use super::schedule::ScheduleObject;
use super::{EXTERNAL_ID, FROM, LAST_UPDATE, from_date, of_record};
use crate::domain::department::Department;
use crate::domain::id::{DepartmentId, ScheduleId};
use crate::domain::record::Entity;
use crate::domain::schedule::Schedule;
use crate::domain::time::Date;
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Type, parts};

/// A person who has an account.
pub struct UserObject;

/// Where a user works from a date on.
pub struct EffectiveDepartmentObject;

/// Which schedule a user follows from a date on.
pub struct EffectiveScheduleObject;

const MANAGER: &str = "Who approves their timesheets; null for nobody.";

impl Object for UserObject {
    type View<'a> = &'a Arc<User>;
    const NAME: &'static str = "User";
    const ABOUT: &'static str = "A person who has an account.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "email",
            "The e-mail address, unique among users.",
            Type::STRING.nullable(),
            |it, json| json.put(it.email.as_deref()),
        ),
        Field::reference::<DepartmentObject>(
            "department",
            "The department in which they work today.",
            |it, today| it.departments.at(today.0).copied().map(Department::key),
        ),
        parts!(
            EffectiveDepartmentObject,
            "departments",
            "Where they work, from which date on.",
            |it| it.departments.entries().iter()
        ),
        Field::leaf("managerId", MANAGER, Type::ID.nullable(), |it, json| {
            json.put(it.manager_id);
        }),
        Field::reference::<Self>("manager", MANAGER, |it, _| it.manager_id.map(User::key)),
        Field::reference::<ScheduleObject>(
            "schedule",
            "The schedule that they follow today.",
            |it, today| it.schedules.at(today.0).copied().map(Schedule::key),
        ),
        parts!(
            EffectiveScheduleObject,
            "schedules",
            "Which schedule they follow, from which date on.",
            |it| it.schedules.entries().iter()
        ),
        Field::leaf(
            "timeZone",
            "Where their days begin and end: a name of the IANA database.",
            Type::STRING,
            |it, json| json.put(it.time_zone.name()),
        ),
        Field::leaf(
            "employedFrom",
            "The first day of employment, where known.",
            Type::DATE.nullable(),
            |it, json| json.put(it.employed_from),
        ),
        Field::leaf(
            "employedTo",
            "The last day of employment, where known.",
            Type::DATE.nullable(),
            |it, json| json.put(it.employed_to),
        ),
        Field::leaf(
            "roles",
            "What they may do.",
            Type::input::<Role>().list(),
            |it, json| json.put_list(it.roles.iter().map(|role| Role::from(*role))),
        ),
        Field::leaf(
            "lockedUpTo",
            "Days up to this one, and including it, are locked for them.",
            Type::DATE.nullable(),
            |it, json| json.put(it.locked_up_to),
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
        Field::leaf(
            "lastUpdate",
            LAST_UPDATE,
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.last_update),
        ),
    ];
}

super::shows!(UserObject, User, User);

impl Object for EffectiveDepartmentObject {
    type View<'a> = &'a (Date, DepartmentId);
    const NAME: &'static str = "EffectiveDepartment";
    const ABOUT: &'static str = "Where a user works from a date on, until the next one takes over.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("from", FROM, Type::DATE.nullable(), |(from, _), json| {
            json.put(from_date(*from));
        }),
        Field::leaf("departmentId", "The department.", Type::ID, |(_, id), json| {
            json.put(*id);
        }),
        Field::reference::<DepartmentObject>("department", "The department.", |(_, id), _| {
            Some(Department::key(*id))
        }),
    ];
}

impl Object for EffectiveScheduleObject {
    type View<'a> = &'a (Date, ScheduleId);
    const NAME: &'static str = "EffectiveSchedule";
    const ABOUT: &'static str =
        "Which schedule a user follows from a date on, until the next one takes over.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("from", FROM, Type::DATE.nullable(), |(from, _), json| {
            json.put(from_date(*from));
        }),
        Field::leaf("scheduleId", "The schedule.", Type::ID, |(_, id), json| {
            json.put(*id);
        }),
        Field::reference::<ScheduleObject>("schedule", "The schedule.", |(_, id), _| {
            Some(Schedule::key(*id))
        }),
    ];
}
