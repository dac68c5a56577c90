//! Customers, common tasks and projects with their tasks, as other systems hand them over.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Deserialize;

use super::{patched_reference, reference};
use crate::domain::import::{Collection, CustomerRow, Place, Placed, ProjectRow, Reference, Row, TaskRow};
use crate::graphql::mutation::inputs::catalogs::ContactInput;
use crate::graphql::mutation::inputs::{decodes_from_object, patch};
use crate::graphql::scalars::{Date, DateTime, Decimal, Uuid};
use crate::graphql::types::enums::{BillingType, ProjectState};

/// A customer. It is found by its id, else its external id, else its name and number; what is left
/// out stays as it is.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomerRowInput {
    /// Its id.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its id in the other system.
    #[serde(default)]
    external_id: Option<String>,
    /// Its name; a new one needs it.
    #[serde(default)]
    name: Option<String>,
    /// Its reference number, unique together with the name; null for none.
    #[serde(default)]
    number: MaybeUndefined<String>,
    /// How to reach it; parts that are left out stay as they are.
    #[serde(default)]
    contact: Option<ContactInput>,
    /// Whether it is no longer in use. Left out, that stays as it is.
    #[serde(default)]
    deleted: Option<bool>,
    /// When the other system last changed it; what is older than what is known changes nothing.
    #[serde(default)]
    last_update: Option<DateTime>,
}

/// A common task: one of no project. It is found by its id, else its external id, else its name;
/// what is left out stays as it is.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct CommonTaskRowInput {
    /// Its id.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its id in the other system: the business id.
    #[serde(default)]
    external_id: Option<String>,
    /// Its name; a new one needs it.
    #[serde(default)]
    name: Option<String>,
    /// Whether it is still worked on; so at first.
    #[serde(default)]
    is_open: Option<bool>,
    /// Whether time may be booked on it; so at first.
    #[serde(default)]
    allows_entry: Option<bool>,
    /// The first date that may be booked; null for none.
    #[serde(default)]
    first_booking_date: MaybeUndefined<Date>,
    /// The last date that may be booked; null for none.
    #[serde(default)]
    last_booking_date: MaybeUndefined<Date>,
    /// How many hours it is thought to take; null for unknown.
    #[serde(default)]
    estimate: MaybeUndefined<Decimal>,
    /// Whether it is no longer in use. Left out, that stays as it is.
    #[serde(default)]
    deleted: Option<bool>,
    /// When the other system last changed it; what is older than what is known changes nothing.
    #[serde(default)]
    last_update: Option<DateTime>,
}

/// A task of a project. It is found by its id, else its external id, else its name under its
/// parent; what is left out stays as it is.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskRowInput {
    /// Its id.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its id in the other system: the business id.
    #[serde(default)]
    external_id: Option<String>,
    /// Its parent's id. Without a parent, a new task is below the main task.
    #[serde(default)]
    parent_id: Option<Uuid>,
    /// Its parent's external id, where there is no id.
    #[serde(default)]
    parent_external_id: Option<String>,
    /// Its parent's name, where there is neither.
    #[serde(default)]
    parent_name: Option<String>,
    /// Its name; a new one needs it.
    #[serde(default)]
    name: Option<String>,
    /// Whether it is still worked on; so at first.
    #[serde(default)]
    is_open: Option<bool>,
    /// Whether time may be booked on it; so at first.
    #[serde(default)]
    allows_entry: Option<bool>,
    /// The first date that may be booked; null for none.
    #[serde(default)]
    first_booking_date: MaybeUndefined<Date>,
    /// The last date that may be booked; null for none.
    #[serde(default)]
    last_booking_date: MaybeUndefined<Date>,
    /// How many hours it is thought to take; null for unknown.
    #[serde(default)]
    estimate: MaybeUndefined<Decimal>,
    /// Whether it is no longer in use. Left out, that stays as it is.
    #[serde(default)]
    deleted: Option<bool>,
    /// When the other system last changed it; what is older than what is known changes nothing.
    #[serde(default)]
    last_update: Option<DateTime>,
}

/// A project. It is found by its id, else its external id, else its code, else its name; what is left
/// out stays as it is, and null clears.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRowInput {
    /// Its id.
    #[serde(default)]
    id: Option<Uuid>,
    /// Its id in the other system.
    #[serde(default)]
    external_id: Option<String>,
    /// Its name; a new one needs it.
    #[serde(default)]
    name: Option<String>,
    /// A short code.
    #[serde(default)]
    code: MaybeUndefined<String>,
    /// What it is about.
    #[serde(default)]
    description: MaybeUndefined<String>,
    /// The id of the customer that it is for.
    #[serde(default)]
    customer_id: MaybeUndefined<Uuid>,
    /// The customer's external id, where there is no id.
    #[serde(default)]
    customer_external_id: MaybeUndefined<String>,
    /// The customer's name, where there is neither.
    #[serde(default)]
    customer_name: MaybeUndefined<String>,
    /// The customer's number, beside the name.
    #[serde(default)]
    customer_number: Option<String>,
    /// The id of who leads it.
    #[serde(default)]
    manager_id: MaybeUndefined<Uuid>,
    /// The external id of who leads it, where there is no id.
    #[serde(default)]
    manager_external_id: MaybeUndefined<String>,
    /// The e-mail address of who leads it, where there is neither.
    #[serde(default)]
    manager_email: MaybeUndefined<String>,
    /// How its hours are billed; left out, `isPaid` says it.
    #[serde(default)]
    billing_type: Option<BillingType>,
    /// Whether its hours are paid; then price, tax and currency are needed.
    #[serde(default)]
    is_paid: Option<bool>,
    /// The price of an hour.
    #[serde(default)]
    price_per_hour: MaybeUndefined<Decimal>,
    /// Value-added tax, in percent.
    #[serde(default)]
    vat: MaybeUndefined<Decimal>,
    /// The currency of the price.
    #[serde(default)]
    currency: MaybeUndefined<String>,
    /// Whether it is limited in time; then both dates are needed.
    #[serde(default)]
    is_time_limited: Option<bool>,
    /// The first date that may be booked.
    #[serde(default)]
    start_date: MaybeUndefined<Date>,
    /// The last date that may be booked.
    #[serde(default)]
    end_date: MaybeUndefined<Date>,
    /// Whether its working time is limited; then the maximum is needed.
    #[serde(default)]
    is_working_time_restricted: Option<bool>,
    /// The most hours that it is to take.
    #[serde(default)]
    max_working_time: MaybeUndefined<Decimal>,
    /// How many hours it is thought to take.
    #[serde(default)]
    estimate: MaybeUndefined<Decimal>,
    /// Whether the common tasks are not offered under it; offered at first.
    #[serde(default)]
    dont_inherit_common_tasks: Option<bool>,
    /// Whether it takes bookings; open at first.
    #[serde(default)]
    state: Option<ProjectState>,
    /// Whether it is no longer in use. Left out, that stays as it is.
    #[serde(default)]
    deleted: Option<bool>,
    /// When the other system last changed it; what is older than what is known changes nothing.
    #[serde(default)]
    last_update: Option<DateTime>,
    /// Its tasks; those that are left out stay as they are.
    #[serde(default)]
    tasks: Option<Vec<TaskRowInput>>,
}

decodes_from_object!(
    CustomerRowInput,
    CommonTaskRowInput,
    TaskRowInput,
    ProjectRowInput
);

impl CustomerRowInput {
    /// As a row at this position.
    pub fn read(self, index: u32) -> Row {
        let Self {
            id,
            external_id,
            name,
            number,
            contact,
            deleted,
            last_update,
        } = self;
        let row = CustomerRow {
            id: id.map(Into::into),
            external_id,
            name,
            number: patch(number),
            contact: contact.map(Into::into).unwrap_or_default(),
            deleted,
            last_update: last_update.map(Into::into),
        };
        let place = Place::at(Collection::Customers, index);
        Row::Customer(Placed { place, row })
    }
}

impl CommonTaskRowInput {
    /// As a row at this position.
    pub fn read(self, index: u32) -> Row {
        let Self {
            id,
            external_id,
            name,
            is_open,
            allows_entry,
            first_booking_date,
            last_booking_date,
            estimate,
            deleted,
            last_update,
        } = self;
        let row = TaskRow {
            id: id.map(Into::into),
            external_id,
            project: None,
            parent: None,
            name,
            is_open,
            allows_entry,
            first_booking_date: patch(first_booking_date),
            last_booking_date: patch(last_booking_date),
            estimate: patch(estimate),
            deleted,
            last_update: last_update.map(Into::into),
        };
        let place = Place::at(Collection::CommonTasks, index);
        Row::CommonTask(Placed { place, row })
    }
}

impl TaskRowInput {
    fn read(self, place: Place, project: Option<Reference>) -> Row {
        let Self {
            id,
            external_id,
            parent_id,
            parent_external_id,
            parent_name,
            name,
            is_open,
            allows_entry,
            first_booking_date,
            last_booking_date,
            estimate,
            deleted,
            last_update,
        } = self;
        let row = TaskRow {
            id: id.map(Into::into),
            external_id,
            project,
            parent: reference(parent_id, parent_external_id, parent_name),
            name,
            is_open,
            allows_entry,
            first_booking_date: patch(first_booking_date),
            last_booking_date: patch(last_booking_date),
            estimate: patch(estimate),
            deleted,
            last_update: last_update.map(Into::into),
        };
        Row::Task(Placed { place, row })
    }
}

impl ProjectRowInput {
    /// As rows at this position: the project, and its tasks behind it.
    pub fn read(self, index: u32) -> Vec<Row> {
        let Self {
            id,
            external_id,
            name,
            code,
            description,
            customer_id,
            customer_external_id,
            customer_name,
            customer_number,
            manager_id,
            manager_external_id,
            manager_email,
            billing_type,
            is_paid,
            price_per_hour,
            vat,
            currency,
            is_time_limited,
            start_date,
            end_date,
            is_working_time_restricted,
            max_working_time,
            estimate,
            dont_inherit_common_tasks,
            state,
            deleted,
            last_update,
            tasks,
        } = self;
        let customer = patched_reference(customer_id, customer_external_id, customer_name);
        let row = ProjectRow {
            id: id.map(Into::into),
            external_id,
            name,
            code: patch(code),
            description: patch(description),
            customer: customer.map(|customer| customer.map(|it| it.with_number(customer_number))),
            manager: patched_reference(manager_id, manager_external_id, manager_email),
            billing_type: billing_type.map(Into::into),
            is_paid,
            price_per_hour: patch(price_per_hour),
            vat: patch(vat),
            currency: patch(currency),
            is_time_limited,
            start_date: patch(start_date),
            end_date: patch(end_date),
            is_working_time_restricted,
            max_working_time: patch(max_working_time),
            estimate: patch(estimate),
            dont_inherit_common_tasks,
            state: state.map(Into::into),
            deleted,
            last_update: last_update.map(Into::into),
        };
        let itself = row.reference();
        let place = Place::at(Collection::Projects, index);
        let mut rows = vec![Row::Project(Box::new(Placed { place, row }))];
        let tasks = (0..).zip(tasks.unwrap_or_default());
        rows.extend(tasks.map(|(within, task)| {
            let place = Place {
                within: Some(within),
                ..Place::at(Collection::Tasks, index)
            };
            task.read(place, itself.clone())
        }));
        rows
    }
}
