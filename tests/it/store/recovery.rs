//! What a start makes of what it finds in the data folder.

use std::path::Path;
use std::sync::Arc;

use punchcard::domain::record::{Key, Record};
use punchcard::domain::timesheet::Timesheet;
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::{Store, StoreError};

use super::samples::*;

fn open(folder: &Path) -> Arc<Embedded> {
    Embedded::open(folder, Options::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn x6_what_was_acknowledged_is_there_after_a_restart_and_versions_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let made = change(vec![record(with_rows(
        sheet(1, 1, days(0, 6)),
        uuid(0x50_0000),
        2,
    ))]);
    let first = store.commit(made.clone()).await.unwrap();
    let gone = store.commit(change(vec![record(user(1, None))])).await.unwrap();
    store.commit(deletion(vec![Key::User(user_id(1))])).await.unwrap();
    drop(store);

    let store = open(folder.path());
    let view = store.view(None).await.unwrap();
    assert_eq!(
        view.records(&[first.records[0].key()]).await.unwrap(),
        [Some(first.records[0].clone())]
    );
    assert_eq!(view.records(&[gone.records[0].key()]).await.unwrap(), [None]);
    assert_eq!(
        view.sheets_with_rows(&[uuid(0x50_0003)]).await.unwrap(),
        [Some(sheet_id(1))]
    );
    let again = store.commit(made).await.unwrap();
    assert_eq!(
        (again.at, again.records),
        (first.at, first.records),
        "known after a restart too"
    );
    let next = store
        .commit(change(vec![record(sheet(2, 1, days(7, 9)))]))
        .await
        .unwrap();
    let version = next.records[0].meta().version.value();
    assert!(
        version > 5,
        "three for the sheet, one for the user, one for the tombstone: {version}"
    );
    store.close();
    let error = store.commit(change(vec![])).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(
        view.get::<Timesheet>(sheet_id(1)).await.unwrap().is_some(),
        "reads outlive the store"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_before_the_restart_is_answered_and_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let made = change(vec![record(user(1, None)), record(sheet(1, 1, days(0, 6)))]);
    let first = store.commit(made.clone()).await.unwrap();
    let renamed = change(vec![record(sheet(1, 1, days(0, 13)))]);
    let second = store.commit(renamed.clone()).await.unwrap();
    // The journal's writes go into the history.
    store.checkpoint().unwrap();
    drop(store);

    let store = open(folder.path());
    for (again, before) in [(made, first), (renamed, second)] {
        let answer = store.commit(again).await.unwrap();
        assert_eq!((answer.at, &answer.records), (before.at, &before.records));
        // What is still so is kept once.
        for record in answer.records {
            let view = store.view(None).await.unwrap();
            let present = view.records(&[record.key()]).await.unwrap().remove(0);
            let is_shared = match (&record, &present) {
                (Record::User(it), Some(Record::User(present))) => Arc::ptr_eq(it, present),
                (Record::Timesheet(it), Some(Record::Timesheet(present))) => Arc::ptr_eq(it, present),
                _ => false,
            };
            assert_eq!(is_shared, present == Some(record));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_for_one_process_and_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new").join("data");
    let store = open(&folder);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    match Embedded::open(&folder, Options::default()) {
        Err(StoreError::Unavailable(reason)) => {
            assert!(reason.contains(folder.to_str().unwrap()), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    drop(store);
    open(&folder);
}
