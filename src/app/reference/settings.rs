//! The company's settings: saved like any record, but there is one, and it is never archived.

use std::sync::Arc;

use async_trait::async_trait;

use super::{App, Caller, Error, Maintained, Reader, Verbs};
use crate::domain::access::Permission;
use crate::domain::error::{FaultCode, Path};
use crate::domain::record::SettingsId;
use crate::domain::settings::{Settings, SettingsDraft};
use crate::domain::version::RowVersion;

impl App {
    /// Changes the settings; with a version, only if that is the stored one.
    pub async fn save_settings(
        &self,
        caller: &Caller,
        draft: SettingsDraft,
        version: Option<RowVersion>,
    ) -> Result<Arc<Settings>, Error> {
        self.save::<Settings>(caller, Some(SettingsId), draft, version)
            .await
    }
}

#[async_trait]
impl Maintained for Settings {
    const PERMISSION: Permission = Permission::SettingsManage;
    const VERBS: Verbs = Verbs {
        save: "saveSettings",
        archive: "archiveSettings",
        restore: "restoreSettings",
    };

    async fn archivable(_reader: &Reader, _existing: &Self) -> Result<(), Error> {
        Err(Error::fault(
            Path::ROOT,
            FaultCode::Contradiction,
            "the settings cannot be archived",
        ))
    }
}
