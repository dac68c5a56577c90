//! The verbs of approval, and the check of a sheet's rules. One function does all that the table of
//! states names; here is loaded what its decision needs.

use std::sync::Arc;

use super::reader::sheet::Circumstances;
use super::timesheets::{expect_version, replacing};
use super::{App, Caller, Decision, Error, Reader};
use crate::domain::access::Permission;
use crate::domain::approval::act::{self, Act};
use crate::domain::approval::{ApprovalAction, ApprovalStep, ApproverKind, Course, Person};
use crate::domain::id::{ApprovalId, ProjectId, ScheduleId, TimesheetId, UserId};
use crate::domain::project::{BillingType, Project};
use crate::domain::query::{Approver, Filter};
use crate::domain::schedule::{Schedule, scheduled_hours};
use crate::domain::timesheet::rules::{self, Calendar, Severity, Violation};
use crate::domain::timesheet::{LineRef, Timesheet, flags};
use crate::domain::user::User;
use crate::domain::version::RowVersion;

/// An action of approval as its caller wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovalCommand {
    /// The sheet.
    pub id: TimesheetId,
    /// What is to be done with it.
    pub action: ApprovalAction,
    /// The version that the caller has seen; without one, whatever is stored.
    pub version: Option<RowVersion>,
    /// What they say; a rejection needs it.
    pub comment: Option<String>,
}

impl App {
    /// Does what `command` wants and answers the sheet as it is stored. Of two who act at once the
    /// second decides on what the first has made of it (F6).
    pub async fn act_on_timesheet(
        &self,
        caller: &Caller,
        command: &ApprovalCommand,
    ) -> Result<Arc<Timesheet>, Error> {
        let id = ApprovalId::new(self.new_id());
        self.write(caller, |reader| Box::pin(plan_act(reader, command, id)))
            .await?
            .into_record()
    }
}

impl Reader {
    /// Every rule of its template that the sheet breaks, warnings included.
    pub async fn check_timesheet(&self, id: TimesheetId) -> Result<Vec<Violation>, Error> {
        let sheet = self.timesheet(id).await?;
        let circumstances = self.about(&sheet).await?;
        self.violations(&sheet, &circumstances).await
    }

    /// Which sheets wait for the caller's decision.
    pub async fn awaiting(&self) -> Result<Filter, Error> {
        let actor = self.actor();
        let id = actor.user_id;
        if actor.scope(Permission::TimesheetsApprove).is_none() {
            return Ok(Filter::NONE);
        }
        let team = self.unlimited().team_of(id).await?;
        let team = self.unlimited().many::<User>(&team).await?;
        let reports = team.into_iter().flatten().filter(|user| {
            user.manager_id == Some(id) && actor.has_over(Permission::TimesheetsApprove, user.id)
        });
        let mut reports: Vec<UserId> = reports.map(|user| user.id).collect();
        reports.sort_unstable();
        let reports = reports.into();
        Ok(Filter::Awaits(Approver { id, reports }))
    }

    async fn violations(
        &self,
        sheet: &Timesheet,
        circumstances: &Circumstances,
    ) -> Result<Vec<Violation>, Error> {
        let Circumstances { owner, template, .. } = circumstances;
        let mut ids: Vec<ScheduleId> = owner.schedules.entries().iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let schedules = self.unlimited().many::<Schedule>(&ids).await?;
        let schedules: Vec<Arc<Schedule>> = schedules.into_iter().flatten().collect();
        let known = |id: ScheduleId| schedules.iter().find(|it| it.id == id).map(Arc::as_ref);
        let days = sheet.period.dates().map(|date| {
            let is_scheduled = owner.schedules.at(date).is_some() && owner.is_employed_on(date);
            is_scheduled.then(|| scheduled_hours(&owner.schedules, known, date))
        });
        let calendar = Calendar {
            scheduled: days.collect(),
            today: self.now().date_in(owner.time_zone.0),
        };
        Ok(rules::check(sheet, &template.rules, &calendar))
    }
}

/// What the action comes to on one picture; an approval that it begins has this id.
pub(super) async fn plan_act(
    reader: Reader,
    command: &ApprovalCommand,
    id: ApprovalId,
) -> Result<Decision, Error> {
    let action = command.action;
    let sheet = reader.timesheet(command.id).await?;
    let circumstances = reader.about(&sheet).await?;
    let actor = reader.actor();
    flags::can_act(actor, action, &circumstances.standing(&sheet))?;
    expect_version(&sheet, command.version)?;
    if action == ApprovalAction::Submit {
        let violations = reader.violations(&sheet, &circumstances).await?;
        if violations.iter().any(|it| it.severity == Severity::Error) {
            return Err(Error::RulesBroken(violations));
        }
    }
    let projects = projects_of(&reader, &sheet).await?;
    let steps = if action.is_submission() {
        settle_course(&reader, &sheet, &circumstances, &projects).await?
    } else {
        Vec::new()
    };
    let billing: Vec<(ProjectId, BillingType)> = projects.iter().map(|it| (it.id, it.billing_type)).collect();
    let acted = act::act(
        &sheet,
        &Act {
            action,
            comment: command.comment.as_deref(),
            actor: Person::from(reader.user().as_ref()),
            performed_by: performer(&reader).await?,
            manager: circumstances.owner.manager_id,
            now: reader.now(),
            approval_id: id,
            steps,
            billing,
        },
    )?;
    let mut planned = replacing(&sheet, acted, action.transition().verb);
    planned.guards.extend(circumstances.guards());
    Ok(Decision::Change(planned))
}

/// Who it is that acts in another's name.
async fn performer(reader: &Reader) -> Result<Option<Person>, Error> {
    let actor = reader.actor();
    if actor.acts_for().is_none() {
        return Ok(None);
    }
    let person = reader.unlimited().get::<User>(actor.person_id).await?;
    Ok(person.as_deref().map(Person::from))
}

/// The projects that the sheet's lines name, in order of their ids.
async fn projects_of(reader: &Reader, sheet: &Timesheet) -> Result<Vec<Arc<Project>>, Error> {
    let mut ids: Vec<ProjectId> = sheet.lines().filter_map(LineRef::project_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let projects = reader.unlimited().many::<Project>(&ids).await?;
    Ok(projects.into_iter().flatten().collect())
}

async fn settle_course(
    reader: &Reader,
    sheet: &Timesheet,
    circumstances: &Circumstances,
    projects: &[Arc<Project>],
) -> Result<Vec<ApprovalStep>, Error> {
    let Circumstances { owner, template, .. } = circumstances;
    let with_hours = sheet.projects_with_hours();
    let managers: Vec<Option<UserId>> = projects
        .iter()
        .filter(|project| with_hours.contains(&project.id))
        .map(|project| project.manager_id)
        .collect();
    let persons = template.approval_steps.iter().filter_map(|step| match step {
        ApproverKind::Person(id) => Some(*id),
        ApproverKind::Manager | ApproverKind::ProjectManagers => None,
    });
    let named = managers.iter().copied().flatten().chain(persons);
    let ids: Vec<UserId> = named.chain(owner.manager_id).collect();
    let users = reader.unlimited().many::<User>(&ids).await?;
    let users: Vec<Arc<User>> = users.into_iter().flatten().collect();
    let known = |id: UserId| users.iter().find(|user| user.id == id).map(Arc::as_ref);
    let project_managers: Vec<Option<&User>> = managers.into_iter().map(|id| id.and_then(known)).collect();
    let persons: Vec<&User> = users.iter().map(Arc::as_ref).collect();
    let course = Course {
        steps: &template.approval_steps,
        owner,
        manager: owner.manager_id.and_then(known),
        allows_own: template.allows_own_approval,
        project_managers: &project_managers,
        persons: &persons,
    };
    Ok(course.settle())
}
