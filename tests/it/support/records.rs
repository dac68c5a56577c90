//! The records of the small company: each as plain as it can be, with ids that tell what they are.

use std::sync::Arc;

use punchcard::domain::activity::Activity;
use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::change::{Audit, ChangeSet, Face};
use punchcard::domain::department::Department;
use punchcard::domain::effective::Effective;
use punchcard::domain::hours::Hours;
use punchcard::domain::id::{
    ActivityId, AllocationId, ChangeSetId, DepartmentId, LineId, OrganizationId, ProjectId, RowIds,
    ScheduleId, TaskId, TemplateId, TimesheetId,
};
use punchcard::domain::organization::Organization;
use punchcard::domain::period::{Period, PeriodKind};
use punchcard::domain::project::{BillingType, Project, ProjectState};
use punchcard::domain::record::{Entity, Meta, Record};
use punchcard::domain::schedule::{Pattern, Schedule};
use punchcard::domain::settings::Settings;
use punchcard::domain::task::{Assignees, ProjectTask};
use punchcard::domain::template::TimesheetTemplate;
use punchcard::domain::time::{Date, Instant};
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::{TimeAllocation, Timesheet, TimesheetLine};
use punchcard::domain::token::AccessToken;
use punchcard::domain::user::{TimeZone, User};
use punchcard::domain::version::RowVersion;
use uuid::Uuid;

use super::company::Person;

/// An id that begins with `kind`, a hexadecimal digit, and ends with a number.
pub fn uuid(kind: char, number: u128) -> Uuid {
    Uuid::from_u128(u128::from(kind.to_digit(16).unwrap()) << 124 | number)
}

pub fn project_id(number: u128) -> ProjectId {
    ProjectId::new(uuid('1', number))
}

pub fn organization_id(number: u128) -> OrganizationId {
    OrganizationId::new(uuid('2', number))
}

pub fn task_id(number: u128) -> TaskId {
    TaskId::new(uuid('3', number))
}

pub fn activity_id(number: u128) -> ActivityId {
    ActivityId::new(uuid('4', number))
}

pub fn sheet_id(number: u128) -> TimesheetId {
    TimesheetId::new(uuid('5', number))
}

pub fn department_id(number: u128) -> DepartmentId {
    DepartmentId::new(uuid('6', number))
}

pub fn schedule_id(number: u128) -> ScheduleId {
    ScheduleId::new(uuid('7', number))
}

pub fn template_id(number: u128) -> TemplateId {
    TemplateId::new(uuid('8', number))
}

/// When everything was made.
pub fn long_ago() -> Instant {
    "2024-01-02T03:04:05.678Z".parse().unwrap()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn change(puts: Vec<Record>) -> ChangeSet {
    ChangeSet {
        id: ChangeSetId::new(Uuid::from_u128(rand::random())),
        guards: Vec::new(),
        puts,
        deletes: Vec::new(),
        audit: Audit {
            at: long_ago(),
            actor: Person::Admin.user_id(),
            acting_for: None,
            token: None,
            face: Face::GraphQl,
            action: "test".into(),
            subject: None,
        },
    }
}

pub fn record<E: Entity>(entity: E) -> Record {
    E::into_record(Arc::new(entity))
}

/// Everything that the company has: see the functions below.
pub fn company() -> Vec<Record> {
    let mut records = vec![
        record(settings()),
        record(template()),
        record(schedule()),
        record(department()),
        record(organization(1, "Romashka")),
        record(activity()),
        record(project(1, "Website", Some(1), BillingType::TimeAndMaterial)),
        record(project(2, "Internal", None, BillingType::NonBillable)),
        record(task(1, Some(1), None, 0, "Website")),
        record(task(2, Some(1), Some(1), 0, "Design")),
        record(task(3, Some(1), Some(1), 1, "Build")),
        record(task(4, Some(2), None, 0, "Internal")),
        record(booked_week()),
    ];
    for person in Person::ALL {
        records.push(record(user(person)));
        records.push(record(token(person)));
    }
    records
}

pub fn settings() -> Settings {
    Settings {
        meta: Meta::new(long_ago()),
        company_name: "Acme".into(),
        templates: Effective::always(template_id(1)),
        closed_up_to: None,
    }
}

/// Weeks from Monday on.
pub fn template() -> TimesheetTemplate {
    TimesheetTemplate {
        id: template_id(1),
        meta: Meta::new(long_ago()),
        name: "Weekly".into(),
        period_kind: PeriodKind::Week { first_day: 0 },
        due_days: 2,
        rules: TimesheetTemplate::default_rules(),
        approval_steps: Box::default(),
        allows_own_approval: false,
    }
}

/// Eight hours from Monday to Friday.
pub fn schedule() -> Schedule {
    let (work, rest) = (Hours::whole(8), Hours::ZERO);
    Schedule {
        id: schedule_id(1),
        meta: Meta::new(long_ago()),
        name: "Office".into(),
        pattern: Pattern::Weekly([work, work, work, work, work, rest, rest]),
        exceptions: Box::default(),
    }
}

pub fn department() -> Department {
    Department {
        id: department_id(1),
        meta: Meta::new(long_ago()),
        name: "Engineering".into(),
        code: Some("ENG".into()),
        external_id: None,
    }
}

pub fn organization(number: u128, name: &str) -> Organization {
    Organization {
        id: organization_id(number),
        meta: Meta::new(long_ago()),
        name: name.into(),
        number: Some(format!("C-{number}").into()),
        external_id: None,
        contact: None,
        last_update: None,
    }
}

pub fn activity() -> Activity {
    Activity {
        id: activity_id(1),
        meta: Meta::new(long_ago()),
        name: "Проектирование".into(),
        code: None,
        external_id: None,
    }
}

pub fn project(number: u128, name: &str, client: Option<u128>, billing_type: BillingType) -> Project {
    Project {
        id: project_id(number),
        meta: Meta::new(long_ago()),
        name: name.into(),
        code: Some(format!("P{number}").into()),
        organization_id: client.map(organization_id),
        billing_type,
        state: ProjectState::Open,
        manager_id: Some(Person::Lead.user_id()),
        first_booking_date: None,
        last_booking_date: None,
        estimate: Some(Hours::whole(100)),
        description: None,
        terms: None,
        working_time_limit: None,
        excludes_common_tasks: false,
        external_id: None,
        last_update: None,
    }
}

pub fn task(number: u128, project: Option<u128>, lead: Option<u128>, place: u32, name: &str) -> ProjectTask {
    ProjectTask {
        id: task_id(number),
        meta: Meta::new(long_ago()),
        project_id: project.map(project_id),
        lead_task_id: lead.map(task_id),
        name: name.into(),
        number: place,
        external_id: None,
        is_open: true,
        allows_entry: lead.is_some() || project != Some(1),
        assignees: Assignees::All,
        first_booking_date: None,
        last_booking_date: None,
        estimate: None,
        last_update: None,
    }
}

pub fn user(person: Person) -> User {
    let manager = match person {
        Person::Ivan | Person::Olga => Some(Person::Lead),
        Person::Admin | Person::Lead | Person::Stranger => None,
    };
    User {
        id: person.user_id(),
        meta: Meta::new(long_ago()),
        name: format!("{person:?}").into(),
        email: Some(format!("{person:?}@example.com").into()),
        external_id: None,
        departments: Effective::always(department_id(1)),
        manager_id: manager.map(Person::user_id),
        schedules: Effective::always(schedule_id(1)),
        time_zone: TimeZone::UTC,
        employed_from: Some(date("2024-01-01")),
        employed_to: None,
        roles: person.roles().into(),
        locked_up_to: None,
        last_update: None,
    }
}

pub fn token(person: Person) -> AccessToken {
    AccessToken {
        id: person.token_id(),
        meta: Meta::new(long_ago()),
        name: "test".into(),
        user_id: person.user_id(),
        hash: person.token_hash(),
        expires: None,
        permissions: None,
    }
}

/// Ivan's week from 2024-03-04 on: a line on the website with Monday and Tuesday, and one
/// without project with Wednesday.
pub fn booked_week() -> Timesheet {
    let mut sheet = sheet(1, Person::Ivan, "2024-03-04");
    let mut ids = RowIds::starting_with(uuid('9', 0));
    let mut line = |project: Option<u128>, cells: &[(&str, i64, &str)]| TimesheetLine {
        id: LineId::new(ids.next().unwrap()),
        created: long_ago(),
        version: RowVersion::UNASSIGNED,
        project_id: project.map(project_id),
        task_id: project.map(|_| task_id(2)),
        activity_id: project.map(|_| activity_id(1)),
        cells: cells
            .iter()
            .map(|(on, hundredths, comment)| TimeAllocation {
                id: AllocationId::new(ids.next().unwrap()),
                created: long_ago(),
                date: date(on),
                hours: Hours::from_units(hundredths * 1_000),
                comment: (*comment).to_owned(),
                invoice_line_id: None,
                time_off_request_id: None,
            })
            .collect(),
    };
    let lines = [
        line(
            Some(1),
            &[("2024-03-04", 750, "said \"hello\"\n"), ("2024-03-05", 25, "")],
        ),
        line(None, &[("2024-03-06", 800, "")]),
    ];
    sheet.rows = Rows::pack(sheet.period.from(), &lines).unwrap();
    sheet
}

/// An empty sheet for the week from `from` on.
pub fn sheet(number: u128, owner: Person, from: &str) -> Timesheet {
    let from = date(from);
    let period = Period::new(from, from.plus_days(6)).unwrap();
    Timesheet {
        id: sheet_id(number),
        meta: Meta::new(long_ago()),
        user_id: owner.user_id(),
        period,
        due_date: period.to().plus_days(2),
        status: ApprovalStatus::Draft,
        submitted: None,
        approved: None,
        department_id: Some(department_id(1)),
        template_id: template_id(1),
        name: format!("{owner:?} {}-{}", period.from().dotted(), period.to().dotted()).into(),
        rows: Rows::default(),
        contributions: None,
        approvals: None,
        billing: None,
    }
}
