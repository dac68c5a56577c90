//! Time entries as other systems hand them over.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Deserialize;

use super::{patched_reference, reference};
use crate::domain::import::{Collection, EntryRow, Place, Placed, Row};
use crate::graphql::mutation::inputs::{decodes_from_object, patch};
use crate::graphql::scalars::{Date, DateTime, Decimal, Moment, Uuid};

/// A booking: when somebody worked on what, from `logon` to `logoff`, or on a `date` for some `hours`.
/// It is found by its id, else its external id; what is left out stays as it is, and null clears.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeEntryRowInput {
    /// Its id; without one, the external id is needed.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its id in the other system.
    #[serde(default)]
    external_id: Option<String>,
    /// The id of whose hours they are. A new one needs a user.
    #[serde(default)]
    user_id: Option<Uuid>,
    /// Their external id, where there is no id.
    #[serde(default)]
    user_external_id: Option<String>,
    /// Their e-mail address, where there is neither.
    #[serde(default)]
    user_email: Option<String>,
    /// The id of the customer, which must be the project's.
    #[serde(default)]
    customer_id: Option<Uuid>,
    /// The customer's external id, where there is no id.
    #[serde(default)]
    customer_external_id: Option<String>,
    /// The customer's name, where there is neither.
    #[serde(default)]
    customer_name: Option<String>,
    /// The customer's number, beside the name.
    #[serde(default)]
    customer_number: Option<String>,
    /// The project's id. A new one needs a project.
    #[serde(default)]
    project_id: Option<Uuid>,
    /// The project's external id, where there is no id.
    #[serde(default)]
    project_external_id: Option<String>,
    /// The project's code, else its name, where there is neither.
    #[serde(default)]
    project_code: Option<String>,
    /// The id of the task of the project, or of a common one; null for none.
    #[serde(default)]
    task_id: MaybeUndefined<Uuid>,
    /// The task's external id, where there is no id.
    #[serde(default)]
    task_external_id: MaybeUndefined<String>,
    /// The task's name, where there is neither.
    #[serde(default)]
    task_name: MaybeUndefined<String>,
    /// The id of the kind of work; null for none.
    #[serde(default)]
    activity_id: MaybeUndefined<Uuid>,
    /// The external id of the kind of work, where there is no id.
    #[serde(default)]
    activity_external_id: MaybeUndefined<String>,
    /// The code of the kind of work, else its name, where there is neither.
    #[serde(default)]
    activity_code: MaybeUndefined<String>,
    /// When work began.
    #[serde(default)]
    logon: Option<Moment>,
    /// When it ended; not before it began.
    #[serde(default)]
    logoff: Option<Moment>,
    /// How many hours it was interrupted.
    #[serde(default)]
    break_hours: Option<Decimal>,
    /// The day, instead of beginning and end.
    #[serde(default)]
    date: Option<Date>,
    /// The hours of that day.
    #[serde(default)]
    hours: Option<Decimal>,
    /// What was done; null for nothing to say.
    #[serde(default)]
    description: MaybeUndefined<String>,
    /// Whether it no longer counts. Left out, that stays as it is.
    #[serde(default)]
    deleted: Option<bool>,
    /// When the other system last changed it; what is older than what is known changes nothing.
    #[serde(default)]
    last_update: Option<DateTime>,
}

decodes_from_object!(TimeEntryRowInput);

impl TimeEntryRowInput {
    /// As a row at this position.
    pub fn read(self, index: u32) -> Row {
        let Self {
            id,
            external_id,
            user_id,
            user_external_id,
            user_email,
            customer_id,
            customer_external_id,
            customer_name,
            customer_number,
            project_id,
            project_external_id,
            project_code,
            task_id,
            task_external_id,
            task_name,
            activity_id,
            activity_external_id,
            activity_code,
            logon,
            logoff,
            break_hours,
            date,
            hours,
            description,
            deleted,
            last_update,
        } = self;
        let customer = reference(customer_id, customer_external_id, customer_name);
        let row = EntryRow {
            id: id.map(Into::into),
            external_id: external_id.map(Into::into),
            user: reference(user_id, user_external_id, user_email),
            customer: customer.map(|customer| customer.with_number(customer_number)),
            project: reference(project_id, project_external_id, project_code),
            task: patched_reference(task_id, task_external_id, task_name),
            activity: patched_reference(activity_id, activity_external_id, activity_code),
            logon: logon.map(Into::into),
            logoff: logoff.map(Into::into),
            break_hours: break_hours.map(Into::into),
            date: date.map(Into::into),
            hours: hours.map(Into::into),
            description: patch(description),
            deleted,
            last_update: last_update.map(Into::into),
        };
        let place = Place::at(Collection::TimeEntries, index);
        Row::Entry(Box::new(Placed { place, row }))
    }
}
