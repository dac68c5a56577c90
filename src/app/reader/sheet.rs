//! What decides about rights over one sheet, beside the caller.

use super::{Error, Reader};
use crate::domain::timesheet::Timesheet;
use crate::domain::timesheet::flags::Standing;
use crate::domain::user::User;

impl Reader {
    /// The sheet with what else decides about rights over it.
    pub(in crate::app) async fn about<'a>(&self, sheet: &'a Timesheet) -> Result<Standing<'a>, Error> {
        let owner = self.unlimited().get::<User>(sheet.user_id).await?;
        Ok(Standing {
            sheet,
            manager_id: owner.and_then(|owner| owner.manager_id),
        })
    }
}
