//! Imports for which things go wrong: they happen once or not at all, and those behind them go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use punchcard::app::imports::{ImportOrder, KeepPayloads};
use punchcard::domain::change::ChangeSet;
use punchcard::domain::hours::Hours;
use punchcard::domain::import::{Collection, CustomerRow, ImportOptions, Place, Placed, Row};
use punchcard::domain::record::{Kind, Record};
use punchcard::domain::sync_job::{JobState, SyncJob};
use punchcard::domain::time::Clock;
use punchcard::domain::user::User;
use punchcard::store::embedded::{Embedded, Health, Options};
use punchcard::store::{Store, StoreError};
use uuid::Uuid;

use super::in_time;
use super::works::{Fate, Fateful, Works, admin, company, days, entries};
use crate::store::disk::{Disk, Failing};
use crate::support::company::Person;
use crate::support::gated::Gate;
use crate::support::records;

const APPLY: &str = "applyTimeEntries";
const DAY: i64 = 86_400;

fn open() -> Gate {
    let gate = Gate::shut();
    gate.open();
    gate
}

fn fault(job: &SyncJob) -> Option<&str> {
    job.fault.as_ref().map(|fault| &*fault.code)
}

/// Whether the write brings bookings.
fn applies(change: &ChangeSet) -> bool {
    change.audit.action == APPLY && change.puts.len() > 1
}

/// Somebody gives Ivan another name.
fn rename(number: usize) -> ChangeSet {
    let renamed = User {
        name: format!("Ivan {number}").into(),
        ..records::user(Person::Ivan)
    };
    records::change(vec![records::record(renamed)])
}

#[tokio::test]
async fn i17_a_panic_in_planning_fails_its_import_and_no_other() {
    let gate = Gate::shut();
    let works = Works::begin(&gate).await;
    let customer = Placed {
        place: Place::at(Collection::Customers, 0),
        row: CustomerRow {
            name: Some("Romanov".to_owned()),
            ..CustomerRow::default()
        },
    };
    // On the thread that plans, and on one of those that help it.
    for (number, rows) in [(1, vec![Row::Customer(customer)]), (2, days(3))] {
        let job = works.import(ImportOptions::default(), rows).await;
        gate.reached(number).await;
        works.ids.light();
        gate.let_one_through();
        gate.let_one_through();
        let job = works.over_with(&job).await;
        assert_eq!((job.state, fault(&job)), (JobState::Failed, Some("INTERNAL")));
        let message = &job.fault.as_ref().unwrap().message;
        assert!(!message.contains("on purpose"), "{message}");
    }
    gate.open();
    let job = works.import(ImportOptions::default(), days(3)).await;
    assert_eq!(works.over_with(&job).await.state, JobState::Succeeded);
    assert_eq!(works.hours().await, Hours::whole(3));
}

#[tokio::test]
async fn i17_an_import_that_people_come_before_is_planned_anew_and_in_the_end_given_up() {
    for (conflicts, state) in [(49, JobState::Succeeded), (usize::MAX, JobState::Failed)] {
        let (folder, inner) = company().await;
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let store = Fateful::over(inner, move |change| {
            if !applies(change) {
                return Fate::Passes;
            }
            match counted.fetch_add(1, Ordering::Relaxed) {
                number if number < conflicts => Fate::Follows(rename(number)),
                _ => Fate::Passes,
            }
        });
        let works = Works::over(&open(), folder, store).await;
        let job = works.import(ImportOptions::default(), days(3)).await;
        let job = works.over_with(&job).await;
        assert_eq!(job.state, state);
        assert_eq!(tries.load(Ordering::Relaxed), 50);
        let (hours, code) = match state {
            JobState::Succeeded => (3, None),
            _ => (0, Some("UNAVAILABLE")),
        };
        assert_eq!((works.hours().await, fault(&job)), (Hours::whole(hours), code));
        assert_eq!(works.times("beginImport").await, 1, "it was begun once");
        let next = works.import(ImportOptions::default(), Vec::new()).await;
        assert_eq!(works.over_with(&next).await.state, JobState::Succeeded);
    }
}

#[tokio::test]
async fn i15_an_import_that_is_too_large_for_one_write_says_what_is_allowed_and_changes_nothing() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let options = Options {
        max_write_bytes: 20_000,
        ..Options::default()
    };
    let store = Embedded::open(folder.path(), options).unwrap();
    store.commit(records::change(records::company())).await.unwrap();
    let works = Works::over(&open(), folder, store).await;
    let job = works.import(ImportOptions::default(), days(1_000)).await;
    let job = works.over_with(&job).await;
    assert_eq!(
        (job.state, fault(&job)),
        (JobState::Failed, Some("LIMIT_EXCEEDED"))
    );
    let message = &job.fault.as_ref().unwrap().message;
    assert!(
        message.contains("an import may change 20000 at most"),
        "{message}"
    );
    assert!(message.contains("in several imports"), "{message}");
    assert_eq!(works.hours().await, Hours::ZERO);
    let part = works.import(ImportOptions::default(), days(10)).await;
    assert_eq!(works.over_with(&part).await.state, JobState::Succeeded);
}

#[tokio::test]
async fn i17_an_import_waits_while_the_disk_fails_and_then_goes_on() {
    let disk = Disk::new(7);
    let options = Options {
        retry_after: Duration::from_millis(1),
        ..Options::default()
    };
    let store = Embedded::open_in(disk.storage(), options).unwrap();
    store.commit(records::change(records::company())).await.unwrap();
    let mut health = store.health();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let gate = Gate::shut();
    let works = Works::over(&gate, folder, store).await;
    let job = works.import(ImportOptions::default(), days(3)).await;
    let events = works.app.watch_imports(&admin(), Some(job.id)).await.unwrap();
    gate.reached(1).await;
    disk.fail(Failing::From(1));
    gate.open();
    let failed = health.wait_for(|health| *health != Health::Writable);
    in_time(failed).await.unwrap();
    assert_eq!(works.hours().await, Hours::ZERO, "nothing of it is to be seen");
    disk.fail(Failing::Not);
    assert_eq!(works.over_with(&job).await.state, JobState::Succeeded);
    assert_eq!(works.hours().await, Hours::whole(3));
    assert_eq!(works.times(APPLY).await, 1);
    let events: Vec<u8> = events.map(|event| event.unwrap().sequence()).collect().await;
    assert!(events.is_sorted_by(|a, b| a < b), "{events:?}");
    assert_eq!(events.last(), Some(&101));
}

#[tokio::test]
async fn i17_an_import_waits_while_nothing_can_be_read_and_then_goes_on() {
    let (folder, inner) = company().await;
    let mut refusals = 1;
    let store = Fateful::over(inner, move |change| {
        if applies(change) && refusals > 0 {
            refusals -= 1;
            return Fate::Refused(StoreError::Unavailable("on purpose".to_owned()));
        }
        Fate::Passes
    });
    let gate = Gate::shut();
    let works = Works::over(&gate, folder, Arc::<Fateful>::clone(&store)).await;
    let job = works.import(ImportOptions::default(), days(3)).await;
    gate.reached(1).await;
    let events = works.app.watch_imports(&admin(), Some(job.id)).await.unwrap();
    gate.open();
    // Of whoever looks next: a watcher is told, and the worker waits.
    store.blind.store(1, Ordering::Relaxed);
    let last = in_time(events.collect::<Vec<_>>()).await.pop().unwrap();
    assert!(last.is_err() || last.is_ok_and(|event| event.is_last()));
    assert_eq!(works.over_with(&job).await.state, JobState::Succeeded);
    assert_eq!(
        (works.hours().await, works.times(APPLY).await),
        (Hours::whole(3), 1)
    );
}

#[tokio::test]
async fn i17_an_import_whose_process_ends_at_any_of_its_writes_happens_once() {
    for action in ["acceptImport", "beginImport", APPLY] {
        for is_written in [false, true] {
            let (folder, inner) = company().await;
            let store = Fateful::over(Arc::clone(&inner), move |change| {
                match (change.audit.action == action, is_written) {
                    (true, true) => Fate::Unanswered,
                    (true, false) => Fate::Lost,
                    (false, _) => Fate::Passes,
                }
            });
            let order = ImportOrder {
                idempotency_key: Some("a".to_owned()),
                ..entries()
            };
            let first = Works::over(&open(), Arc::clone(&folder), Arc::<Fateful>::clone(&store)).await;
            let (app, asked) = (Arc::clone(&first.app), order.clone());
            let asking = tokio::spawn(async move { app.import(&admin(), asked, days(40)).await });
            store.end().await;
            asking.abort();

            let case = format!("{action}, written: {is_written}");
            let second = Works::over(&open(), folder, inner).await;
            if action == "acceptImport" && !is_written {
                let payloads = second.folder.path().join("imports");
                let left = std::fs::read_dir(payloads).unwrap().count();
                assert_eq!((left, second.hours().await), (0, Hours::ZERO), "{case}");
            }
            // Whoever was not answered asks again.
            let job = second.app.import(&admin(), order, days(40)).await.unwrap();
            assert_eq!(second.over_with(&job).await.state, JobState::Succeeded, "{case}");
            assert_eq!(second.hours().await, Hours::whole(40), "{case}");
            for action in ["acceptImport", "beginImport", APPLY] {
                assert_eq!(second.times(action).await, 1, "{case}: {action}");
            }
        }
    }
}

#[tokio::test]
async fn i17_records_are_removed_once_they_are_old_and_beyond_the_latest_ten_thousand() {
    let (folder, store) = company().await;
    let works = Works::idle(&open(), folder, store);
    let template = works.import(ImportOptions::default(), Vec::new()).await;
    let now = works.clock.now();
    let record = |number: u128, days_ago: i64, state: JobState| {
        let mut job = SyncJob::clone(&template);
        job.id = punchcard::domain::id::SyncJobId::new(Uuid::from_u128(number));
        job.state = state;
        job.finished = state.is_over().then(|| now.plus_seconds(-days_ago * DAY));
        Record::SyncJob(Arc::new(job))
    };
    // The one that waits, 9,996 more of a year, three that are old among the latest, and those beyond.
    let mut jobs: Vec<Record> = (1..9_997)
        .map(|number| record(number, 300, JobState::Succeeded))
        .collect();
    jobs.extend((20_000..20_003).map(|number| record(number, 401, JobState::Failed)));
    jobs.extend((30_000..30_002).map(|number| record(number, 402, JobState::Cancelled)));
    let count = jobs.len() + 1;
    works.store.commit(records::change(jobs)).await.unwrap();
    let kept = async || {
        let view = works.store.view(None).await.unwrap();
        view.all_of(&[Kind::SyncJob]).await.unwrap().len()
    };
    assert_eq!(kept().await, count);
    let tidy = async || {
        let keep = KeepPayloads {
            days: u32::MAX,
            bytes: u64::MAX,
        };
        works.app.tidy_imports(keep).await.unwrap();
        kept().await
    };
    assert_eq!(tidy().await, 10_000, "the two that are oldest");
    assert_eq!(works.times("forgetImports").await, 1);
    assert_eq!(tidy().await, 10_000, "old ones among the latest stay");
    let more = (40_000..40_010)
        .map(|number| record(number, 0, JobState::Succeeded))
        .collect();
    works.store.commit(records::change(more)).await.unwrap();
    assert_eq!(
        tidy().await,
        10_007,
        "no younger one goes, however many there are"
    );
    let waiting = record(50_000, 0, JobState::Accepted);
    works.store.commit(records::change(vec![waiting])).await.unwrap();
    works.clock.advance(400 * DAY);
    assert_eq!(tidy().await, 10_000, "and what is not over is always kept");
    let view = works.store.view(None).await.unwrap();
    let id = punchcard::domain::id::SyncJobId::new(Uuid::from_u128(50_000));
    assert!(view.get::<SyncJob>(id).await.unwrap().is_some());
}
