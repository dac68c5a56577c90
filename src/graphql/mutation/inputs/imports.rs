//! Imports: what is to be applied, and how. What another system names is named here as it does;
//! whether there is such a thing is found out when the import is worked on.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Deserialize;

use super::{decodes_from_object, patch};
use crate::app::imports::ImportOrder;
use crate::domain::import::{ImportKind, ImportOptions, Reference, Row};
use crate::domain::patch::Patch;
use crate::graphql::scalars::Uuid;
use crate::graphql::types::enums::OnError;

pub mod entries;
pub mod statics;

use entries::TimeEntryRowInput;
use statics::{CommonTaskRowInput, CustomerRowInput, ProjectRowInput};

/// Customers, common tasks and projects to be brought into line with another system. What is not
/// named stays as it is.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyStaticDataInput {
    /// Customers.
    #[serde(default)]
    customers: Option<Vec<CustomerRowInput>>,
    /// Common tasks.
    #[serde(default)]
    common_tasks: Option<Vec<CommonTaskRowInput>>,
    /// Projects with their tasks.
    #[serde(default)]
    projects: Option<Vec<ProjectRowInput>>,
    /// What becomes of the good rows where some are bad; `FAIL` if left out.
    #[serde(default)]
    on_error: Option<OnError>,
    /// Whether to report what would happen, and to write nothing.
    #[serde(default)]
    dry_run: Option<bool>,
    /// The caller's own name for the import, of 1 to 200 characters: asked for again under the same
    /// one, it is the same import.
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// Time entries to be brought into line with another system, and what they refer to. What is not
/// named stays as it is.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyTimeEntriesInput {
    /// Time entries.
    #[serde(default)]
    time_entries: Option<Vec<TimeEntryRowInput>>,
    /// Customers.
    #[serde(default)]
    customers: Option<Vec<CustomerRowInput>>,
    /// Common tasks.
    #[serde(default)]
    common_tasks: Option<Vec<CommonTaskRowInput>>,
    /// Projects with their tasks.
    #[serde(default)]
    projects: Option<Vec<ProjectRowInput>>,
    /// What becomes of the good rows where some are bad; `FAIL` if left out.
    #[serde(default)]
    on_error: Option<OnError>,
    /// Whether to report what would happen, and to write nothing.
    #[serde(default)]
    dry_run: Option<bool>,
    /// The caller's own name for the import, of 1 to 200 characters: asked for again under the same
    /// one, it is the same import.
    #[serde(default)]
    idempotency_key: Option<String>,
}

decodes_from_object!(ApplyStaticDataInput, ApplyTimeEntriesInput);

/// An import with its rows.
pub struct Import {
    /// What is asked for.
    pub order: ImportOrder,
    /// The rows, in the order in which they came.
    pub rows: Vec<Row>,
}

impl ApplyStaticDataInput {
    /// As an import.
    pub fn read(self) -> Import {
        let Self {
            customers,
            common_tasks,
            projects,
            on_error,
            dry_run,
            idempotency_key,
        } = self;
        Import {
            order: ImportOrder {
                kind: ImportKind::StaticData,
                options: options(on_error, dry_run),
                idempotency_key,
            },
            rows: statics(customers, common_tasks, projects),
        }
    }
}

impl ApplyTimeEntriesInput {
    /// As an import.
    pub fn read(self) -> Import {
        let Self {
            time_entries,
            customers,
            common_tasks,
            projects,
            on_error,
            dry_run,
            idempotency_key,
        } = self;
        let mut rows = statics(customers, common_tasks, projects);
        let entries = (0..).zip(time_entries.unwrap_or_default());
        rows.extend(entries.map(|(index, entry)| entry.read(index)));
        Import {
            order: ImportOrder {
                kind: ImportKind::TimeEntries,
                options: options(on_error, dry_run),
                idempotency_key,
            },
            rows,
        }
    }
}

fn options(on_error: Option<OnError>, dry_run: Option<bool>) -> ImportOptions {
    ImportOptions {
        on_error: on_error.map(Into::into).unwrap_or_default(),
        dry_run: dry_run.unwrap_or_default(),
    }
}

fn statics(
    customers: Option<Vec<CustomerRowInput>>,
    common_tasks: Option<Vec<CommonTaskRowInput>>,
    projects: Option<Vec<ProjectRowInput>>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let customers = (0..).zip(customers.unwrap_or_default());
    rows.extend(customers.map(|(index, customer)| customer.read(index)));
    let common_tasks = (0..).zip(common_tasks.unwrap_or_default());
    rows.extend(common_tasks.map(|(index, task)| task.read(index)));
    let projects = (0..).zip(projects.unwrap_or_default());
    rows.extend(projects.flat_map(|(index, project)| project.read(index)));
    rows
}

/// What a row points to.
fn reference(id: Option<Uuid>, external_id: Option<String>, key: Option<String>) -> Option<Reference> {
    Reference::given(id.map(|id| id.0), external_id, key)
}

/// The same where null clears.
fn patched_reference(
    id: MaybeUndefined<Uuid>,
    external_id: MaybeUndefined<String>,
    key: MaybeUndefined<String>,
) -> Patch<Reference> {
    Reference::patched(patch(id.map_value(|id| id.0)), patch(external_id), patch(key))
}
