//! Tasks, to be found within their project: names and the other system's ids are unique there and
//! nowhere else.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Missing;
use crate::domain::id::{ProjectId, TaskId};
use crate::domain::import::row::Reference;
use crate::domain::task::ProjectTask;

/// Tasks of projects, and the common ones.
#[derive(Clone, Debug, Default)]
pub struct TaskShelf {
    records: HashMap<TaskId, Arc<ProjectTask>>,
    branches: HashMap<Option<ProjectId>, Branch>,
    aliases: HashMap<Uuid, TaskId>,
}

/// The tasks of one project, or the common ones.
#[derive(Clone, Debug, Default)]
struct Branch {
    ids: Vec<TaskId>,
    by_external_id: HashMap<Box<str>, TaskId>,
    by_name: HashMap<Box<str>, Vec<TaskId>>,
}

impl TaskShelf {
    /// Adds a task, or replaces it. A task stays in its project.
    pub fn put(&mut self, task: Arc<ProjectTask>) {
        let id = task.id;
        let branch = self.branches.entry(task.project_id).or_default();
        match self.records.get(&id) {
            None => branch.ids.push(id),
            Some(old) => {
                if let Some(external) = &old.external_id {
                    branch.by_external_id.remove(external);
                }
                if let Some(bearers) = branch.by_name.get_mut(&old.name) {
                    bearers.retain(|bearer| *bearer != id);
                }
            }
        }
        if let Some(external) = &task.external_id {
            branch.by_external_id.insert(external.clone(), id);
        }
        branch.by_name.entry(task.name.clone()).or_default().push(id);
        self.records.insert(id, task);
    }

    /// Lets `incoming`, an id in the payload, name this task from now on (I3).
    pub fn alias(&mut self, incoming: Uuid, known: TaskId) {
        if incoming != known.uuid() {
            self.aliases.insert(incoming, known);
        }
    }

    /// The task with this id, or with this incoming id.
    pub fn get(&self, id: Uuid) -> Option<&Arc<ProjectTask>> {
        self.records
            .get(&TaskId::new(id))
            .or_else(|| self.records.get(self.aliases.get(&id)?))
    }

    /// What `reference` names among the tasks of `project`, or among the common ones.
    pub fn find(
        &self,
        project: Option<ProjectId>,
        reference: &Reference,
    ) -> Result<&Arc<ProjectTask>, Missing> {
        let branch = self.branches.get(&project).ok_or(Missing::Unknown)?;
        let id = match reference {
            Reference::Id(id) => {
                let found = self.get(*id).filter(|task| task.project_id == project);
                return found.ok_or(Missing::Unknown);
            }
            Reference::ExternalId(external) => branch.by_external_id.get(external),
            Reference::Key(name) => match branch.by_name.get(name).map(Vec::as_slice) {
                None | Some([]) => None,
                Some([only]) => Some(only),
                Some(_) => return Err(Missing::Ambiguous),
            },
            Reference::NameAndNumber(..) => None,
        };
        id.and_then(|id| self.records.get(id)).ok_or(Missing::Unknown)
    }

    /// The task of this name under this parent (I3).
    pub fn child(
        &self,
        project: Option<ProjectId>,
        parent: Option<TaskId>,
        name: &str,
    ) -> Option<&Arc<ProjectTask>> {
        let bearers = self.branches.get(&project)?.by_name.get(name)?;
        let bearers = bearers.iter().filter_map(|id| self.records.get(id));
        bearers.into_iter().find(|task| task.lead_task_id == parent)
    }

    /// The tasks of a project, or the common ones, in the order in which they were added.
    pub fn of(&self, project: Option<ProjectId>) -> impl Iterator<Item = &Arc<ProjectTask>> {
        let ids = self.branches.get(&project).map_or(&[][..], |branch| &branch.ids);
        ids.iter().filter_map(|id| self.records.get(id))
    }
}
