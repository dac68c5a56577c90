//! What one sheet comes to for its reader: what they may do with it, and its sums.

use super::{Error, Reader};
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::domain::timesheet::flags::{self, Flags, Standing};
use crate::domain::timesheet::sums::Sums;
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::user::User;

impl Reader {
    /// What the caller may do with the sheet now (F1, F2).
    pub async fn flags(&self, sheet: &Timesheet) -> Result<Flags, Error> {
        Ok(flags::flags(self.actor(), &self.about(sheet).await?))
    }

    /// What decides about rights over a sheet, beside the caller.
    pub(in crate::app) async fn about<'a>(&self, sheet: &'a Timesheet) -> Result<Standing<'a>, Error> {
        let owner = self.unlimited().get::<User>(sheet.user_id).await?;
        Ok(Standing {
            sheet,
            manager_id: owner.and_then(|owner| owner.manager_id),
        })
    }

    /// What the sheet adds up to (M1, M2).
    pub async fn sums(&self, sheet: &Timesheet) -> Result<Sums, Error> {
        let mut ids: Vec<ProjectId> = sheet.lines().filter_map(LineRef::project_id).collect();
        ids.sort_unstable();
        ids.dedup();
        // The billing type belongs to the sum, which the caller may see with the sheet.
        let projects = self.unlimited().many::<Project>(&ids).await?;
        let billing = |id| {
            projects
                .iter()
                .flatten()
                .find(|project| project.id == id)
                .map(|project| project.billing_type)
        };
        Ok(sheet.sums(billing))
    }
}
