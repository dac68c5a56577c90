//! A process that writes and is killed at any moment: the next start finds everything that was
//! acknowledged, nothing half done, and versions go on.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use punchcard::domain::id::TimesheetId;
use punchcard::domain::timesheet::Timesheet;
use punchcard::store::Store;
use punchcard::store::embedded::check::check;
use punchcard::store::embedded::{Embedded, Options};
use rand::Rng;

use super::pasts::whole;
use super::samples::*;

/// Tells the test binary, started again, to write into this folder until it is killed.
const FOLDER: &str = "PUNCHCARD_TEST_WRITE_INTO";
const USERS: u128 = 8;
/// Saves so many sheets together that they are prepared beside the writer.
const LARGE: u128 = 7;

/// How many sheets a user saves together.
const fn count_of(user: u128) -> u128 {
    if user == LARGE { 60 } else { 2 }
}

/// The sheets of a user.
fn ids_of(user: u128) -> Vec<TimesheetId> {
    (0..count_of(user)).map(|n| sheet_id(100 * user + n)).collect()
}

fn options() -> Options {
    Options {
        // So that checkpoints are always under way.
        checkpoint_bytes: 10_000,
        large_records: 40,
        ..Options::default()
    }
}

/// How often a user has saved sheets together, and the last one's version.
async fn saves(store: &Embedded, user: u128) -> (u64, u64) {
    let view = store.view(None).await.unwrap();
    let sheets = view.many::<Timesheet>(&ids_of(user)).await.unwrap();
    let count =
        |sheet: &Option<Arc<Timesheet>>| sheet.as_ref().map_or(0, |sheet| sheet.name.parse().unwrap());
    let counts: Vec<u64> = sheets.iter().map(count).collect();
    assert!(counts.iter().all(|count| *count == counts[0]), "all or none");
    let last = sheets.last().unwrap();
    (
        counts[0],
        last.as_ref().map_or(0, |sheet| sheet.meta.version.value()),
    )
}

/// Not a test by itself: what the process does that is to be killed.
#[tokio::test(flavor = "multi_thread")]
async fn writes_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = Embedded::open(Path::new(&folder), options()).unwrap();
    let savers = (0..USERS).map(|user| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in saves(&store, user).await.0 + 1.. {
                let weeks = (0..count_of(user)).map(|week| {
                    let from = 7 * i32::try_from(week).unwrap();
                    let mut sheet = sheet(100 * user + week, user, days(from, from + 6));
                    sheet.name = n.to_string().into();
                    record(sheet)
                });
                let committed = store.commit(change(weeks.collect())).await.unwrap();
                let last = committed.records.last().unwrap();
                println!("saved {user} {n} {}", last.meta().version.value());
            }
        })
    });
    futures_util::future::join_all(savers).await;
}

/// Starts the writing process, kills it after so many acknowledgements, and answers the last
/// acknowledged save of every user, with its version.
fn write_and_kill(folder: &Path, acknowledgements: usize) -> BTreeMap<u128, (u64, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::killed::writes_until_it_is_killed",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = BTreeMap::new();
    let mut count = 0;
    for line in lines {
        let line = line.unwrap();
        let Some((_, saved)) = line.split_once("saved ") else {
            continue;
        };
        let numbers: Vec<u64> = saved.split(' ').map_while(|word| word.parse().ok()).collect();
        if let [user, n, version] = numbers[..] {
            last.insert(u128::from(user), (n, version));
        }
        count += 1;
        if count == acknowledgements {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= acknowledgements, "it wrote until it was killed");
    last
}

#[test]
fn x6_kill_9_loses_nothing_acknowledged_and_shows_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut greatest = 0;
    for _ in 0..12 {
        let acknowledgements = rand::rng().random_range(1..400);
        let acknowledged = write_and_kill(folder.path(), acknowledgements);
        let report = check(folder.path()).unwrap();
        assert_eq!(report.faults, [""; 0]);
        let store = Embedded::open(folder.path(), options()).unwrap();
        let view = runtime.block_on(store.view(None)).unwrap();
        runtime.block_on(whole(&*view));
        for (user, (n, version)) in acknowledged {
            assert!(version > greatest, "S2: {version} was given before the last kill");
            let (found, found_version) = runtime.block_on(saves(&store, user));
            assert!(
                found == n || found == n + 1,
                "user {user}: {n} was acknowledged, {found} is there"
            );
            assert!(found_version >= version);
        }
        for user in 0..USERS {
            greatest = greatest.max(runtime.block_on(saves(&store, user)).1);
        }
    }
}
