//! Bookings that are refused, and why.

use std::sync::Arc;

use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::error::FaultCode;
use punchcard::domain::import::{EntryRow, ImportOptions, Reference};
use punchcard::domain::project::{BillingType, ProjectState};
use punchcard::domain::record::Record;
use punchcard::domain::timesheet::rows::Rows;
use punchcard::domain::timesheet::{LineRef, Timesheet};
use uuid::Uuid;

use super::desk::{Desk, at, entry, faults, held, hours, span};
use crate::support::company::Person::Ivan;
use crate::support::records::{date, organization_id, project, record, task, user};

/// The faults of one row by itself.
async fn refusal(desk: &Desk, row: EntryRow) -> Vec<(String, FaultCode)> {
    let report = desk.import(vec![row], ImportOptions::default()).await;
    let told = faults(&report).into_iter();
    told.map(|(path, code)| (path.trim_start_matches("timeEntries[0]").to_owned(), code))
        .collect()
}

/// The row with a change.
fn but(mut row: EntryRow, change: impl FnOnce(&mut EntryRow)) -> EntryRow {
    change(&mut row);
    row
}

/// Rows that contradict themselves or lack something, each with where and what the fault is.
fn contradictions() -> Vec<(EntryRow, &'static str, FaultCode)> {
    let (early, late) = (at("2024-03-04T08:00:00Z"), at("2024-03-04T10:00:00Z"));
    let day = |change: fn(&mut EntryRow)| but(entry("a", "2024-03-04", "1"), change);
    let work = |change: fn(&mut EntryRow)| but(span("a", early, late), change);
    vec![
        (span("a", late, early), ".logoff", FaultCode::Contradiction),
        (
            span("a", early, at("2024-04-05T08:00:00Z")),
            ".logoff",
            FaultCode::OutOfRange,
        ),
        (
            work(|it| it.break_hours = Some(hours("2.00001"))),
            ".breakHours",
            FaultCode::OutOfRange,
        ),
        (
            work(|it| it.break_hours = Some(hours("-1"))),
            ".breakHours",
            FaultCode::OutOfRange,
        ),
        (work(|it| it.logoff = None), ".logoff", FaultCode::Required),
        (
            work(|it| it.hours = Some(hours("1"))),
            ".date",
            FaultCode::Contradiction,
        ),
        (day(|it| it.hours = None), ".hours", FaultCode::Required),
        (day(|it| it.date = None), ".date", FaultCode::Required),
        (
            day(|it| (it.date, it.hours) = (None, None)),
            ".logon",
            FaultCode::Required,
        ),
        (
            day(|it| it.hours = Some(hours("24.00001"))),
            ".hours",
            FaultCode::OutOfRange,
        ),
        (
            day(|it| it.hours = Some(hours("-1"))),
            ".hours",
            FaultCode::OutOfRange,
        ),
        (day(|it| it.user = None), ".userId", FaultCode::Required),
        (
            day(|it| (it.project, it.task) = (None, None)),
            ".projectId",
            FaultCode::Required,
        ),
        (day(|it| it.external_id = None), ".id", FaultCode::Required),
        (
            day(|it| it.external_id = Some("".into())),
            ".externalId",
            FaultCode::Required,
        ),
        (
            day(|it| it.external_id = Some("x".repeat(101).into())),
            ".externalId",
            FaultCode::TooLong,
        ),
        (
            day(|it| it.description = Some(Some("x".repeat(4_001).into()))),
            ".description",
            FaultCode::TooLong,
        ),
    ]
}

#[tokio::test]
async fn i9_what_contradicts_itself_is_refused() {
    let desk = Desk::open().await;
    for (row, path, code) in contradictions() {
        let shown = format!("{row:?}");
        assert_eq!(refusal(&desk, row).await, [(path.to_owned(), code)], "{shown}");
    }
    let (early, late) = (at("2024-03-04T08:00:00Z"), at("2024-03-04T10:00:00Z"));
    let all_break = but(span("a", early, late), |it| it.break_hours = Some(hours("2")));
    desk.import_all(vec![all_break, entry("b", "2024-03-05", "24")])
        .await;
    assert_eq!(desk.sheets(Ivan).await.len(), 1);
}

/// A closed project, one with booking dates and without common tasks, a common task, a closed task.
fn standings() -> Vec<Record> {
    let mut closed = project(3, "Closed", None, BillingType::FixedBid);
    closed.state = ProjectState::Closed;
    let mut dated = project(4, "Dated", None, BillingType::FixedBid);
    dated.first_booking_date = Some(date("2024-03-05"));
    dated.last_booking_date = Some(date("2024-03-06"));
    dated.excludes_common_tasks = true;
    let common = task(10, None, None, 0, "Phone");
    let mut shut = task(11, Some(1), Some(1), 2, "Shut");
    shut.is_open = false;
    vec![record(closed), record(dated), record(common), record(shut)]
}

#[tokio::test]
async fn i9_hours_are_booked_on_what_takes_them() {
    let desk = Desk::open().await;
    desk.put(standings()).await;
    let key = |text: &str| Reference::Key(text.into());
    let on = |project: &str, task: Option<&str>, date: &str| EntryRow {
        project: Some(key(project)),
        task: Some(task.map(key)),
        ..entry("a", date, "1")
    };
    let for_romashka = |row| {
        but(row, |it| {
            it.customer = Some(Reference::Id(organization_id(1).uuid()));
        })
    };
    let cases = [
        (on("P3", None, "2024-03-04"), ".projectId", FaultCode::NotOpen),
        (on("P4", None, "2024-03-04"), ".date", FaultCode::NotOpen),
        (on("P4", None, "2024-03-07"), ".date", FaultCode::NotOpen),
        (
            on("P4", Some("Phone"), "2024-03-05"),
            ".taskId",
            FaultCode::NotOpen,
        ),
        (
            on("P1", Some("Shut"), "2024-03-05"),
            ".taskId",
            FaultCode::NotOpen,
        ),
        (
            on("P2", Some("Design"), "2024-03-05"),
            ".taskId",
            FaultCode::UnknownReference,
        ),
        (
            for_romashka(on("P2", None, "2024-03-05")),
            ".customerId",
            FaultCode::Contradiction,
        ),
    ];
    for (row, path, code) in cases {
        let shown = format!("{row:?}");
        assert_eq!(refusal(&desk, row).await, [(path.to_owned(), code)], "{shown}");
    }
    let romashka = Reference::NameAndNumber(Box::new(("Romashka".into(), "C-1".into())));
    let fine = vec![
        on("P1", Some("Phone"), "2024-03-04"),
        but(on("P4", None, "2024-03-06"), |it| {
            it.external_id = Some("b".into());
        }),
        but(on("Website", None, "2024-03-06"), |it| {
            it.external_id = Some("c".into());
            it.customer = Some(romashka);
        }),
    ];
    assert_eq!(desk.import_all(fine).await.time_entries.created, 3);
}

#[tokio::test]
async fn i9_what_was_booked_stays_though_its_project_has_closed_since() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("a", "2024-03-04", "3")]).await;
    let mut website = project(1, "Website", Some(1), BillingType::TimeAndMaterial);
    website.state = ProjectState::Closed;
    desk.put(vec![record(website)]).await;
    let said = |words: &str, hours: &str| EntryRow {
        description: Some(Some(words.into())),
        ..entry("a", "2024-03-04", hours)
    };
    assert_eq!(
        desk.import_all(vec![entry("a", "2024-03-04", "3")])
            .await
            .time_entries
            .unchanged,
        1
    );
    assert_eq!(
        desk.import_all(vec![said("Sketches", "3")])
            .await
            .time_entries
            .updated,
        1
    );
    assert_eq!(
        refusal(&desk, said("Sketches", "4")).await,
        [(".projectId".to_owned(), FaultCode::NotOpen)]
    );
}

#[tokio::test]
async fn i10_orphans_are_told_with_path_and_id() {
    let desk = Desk::open().await;
    let nobody = Reference::ExternalId("nobody".into());
    let row = EntryRow {
        user: Some(nobody.clone()),
        project: Some(Reference::Id(Uuid::from_u128(5))),
        task: None,
        activity: Some(Some(nobody)),
        ..entry("a", "2024-03-04", "1")
    };
    let report = desk
        .import(vec![entry("b", "2024-03-04", "1"), row], ImportOptions::default())
        .await;
    assert_eq!(
        faults(&report),
        [
            ("timeEntries[1].userId", FaultCode::UnknownReference),
            ("timeEntries[1].projectId", FaultCode::UnknownReference),
            ("timeEntries[1].activityId", FaultCode::UnknownReference),
        ]
    );
    assert!(report.faults.iter().all(|fault| fault.id.as_deref() == Some("a")));
    assert!(report.faults[0].message.contains("\"nobody\""));
    assert_eq!(report.time_entries.failed, 1, "a row fails once");
    assert!(desk.sheets(Ivan).await.is_empty(), "nothing was applied (I15)");
}

#[tokio::test]
async fn i12_nothing_comes_into_or_leaves_a_submitted_sheet() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("a", "2024-03-04", "3"), entry("b", "2024-03-11", "3")])
        .await;
    desk.set_status(Ivan, date("2024-03-04"), ApprovalStatus::Submitted)
        .await;
    for row in [
        entry("c", "2024-03-05", "1"),
        entry("a", "2024-03-12", "3"),
        entry("b", "2024-03-05", "3"),
    ] {
        assert_eq!(
            refusal(&desk, row).await,
            [(String::new(), FaultCode::WrongState)]
        );
    }
    let left = |on| held(&desk, Ivan, on);
    assert_eq!(left("2024-03-04").await.unwrap().0, hours("3"));
    assert_eq!(
        left("2024-03-12").await,
        None,
        "what cannot leave does not come either"
    );
    assert_eq!(left("2024-03-11").await.unwrap().0, hours("3"));
}

#[tokio::test]
async fn i12_locked_days_and_invoiced_cells_stay() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("a", "2024-03-05", "3"), entry("b", "2024-03-06", "3")])
        .await;
    let sheet = desk.sheets(Ivan).await.remove(0);
    let mut lines: Vec<_> = sheet.lines().map(LineRef::to_line).collect();
    lines[0].cells[0].invoice_line_id = Some(Uuid::from_u128(1));
    let mut invoiced = Timesheet::clone(&sheet);
    invoiced.rows = Rows::pack(sheet.period.from(), &lines).unwrap();
    let mut locked = user(Ivan);
    locked.locked_up_to = Some(date("2024-03-04"));
    desk.put(vec![Record::Timesheet(Arc::new(invoiced)), record(locked)])
        .await;
    let cases = [
        (entry("c", "2024-03-04", "1"), FaultCode::Locked),
        (entry("c", "2024-03-05", "1"), FaultCode::Protected),
        (entry("a", "2024-03-07", "3"), FaultCode::Protected),
    ];
    for (row, code) in cases {
        assert_eq!(refusal(&desk, row).await, [(String::new(), code)]);
    }
    desk.import_all(vec![entry("b", "2024-03-07", "3")]).await;
}

#[tokio::test]
async fn p9_sheets_are_opened_within_the_employment_however_long_ago() {
    let desk = Desk::open().await;
    assert_eq!(
        refusal(&desk, entry("a", "2023-12-31", "1")).await,
        [(".date".to_owned(), FaultCode::OutOfRange)]
    );
    desk.import_all(vec![entry("a", "2024-01-01", "1"), entry("b", "2034-01-02", "1")])
        .await;
    let periods: Vec<_> = desk
        .sheets(Ivan)
        .await
        .iter()
        .map(|sheet| sheet.period.from())
        .collect();
    assert_eq!(periods, [date("2024-01-01"), date("2034-01-02")]);
}
