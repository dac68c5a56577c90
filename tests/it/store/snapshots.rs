//! Checkpoints, the history that outlives the journal, backups and the check.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use punchcard::domain::record::{Key, Record};
use punchcard::store::embedded::check::check;
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::{Committed, Store, StoreError, Token};

use super::pasts;
use super::samples::*;

fn open(folder: &Path) -> Arc<Embedded> {
    Embedded::open(folder, Options::default()).unwrap()
}

async fn write(store: &Embedded, puts: Vec<Record>) -> Committed {
    store.commit(change(puts)).await.unwrap()
}

fn journals(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("journal-")).collect();
    names.sort_unstable();
    names
}

/// What readers can see of a store.
type Contents = (Token, Vec<Record>);

async fn contents(store: &Embedded) -> Contents {
    use punchcard::domain::query::{Filter, Query};
    use punchcard::domain::record::Kind;
    let view = store.view(None).await.unwrap();
    let mut records = Vec::new();
    for kind in Kind::ALL {
        let all = view
            .page(&Query::of(*kind, Filter::ALL, usize::MAX))
            .await
            .unwrap();
        records.extend(all.records);
    }
    (view.at(), records)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_holds_the_data_and_lets_the_journal_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let first = write(
        &store,
        vec![record(sheet(1, 1, days(0, 6))), record(user(1, None))],
    )
    .await;
    store.commit(deletion(vec![Key::User(user_id(1))])).await.unwrap();
    let before = journals(folder.path());
    store.checkpoint().unwrap();
    assert!(journals(folder.path()).iter().all(|name| !before.contains(name)));
    write(&store, vec![record(sheet(2, 1, days(7, 13)))]).await;
    let whole = contents(&store).await;
    drop(store);

    let store = open(folder.path());
    assert_eq!(contents(&store).await, whole);
    write(&store, vec![record(sheet(1, 1, days(-6, 0)))]).await;
    store.checkpoint().unwrap();
    let whole = contents(&store).await;
    store.close();
    drop(store);

    let store = open(folder.path());
    assert_eq!(contents(&store).await, whole);
    let repeated = punchcard::domain::change::ChangeSet {
        id: store.history(Token(0), 1).unwrap()[0].id,
        ..change(vec![])
    };
    let known = store.commit(repeated).await.unwrap();
    assert_eq!(
        (known.at, known.records),
        (first.at, first.records),
        "known from the history"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn x3_the_history_outlives_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut written = Vec::new();
    for n in 0..30 {
        written.push(write(&store, vec![record(sheet(n % 3, n % 3, days(0, 6)))]).await);
        if n % 7 == 6 {
            store.checkpoint().unwrap();
        }
    }
    let gone = store
        .commit(deletion(vec![Key::Timesheet(sheet_id(1))]))
        .await
        .unwrap();
    let mut store = store;
    for is_reopened in [false, true] {
        if is_reopened {
            drop(store);
            store = open(folder.path());
        }
        let history = store.history(Token(0), 1_000).unwrap();
        assert_eq!(history.len(), 31);
        for (entry, committed) in history.iter().zip(&written) {
            assert_eq!(
                (entry.at, &entry.puts, &entry.audit),
                (committed.at, &committed.records, &audit())
            );
        }
        let last = &history[30];
        assert_eq!(
            (last.at, last.deletes[0].0),
            (gone.at, Key::Timesheet(sheet_id(1)))
        );
        let part = store.history(Token(5), 20).unwrap();
        assert_eq!(part, history[5..25]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_growing_journal_makes_checkpoints_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        checkpoint_bytes: 4_000,
        ..Options::default()
    };
    let store = Embedded::open(folder.path(), options).unwrap();
    for n in 0..500 {
        write(&store, vec![record(sheet(n % 50, n % 50, days(0, 6)))]).await;
    }
    store.close();
    let bytes: u64 = journals(folder.path())
        .iter()
        .map(|name| std::fs::metadata(folder.path().join(name)).unwrap().len())
        .sum();
    assert!(bytes < 4_000, "{bytes}");
    drop(store);
    let report = check(folder.path()).unwrap();
    assert_eq!((report.timesheets, report.history, report.changed), (50, 500, 0));
    assert_eq!(report.faults, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_one_moment_with_its_history_and_can_be_started_from() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..20 {
        write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
        if n == 12 {
            store.checkpoint().unwrap();
        }
    }
    store
        .commit(deletion(vec![Key::Timesheet(sheet_id(3))]))
        .await
        .unwrap();
    let whole = contents(&store).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("snapshot.redb");
    let going_on = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 100..140 {
                write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
            }
        })
    };
    let at = store.backup(&file).unwrap();
    going_on.await.unwrap();
    assert!(at >= whole.0);
    assert!(
        matches!(store.backup(&file), Err(StoreError::Unavailable(_))),
        "nothing is overwritten"
    );

    let restored = open(place.path());
    let (restored_at, records) = contents(&restored).await;
    assert_eq!(restored_at, at);
    assert_eq!(&records[..19], &whole.1[..19]);
    assert_eq!(
        restored.history(Token(0), 1_000).unwrap(),
        store.history(Token(0), usize::try_from(at.0).unwrap()).unwrap()
    );
    let past = pasts::whole(&*restored.view(None).await.unwrap()).await;
    let mut original = pasts::whole(&*store.view(None).await.unwrap()).await;
    original.retain(|write| write.at <= at);
    assert_eq!(past, original, "X3: the past is the same");
    let next = write(&restored, vec![record(user(1, None))]).await;
    assert_eq!(next.at.0, at.0 + 1);
    drop(restored);
    let report = check(place.path()).unwrap();
    assert_eq!((report.faults, report.tombstones), (vec![], 1));
}

/// Runs a transaction on the history's file.
fn tamper(folder: &Path, how: impl FnOnce(&redb::WriteTransaction)) {
    let database = redb::Database::open(folder.join("history.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    how(&transaction);
    transaction.commit().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn x3_a_history_whose_indexes_lie_is_reported() {
    type Table<'a> = redb::TableDefinition<'a, &'static [u8; 24], ()>;
    const BY_ACTOR: Table<'_> = redb::TableDefinition::new("by actor");
    const DEEDS: redb::TableDefinition<'_, u64, &'static [u8]> = redb::TableDefinition::new("deeds");
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..5 {
        write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
    }
    store.close();
    drop(store);
    assert_eq!(check(folder.path()).unwrap().faults, [""; 0]);
    tamper(folder.path(), |transaction| {
        let mut table = transaction.open_table(BY_ACTOR).unwrap();
        table.pop_first().unwrap();
    });
    let faults = check(folder.path()).unwrap().faults;
    assert!(faults[0].contains("do not lead to write 1"), "{faults:?}");
    tamper(folder.path(), |transaction| {
        let mut table = transaction.open_table(BY_ACTOR).unwrap();
        table.insert(&[0; 24], ()).unwrap();
        let mut table = transaction.open_table(DEEDS).unwrap();
        table.insert(99, &b"nothing"[..]).unwrap();
    });
    let faults = check(folder.path()).unwrap().faults;
    assert!(
        faults.iter().any(|fault| fault.contains("not there")),
        "{faults:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_reported_and_never_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..20 {
        write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
    }
    store.close();
    drop(store);
    let store = open(folder.path());
    for n in 20..40 {
        write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
    }
    drop(store);
    let intact = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let journal = journals(folder.path()).pop().unwrap();
    for name in ["snapshot.redb", journal.as_str()] {
        let bytes = intact(name);
        let needle = b"Sheet 1";
        let places: Vec<usize> = bytes
            .windows(needle.len())
            .enumerate()
            .filter(|(_, window)| window == needle || window.starts_with(b"Sheet 2"))
            .map(|(place, _)| place)
            .collect();
        assert!(places.len() > 5, "{name}");
        for place in &places[..places.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[*place] ^= 1;
            std::fs::write(folder.path().join(name), &damaged).unwrap();
            let report = check(folder.path()).unwrap();
            assert!(
                report.faults.iter().any(|fault| fault.contains(name)),
                "{name}@{place}: {report:?}"
            );
            let opened = Embedded::open(folder.path(), Options::default());
            assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{name}@{place}");
        }
        std::fs::write(folder.path().join(name), &bytes).unwrap();
    }
    assert_eq!(check(folder.path()).unwrap().faults, [""; 0]);
    // The snapshot is missing, the journal is not.
    std::fs::remove_file(folder.path().join("snapshot.redb")).unwrap();
    let opened = Embedded::open(folder.path(), Options::default());
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_segment_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let segments: Vec<String> = {
        for n in 0..3 {
            let store = open(folder.path());
            write(&store, vec![record(sheet(n, n, days(0, 6)))]).await;
        }
        journals(folder.path())
    };
    assert_eq!(segments.len(), 3);
    std::fs::remove_file(folder.path().join(&segments[1])).unwrap();
    let opened = Embedded::open(folder.path(), Options::default());
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
}

/// Where the frames of a segment end: its header and then each frame's, with its length.
fn frame_ends(segment: &[u8]) -> Vec<usize> {
    let mut ends = vec![32];
    while let Some(frame) = segment.get(ends[ends.len() - 1]..)
        && frame.starts_with(b"PFRM")
    {
        let length = u32::from_le_bytes(*frame[4..].first_chunk().unwrap());
        ends.push(ends[ends.len() - 1] + 24 + length as usize);
    }
    ends
}

/// A segment of this many writes, each of one sheet, and what the store held after each.
async fn segment_of(folder: &Path, writes: u8) -> (PathBuf, Vec<u8>, Vec<Contents>) {
    let store = open(folder);
    let mut held = Vec::new();
    for n in 1..=writes {
        let first = i32::from(n) * 7;
        write(&store, vec![record(sheet(n.into(), 1, days(first, first + 6)))]).await;
        held.push(contents(&store).await);
    }
    drop(store);
    let journal = folder.join(journals(folder).pop().unwrap());
    let bytes = std::fs::read(&journal).unwrap();
    (journal, bytes, held)
}

/// A store over the snapshot of `folder` and this segment alone.
fn reopened(folder: &Path, journal: &Path, bytes: &[u8]) -> Result<Arc<Embedded>, StoreError> {
    for name in journals(folder) {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    std::fs::write(journal, bytes).unwrap();
    Embedded::open(folder, Options::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn x6_a_torn_last_write_is_cut_off_at_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, bytes, held) = segment_of(folder.path(), 2).await;
    let [_, first, second] = frame_ends(&bytes)[..] else {
        panic!("two frames")
    };
    assert!(second < bytes.len(), "there is no room behind them");
    for length in (first..=second).rev().step_by(13).chain([first, bytes.len()]) {
        // What was not written may be missing, or zeros.
        let cut = bytes[..length].to_vec();
        let mut blank = cut.clone();
        blank.resize(bytes.len(), 0);
        for torn in [cut, blank] {
            let is_whole = torn.get(..second) == Some(&bytes[..second]);
            let store = reopened(folder.path(), &journal, &torn).unwrap();
            let wanted = &held[usize::from(is_whole)];
            assert_eq!(
                contents(&store).await,
                *wanted,
                "cut at {length} of {}",
                torn.len()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_blank_is_reported_if_another_is_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, mut bytes, _) = segment_of(folder.path(), 3).await;
    let [_, first, second, _] = frame_ends(&bytes)[..] else {
        panic!("three frames")
    };
    bytes[first..second].fill(0);
    let opened = reopened(folder.path(), &journal, &bytes);
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
}
