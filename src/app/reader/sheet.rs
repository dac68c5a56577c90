//! What decides about rights over one sheet, beside the caller.

use std::sync::Arc;

use super::{Error, Reader};
use crate::domain::change::Guard;
use crate::domain::record::{Entity, Record, SettingsId};
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::flags::Standing;
use crate::domain::timesheet::lock::Lock;
use crate::domain::user::User;

/// The records that rights over a sheet depend on.
#[derive(Clone, Debug)]
pub(in crate::app) struct Circumstances {
    /// Whose it is.
    pub owner: Arc<User>,
    /// The company's settings.
    pub settings: Arc<Settings>,
    /// What it was made after.
    pub template: Arc<TimesheetTemplate>,
}

impl Circumstances {
    /// Which days stay as they are.
    pub fn lock(&self) -> Lock {
        Lock::of(&self.settings, &self.owner)
    }

    /// The sheet as it stands in them.
    pub fn standing<'a>(&self, sheet: &'a Timesheet) -> Standing<'a> {
        Standing {
            sheet,
            manager_id: self.owner.manager_id,
            lock: self.lock(),
            allows_own_approval: self.template.allows_own_approval,
        }
    }

    /// What holds as long as they are what they are (S14).
    pub fn guards(&self) -> [Guard; 3] {
        [
            Guard::Version(User::key(self.owner.id), self.owner.meta.version),
            Guard::Version(Settings::key(SettingsId), self.settings.meta.version),
            Guard::Version(
                TimesheetTemplate::key(self.template.id),
                self.template.meta.version,
            ),
        ]
    }
}

impl Reader {
    /// The circumstances of a sheet that the caller sees.
    pub(in crate::app) async fn about(&self, sheet: &Timesheet) -> Result<Circumstances, Error> {
        let keys = [
            User::key(sheet.user_id),
            Settings::key(SettingsId),
            TimesheetTemplate::key(sheet.template_id),
        ];
        let mut found = (None, None, None);
        for record in self.unlimited().records(&keys).await?.into_iter().flatten() {
            match record {
                Record::User(it) => found.0 = Some(it),
                Record::Settings(it) => found.1 = Some(it),
                Record::Template(it) => found.2 = Some(it),
                // No other kind was asked for.
                _ => {}
            }
        }
        let (Some(owner), Some(settings), Some(template)) = found else {
            let message = format!("what timesheet {} was made after is missing", sheet.id);
            return Err(Error::Internal(message));
        };
        Ok(Circumstances {
            owner,
            settings,
            template,
        })
    }
}
