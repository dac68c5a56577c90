//! What a sheet's owner may book on, and what a sheet adds up to: answers that take more than one
//! record.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Error, Reader};
use crate::domain::id::{OrganizationId, ProjectId, TimesheetId};
use crate::domain::model::entities::project;
use crate::domain::organization::Organization;
use crate::domain::project::Project;
use crate::domain::query::{Comparison, Filter, Order, Query, Value};
use crate::domain::record::{Entity, Kind};
use crate::domain::task::booking;
use crate::domain::timesheet::flags::{self, Flags, Standing};
use crate::domain::timesheet::sums::Sums;
use crate::domain::timesheet::{LineRef, Timesheet};
use crate::domain::user::User;

/// A project that a sheet's owner may book on.
#[derive(Clone, Debug)]
pub struct AvailableProject {
    /// The project.
    pub project: Arc<Project>,
    /// Whom it is for.
    pub organization: Option<Arc<Organization>>,
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
