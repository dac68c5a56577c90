//! A small company for the tests of sheets: one week, one owner, and projects, tasks and activities
//! of every standing, each under a number.

use std::sync::Arc;

use uuid::Uuid;

use super::references::{LineTarget, References};
use super::rows::{Rows, TimeAllocation, TimesheetLine};
use super::{ApprovalStatus, Timesheet};
use crate::domain::activity::Activity;
use crate::domain::effective::Effective;
use crate::domain::hours::Hours;
use crate::domain::id::{
    ActivityId, AllocationId, LineId, ProjectId, TaskId, TemplateId, TimesheetId, UserId,
};
use crate::domain::period::Period;
use crate::domain::project::{BillingType, Project, ProjectState};
use crate::domain::record::Meta;
use crate::domain::task::{Assignees, ProjectTask};
use crate::domain::time::{Date, Instant};
use crate::domain::user::{TimeZone, User};
use crate::domain::version::RowVersion;

/// When everything that is stored was made.
pub const EARLIER: Instant = Instant::from_epoch_micros(1_000);
/// When the decision under test is made.
pub const NOW: Instant = Instant::from_epoch_micros(2_000);
/// The version of the stored sheet.
pub const VERSION: RowVersion = RowVersion::new(100);

/// Projects that are open to the owner, then those that are not, then one that does not exist.
pub const OPEN: u32 = 1;
/// Takes bookings from Wednesday to Friday alone.
pub const OPEN_MIDWEEK: u32 = 2;
/// Offers no common tasks, and is not billed.
pub const OPEN_WITHOUT_COMMON: u32 = 3;
pub const CLOSED: u32 = 4;
pub const ARCHIVED: u32 = 5;
/// Took bookings until the week before.
pub const ENDED: u32 = 6;
pub const NO_PROJECT: u32 = 9;

/// Tasks: the tens digit is the project's number, none for common ones.
pub const TASK: u32 = 11;
pub const OWNERS_TASK: u32 = 12;
pub const SHUT_TASK: u32 = 13;
pub const STRANGERS_TASK: u32 = 14;
/// Takes bookings until Thursday.
pub const MIDWEEK_TASK: u32 = 21;
pub const LONE_TASK: u32 = 31;
pub const CLOSED_TASK: u32 = 41;
pub const COMMON_TASK: u32 = 1;
pub const STRANGERS_COMMON_TASK: u32 = 2;
pub const NO_TASK: u32 = 99;

pub const ACTIVITY: u32 = 1;
pub const ARCHIVED_ACTIVITY: u32 = 2;
pub const NO_ACTIVITY: u32 = 9;

pub fn owner() -> UserId {
    UserId::new(Uuid::from_u128(7))
}

pub fn stranger() -> UserId {
    UserId::new(Uuid::from_u128(8))
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Monday 2021-03-22 to Sunday 2021-03-28.
pub fn week() -> Period {
    Period::new(date("2021-03-22"), date("2021-03-28")).unwrap()
}

/// The day of the week under test; 0 is Monday.
pub fn day(offset: i32) -> Date {
    week().from().plus_days(offset)
}

pub fn project_id(number: u32) -> ProjectId {
    ProjectId::new(Uuid::from_u128(0x1000 + u128::from(number)))
}

pub fn task_id(number: u32) -> TaskId {
    TaskId::new(Uuid::from_u128(0x2000 + u128::from(number)))
}

pub fn activity_id(number: u32) -> ActivityId {
    ActivityId::new(Uuid::from_u128(0x3000 + u128::from(number)))
}

/// A line's target by numbers; 0 is none.
pub fn target(project: u32, task: u32, activity: u32) -> LineTarget {
    let given = |number: u32| Some(number).filter(|number| *number > 0);
    LineTarget {
        project_id: given(project).map(project_id),
        task_id: given(task).map(task_id),
        activity_id: given(activity).map(activity_id),
    }
}

pub fn project(number: u32) -> Project {
    Project {
        id: project_id(number),
        meta: Meta::new(EARLIER),
        name: "project".into(),
        code: None,
        organization_id: None,
        billing_type: BillingType::TimeAndMaterial,
        state: ProjectState::Open,
        manager_id: None,
        first_booking_date: None,
        last_booking_date: None,
        estimate: None,
        description: None,
        terms: None,
        working_time_limit: None,
        excludes_common_tasks: false,
        external_id: None,
        last_update: None,
    }
}

pub fn task(number: u32) -> ProjectTask {
    ProjectTask {
        id: task_id(number),
        meta: Meta::new(EARLIER),
        project_id: Some(number / 10).filter(|number| *number > 0).map(project_id),
        lead_task_id: None,
        name: "task".into(),
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

pub fn activity(number: u32) -> Activity {
    Activity {
        id: activity_id(number),
        meta: Meta::new(EARLIER),
        name: "activity".into(),
        code: None,
        external_id: None,
    }
}

/// Everything that exists.
pub fn known() -> References {
    let mut projects = [OPEN, OPEN_MIDWEEK, OPEN_WITHOUT_COMMON, CLOSED, ARCHIVED, ENDED].map(project);
    projects[1].first_booking_date = Some(day(2));
    projects[1].last_booking_date = Some(day(4));
    projects[2].excludes_common_tasks = true;
    projects[2].billing_type = BillingType::NonBillable;
    projects[3].state = ProjectState::Closed;
    projects[4].meta.is_active = false;
    projects[5].last_booking_date = Some(day(-1));

    let mut tasks = [
        TASK,
        OWNERS_TASK,
        SHUT_TASK,
        STRANGERS_TASK,
        MIDWEEK_TASK,
        LONE_TASK,
        CLOSED_TASK,
        COMMON_TASK,
        STRANGERS_COMMON_TASK,
    ]
    .map(task);
    tasks[1].assignees = Assignees::only(vec![owner()]);
    tasks[2].is_open = false;
    tasks[3].assignees = Assignees::only(vec![stranger()]);
    tasks[4].last_booking_date = Some(day(3));
    tasks[8].assignees = Assignees::only(vec![stranger()]);

    let mut activities = [ACTIVITY, ARCHIVED_ACTIVITY].map(activity);
    activities[1].meta.is_active = false;

    References {
        projects: projects.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
        tasks: tasks.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
        activities: activities.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
        foreign_rows: (0..4).map(|number| Uuid::from_u128(0xF000 + number)).collect(),
    }
}

/// A cell with an id made of `number`.
pub fn cell(number: u32, date: Date, hours: i32) -> TimeAllocation {
    TimeAllocation {
        id: AllocationId::new(Uuid::from_u128(0x5000 + u128::from(number))),
        created: EARLIER,
        date,
        hours: Hours::whole(hours),
        comment: String::new(),
        invoice_line_id: None,
        time_off_request_id: None,
    }
}

/// An account without anything.
pub fn user(id: UserId) -> User {
    User {
        id,
        meta: Meta::new(EARLIER),
        name: "somebody".into(),
        email: None,
        external_id: None,
        departments: Effective::default(),
        manager_id: None,
        schedules: Effective::default(),
        time_zone: TimeZone::UTC,
        employed_from: None,
        employed_to: None,
        roles: Box::default(),
        locked_up_to: None,
        last_update: None,
    }
}

/// A line with an id made of `number`.
pub fn line(number: u32, target: LineTarget, cells: Vec<TimeAllocation>) -> TimesheetLine {
    TimesheetLine {
        id: LineId::new(Uuid::from_u128(0x4000 + u128::from(number))),
        created: EARLIER,
        version: RowVersion::new(101 + u64::from(number)),
        project_id: target.project_id,
        task_id: target.task_id,
        activity_id: target.activity_id,
        cells,
    }
}

/// The owner's draft for the week.
pub fn sheet(lines: &[TimesheetLine]) -> Timesheet {
    sheet_for(week(), lines)
}

/// The owner's draft for `period`.
pub fn sheet_for(period: Period, lines: &[TimesheetLine]) -> Timesheet {
    Timesheet {
        id: TimesheetId::new(Uuid::from_u128(0x6000)),
        meta: Meta {
            version: VERSION,
            ..Meta::new(EARLIER)
        },
        user_id: owner(),
        period,
        due_date: period.to(),
        status: ApprovalStatus::Draft,
        submitted: None,
        approved: None,
        department_id: None,
        template_id: TemplateId::new(Uuid::from_u128(0x7000)),
        name: "a week".into(),
        rows: Rows::pack(period.from(), lines).unwrap(),
        contributions: None,
        approvals: None,
        billing: None,
    }
}
