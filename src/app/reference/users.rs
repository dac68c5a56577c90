//! People: whose chain of managers must end, and of whom the last administrator must stay.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Consequences, Error, Maintained, Reader, Verbs};
use crate::domain::access::{Permission, Role};
use crate::domain::error::{FaultCode, Path};
use crate::domain::user::User;

#[async_trait]
impl Maintained for User {
    const PERMISSION: Permission = Permission::UsersManage;
    const VERBS: Verbs = Verbs {
        save: "saveUser",
        archive: "archiveUser",
        restore: "restoreUser",
    };

    async fn consequences(
        reader: &Reader,
        existing: Option<&Self>,
        changed: &mut Self,
        _new_id: Uuid,
    ) -> Result<Consequences, Error> {
        if existing.is_none_or(|existing| existing.manager_id != changed.manager_id) {
            refuse_circle(reader, changed).await?;
        }
        let is_administrator = |user: &Self| user.roles.contains(&Role::Administrator);
        if changed.id == reader.actor().user_id
            && existing.is_some_and(is_administrator)
            && !is_administrator(changed)
        {
            let message = "you cannot take the administrator's role from yourself; another administrator can";
            return Err(Error::fault(Path::of("roles"), FaultCode::Contradiction, message));
        }
        Ok(Consequences::default())
    }

    /// Somebody always remains who can undo it.
    async fn archivable(reader: &Reader, existing: &Self) -> Result<(), Error> {
        if existing.id == reader.actor().user_id {
            let message = "you cannot archive yourself; another administrator can";
            return Err(Error::fault(Path::of("id"), FaultCode::Contradiction, message));
        }
        Ok(())
    }
}

/// Follows the managers upwards: the way must not come back to where it began.
async fn refuse_circle(reader: &Reader, user: &User) -> Result<(), Error> {
    let mut passed = HashSet::from([user.id]);
    let mut next = user.manager_id;
    while let Some(manager) = next {
        if !passed.insert(manager) {
            let message = "the chain of managers would come back to this user";
            return Err(Error::fault(Path::of("managerId"), FaultCode::Cycle, message));
        }
        next = reader
            .unlimited()
            .get::<User>(manager)
            .await?
            .and_then(|manager| manager.manager_id);
    }
    Ok(())
}
