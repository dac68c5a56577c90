//! Single records by their ids. What there is not, or not for the caller, is null (F11).

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::app::{Error, Reader};
use crate::domain::activity::Activity;
use crate::domain::department::Department;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::record::{Entity, SettingsId};
use crate::domain::schedule::Schedule;
use crate::domain::settings::Settings;
use crate::domain::sync_job::SyncJob;
use crate::domain::task::ProjectTask;
use crate::domain::template::TimesheetTemplate;
use crate::domain::timesheet::Timesheet;
use crate::domain::token::AccessToken;
use crate::domain::user::User;
use crate::graphql::context::shared_reader;
use crate::graphql::render::{Answer, Answered};
use crate::graphql::scalars::Uuid;
use crate::graphql::types::activity::ActivityObject;
use crate::graphql::types::department::DepartmentObject;
use crate::graphql::types::organization::OrganizationObject;
use crate::graphql::types::project::ProjectObject;
use crate::graphql::types::schedule::ScheduleObject;
use crate::graphql::types::settings::SettingsObject;
use crate::graphql::types::sync_job::SyncJobObject;
use crate::graphql::types::task::ProjectTaskObject;
use crate::graphql::types::template::TimesheetTemplateObject;
use crate::graphql::types::timesheet::TimesheetObject;
use crate::graphql::types::token::AccessTokenObject;
use crate::graphql::types::user::UserObject;

/// Single records.
#[derive(Default)]
pub struct Records;

async fn record<E, O>(ctx: &Context<'_>, id: E::Id) -> Answer<O>
where
    E: Entity,
    O: Answered<Owned = Arc<E>>,
{
    Answer::from(find::<E>(ctx, id).await)
}

async fn find<E: Entity>(ctx: &Context<'_>, id: E::Id) -> Result<Option<(Reader, Arc<E>)>, Error> {
    let reader = shared_reader(ctx).await?;
    let found = reader.get::<E>(id).await?;
    Ok(found.map(|found| (reader, found)))
}

macro_rules! records {
    ($($(#[$about:meta])* $name:ident: $entity:ty, $object:ty;)+) => {
        #[Object]
        impl Records {
            /// The person who calls, who may act for somebody else: then `me` is that one. Every
            /// change is recorded as the person's.
            async fn actor(&self, ctx: &Context<'_>) -> Answer<UserObject> {
                let reader = shared_reader(ctx).await;
                Answer::from(reader.map(|reader| {
                    let person = Arc::clone(reader.person());
                    (reader, person)
                }))
            }

            /// Who calls, or the one they act for: whose rights the call has.
            async fn me(&self, ctx: &Context<'_>) -> Answer<UserObject> {
                let reader = shared_reader(ctx).await;
                Answer::from(reader.map(|reader| {
                    let user = Arc::clone(reader.user());
                    (reader, user)
                }))
            }

            /// The company's settings.
            async fn settings(&self, ctx: &Context<'_>) -> Answer<SettingsObject> {
                record::<Settings, _>(ctx, SettingsId).await
            }

            $(
                $(#[$about])*
                async fn $name(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Its id.")]
                    id: Uuid,
                ) -> Answer<$object> {
                    record::<$entity, _>(ctx, id.0.into()).await
                }
            )+
        }
    };
}

records! {
    /// The timesheet with this id.
    timesheet: Timesheet, TimesheetObject;
    /// The user with this id.
    user: User, UserObject;
    /// The client company with this id.
    organization: Organization, OrganizationObject;
    /// The project with this id.
    project: Project, ProjectObject;
    /// The task with this id.
    task: ProjectTask, ProjectTaskObject;
    /// The kind of work with this id.
    activity: Activity, ActivityObject;
    /// The department with this id.
    department: Department, DepartmentObject;
    /// The working-hours schedule with this id.
    schedule: Schedule, ScheduleObject;
    /// The timesheet template with this id.
    timesheet_template: TimesheetTemplate, TimesheetTemplateObject;
    /// The access token with this id.
    token: AccessToken, AccessTokenObject;
    /// The import with this id.
    sync_job: SyncJob, SyncJobObject;
}
