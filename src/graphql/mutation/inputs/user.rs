//! Users.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, Saving, patch};
use crate::app::Error;
use crate::domain::error::Path;
use crate::domain::id::{DepartmentId, ScheduleId};
use crate::domain::time;
use crate::domain::user::{User, UserDraft};
use crate::graphql::scalars::{Date, DateTime, RowVersion, Uuid};
use crate::graphql::types::enums::Role;

/// A user to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveUserInput {
    /// The user to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// The e-mail address, unique among users.
    email: MaybeUndefined<String>,
    /// Where they work, from which date on: the whole history.
    departments: MaybeUndefined<Vec<EffectiveDepartmentInput>>,
    /// Who approves their timesheets.
    manager_id: MaybeUndefined<Uuid>,
    /// Which schedule they follow, from which date on: the whole history.
    schedules: MaybeUndefined<Vec<EffectiveScheduleInput>>,
    /// Where their days begin and end: a name of the IANA database; UTC at first.
    time_zone: MaybeUndefined<String>,
    /// The first day of employment.
    employed_from: MaybeUndefined<Date>,
    /// The last day of employment.
    employed_to: MaybeUndefined<Date>,
    /// What they may do; EMPLOYEE at first.
    roles: MaybeUndefined<Vec<Role>>,
    /// Days up to this one, and including it, are locked for them.
    locked_up_to: MaybeUndefined<Date>,
    /// The id in the system that imports them.
    external_id: MaybeUndefined<String>,
    /// When the importing system last changed them.
    last_update: MaybeUndefined<DateTime>,
}

/// Where a user works from a date on, until the next one takes over.
#[derive(InputObject)]
pub struct EffectiveDepartmentInput {
    /// The first date on which it holds; left out, it always did.
    from: Option<Date>,
    /// The department.
    department_id: Uuid,
}

/// Which schedule a user follows from a date on, until the next one takes over.
#[derive(InputObject)]
pub struct EffectiveScheduleInput {
    /// The first date on which it holds; left out, it always did.
    from: Option<Date>,
    /// The schedule.
    schedule_id: Uuid,
}

impl From<EffectiveDepartmentInput> for (Option<time::Date>, DepartmentId) {
    fn from(input: EffectiveDepartmentInput) -> Self {
        let EffectiveDepartmentInput { from, department_id } = input;
        (from.map(Into::into), department_id.into())
    }
}

impl From<EffectiveScheduleInput> for (Option<time::Date>, ScheduleId) {
    fn from(input: EffectiveScheduleInput) -> Self {
        let EffectiveScheduleInput { from, schedule_id } = input;
        (from.map(Into::into), schedule_id.into())
    }
}

impl SaveUserInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<User>, Error> {
        let Self {
            id,
            row_version,
            name,
            email,
            departments,
            manager_id,
            schedules,
            time_zone,
            employed_from,
            employed_to,
            roles,
            locked_up_to,
            external_id,
            last_update,
        } = self;
        let mut reading = Reading::default();
        let draft = UserDraft {
            name: reading.given(|| Path::of("name"), name),
            email: patch(email),
            departments: reading.list(&Path::of("departments"), departments, |_, _, it| it.into()),
            manager_id: patch(manager_id),
            schedules: reading.list(&Path::of("schedules"), schedules, |_, _, it| it.into()),
            time_zone: reading.given(|| Path::of("timeZone"), time_zone),
            employed_from: patch(employed_from),
            employed_to: patch(employed_to),
            roles: reading.list(&Path::of("roles"), roles, |_, _, it| it.into()),
            locked_up_to: patch(locked_up_to),
            external_id: patch(external_id),
            last_update: patch(last_update),
        };
        reading.saving(id, row_version, draft)
    }
}
