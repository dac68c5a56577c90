//! What a sheet's owner may book on: which projects, and which tasks of one (T4 to T7).

use std::collections::HashMap;
use std::sync::Arc;

use super::{Error, Reader};
use crate::domain::id::{OrganizationId, ProjectId, TaskId, TimesheetId};
use crate::domain::model::entities::project;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::query::{Comparison, Filter, Order, Query, Value};
use crate::domain::record::{Entity, Kind};
use crate::domain::task::tree::TaskTree;
use crate::domain::task::{ProjectTask, booking};

/// A project that a sheet's owner may book on.
#[derive(Clone, Debug)]
pub struct AvailableProject {
    /// The project.
    pub project: Arc<Project>,
    /// Whom it is for.
    pub organization: Option<Arc<Organization>>,
}

/// A task that a sheet's owner may book on, or an ancestor of one.
#[derive(Clone, Debug)]
pub struct BookableTask {
    /// The task.
    pub task: Arc<ProjectTask>,
    /// Its parent; for a common task the main task of the project that offers it.
    pub lead_task_id: Option<TaskId>,
    /// Its position in the branch (T2).
    pub number: usize,
    /// Its depth; 0 for the main task (T3).
    pub indent: usize,
    /// Its place in the tree, such as `1.10` (T3).
    pub struct_number: String,
    /// Whether time may be booked on it; false marks the ancestors (T4).
    pub allow_entry: bool,
}

/// How many projects are looked at in one go.
const PROJECTS_PER_PAGE: usize = 500;

impl Reader {
    /// The projects that the sheet's owner may book on, by name; only those of `organization` if
    /// one is named (T7).
    pub async fn available_projects(
        &self,
        sheet: TimesheetId,
        organization: Option<OrganizationId>,
    ) -> Result<Vec<AvailableProject>, Error> {
        let sheet = self.timesheet(sheet).await?;
        let mut query = Query::of(Kind::Project, open_projects(organization), PROJECTS_PER_PAGE);
        query.order = vec![Order {
            property: &project::NAME,
            descending: false,
        }];
        let common = self.tasks_of(&[None]).await?.pop().unwrap_or_default();
        let mut available = Vec::new();
        loop {
            let page = self.page(query.clone()).await?;
            query.after = page.records.last().map(|last| query.cursor(last));
            let projects: Vec<Arc<Project>> = page
                .records
                .into_iter()
                .filter_map(Project::from_record)
                .collect();
            let ids: Vec<Option<ProjectId>> = projects.iter().map(|project| Some(project.id)).collect();
            let tasks = self.tasks_of(&ids).await?;
            let offered = projects.into_iter().zip(tasks).filter(|(project, tasks)| {
                let mut tasks = tasks.iter().chain(common.iter());
                tasks.any(|task| booking::is_enterable(project, task, sheet.user_id, sheet.period))
            });
            available.extend(offered.map(|(project, _)| project));
            if !page.has_next {
                break;
            }
        }
        self.with_organizations(available).await
    }

    async fn with_organizations(&self, projects: Vec<Arc<Project>>) -> Result<Vec<AvailableProject>, Error> {
        let mut ids: Vec<OrganizationId> = projects
            .iter()
            .filter_map(|project| project.organization_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let organizations = self.many::<Organization>(&ids).await?;
        let known: HashMap<OrganizationId, Arc<Organization>> = organizations
            .into_iter()
            .flatten()
            .map(|organization| (organization.id, organization))
            .collect();
        Ok(projects
            .into_iter()
            .map(|project| {
                let organization = project.organization_id.and_then(|id| known.get(&id).cloned());
                AvailableProject {
                    project,
                    organization,
                }
            })
            .collect())
    }

    /// The tasks of the project that the sheet's owner may book on, with all their ancestors, depth
    /// first by number (T4 to T6). Common tasks come as the last children of the main task.
    pub async fn bookable_tasks(
        &self,
        sheet: TimesheetId,
        project: ProjectId,
    ) -> Result<Vec<BookableTask>, Error> {
        let sheet = self.timesheet(sheet).await?;
        let project = self
            .get::<Project>(project)
            .await?
            .ok_or(Error::NotFound("project"))?;
        let mut lists = self.tasks_of(&[Some(project.id), None]).await?.into_iter();
        let (own, common) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
        let tree = TaskTree::build(&own)
            .map_err(|refusal| {
                Error::Internal(format!(
                    "the task tree of project {} is damaged: {refusal}",
                    project.id
                ))
            })?
            .with_common(&common);
        let offered = tree.offered(&project, sheet.user_id, sheet.period);
        Ok(offered
            .into_iter()
            .map(|offered| BookableTask {
                task: Arc::clone(offered.node.task()),
                lead_task_id: offered.node.lead_task_id(),
                number: offered.node.number(),
                indent: offered.node.indent(),
                struct_number: offered.node.struct_number(),
                allow_entry: offered.allow_entry,
            })
            .collect())
    }
}

fn open_projects(organization: Option<OrganizationId>) -> Filter {
    let active = Filter::Compare(&project::IS_ACTIVE, Comparison::Eq, Value::Bool(true));
    match organization {
        None => active,
        Some(id) => active.and(Filter::Compare(
            &project::ORGANIZATION_ID,
            Comparison::Eq,
            Value::Id(id.uuid()),
        )),
    }
}
