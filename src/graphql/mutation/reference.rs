//! Saving, archiving and restoring reference data, users and the settings.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::inputs::Saving;
use super::inputs::catalogs::{SaveActivityInput, SaveDepartmentInput, SaveOrganizationInput};
use super::inputs::project::SaveProjectInput;
use super::inputs::schedule::SaveScheduleInput;
use super::inputs::settings::SaveSettingsInput;
use super::inputs::task::SaveTaskInput;
use super::inputs::template::SaveTimesheetTemplateInput;
use super::inputs::user::SaveUserInput;
use super::{answer, parties};
use crate::app::Error;
use crate::app::reference::Maintained;
use crate::domain::activity::Activity;
use crate::domain::department::Department;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::schedule::Schedule;
use crate::domain::task::ProjectTask;
use crate::domain::template::TimesheetTemplate;
use crate::domain::user::User;
use crate::graphql::render::Answer;
use crate::graphql::scalars::{RowVersion, Uuid};
use crate::graphql::types::activity::ActivityObject;
use crate::graphql::types::department::DepartmentObject;
use crate::graphql::types::organization::OrganizationObject;
use crate::graphql::types::payload::{Outcome, Payload, named};
use crate::graphql::types::project::ProjectObject;
use crate::graphql::types::schedule::ScheduleObject;
use crate::graphql::types::settings::SettingsObject;
use crate::graphql::types::task::ProjectTaskObject;
use crate::graphql::types::template::TimesheetTemplateObject;
use crate::graphql::types::user::UserObject;

/// The verbs of reference data.
#[derive(Default)]
pub struct Reference;

async fn save<E: Maintained>(ctx: &Context<'_>, input: Result<Saving<E>, Error>) -> Result<Arc<E>, Error> {
    let (app, caller) = parties(ctx)?;
    let Saving { id, version, draft } = input?;
    app.save::<E>(caller, id, draft, version).await
}

async fn archive<E: Maintained>(
    ctx: &Context<'_>,
    id: Uuid,
    version: Option<RowVersion>,
) -> Result<Arc<E>, Error> {
    let (app, caller) = parties(ctx)?;
    app.archive::<E>(caller, id.0.into(), version.map(Into::into))
        .await
}

async fn restore<E: Maintained>(
    ctx: &Context<'_>,
    id: Uuid,
    version: Option<RowVersion>,
) -> Result<Arc<E>, Error> {
    let (app, caller) = parties(ctx)?;
    app.restore::<E>(caller, id.0.into(), version.map(Into::into))
        .await
}

macro_rules! maintained {
    ($(
        $entity:ty, $object:ty, $payload:ty;
        $(#[$about_save:meta])* $save:ident($input:ty);
        $(#[$about_archive:meta])* $archive:ident;
        $(#[$about_restore:meta])* $restore:ident;
    )+) => {
        #[Object]
        impl Reference {
            /// Changes the company's settings.
            async fn save_settings(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The settings as they are to be.")] input: SaveSettingsInput,
            ) -> Answer<Payload<SettingsObject, named::Settings>> {
                let result = async {
                    let (app, caller) = parties(ctx)?;
                    let (version, draft) = input.read()?;
                    app.save_settings(caller, draft, version).await
                };
                answer(ctx, Outcome::of(result.await)).await
            }

            $(
                $(#[$about_save])*
                async fn $save(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "What it is to be.")] input: $input,
                ) -> Answer<Payload<$object, $payload>> {
                    answer(ctx, Outcome::of(save::<$entity>(ctx, input.read()).await)).await
                }

                $(#[$about_archive])*
                async fn $archive(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Its id.")] id: Uuid,
                    #[graphql(desc = "The version on which the decision is based; left out, it is not compared.")]
                    row_version: Option<RowVersion>,
                ) -> Answer<Payload<$object, $payload>> {
                    answer(ctx, Outcome::of(archive::<$entity>(ctx, id, row_version).await)).await
                }

                $(#[$about_restore])*
                async fn $restore(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Its id.")] id: Uuid,
                    #[graphql(desc = "The version on which the decision is based; left out, it is not compared.")]
                    row_version: Option<RowVersion>,
                ) -> Answer<Payload<$object, $payload>> {
                    answer(ctx, Outcome::of(restore::<$entity>(ctx, id, row_version).await)).await
                }
            )+
        }
    };
}

maintained! {
    Activity, ActivityObject, named::Activity;
    /// Makes or changes an activity.
    save_activity(SaveActivityInput);
    /// Takes an activity out of use; what names it stays.
    archive_activity;
    /// Takes an archived activity into use again.
    restore_activity;

    Department, DepartmentObject, named::Department;
    /// Makes or changes a department.
    save_department(SaveDepartmentInput);
    /// Takes a department out of use; what names it stays.
    archive_department;
    /// Takes an archived department into use again.
    restore_department;

    Organization, OrganizationObject, named::Organization;
    /// Makes or changes a client company.
    save_organization(SaveOrganizationInput);
    /// Takes a client company out of use; what names it stays.
    archive_organization;
    /// Takes an archived client company into use again.
    restore_organization;

    Project, ProjectObject, named::Project;
    /// Makes or changes a project. A new one comes with its main task.
    save_project(SaveProjectInput);
    /// Takes a project out of use; what is booked on it stays.
    archive_project;
    /// Takes an archived project into use again.
    restore_project;

    ProjectTask, ProjectTaskObject, named::Task;
    /// Makes or changes a task of a project, or a common task.
    save_task(SaveTaskInput);
    /// Takes a task out of use; what is booked on it stays.
    archive_task;
    /// Takes an archived task into use again.
    restore_task;

    Schedule, ScheduleObject, named::Schedule;
    /// Makes or changes a working-hours schedule.
    save_schedule(SaveScheduleInput);
    /// Takes a schedule out of use; who follows it goes on to.
    archive_schedule;
    /// Takes an archived schedule into use again.
    restore_schedule;

    TimesheetTemplate, TimesheetTemplateObject, named::TimesheetTemplate;
    /// Makes or changes a timesheet template. Timesheets that are there already stay as they are.
    save_timesheet_template(SaveTimesheetTemplateInput);
    /// Takes a timesheet template out of use, unless the settings name it.
    archive_timesheet_template;
    /// Takes an archived timesheet template into use again.
    restore_timesheet_template;

    User, UserObject, named::User;
    /// Makes or changes a user.
    save_user(SaveUserInput);
    /// Takes a user out of use: their tokens stop to count, their timesheets stay.
    archive_user;
    /// Takes an archived user into use again.
    restore_user;
}
