//! Sheets of 5 x 5, as many as are wanted: five lines of five cells, with a comment on three cells
//! of five. They are written through the store's own port, for people who need not exist.

use std::path::Path;
use std::sync::Arc;

use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::change::{Audit, ChangeSet, Face};
use punchcard::domain::hours::Hours;
use punchcard::domain::id::{
    ActivityId, AllocationId, ChangeSetId, DepartmentId, LineId, ProjectId, RowIds, TaskId, TemplateId,
    TimesheetId, UserId,
};
use punchcard::domain::period::Period;
use punchcard::domain::record::{Meta, Record};
use punchcard::domain::time::{Date, Instant};
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::{TimeAllocation, Timesheet, TimesheetLine};
use punchcard::domain::version::RowVersion;
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::{Store, StoreError};
use uuid::Uuid;

/// Sheets of one person.
const WEEKS: u64 = 100;
/// Sheets of one change set.
const AT_A_TIME: u64 = 4_000;

/// Adds so many sheets to the store in a folder, and closes it.
pub async fn fill(folder: &Path, count: u64) -> Result<(), StoreError> {
    let store = Embedded::open(folder, Options::default())?;
    for start in (0..count).step_by(usize::try_from(AT_A_TIME).unwrap()) {
        let numbers = start..count.min(start + AT_A_TIME);
        let puts = numbers.map(|number| Record::Timesheet(Arc::new(sheet(number))));
        store.commit(change(start, puts.collect())).await?;
    }
    store.close();
    Ok(())
}

/// The sheet with this number; ids are spread as those that a server draws.
pub fn sheet(number: u64) -> Timesheet {
    let (user, week) = (number / WEEKS, number % WEEKS);
    let from = Date::from_epoch_days(18_000 + i32::try_from(week).unwrap() * 7).unwrap();
    let made = Instant::from_epoch_micros(1_700_000_000_000_000 + i64::try_from(number).unwrap());
    let mut ids = RowIds::starting_with(id(1, number));
    let lines: Vec<TimesheetLine> = (0..5)
        .map(|line| TimesheetLine {
            id: LineId::new(ids.next().unwrap()),
            created: made,
            version: RowVersion::UNASSIGNED,
            project_id: Some(ProjectId::new(id(2, user % 100 + line))),
            task_id: Some(TaskId::new(id(3, user % 1_000 + line))),
            activity_id: Some(ActivityId::new(id(4, line))),
            cells: (0..5).map(|day| cell(&mut ids, made, from, day)).collect(),
        })
        .collect();
    Timesheet {
        id: TimesheetId::new(id(5, number)),
        meta: Meta::new(made),
        user_id: UserId::new(id(6, user)),
        period: Period::new(from, from.plus_days(6)).unwrap(),
        due_date: from.plus_days(8),
        status: ApprovalStatus::Approved,
        submitted: Some(made),
        approved: Some(made),
        department_id: Some(DepartmentId::new(id(7, user % 10))),
        template_id: TemplateId::new(id(8, 0)),
        name: "22.03-28.03".into(),
        rows: Rows::pack(from, &lines).unwrap(),
        contributions: None,
        approvals: None,
        billing: None,
    }
}

fn cell(ids: &mut RowIds, made: Instant, from: Date, day: i32) -> TimeAllocation {
    TimeAllocation {
        id: AllocationId::new(ids.next().unwrap()),
        created: made,
        date: from.plus_days(day),
        hours: Hours::from_units(160_000),
        comment: if day < 3 {
            "Reviewed the drawings".to_owned()
        } else {
            String::new()
        },
        invoice_line_id: None,
        time_off_request_id: None,
    }
}

/// The write with this number.
pub fn change(number: u64, puts: Vec<Record>) -> ChangeSet {
    ChangeSet {
        id: ChangeSetId::new(id(9, number)),
        guards: Vec::new(),
        puts,
        deletes: Vec::new(),
        audit: Audit {
            at: Instant::from_epoch_micros(0),
            actor: UserId::new(id(6, 0)),
            acting_for: None,
            token: None,
            face: Face::CommandLine,
            action: "fill".into(),
            subject: None,
        },
    }
}

/// An id of version 7 with a spread tail, another for every `of` and `number`.
fn id(of: u64, number: u64) -> Uuid {
    let spread = |seed: u64| {
        let mixed = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    };
    let tail = spread(number << 4 | of);
    let milliseconds = 1_700_000_000_000 + number;
    Uuid::from_u64_pair(
        milliseconds << 16 | 0x7000 | (tail >> 52),
        1 << 63 | (spread(tail) >> 2),
    )
}
