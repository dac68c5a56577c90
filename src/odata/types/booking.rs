//! What a sheet's owner may book on, as `WP.GetProjects` and `WP.GetProjectTasks` answer it (T4, T7).

use crate::app::reader::booking::{AvailableProject, BookableTask};
use crate::odata::row::Row;
use crate::odata::schema::{Edm, Property, Type};
use crate::odata::value::Value;

/// A project.
pub static PROJECT: Type = Type {
    name: "AvailableProject",
    description: "A project that time may be booked on.",
    has_key: false,
    properties: &[
        Property::row("id", Edm::Guid, false, "The project's id.", |row| {
            Value::Id(row.id())
        }),
        Property::row("name", Edm::String, false, "The name.", |row| {
            of_project(row, |it| Value::Text((&*it.project.name).into()))
        }),
        Property::row("code", Edm::String, true, "The code.", |row| {
            of_project(row, |it| optional_text(it.project.code.as_deref()))
        }),
        Property::row("organizationId", Edm::Guid, true, "The client.", |row| {
            of_project(row, |it| {
                it.project
                    .organization_id
                    .map_or(Value::Null, |id| Value::Id(id.uuid()))
            })
        }),
        Property::row(
            "organizationName",
            Edm::String,
            true,
            "The client's name.",
            |row| {
                of_project(row, |it| {
                    optional_text(it.organization.as_ref().map(|it| &*it.name))
                })
            },
        ),
        Property::row(
            "billingTypeCode",
            Edm::String,
            false,
            "How hours are billed: TM, NonBillable or FixedBid.",
            |row| of_project(row, |it| Value::Text(it.project.billing_type.code().into())),
        ),
    ],
    navigations: &[],
};

/// A task.
pub static TASK: Type = Type {
    name: "BookableTask",
    description: "A task that time may be booked on, or one above such a task.",
    has_key: false,
    properties: &[
        Property::row("id", Edm::Guid, false, "The task's id.", |row| {
            Value::Id(row.id())
        }),
        Property::row("name", Edm::String, false, "The name.", |row| {
            of_task(row, |it| Value::Text((&*it.task.name).into()))
        }),
        Property::row("number", Edm::Int32, false, "The number in its branch.", |row| {
            of_task(row, |it| int(it.number))
        }),
        Property::row(
            "structNumber",
            Edm::String,
            false,
            "The place in the tree, such as 1.10.",
            |row| of_task(row, |it| Value::Text((&*it.struct_number).into())),
        ),
        Property::row(
            "indent",
            Edm::Int32,
            false,
            "The depth; 0 for the main task.",
            |row| of_task(row, |it| int(it.indent)),
        ),
        Property::row(
            "leadTaskId",
            Edm::Guid,
            true,
            "The task above; null for the main task.",
            |row| {
                of_task(row, |it| {
                    it.lead_task_id.map_or(Value::Null, |id| Value::Id(id.uuid()))
                })
            },
        ),
        Property::row(
            "projectId",
            Edm::Guid,
            true,
            "The project; null for a common task.",
            |row| {
                of_task(row, |it| {
                    it.task.project_id.map_or(Value::Null, |id| Value::Id(id.uuid()))
                })
            },
        ),
        Property::row(
            "allowEntry",
            Edm::Boolean,
            false,
            "Whether time may be booked on it; false for one that only leads to others.",
            |row| of_task(row, |it| Value::Bool(it.allow_entry)),
        ),
    ],
    navigations: &[],
};

fn of_project<'a>(row: &'a Row, read: fn(&'a AvailableProject) -> Value<'a>) -> Value<'a> {
    match row {
        Row::Project(it) => read(it),
        _ => Value::Null,
    }
}

fn of_task<'a>(row: &'a Row, read: fn(&'a BookableTask) -> Value<'a>) -> Value<'a> {
    match row {
        Row::Task(it) => read(it),
        _ => Value::Null,
    }
}

fn optional_text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, |text| Value::Text(text.into()))
}

fn int(number: usize) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
