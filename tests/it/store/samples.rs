//! Records to write, each as plain as it can be.

use punchcard::domain::access::Role;
use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::change::{Audit, ChangeSet, Face, Guard};
use punchcard::domain::department::Department;
use punchcard::domain::effective::Effective;
use punchcard::domain::hours::Hours;
use punchcard::domain::id::{
    AllocationId, ChangeSetId, DepartmentId, LineId, ProjectId, RowIds, TaskId, TemplateId, TimesheetId,
    TokenId, UserId,
};
use punchcard::domain::period::Period;
use punchcard::domain::record::{Entity, Key, Meta, Record};
use punchcard::domain::task::{Assignees, ProjectTask};
use punchcard::domain::time::{Date, Instant};
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::{TimeAllocation, Timesheet, TimesheetLine};
use punchcard::domain::token::{AccessToken, TokenHash};
use punchcard::domain::user::{TimeZone, User};
use punchcard::domain::version::RowVersion;
use uuid::Uuid;

/// The instant `n` seconds after the epoch.
pub fn instant(n: i64) -> Instant {
    Instant::from_epoch_micros(n * 1_000_000)
}

/// A small id, the same for the same number.
pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn user_id(n: u128) -> UserId {
    UserId::new(uuid(0x1_0000 + n))
}

pub fn sheet_id(n: u128) -> TimesheetId {
    TimesheetId::new(uuid(0x2_0000 + n))
}

pub fn day(n: i32) -> Date {
    Date::from_epoch_days(20_000 + n).unwrap()
}

pub fn days(from: i32, to: i32) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

pub fn audit() -> Audit {
    Audit {
        at: instant(1),
        actor: user_id(0),
        acting_for: None,
        token: None,
        face: Face::GraphQl,
        action: "test".into(),
        subject: None,
    }
}

/// A change set without guards.
pub fn change(puts: Vec<Record>) -> ChangeSet {
    ChangeSet {
        id: ChangeSetId::new(Uuid::from_u128(rand::random())),
        guards: Vec::new(),
        puts,
        deletes: Vec::new(),
        audit: audit(),
    }
}

pub fn guarded(guards: Vec<Guard>, puts: Vec<Record>) -> ChangeSet {
    ChangeSet {
        guards,
        ..change(puts)
    }
}

pub fn deletion(deletes: Vec<Key>) -> ChangeSet {
    ChangeSet {
        deletes,
        ..change(Vec::new())
    }
}

pub fn record<E: Entity>(entity: E) -> Record {
    E::into_record(std::sync::Arc::new(entity))
}

/// User `n`, whose manager is user `manager`.
pub fn user(n: u128, manager: Option<u128>) -> User {
    User {
        id: user_id(n),
        meta: Meta::new(instant(0)),
        name: format!("User {n}").into(),
        email: Some(format!("user{n}@example.com").into()),
        external_id: None,
        departments: Effective::default(),
        manager_id: manager.map(user_id),
        schedules: Effective::default(),
        time_zone: TimeZone::UTC,
        employed_from: None,
        employed_to: None,
        roles: Box::new([Role::Employee]),
        locked_up_to: None,
        last_update: None,
    }
}

pub fn department(n: u128, code: Option<&str>) -> Department {
    Department {
        id: DepartmentId::new(uuid(n)),
        meta: Meta::new(instant(0)),
        name: format!("Department {n}").into(),
        code: code.map(Into::into),
        external_id: None,
    }
}

pub fn token(n: u128, user: u128) -> AccessToken {
    AccessToken {
        id: TokenId::new(uuid(n)),
        meta: Meta::new(instant(0)),
        name: "test".into(),
        user_id: user_id(user),
        hash: TokenHash([u8::try_from(n).unwrap(); 32]),
        expires: None,
        permissions: None,
    }
}

pub fn task(n: u128, project: Option<ProjectId>) -> ProjectTask {
    ProjectTask {
        id: TaskId::new(uuid(n)),
        meta: Meta::new(instant(0)),
        project_id: project,
        lead_task_id: None,
        name: format!("Task {n}").into(),
        number: 0,
        external_id: None,
        is_open: true,
        allows_entry: true,
        assignees: Assignees::All,
        first_booking_date: None,
        last_booking_date: None,
        estimate: None,
        last_update: None,
    }
}

/// Sheet `n` of user `user` for a period, without lines.
pub fn sheet(n: u128, user: u128, period: Period) -> Timesheet {
    Timesheet {
        id: sheet_id(n),
        meta: Meta::new(instant(0)),
        user_id: user_id(user),
        period,
        due_date: period.to().plus_days(2),
        status: ApprovalStatus::Draft,
        submitted: None,
        approved: None,
        department_id: None,
        template_id: TemplateId::new(uuid(1)),
        name: format!("Sheet {n}").into(),
        rows: Rows::default(),
        contributions: None,
        approvals: None,
        billing: None,
    }
}

/// The sheet with `lines` lines that each have a cell on its first date; their ids begin with
/// `base`: line 0 has number 0, its cell number 1, and so on.
pub fn with_rows(mut sheet: Timesheet, base: Uuid, lines: usize) -> Timesheet {
    let mut ids = RowIds::starting_with(base);
    let mut next = || ids.next().unwrap();
    let lines: Vec<TimesheetLine> = (0..lines)
        .map(|_| TimesheetLine {
            id: LineId::new(next()),
            created: instant(0),
            version: RowVersion::UNASSIGNED,
            project_id: None,
            task_id: None,
            activity_id: None,
            cells: vec![TimeAllocation {
                id: AllocationId::new(next()),
                created: instant(0),
                date: sheet.period.from(),
                hours: Hours::whole(1),
                comment: "done".to_owned(),
                invoice_line_id: None,
                time_off_request_id: None,
            }],
        })
        .collect();
    sheet.rows = Rows::pack(sheet.period.from(), &lines).unwrap();
    sheet
}
