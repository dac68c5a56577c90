//! Projects, each with its main task, and the tasks of their trees.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Error, Maintained, Reader, Refusal, Verbs};
use crate::domain::access::Permission;
use crate::domain::id::{ProjectId, TaskId};
use crate::domain::project::{Project, ProjectDraft};
use crate::domain::record::Record;
use crate::domain::task::ProjectTask;
use crate::domain::time::Instant;

#[async_trait]
impl Maintained for Project {
    type Draft = ProjectDraft;

    const PERMISSION: Permission = Permission::ProjectsManage;
    const VERBS: Verbs = Verbs {
        save: "saveProject",
        archive: "archiveProject",
        restore: "restoreProject",
    };

    fn drafted(
        existing: Option<&Self>,
        draft: &ProjectDraft,
        id: ProjectId,
        now: Instant,
    ) -> Result<Self, Refusal> {
        Self::drafted(existing, draft, id, now)
    }

    /// A new project comes with its main task (T1).
    async fn consequences(
        reader: &Reader,
        existing: Option<&Self>,
        changed: &mut Self,
        new_id: Uuid,
    ) -> Result<Vec<Record>, Error> {
        if existing.is_some() {
            return Ok(Vec::new());
        }
        let main = ProjectTask::main(TaskId::new(new_id), changed.id, &changed.name, reader.now());
        Ok(vec![Record::Task(Arc::new(main))])
    }
}
