//! `punchcard demo`: a company to try and to measure by.

use punchcard::domain::query::{Filter, Query};
use punchcard::domain::record::{Kind, Record};
use punchcard::store::Store;
use punchcard::store::embedded::{Embedded, Options};
use reqwest::StatusCode;

use crate::support::process::{Process, run};
use crate::support::server::Folder;

const SMALL: &[&str] = &[
    "demo",
    "--users",
    "20",
    "--weeks",
    "3",
    "--seed",
    "5",
    "--until",
    "2026-06-10",
];

/// All records of a kind, as far as they do not tell the administrator's token.
async fn records(folder: &Folder, kind: Kind) -> Vec<Record> {
    let store = Embedded::open(&folder.data(), Options::default()).unwrap();
    let query = Query {
        kind,
        filter: Filter::And(Vec::new()),
        order: Vec::new(),
        after: None,
        before: None,
        limit: 10_000,
        from_end: false,
        count: false,
    };
    let page = store.view(None).await.unwrap().page(&query).await.unwrap();
    page.records
}

#[tokio::test]
async fn the_same_numbers_give_the_same_company_to_the_last_id() {
    let folders = [Folder::empty(), Folder::empty()];
    for folder in &folders {
        let output = run(SMALL, &folder.data()).await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        let mut lines = told.lines();
        assert!(
            lines.next().unwrap().starts_with("20 people, 60 timesheets in "),
            "{told}"
        );
        assert!(lines.next().unwrap().contains(&folder.token()), "{told}");
    }
    let [one, other] = folders;
    assert_ne!(one.token(), other.token());
    let untold = [Kind::Token, Kind::SyncJob];
    for kind in Kind::ALL.iter().filter(|kind| !untold.contains(kind)) {
        let records_of_one = records(&one, *kind).await;
        assert!(!records_of_one.is_empty(), "{kind:?}");
        assert_eq!(records_of_one, records(&other, *kind).await, "{kind:?}");
    }
    assert_eq!(records(&one, Kind::Timesheet).await.len(), 60);

    let server = Process::serve(one, &[]).await;
    assert_eq!(server.client().get("/metrics").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_folder_with_anything_in_it_is_left_alone() {
    let folder = Folder::empty();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::write(folder.data().join("notes.txt"), "mine").unwrap();
    let refused = run(SMALL, &folder.data()).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("is not empty")
    );
    assert_eq!(std::fs::read_dir(folder.data()).unwrap().count(), 1);
}

#[tokio::test]
async fn numbers_without_sense_are_refused() {
    let folder = Folder::empty();
    for wrong in [
        ["--users", "0"],
        ["--weeks", "0"],
        ["--users", "100001"],
        ["--until", "tomorrow"],
    ] {
        let refused = run(&["demo", wrong[0], wrong[1]], &folder.data()).await;
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(!folder.data().exists());
    }
}

#[tokio::test]
async fn a_first_start_may_bring_a_small_company_and_a_later_one_does_not() {
    let folder = Folder::empty();
    let server = Process::serve(folder.clone(), &["--demo"]).await;
    assert_eq!(server.terminate().await.code(), Some(0));
    let sheets = records(&folder, Kind::Timesheet).await;
    assert_eq!(sheets.len(), 24 * 8);
    let server = Process::serve(folder.clone(), &["--demo"]).await;
    assert_eq!(server.terminate().await.code(), Some(0));
    assert_eq!(records(&folder, Kind::Timesheet).await, sheets);
    assert_eq!(records(&folder, Kind::Token).await.len(), 1);
}
