//! Projects, each with its main task, and the tasks of their trees.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Consequences, Error, Maintained, Reader, Verbs};
use crate::domain::access::Permission;
use crate::domain::change::Guard;
use crate::domain::id::TaskId;
use crate::domain::project::Project;
use crate::domain::record::{Entity, Record};
use crate::domain::task::ProjectTask;
use crate::domain::task::place::place;

#[async_trait]
impl Maintained for Project {
    const PERMISSION: Permission = Permission::ProjectsManage;
    const VERBS: Verbs = Verbs {
        save: "saveProject",
        archive: "archiveProject",
        restore: "restoreProject",
    };

    /// A new project comes with its main task (T1).
    async fn consequences(
        reader: &Reader,
        existing: Option<&Self>,
        changed: &mut Self,
        new_id: Uuid,
    ) -> Result<Consequences, Error> {
        if existing.is_some() {
            return Ok(Consequences::default());
        }
        let main = ProjectTask::main(TaskId::new(new_id), changed.id, &changed.name, reader.now());
        Ok(Consequences {
            puts: vec![Record::Task(Arc::new(main))],
            guards: Vec::new(),
        })
    }
}

#[async_trait]
impl Maintained for ProjectTask {
    const PERMISSION: Permission = Permission::ProjectsManage;
    const VERBS: Verbs = Verbs {
        save: "saveTask",
        archive: "archiveTask",
        restore: "restoreTask",
    };

    /// Its siblings move up or down, so that the branch stays numbered without a gap (T2), and the
    /// project changes with its tree.
    async fn consequences(
        reader: &Reader,
        existing: Option<&Self>,
        changed: &mut Self,
        _new_id: Uuid,
    ) -> Result<Consequences, Error> {
        let view = reader.unlimited();
        let tasks = view
            .tasks_of(&[changed.project_id])
            .await?
            .pop()
            .unwrap_or_default();
        let mut moved = place(&tasks, changed.clone())?;
        if let Some(position) = moved.iter().position(|task| task.id == changed.id) {
            *changed = moved.swap_remove(position);
        }
        let is_same = existing.is_some_and(|existing| {
            *changed
                == Self {
                    meta: changed.meta,
                    ..existing.clone()
                }
        });
        let mut consequences = Consequences::default();
        if is_same && moved.is_empty() {
            return Ok(consequences);
        }
        if let Some(id) = changed.project_id
            && let Some(project) = view.get::<Project>(id).await?
        {
            consequences
                .guards
                .push(Guard::Version(Project::key(id), project.meta.version));
            let project = Arc::new(project.with_changed_tree());
            consequences.puts.push(Record::Project(project));
        }
        consequences
            .puts
            .extend(moved.into_iter().map(|task| Record::Task(Arc::new(task))));
        Ok(consequences)
    }
}
