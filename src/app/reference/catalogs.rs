//! The kinds that ask for nothing beyond the common: organizations, departments, activities,
//! schedules and templates.

use async_trait::async_trait;

use super::{Error, Maintained, Reader, Refusal, Verbs};
use crate::domain::access::Permission;
use crate::domain::activity::{Activity, ActivityDraft};
use crate::domain::department::{Department, DepartmentDraft};
use crate::domain::error::{FaultCode, Path};
use crate::domain::id::{ActivityId, DepartmentId, OrganizationId, ScheduleId, TemplateId};
use crate::domain::organization::{Organization, OrganizationDraft};
use crate::domain::record::SettingsId;
use crate::domain::schedule::{Schedule, ScheduleDraft};
use crate::domain::settings::Settings;
use crate::domain::template::{TemplateDraft, TimesheetTemplate};
use crate::domain::time::Instant;

macro_rules! maintained {
    ($($entity:ty, $draft:ty, $id:ty, $permission:ident, $save:literal, $archive:literal, $restore:literal;)+) => {$(
        #[async_trait]
        impl Maintained for $entity {
            type Draft = $draft;

            const PERMISSION: Permission = Permission::$permission;
            const VERBS: Verbs = Verbs { save: $save, archive: $archive, restore: $restore };

            fn drafted(existing: Option<&Self>, draft: &$draft, id: $id, now: Instant) -> Result<Self, Refusal> {
                Self::drafted(existing, draft, id, now)
            }
        }
    )+};
}

maintained! {
    Organization, OrganizationDraft, OrganizationId, CustomersManage,
        "saveOrganization", "archiveOrganization", "restoreOrganization";
    Department, DepartmentDraft, DepartmentId, SettingsManage,
        "saveDepartment", "archiveDepartment", "restoreDepartment";
    Activity, ActivityDraft, ActivityId, ProjectsManage,
        "saveActivity", "archiveActivity", "restoreActivity";
    Schedule, ScheduleDraft, ScheduleId, SettingsManage,
        "saveSchedule", "archiveSchedule", "restoreSchedule";
}

#[async_trait]
impl Maintained for TimesheetTemplate {
    type Draft = TemplateDraft;

    const PERMISSION: Permission = Permission::SettingsManage;
    const VERBS: Verbs = Verbs {
        save: "saveTimesheetTemplate",
        archive: "archiveTimesheetTemplate",
        restore: "restoreTimesheetTemplate",
    };

    fn drafted(
        existing: Option<&Self>,
        draft: &TemplateDraft,
        id: TemplateId,
        now: Instant,
    ) -> Result<Self, Refusal> {
        Self::drafted(existing, draft, id, now)
    }

    /// New sheets follow the templates that the settings name: none of those can go.
    async fn archivable(reader: &Reader, existing: &Self) -> Result<(), Error> {
        let settings = reader.unlimited().get::<Settings>(SettingsId).await?;
        let in_use = settings.is_some_and(|settings| {
            settings
                .templates
                .entries()
                .iter()
                .any(|(_, template)| *template == existing.id)
        });
        if in_use {
            let message = "the settings name this template; name another there first";
            return Err(Error::fault(Path::of("id"), FaultCode::Contradiction, message));
        }
        Ok(())
    }
}
