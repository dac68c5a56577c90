//! A small company's store, and imports into it.

use std::collections::BTreeMap;
use std::sync::Arc;

use punchcard::app::imports::plan::{CalledOff, NoPlan, Planning, Steps, plan};
use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::change::Guard;
use punchcard::domain::error::FaultCode;
use punchcard::domain::hours::Hours;
use punchcard::domain::id::{AllocationId, IdSource, LineId};
use punchcard::domain::import::{
    Collection, EntryRow, ImportOptions, Moment, OnError, Payload, Phase, Place, Placed, Reference, Report,
};
use punchcard::domain::period::Period;
use punchcard::domain::record::{Entity, Record};
use punchcard::domain::time::{Date, Instant};
use punchcard::domain::time_entry::TimeEntry;
use punchcard::domain::timesheet::references::LineTarget;
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::{LineRef, TimeAllocation, Timesheet, TimesheetLine};
use punchcard::domain::version::RowVersion;
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::{Store, View};
use uuid::Uuid;

use crate::support::company::Person;
use crate::support::records::{change, company, project_id};

/// The company's store.
pub struct Desk {
    pub store: Arc<Embedded>,
    _folder: tempfile::TempDir,
}

struct RandomIds;

impl IdSource for RandomIds {
    fn next(&self, _now: Instant) -> Uuid {
        Uuid::from_u128(rand::random())
    }
}

struct NobodyWatches;

impl Steps for NobodyWatches {
    fn reach(&self, _: Phase, _: u64, _: u64) -> Result<(), CalledOff> {
        Ok(())
    }
}

/// What a person sees of their sheets: the hours of each cell, and what was said.
pub type Cells = BTreeMap<(LineTarget, Date), (Hours, String)>;

impl Desk {
    /// The company, without anybody's hours.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Embedded::open(folder.path(), Options::default()).unwrap();
        let mut records = company();
        records.retain(|record| !matches!(record, Record::Timesheet(_)));
        store.commit(change(records)).await.unwrap();
        Self {
            store,
            _folder: folder,
        }
    }

    pub async fn view(&self) -> Arc<dyn View> {
        self.store.view(None).await.unwrap()
    }

    /// Writes records as they are.
    pub async fn put(&self, records: Vec<Record>) {
        self.store.commit(change(records)).await.unwrap();
    }

    /// Imports the rows.
    pub async fn import(&self, rows: Vec<EntryRow>, options: ImportOptions) -> Report {
        let planning = Planning {
            view: self.view().await,
            options,
            now: now(),
            ids: Arc::new(RandomIds),
        };
        let payload = Payload {
            entries: placed(rows),
            ..Payload::default()
        };
        let planned = match plan(&planning, payload, &NobodyWatches).await {
            Ok(planned) => planned,
            Err(NoPlan::CalledOff) => unreachable!("nobody calls it off"),
            Err(NoPlan::Error(error)) => panic!("{error}"),
        };
        let before = planning.view.at();
        if !planned.puts.is_empty() {
            let mut change = change(planned.puts);
            change.guards = planned.guards;
            self.store.commit(change).await.unwrap();
        }
        let wrote = self.view().await.at() > before;
        let is_refused = options.on_error == OnError::Fail && planned.report.has_faults();
        let applied = !(options.dry_run || is_refused);
        assert_eq!(
            wrote,
            applied && planned.report.has_changes(),
            "{:#?}",
            planned.report
        );
        planned.report
    }

    /// Imports rows of which none is bad.
    pub async fn import_all(&self, rows: Vec<EntryRow>) -> Report {
        let report = self.import(rows, ImportOptions::default()).await;
        assert_eq!(report.faults, []);
        report
    }

    pub async fn sheets(&self, person: Person) -> Vec<Arc<Timesheet>> {
        self.view()
            .await
            .sheets_of(person.user_id(), Period::EVER)
            .await
            .unwrap()
    }

    /// The cells of all sheets of a person; those of lines alike added up.
    pub async fn cells(&self, person: Person) -> Cells {
        let mut cells = Cells::new();
        for sheet in self.sheets(person).await {
            for line in sheet.lines() {
                for cell in line.cells() {
                    let (hours, comment) = cells.entry((line.target(), cell.date())).or_default();
                    *hours = *hours + cell.hours();
                    comment.push_str(cell.comment());
                }
            }
        }
        cells
    }

    /// The bookings that a person's sheets remember, by date.
    pub async fn bookings(&self, person: Person) -> Vec<(Date, TimeEntry)> {
        let sheets = self.sheets(person).await;
        let all = sheets.iter().flat_map(|sheet| {
            let all = sheet.contributions();
            all.map(|it| (it.date(), it.to_contribution().entry))
                .collect::<Vec<_>>()
        });
        all.collect()
    }

    /// Lets a person put these hours into a cell of the sheet that holds the date, which must be there.
    /// Without hours the cell goes.
    pub async fn fill_in(&self, person: Person, target: LineTarget, date: Date, hours: Option<Hours>) {
        let sheets = self.sheets(person).await;
        let sheet = sheets.iter().find(|sheet| sheet.period.contains(date)).unwrap();
        let mut lines: Vec<TimesheetLine> = sheet.lines().map(LineRef::to_line).collect();
        let number = lines
            .iter()
            .position(|line| line.target() == target)
            .unwrap_or_else(|| {
                lines.push(line(target));
                lines.len() - 1
            });
        let line = &mut lines[number];
        line.version = RowVersion::UNASSIGNED;
        match (line.cells.iter().position(|cell| cell.date == date), hours) {
            (Some(cell), Some(hours)) => line.cells[cell].hours = hours,
            (Some(cell), None) => drop(line.cells.remove(cell)),
            (None, Some(hours)) => {
                line.cells.push(cell(date, hours));
                line.cells.sort_by_key(|cell| cell.date);
            }
            (None, None) => {}
        }
        let mut changed = Timesheet::clone(sheet);
        changed.rows = Rows::pack(sheet.period.from(), &lines).unwrap();
        self.replace(sheet, changed).await;
    }

    /// Lets the sheet that holds the date be in this state.
    pub async fn set_status(&self, person: Person, date: Date, status: ApprovalStatus) {
        let sheets = self.sheets(person).await;
        let sheet = sheets.iter().find(|sheet| sheet.period.contains(date)).unwrap();
        let mut changed = Timesheet::clone(sheet);
        changed.status = status;
        self.replace(sheet, changed).await;
    }

    async fn replace(&self, sheet: &Timesheet, changed: Timesheet) {
        let mut change = change(vec![Record::Timesheet(Arc::new(changed))]);
        change
            .guards
            .push(Guard::Version(Timesheet::key(sheet.id), sheet.meta.version));
        self.store.commit(change).await.unwrap();
    }
}

/// The rows with their places.
pub fn placed(rows: Vec<EntryRow>) -> Vec<Placed<EntryRow>> {
    let place = |index| Place::at(Collection::TimeEntries, index);
    (0..)
        .zip(rows)
        .map(|(index, row)| Placed {
            place: place(index),
            row,
        })
        .collect()
}

pub fn now() -> Instant {
    "2024-04-01T08:00:00Z".parse().unwrap()
}

/// A booking of so many hours of Ivan's on the website.
pub fn entry(name: &str, date: &str, hours: &str) -> EntryRow {
    EntryRow {
        external_id: Some(name.into()),
        user: Some(by_email(Person::Ivan)),
        project: Some(Reference::Key("P1".into())),
        task: Some(Some(Reference::Key("Design".into()))),
        date: Some(date.parse().unwrap()),
        hours: Some(hours.parse().unwrap()),
        ..EntryRow::default()
    }
}

/// A person as an import names them.
pub fn by_email(person: Person) -> Reference {
    Reference::Key(format!("{person:?}@EXAMPLE.com").into())
}

/// A task of the website, or the website itself.
pub fn website(task: Option<u128>) -> LineTarget {
    LineTarget {
        project_id: Some(project_id(1)),
        task_id: task.map(crate::support::records::task_id),
        activity_id: None,
    }
}

fn line(target: LineTarget) -> TimesheetLine {
    TimesheetLine {
        id: LineId::new(Uuid::from_u128(rand::random())),
        created: now(),
        version: RowVersion::UNASSIGNED,
        project_id: target.project_id,
        task_id: target.task_id,
        activity_id: target.activity_id,
        cells: Vec::new(),
    }
}

fn cell(date: Date, hours: Hours) -> TimeAllocation {
    TimeAllocation {
        id: AllocationId::new(Uuid::from_u128(rand::random())),
        created: now(),
        date,
        hours,
        comment: String::new(),
        invoice_line_id: None,
        time_off_request_id: None,
    }
}

/// Good rows land, whatever the others are.
pub const SKIP: ImportOptions = ImportOptions {
    on_error: OnError::Skip,
    dry_run: false,
};

pub fn hours(text: &str) -> Hours {
    text.parse().unwrap()
}

/// Where and what the faults are.
pub fn faults(report: &Report) -> Vec<(&str, FaultCode)> {
    let faults = report.faults.iter();
    faults.map(|fault| (fault.path.as_str(), fault.code)).collect()
}

/// The hours and words of the cell on the design of the website.
pub async fn held(desk: &Desk, person: Person, on: &str) -> Option<(Hours, String)> {
    let mut cells = desk.cells(person).await;
    cells.remove(&(website(Some(2)), on.parse().unwrap()))
}

pub fn span(name: &str, logon: Moment, logoff: Moment) -> EntryRow {
    EntryRow {
        date: None,
        hours: None,
        logon: Some(logon),
        logoff: Some(logoff),
        ..entry(name, "2024-03-04", "0")
    }
}

pub fn at(text: &str) -> Moment {
    Moment::Instant(text.parse().unwrap())
}

pub fn local(text: &str) -> Moment {
    let instant: Instant = format!("{text}Z").parse().unwrap();
    Moment::Local(instant.epoch_micros())
}
