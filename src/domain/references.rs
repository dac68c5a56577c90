//! Which other records a record points to, and from where. Sheets are not among them: what a
//! save may point to is decided with the save (S11).

use super::approval::ApproverKind;
use super::error::Path;
use super::id::{DepartmentId, ScheduleId, TemplateId};
use super::record::{Entity, Key, Record};
use super::task::Assignees;
use super::{department::Department, organization::Organization, project::Project, schedule::Schedule};
use super::{task::ProjectTask, template::TimesheetTemplate, user::User};

/// What `record` points to, each with the member that does.
pub fn references(record: &Record) -> Vec<(Path, Key)> {
    let mut found = Vec::new();
    let mut add = |path: Path, key: Option<Key>| found.extend(key.map(|key| (path, key)));
    match record {
        Record::Department(_)
        | Record::Organization(_)
        | Record::Activity(_)
        | Record::Schedule(_)
        | Record::Timesheet(_)
        | Record::SyncJob(_) => {}
        Record::Template(it) => {
            for (index, step) in it.approval_steps.iter().enumerate() {
                if let ApproverKind::Person(id) = step {
                    add(entry("approvalSteps", index, "userId"), Some(User::key(*id)));
                }
            }
        }
        Record::Settings(it) => {
            for (index, (_, id)) in it.templates.entries().iter().enumerate() {
                add(
                    entry("templates", index, "templateId"),
                    Some(key_of::<TimesheetTemplate, TemplateId>(*id)),
                );
            }
        }
        Record::User(it) => {
            add(Path::of("managerId"), it.manager_id.map(User::key));
            for (index, (_, id)) in it.departments.entries().iter().enumerate() {
                add(
                    entry("departments", index, "departmentId"),
                    Some(key_of::<Department, DepartmentId>(*id)),
                );
            }
            for (index, (_, id)) in it.schedules.entries().iter().enumerate() {
                add(
                    entry("schedules", index, "scheduleId"),
                    Some(key_of::<Schedule, ScheduleId>(*id)),
                );
            }
        }
        Record::Token(it) => add(Path::of("userId"), Some(User::key(it.user_id))),
        Record::Project(it) => {
            add(
                Path::of("organizationId"),
                it.organization_id.map(Organization::key),
            );
            add(Path::of("managerId"), it.manager_id.map(User::key));
        }
        Record::Task(it) => {
            add(Path::of("projectId"), it.project_id.map(Project::key));
            add(Path::of("leadTaskId"), it.lead_task_id.map(ProjectTask::key));
            if let Assignees::Only(users) = &it.assignees {
                for (index, id) in users.iter().enumerate() {
                    add(Path::of("assigneeIds").index(index), Some(User::key(*id)));
                }
            }
        }
    }
    found
}

fn entry(list: &'static str, index: usize, member: &'static str) -> Path {
    Path::of(list).index(index).member(member)
}

fn key_of<E: Entity<Id = I>, I>(id: I) -> Key {
    E::key(id)
}
