//! Imports of bookings, rule by rule.

use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::error::FaultCode;
use punchcard::domain::hours::Hours;
use punchcard::domain::id::TimeEntryId;
use punchcard::domain::import::{EntryRow, ImportOptions, OnError, Reference};
use punchcard::domain::time::{Date, Instant};
use punchcard::domain::timesheet::LineRef;
use punchcard::domain::user::TimeZone;
use uuid::Uuid;

use super::desk::{Desk, SKIP, at, by_email, entry, faults, held, hours, local, span, website};
use crate::support::company::Person::{Ivan, Olga};
use crate::support::records::{date, record, task_id, user};

#[tokio::test]
async fn i4_a_deleted_booking_no_longer_counts_until_it_is_said_not_to_be() {
    let desk = Desk::open().await;
    let say = |deleted| EntryRow {
        deleted,
        description: Some(Some("Sketches".into())),
        ..entry("a", "2024-03-04", "3")
    };
    desk.import_all(vec![say(None), entry("b", "2024-03-04", "2")])
        .await;
    for (deleted, left, counted) in [
        (Some(true), "2", (0, 1, 0)),
        (Some(true), "2", (0, 0, 1)),
        (None, "2", (0, 0, 1)),
        (Some(false), "5", (1, 0, 0)),
        (None, "5", (0, 0, 1)),
    ] {
        let counts = desk.import_all(vec![say(deleted)]).await.time_entries;
        assert_eq!(
            (counts.updated, counts.archived, counts.unchanged),
            counted,
            "{deleted:?}"
        );
        let words = if left == "2" { "" } else { "Sketches" };
        assert_eq!(
            held(&desk, Ivan, "2024-03-04").await,
            Some((hours(left), words.to_owned())),
            "{deleted:?}"
        );
    }
    let unknown = EntryRow {
        deleted: Some(true),
        ..entry("c", "2024-05-06", "3")
    };
    assert_eq!(desk.import_all(vec![unknown]).await.time_entries.unchanged, 1);
    assert_eq!(desk.sheets(Ivan).await.len(), 1, "nothing was opened for it");
}

#[tokio::test]
async fn i4_what_a_row_does_not_say_stays() {
    let desk = Desk::open().await;
    let whole = EntryRow {
        description: Some(Some("Sketches".into())),
        activity: Some(Some(Reference::Key("Проектирование".into()))),
        ..entry("a", "2024-03-04", "3")
    };
    desk.import_all(vec![whole]).await;
    let before = desk.bookings(Ivan).await;
    let more_hours = EntryRow {
        external_id: Some("a".into()),
        hours: Some(hours("4")),
        ..EntryRow::default()
    };
    assert_eq!(desk.import_all(vec![more_hours]).await.time_entries.updated, 1);
    let after = desk.bookings(Ivan).await;
    assert_eq!(after[0].1.target, before[0].1.target);
    assert_eq!(&*after[0].1.description, "Sketches");
    let cells = desk.cells(Ivan).await;
    let [(held, said)] = &cells.values().collect::<Vec<_>>()[..] else {
        panic!("{cells:?}")
    };
    assert_eq!((*held, said.as_str()), (hours("4"), "Sketches"));
}

#[tokio::test]
async fn i5_an_older_row_changes_nothing() {
    let desk = Desk::open().await;
    let aged = |name, hours, micros| EntryRow {
        last_update: Some(Instant::from_epoch_micros(micros)),
        ..entry(name, "2024-03-04", hours)
    };
    desk.import_all(vec![aged("a", "3", 100)]).await;
    assert_eq!(
        desk.import_all(vec![aged("a", "9", 99)])
            .await
            .time_entries
            .skipped,
        1
    );
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("3"));
    assert_eq!(
        desk.import_all(vec![aged("a", "4", 100)])
            .await
            .time_entries
            .updated,
        1
    );
    assert_eq!(
        desk.import_all(vec![entry("a", "2024-03-04", "5")])
            .await
            .time_entries
            .updated,
        1
    );
    assert_eq!(
        desk.import_all(vec![aged("a", "9", 99)])
            .await
            .time_entries
            .skipped,
        1
    );
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("5"));
}

#[tokio::test]
async fn i6_the_same_payload_twice_takes_no_version() {
    let desk = Desk::open().await;
    let payload = vec![
        entry("a", "2024-03-04", "3"),
        span("b", at("2024-03-10T22:00:00Z"), at("2024-03-11T02:00:00Z")),
    ];
    let first = desk.import_all(payload.clone()).await;
    assert_eq!((first.time_entries.created, first.timesheets_opened), (2, 2));
    let before = desk.sheets(Ivan).await;
    let second = desk.import_all(payload).await;
    assert_eq!((second.time_entries.unchanged, second.timesheets_changed), (2, 0));
    assert_eq!(desk.sheets(Ivan).await, before);
}

#[tokio::test]
async fn i7_a_booking_twice_in_a_payload_collapses_or_contradicts() {
    let desk = Desk::open().await;
    let again = || entry("a", "2024-03-04", "3");
    let report = desk.import_all(vec![again(), again(), again()]).await;
    assert_eq!(
        (report.time_entries.created, report.time_entries.unchanged),
        (1, 2)
    );

    let id = |number| Some(TimeEntryId::new(Uuid::from_u128(number)));
    let with_id = |number, row| EntryRow {
        id: id(number),
        ..row
    };
    let payload = vec![
        with_id(1, entry("b", "2024-03-05", "1")),
        with_id(1, entry("b", "2024-03-05", "2")),
        with_id(2, entry("b", "2024-03-05", "1")),
    ];
    let report = desk.import(payload, ImportOptions::default()).await;
    assert_eq!(
        faults(&report),
        [
            ("timeEntries[1].id", FaultCode::Duplicate),
            ("timeEntries[2].externalId", FaultCode::Duplicate)
        ]
    );
    let told = &report.faults[1].message;
    assert!(told.contains("timeEntries[0]"), "both are named: {told}");

    desk.import_all(vec![with_id(3, entry("c", "2024-03-06", "1"))])
        .await;
    let by_id = EntryRow {
        external_id: None,
        ..with_id(3, entry("", "2024-03-06", "2"))
    };
    let report = desk
        .import(
            vec![by_id, entry("c", "2024-03-06", "3")],
            ImportOptions::default(),
        )
        .await;
    assert_eq!(
        faults(&report),
        [("timeEntries[1].id", FaultCode::Duplicate)],
        "by its two names"
    );
}

#[tokio::test]
async fn i3_a_booking_is_known_by_its_id_or_the_other_systems() {
    let desk = Desk::open().await;
    let id = TimeEntryId::new(Uuid::from_u128(77));
    let named = EntryRow {
        id: Some(id),
        ..entry("a", "2024-03-04", "1")
    };
    desk.import_all(vec![named]).await;
    assert_eq!(desk.bookings(Ivan).await[0].1.id, id, "a client's own id is kept");
    let by_id = EntryRow {
        id: Some(id),
        external_id: None,
        ..entry("", "2024-03-04", "2")
    };
    assert_eq!(desk.import_all(vec![by_id]).await.time_entries.updated, 1);
    let by_external = entry("a", "2024-03-04", "3");
    assert_eq!(desk.import_all(vec![by_external]).await.time_entries.updated, 1);
    let other_id = EntryRow {
        id: Some(TimeEntryId::new(Uuid::from_u128(78))),
        ..entry("a", "2024-03-04", "4")
    };
    assert_eq!(desk.import_all(vec![other_id]).await.time_entries.updated, 1);
    let bookings = desk.bookings(Ivan).await;
    assert_eq!((bookings.len(), bookings[0].1.id), (1, id));
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("4"));
}

#[tokio::test]
async fn i13_hours_and_words_typed_by_hand_survive() {
    let desk = Desk::open().await;
    let said = |name: &str, on: &str, hours: &str, words: &str| EntryRow {
        description: Some(Some(words.into())),
        ..entry(name, on, hours)
    };
    desk.import_all(vec![
        said("a", "2024-03-04", "3", "one"),
        said("b", "2024-03-04", "1", "two"),
    ])
    .await;
    assert_eq!(
        held(&desk, Ivan, "2024-03-04").await,
        Some((hours("4"), "two; one".to_owned()))
    );
    let spot = website(Some(2));
    desk.fill_in(Ivan, spot, date("2024-03-04"), Some(hours("6.5")))
        .await;
    desk.import_all(vec![said("a", "2024-03-04", "3", "one")]).await;
    assert_eq!(
        held(&desk, Ivan, "2024-03-04").await.unwrap().0,
        hours("6.5"),
        "nothing doubles"
    );
    desk.import_all(vec![said("a", "2024-03-04", "2", "three")]).await;
    assert_eq!(
        held(&desk, Ivan, "2024-03-04").await,
        Some((hours("5.5"), "two; three".to_owned()))
    );
    desk.import_all(vec![
        said("a", "2024-03-05", "2", "three"),
        said("b", "2024-03-05", "1", "two"),
    ])
    .await;
    assert_eq!(
        held(&desk, Ivan, "2024-03-04").await,
        Some((hours("2.5"), String::new()))
    );
    assert_eq!(
        held(&desk, Ivan, "2024-03-05").await,
        Some((hours("3"), "two; three".to_owned()))
    );
    desk.import_all(vec![
        said("a", "2024-03-06", "2", ""),
        said("b", "2024-03-06", "1", ""),
    ])
    .await;
    assert_eq!(
        held(&desk, Ivan, "2024-03-05").await,
        None,
        "a cell that only imports filled goes with them"
    );
}

#[tokio::test]
async fn i13_a_cell_takes_no_more_than_a_day_and_refuses_the_last() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("z", "2024-03-04", "10")]).await;
    let payload = vec![
        entry("a", "2024-03-04", "8"),
        entry("b", "2024-03-04", "5"),
        entry("c", "2024-03-04", "6"),
        entry("d", "2024-03-05", "6"),
    ];
    let report = desk.import(payload, SKIP).await;
    assert_eq!(
        faults(&report),
        [("timeEntries[2]", FaultCode::OutOfRange)],
        "the last one would make it 29 hours, and without it there are 23"
    );
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("23"));
    assert_eq!(report.time_entries.created, 3);
}

#[tokio::test]
async fn i13_new_lines_take_the_next_order_number() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("a", "2024-03-04", "1")]).await;
    let build = EntryRow {
        task: Some(Some(Reference::Id(task_id(3).uuid()))),
        ..entry("b", "2024-03-05", "1")
    };
    desk.import_all(vec![build, entry("c", "2024-03-06", "1")]).await;
    let sheet = desk.sheets(Ivan).await.remove(0);
    let tasks: Vec<_> = sheet.lines().map(LineRef::task_id).collect();
    assert_eq!(tasks, [Some(task_id(2)), Some(task_id(3))]);
    let from = sheet.lines().next().unwrap();
    let names = |on: &str| {
        let found = sheet.contributions_to(from, on.parse::<Date>().unwrap());
        found
            .iter()
            .map(|it| it.external_id().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names("2024-03-04"), names("2024-03-06")),
        (vec!["a".to_owned()], vec!["c".to_owned()])
    );
}

#[tokio::test]
async fn i13_three_times_twenty_minutes_are_an_hour() {
    let desk = Desk::open().await;
    let third = |name: &str, from: &str, to: &str| {
        span(
            name,
            at(&format!("2024-03-04T{from}:00Z")),
            at(&format!("2024-03-04T{to}:00Z")),
        )
    };
    desk.import_all(vec![third("a", "08:00", "08:20"), third("b", "09:00", "09:20")])
        .await;
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("0.66667"));
    desk.import_all(vec![third("c", "10:00", "10:20")]).await;
    assert_eq!(held(&desk, Ivan, "2024-03-04").await.unwrap().0, hours("1"));
}

#[tokio::test]
async fn i14_times_are_those_of_the_owners_clock() {
    let desk = Desk::open().await;
    let mut berliner = user(Olga);
    berliner.time_zone = TimeZone::parse("Europe/Berlin").unwrap();
    desk.put(vec![record(berliner)]).await;
    let olgas = |name: &str, logon: &str, logoff: &str| EntryRow {
        user: Some(by_email(Olga)),
        ..span(name, local(logon), local(logoff))
    };
    let report = desk
        .import(
            vec![
                olgas("gap", "2024-03-31T02:30:00", "2024-03-31T04:00:00"),
                olgas("spring", "2024-03-31T01:00:00", "2024-03-31T04:00:00"),
                olgas("autumn", "2024-10-27T02:30:00", "2024-10-27T04:00:00"),
                olgas("night", "2024-03-10T22:00:00", "2024-03-11T01:00:00"),
            ],
            SKIP,
        )
        .await;
    assert_eq!(faults(&report), [("timeEntries[0].logon", FaultCode::NoSuchTime)]);
    let days: Vec<(String, Hours)> = desk
        .cells(Olga)
        .await
        .into_iter()
        .map(|((_, on), (hours, _))| (on.to_string(), hours))
        .collect();
    let wanted = [
        ("2024-03-10", "2"),
        ("2024-03-11", "1"),
        ("2024-03-31", "2"),
        ("2024-10-27", "2.5"),
    ];
    assert_eq!(days, wanted.map(|(on, text)| (on.to_owned(), hours(text))));
    let sheets = desk.sheets(Olga).await;
    let split = sheets.iter().filter(|sheet| {
        let mut all = sheet.contributions();
        all.any(|it| it.external_id() == Some("night"))
    });
    assert_eq!(split.count(), 2, "over midnight from Sunday to Monday");
    let day = EntryRow {
        user: Some(by_email(Olga)),
        logon: None,
        logoff: None,
        date: Some(date("2024-03-12")),
        hours: Some(hours("3")),
        ..olgas("night", "2024-03-10T22:00:00", "2024-03-11T01:00:00")
    };
    desk.import_all(vec![day]).await;
    assert_eq!(
        held(&desk, Olga, "2024-03-10").await,
        None,
        "both parts have moved"
    );
    assert_eq!(held(&desk, Olga, "2024-03-11").await, None);
}

#[tokio::test]
async fn i14_what_is_refused_on_one_side_of_midnight_happens_on_neither() {
    let desk = Desk::open().await;
    desk.import_all(vec![entry("a", "2024-03-11", "1")]).await;
    desk.set_status(Ivan, date("2024-03-11"), ApprovalStatus::Approved)
        .await;
    let night = span("night", at("2024-03-10T22:00:00Z"), at("2024-03-11T01:00:00Z"));
    let report = desk
        .import(vec![night, entry("b", "2024-03-10", "1")], SKIP)
        .await;
    assert_eq!(faults(&report), [("timeEntries[0]", FaultCode::WrongState)]);
    assert_eq!(held(&desk, Ivan, "2024-03-10").await.unwrap().0, hours("1"));
}

#[tokio::test]
async fn i15_one_bad_row_among_many_stops_all_or_only_itself() {
    let desk = Desk::open().await;
    let rows = || {
        let mut rows: Vec<EntryRow> = (0..1_000)
            .map(|n| {
                entry(
                    &format!("e{n}"),
                    &date("2024-03-04").plus_days(n / 10).to_string(),
                    "1",
                )
            })
            .collect();
        rows[617].project = Some(Reference::Key("nowhere".into()));
        rows
    };
    let dry = ImportOptions {
        on_error: OnError::Skip,
        dry_run: true,
    };
    let report = desk.import(rows(), ImportOptions::default()).await;
    assert_eq!(
        faults(&report),
        [("timeEntries[617].projectId", FaultCode::UnknownReference)]
    );
    let rehearsed = desk.import(rows(), dry).await;
    assert!(desk.sheets(Ivan).await.is_empty());
    let report = desk.import(rows(), SKIP).await;
    assert_eq!(report, rehearsed, "a rehearsal tells what would happen");
    assert_eq!(
        (report.time_entries.created, report.time_entries.failed),
        (999, 1)
    );
    let total: Hours = desk.cells(Ivan).await.values().map(|(hours, _)| *hours).sum();
    assert_eq!(total, Hours::whole(999));
}

#[tokio::test]
async fn i15_the_first_200_faults_are_kept_and_all_are_counted() {
    let desk = Desk::open().await;
    let rows: Vec<EntryRow> = (0..1_000)
        .map(|n| entry(&format!("e{n}"), "2024-03-04", "25"))
        .collect();
    let report = desk.import(rows, ImportOptions::default()).await;
    assert_eq!((report.fault_count, report.faults.len()), (1_000, 200));
    assert_eq!(report.faults[199].path, "timeEntries[199].hours");
}
