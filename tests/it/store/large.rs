//! Large change sets, which are prepared beside the writer: others write meanwhile, and what they
//! write decides whether the large one may still take effect.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use punchcard::domain::change::{ChangeSet, Guard};
use punchcard::domain::record::{Key, Record};
use punchcard::domain::timesheet::{LineRef, Timesheet};
use punchcard::domain::version::RowVersion;
use punchcard::store::embedded::check::check_in;
use punchcard::store::embedded::storage::{Storage, StorageFile};
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::{Committed, Store, StoreError};
use tokio::task::JoinHandle;

use super::disk::Disk;
use super::pasts::whole;
use super::samples::*;

/// A disk that begins to take a large change set only when it is let.
#[derive(Clone, Debug)]
struct Gated {
    disk: Disk,
    gate: Arc<(Mutex<Gate>, Condvar)>,
}

#[derive(Debug, Default)]
struct Gate {
    arrived: usize,
    allowed: usize,
}

impl Gated {
    fn new() -> Self {
        Self {
            disk: Disk::new(0),
            gate: Arc::default(),
        }
    }

    /// Waits until so many large change sets have come to the disk.
    async fn arrived(&self, count: usize) {
        let gated = self.clone();
        let wait = move || {
            let (gate, changed) = &*gated.gate;
            let gate = gate.lock().unwrap();
            let waited = changed.wait_timeout_while(gate, Duration::from_secs(20), |it| it.arrived < count);
            assert!(!waited.unwrap().1.timed_out(), "none has come");
        };
        tokio::task::spawn_blocking(wait).await.unwrap();
    }

    /// Lets so many more through.
    fn allow(&self, count: usize) {
        let (gate, changed) = &*self.gate;
        gate.lock().unwrap().allowed += count;
        changed.notify_all();
    }
}

impl Storage for Gated {
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        if name == "journal.staged" {
            let (gate, changed) = &*self.gate;
            let mut gate = gate.lock().unwrap();
            gate.arrived += 1;
            changed.notify_all();
            let mut gate = changed.wait_while(gate, |it| it.allowed == 0).unwrap();
            gate.allowed -= 1;
        }
        self.disk.create(name)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.disk.open(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.disk.sync_folder()
    }
}

/// A store on a gated disk, with a few records that large change sets and others meet on.
struct Scene {
    gated: Gated,
    store: Arc<Embedded>,
}

const OPTIONS: Options = Options {
    queue: 64,
    max_write_bytes: 1 << 20,
    checkpoint_bytes: 1 << 20,
    retry_after: Duration::from_millis(1),
    large_records: 10,
    large_gap: 1_000,
};

impl Scene {
    async fn new(options: Options) -> Self {
        let gated = Gated::new();
        let store = Embedded::open_in(Arc::new(gated.clone()), options).unwrap();
        let scene = Self { gated, store };
        scene
            .save(vec![record(user(1, None)), record(user(2, None))])
            .await
            .unwrap();
        scene
            .save(vec![week(0, 1), week(1, 1), week(40, 1)])
            .await
            .unwrap();
        scene
    }

    async fn save(&self, puts: Vec<Record>) -> Result<Committed, StoreError> {
        self.store.commit(change(puts)).await
    }

    async fn version(&self, key: Key) -> RowVersion {
        let view = self.store.view(None).await.unwrap();
        let found = view.records(&[key]).await.unwrap().remove(0);
        found.unwrap().meta().version
    }

    /// A large change set that has come to the disk.
    async fn begin(&self, change: ChangeSet) -> JoinHandle<Result<Committed, StoreError>> {
        let before = self.gated.gate.0.lock().unwrap().arrived;
        let store = self.store.clone();
        let large = tokio::spawn(async move { store.commit(change).await });
        self.gated.arrived(before + 1).await;
        large
    }

    /// Every sheet, after a look at whether the store is whole, before a restart and after it.
    async fn sheets(self) -> Vec<Arc<Timesheet>> {
        let all = |store: Arc<Embedded>| async move {
            let view = store.view(None).await.unwrap();
            whole(&*view).await;
            let mut sheets = view.sheets_of(user_id(1), days(-1_000, 1_000)).await.unwrap();
            sheets.extend(view.sheets_of(user_id(2), days(-1_000, 1_000)).await.unwrap());
            for sheet in &sheets {
                assert_eq!(
                    view.get::<Timesheet>(sheet.id).await.unwrap().as_ref(),
                    Some(sheet)
                );
                for line in sheet.lines() {
                    let found = view.sheets_with_rows(&[line.id().uuid()]).await.unwrap();
                    assert_eq!(found, [Some(sheet.id)]);
                }
            }
            sheets
        };
        let before = all(self.store.clone()).await;
        let after_power_failure = self.gated.disk.after_power_failure(1);
        drop(self.store);
        for disk in [self.gated.disk, after_power_failure] {
            let report = check_in(&disk.storage()).unwrap();
            assert_eq!(report.faults, [""; 0]);
            let store = Embedded::open_in(disk.storage(), OPTIONS).unwrap();
            assert_eq!(all(store).await, before);
        }
        before
    }
}

/// Week `n` of a user, as a sheet with rows.
fn week(n: u128, user: u128) -> Record {
    let from = 7 * i32::try_from(n).unwrap();
    let base = uuid(0x50_0000 + (100 * user + n) * 0x1_0000);
    record(with_rows(
        sheet(100 * user + n, user, days(from, from + 6)),
        base,
        1,
    ))
}

/// Weeks 10 to 29 of user 1, none of which is there.
fn many() -> ChangeSet {
    change((10..30).map(|n| week(n, 1)).collect())
}

fn is_large_one_there(sheets: &[Arc<Timesheet>]) -> bool {
    let count = sheets
        .iter()
        .filter(|it| (110..130).any(|n| it.id == sheet_id(n)))
        .count();
    assert!(count == 0 || count == 20, "{count} of 20");
    count == 20
}

#[tokio::test(flavor = "multi_thread")]
async fn others_write_and_read_while_a_large_write_is_prepared() {
    let scene = Scene::new(OPTIONS).await;
    let mut large = scene.begin(many()).await;
    // Every kind of change that it does not depend on, some of them undone again.
    let first = scene.save(vec![week(0, 1)]).await.unwrap();
    scene.save(vec![week(41, 1), week(10, 2)]).await.unwrap();
    for key in [sheet_id(140), sheet_id(141)] {
        scene
            .store
            .commit(deletion(vec![Key::Timesheet(key)]))
            .await
            .unwrap();
    }
    scene.save(vec![week(41, 1)]).await.unwrap();
    scene
        .save(vec![record(user(1, Some(2))), record(user(3, None))])
        .await
        .unwrap();
    scene
        .store
        .commit(deletion(vec![Key::User(user_id(3))]))
        .await
        .unwrap();
    scene.store.checkpoint().unwrap();
    let last = scene.save(vec![week(42, 1)]).await.unwrap();
    assert!((&mut large).now_or_never().is_none());
    let view = scene.store.view(None).await.unwrap();
    let during = view.sheets_of(user_id(1), days(-1_000, 1_000)).await.unwrap();
    assert!(!is_large_one_there(&during));
    assert_eq!(during.len(), 4, "weeks 0, 1, 41 and 42");

    scene.gated.allow(1);
    let committed = large.await.unwrap().unwrap();
    assert_eq!(
        committed.at.0,
        last.at.0 + 1,
        "it comes after what was written meanwhile"
    );
    let first_of_it = committed.records[0].meta().version;
    assert!(first_of_it > last.records[0].meta().version, "S2");
    let next = scene.save(vec![week(43, 1)]).await.unwrap();
    assert!(
        next.records[0].meta().version > committed.records[19].meta().version,
        "S2"
    );
    assert_eq!(
        scene.version(first.records[0].key()).await,
        first.records[0].meta().version
    );
    let sheets = scene.sheets().await;
    assert!(is_large_one_there(&sheets));
    assert_eq!(sheets.len(), 20 + 5 + 1);
}

/// What another writes while the large change set is prepared, so that it may no longer take effect.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_large_write_depends_on_is_looked_at_when_it_takes_effect() {
    let version = |scene: &Scene, key| {
        let store = scene.store.clone();
        async move {
            let view = store.view(None).await.unwrap();
            view.records(&[key])
                .await
                .unwrap()
                .remove(0)
                .unwrap()
                .meta()
                .version
        }
    };
    let absent = Key::Timesheet(sheet_id(190));
    let present = Key::Timesheet(sheet_id(101));
    let shifted = |n: u128| {
        let from = 7 * i32::try_from(n).unwrap() + 3;
        vec![record(sheet(150, 1, days(from, from + 1)))]
    };
    let row = uuid(0x50_0000 + 160 * 0x1_0000);
    let held = |guard: Guard| guarded(vec![guard], many().puts);
    let of_unique = || {
        let mut puts = many().puts;
        puts.push(record(department(1, Some("D"))));
        change(puts)
    };
    let scene = Scene::new(OPTIONS).await;
    let seen = version(&scene, present).await;
    drop(scene);
    let cases: Vec<(&str, ChangeSet, Vec<Record>)> = vec![
        (
            "a record that must not be there",
            held(Guard::Absent(absent)),
            vec![week(90, 1)],
        ),
        (
            "a version that must stay",
            held(Guard::Version(present, seen)),
            vec![week(1, 1)],
        ),
        (
            "a period that must be free",
            held(Guard::PeriodFree(user_id(2), days(0, 6))),
            vec![week(0, 2)],
        ),
        (
            "a row that must be free",
            held(Guard::RowsFree(sheet_id(1), vec![row])),
            vec![week(60, 1)],
        ),
        ("an overlap (P1)", many(), shifted(15)),
        (
            "a unique key",
            of_unique(),
            vec![record(department(2, Some("D")))],
        ),
    ];
    for (name, large, meanwhile) in cases {
        let scene = Scene::new(OPTIONS).await;
        let large = scene.begin(large).await;
        scene.save(meanwhile).await.unwrap();
        scene.gated.allow(1);
        let refused = large.await.unwrap();
        assert!(
            matches!(refused, Err(StoreError::Conflict { .. } | StoreError::Taken(_))),
            "{name}: {refused:?}"
        );
        scene.save(vec![week(70, 1)]).await.unwrap();
        assert!(!is_large_one_there(&scene.sheets().await), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_write_that_nothing_guards_wins_over_what_came_meanwhile() {
    let scene = Scene::new(OPTIONS).await;
    let large = scene.begin(many()).await;
    // One of its own sheets; then it is prepared anew, with that below it.
    let before = scene.save(vec![week(10, 1)]).await.unwrap();
    scene.gated.allow(1);
    scene.gated.arrived(2).await;
    // Again, and again: then the writer takes it as it is.
    scene.save(vec![week(11, 1)]).await.unwrap();
    scene.gated.allow(1);
    scene.gated.arrived(3).await;
    let last = scene.save(vec![week(12, 1)]).await.unwrap();
    scene.gated.allow(1);
    let committed = large.await.unwrap().unwrap();
    assert!(committed.at > last.at);
    let mut versions: Vec<RowVersion> = vec![before.records[0].meta().version];
    versions.push(last.records[0].meta().version);
    for put in &committed.records {
        let Record::Timesheet(sheet) = put else {
            unreachable!()
        };
        versions.push(sheet.meta.version);
        versions.extend(sheet.lines().map(LineRef::version));
    }
    assert!(versions.is_sorted_by(|a, b| a < b), "S2: {versions:?}");
    assert!(is_large_one_there(&scene.sheets().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_large_write_that_was_overtaken_takes_new_versions() {
    let options = Options {
        large_gap: 2,
        ..OPTIONS
    };
    let scene = Scene::new(options).await;
    let large = scene.begin(many()).await;
    let mut last = RowVersion::UNASSIGNED;
    for _ in 0..3 {
        last = scene.save(vec![week(50, 2)]).await.unwrap().records[0]
            .meta()
            .version;
    }
    scene.gated.allow(1);
    scene.gated.arrived(2).await;
    scene.gated.allow(1);
    let committed = large.await.unwrap().unwrap();
    for put in &committed.records {
        let Record::Timesheet(sheet) = put else {
            unreachable!()
        };
        assert!(sheet.meta.version > last && sheet.lines().all(|line| line.version() > last));
    }
    assert!(is_large_one_there(&scene.sheets().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_large_change_set_twice_at_once_is_one_write() {
    let scene = Scene::new(OPTIONS).await;
    let change = many();
    let first = scene.begin(change.clone()).await;
    let store = scene.store.clone();
    let again = change.clone();
    let second = tokio::spawn(async move { store.commit(again).await });
    scene.gated.allow(2);
    let (first, second) = (first.await.unwrap().unwrap(), second.await.unwrap().unwrap());
    assert_eq!((first.at, &first.records), (second.at, &second.records));
    let third = scene.store.commit(change).await.unwrap();
    assert_eq!((first.at, &first.records), (third.at, &third.records));
    assert!(is_large_one_there(&scene.sheets().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_closes_finishes_a_large_write_and_one_that_is_dropped_forgets_it() {
    let scene = Scene::new(OPTIONS).await;
    let large = scene.begin(many()).await;
    scene.gated.allow(1);
    let store = scene.store.clone();
    tokio::task::spawn_blocking(move || store.close()).await.unwrap();
    large.await.unwrap().unwrap();
    let store = Embedded::open_in(scene.gated.disk.storage(), OPTIONS).unwrap();
    let view = store.view(None).await.unwrap();
    let sheets = view.sheets_of(user_id(1), days(-1_000, 1_000)).await.unwrap();
    assert!(is_large_one_there(&sheets));

    let Scene { gated, store } = Scene::new(OPTIONS).await;
    let change = many();
    let waits = store.clone();
    let large = tokio::spawn(async move { waits.commit(change).await });
    gated.arrived(1).await;
    large.abort();
    assert!(large.await.unwrap_err().is_cancelled());
    // As a killed process leaves it: with the file that does not count.
    let killed = gated.disk.after_power_failure(3);
    killed
        .storage()
        .create("journal.staged")
        .unwrap()
        .write(0, &[1; 5_000])
        .unwrap();
    gated.allow(1);
    drop(store);
    assert_eq!(check_in(&killed.storage()).unwrap().faults, [""; 0]);
    let store = Embedded::open_in(killed.storage(), OPTIONS).unwrap();
    assert!(
        !killed
            .storage()
            .list()
            .unwrap()
            .contains(&"journal.staged".to_owned())
    );
    let view = store.view(None).await.unwrap();
    let sheets = view.sheets_of(user_id(1), days(-1_000, 1_000)).await.unwrap();
    assert!(!is_large_one_there(&sheets));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_write_that_is_too_large_is_refused_and_leaves_nothing() {
    let disk = Disk::new(0);
    let options = Options {
        max_write_bytes: 1_000,
        ..OPTIONS
    };
    let store = Embedded::open_in(disk.storage(), options).unwrap();
    let refused = store.commit(many()).await.unwrap_err();
    let StoreError::TooLarge { bytes, limit: 1_000 } = refused else {
        panic!("{refused}");
    };
    // As many as the writer counts for the same records.
    let elsewhere = Options {
        large_records: usize::MAX,
        ..options
    };
    let other = Embedded::open_in(Disk::new(0).storage(), elsewhere).unwrap();
    match other.commit(many()).await.unwrap_err() {
        StoreError::TooLarge { bytes: counted, .. } => assert!(bytes.abs_diff(counted) <= 200),
        error => panic!("{error}"),
    }
    assert!(
        !disk
            .storage()
            .list()
            .unwrap()
            .contains(&"journal.staged".to_owned())
    );
    store.commit(change(vec![week(1, 1)])).await.unwrap();
}
