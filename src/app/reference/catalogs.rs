//! The kinds that ask for nothing beyond the common: organizations, departments, activities,
//! schedules and templates.

use async_trait::async_trait;

use super::{Error, Maintained, Reader, Verbs};
use crate::domain::access::Permission;
use crate::domain::activity::Activity;
use crate::domain::department::Department;
use crate::domain::error::{FaultCode, Path};
use crate::domain::organization::Organization;
use crate::domain::record::SettingsId;
use crate::domain::schedule::Schedule;
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;

macro_rules! maintained {
    ($($entity:ty, $permission:ident, $save:literal, $archive:literal, $restore:literal;)+) => {$(
        impl Maintained for $entity {
            const PERMISSION: Permission = Permission::$permission;
            const VERBS: Verbs = Verbs { save: $save, archive: $archive, restore: $restore };
        }
    )+};
}

maintained! {
    Organization, CustomersManage, "saveOrganization", "archiveOrganization", "restoreOrganization";
    Department, SettingsManage, "saveDepartment", "archiveDepartment", "restoreDepartment";
    Activity, ProjectsManage, "saveActivity", "archiveActivity", "restoreActivity";
    Schedule, SettingsManage, "saveSchedule", "archiveSchedule", "restoreSchedule";
}

#[async_trait]
impl Maintained for TimesheetTemplate {
    const PERMISSION: Permission = Permission::SettingsManage;
    const VERBS: Verbs = Verbs {
        save: "saveTimesheetTemplate",
        archive: "archiveTimesheetTemplate",
        restore: "restoreTimesheetTemplate",
    };

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
