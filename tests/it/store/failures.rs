//! What is promised when the disk fails: what was acknowledged stays, what was answered as failed
//! is never seen, no version comes twice; tried with every single call failing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use punchcard::domain::change::ChangeSet;
use punchcard::domain::query::{Filter, Query};
use punchcard::domain::record::{Key, Kind, Record};
use punchcard::store::embedded::check::check_in;
use punchcard::store::embedded::{Embedded, Health, Options};
use punchcard::store::{Committed, Store, StoreError};
use tokio::runtime::Runtime;

use super::disk::{Disk, Failing};
use super::samples::*;

type Data = BTreeMap<Key, Record>;

fn options() -> Options {
    Options {
        retry_after: Duration::from_millis(1),
        large_records: 4,
        large_gap: 10,
        ..Options::default()
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

/// What readers see.
fn contents(runtime: &Runtime, store: &Embedded) -> Data {
    let view = runtime.block_on(store.view(None)).unwrap();
    let all = |kind: &Kind| {
        let query = Query::of(*kind, Filter::ALL, usize::MAX);
        runtime.block_on(view.page(&query)).unwrap().records
    };
    let records = Kind::ALL.iter().flat_map(all);
    records.map(|record| (record.key(), record)).collect()
}

/// What was acknowledged so far.
#[derive(Clone, Default)]
struct Acknowledged {
    data: Data,
    versions: Vec<u64>,
}

impl Acknowledged {
    fn note(&mut self, change: &ChangeSet, committed: &Committed) {
        for key in &change.deletes {
            self.data.remove(key);
        }
        for record in &committed.records {
            let version = record.meta().version.value();
            assert!(
                !self.versions.contains(&version),
                "S2: the version {version} came twice"
            );
            assert!(
                self.versions.iter().all(|earlier| *earlier < version),
                "S2: {version} is not new"
            );
            self.versions.push(version);
            self.data.insert(record.key(), record.clone());
        }
    }
}

/// The writes of the story, one after another.
fn writes() -> Vec<ChangeSet> {
    let mut writes = Vec::new();
    for (n, from) in (0..8).zip((0..).step_by(20)) {
        let base = uuid(0x50_0000 + n * 0x1_0000);
        writes.push(change(vec![record(with_rows(
            sheet(n % 5, n % 2, days(from, from + 6)),
            base,
            1,
        ))]));
    }
    let many = (10..16).map(|n| {
        let base = uuid(0x50_0000 + n * 0x1_0000);
        let from = i32::try_from(n).unwrap() * 10;
        record(with_rows(sheet(n, n % 3, days(from + 200, from + 206)), base, 2))
    });
    writes.insert(5, change(many.collect()));
    let again = (9..14).map(|n| {
        let from = i32::try_from(n).unwrap() * 10;
        record(sheet(n, n % 3, days(from + 200, from + 208)))
    });
    writes.push(change(again.collect()));
    writes.insert(3, change(vec![record(user(1, None)), record(user(2, Some(1)))]));
    writes.insert(
        6,
        deletion(vec![Key::User(user_id(1)), Key::Timesheet(sheet_id(0))]),
    );
    writes
}

/// Opens the store, writes everything with two checkpoints between, and closes it. Hands over what
/// was acknowledged, and the write of which nothing is known, if the disk failed for good.
struct Story {
    acknowledged: Acknowledged,
    in_doubt: Option<ChangeSet>,
}

impl Story {
    fn tell(runtime: &Runtime, disk: &Disk, heals: bool) -> Self {
        let mut tale = Self {
            acknowledged: Acknowledged::default(),
            in_doubt: None,
        };
        let opened = Embedded::open_in(disk.storage(), options());
        let store = match opened {
            Ok(store) => store,
            Err(StoreError::Unavailable(_)) if heals => Embedded::open_in(disk.storage(), options()).unwrap(),
            Err(StoreError::Unavailable(_)) => return tale,
            Err(error) => panic!("{error}"),
        };
        for (number, change) in writes().into_iter().enumerate() {
            tale.write(runtime, &store, change, heals);
            if number == 4 || number == 7 {
                let outcome = store.checkpoint();
                assert!(
                    matches!(outcome, Ok(()) | Err(StoreError::Unavailable(_))),
                    "{outcome:?}"
                );
            }
        }
        store.close();
        tale
    }

    fn write(&mut self, runtime: &Runtime, store: &Arc<Embedded>, change: ChangeSet, heals: bool) {
        let mut has_failed = false;
        loop {
            match runtime.block_on(store.commit(change.clone())) {
                Ok(committed) => {
                    if let (true, Some(first)) = (has_failed, committed.records.first()) {
                        let last = self.acknowledged.versions.last().copied().unwrap_or(0);
                        let version = first.meta().version.value();
                        assert!(
                            version > last + 1,
                            "S2: {version} was taken by the write that failed"
                        );
                    }
                    self.acknowledged.note(&change, &committed);
                    break;
                }
                Err(StoreError::Unavailable(_)) => {
                    has_failed = true;
                    let seen = contents(runtime, store);
                    assert_eq!(
                        seen, self.acknowledged.data,
                        "what failed is not seen, what was written is"
                    );
                    if !heals {
                        self.in_doubt.get_or_insert(change);
                        return;
                    }
                    let mut health = store.health();
                    let healed = health.wait_for(|health| *health == Health::Writable);
                    let healed = async {
                        tokio::time::timeout(Duration::from_secs(20), healed)
                            .await
                            .is_ok()
                    };
                    assert!(runtime.block_on(healed), "it does not heal");
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(contents(runtime, store), self.acknowledged.data);
    }

    /// Opens what the disk holds and compares: everything acknowledged, and at most the one write in
    /// doubt beyond it.
    fn verify(&self, runtime: &Runtime, disk: &Disk, context: &str) {
        let report = check_in(&disk.storage()).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(report.faults, [""; 0], "{context}");
        let store = Embedded::open_in(disk.storage(), options());
        let store = store.unwrap_or_else(|error| panic!("{context}: {error}"));
        let seen = contents(runtime, &store);
        if seen != self.acknowledged.data {
            let in_doubt = self.in_doubt.as_ref();
            let in_doubt = in_doubt.unwrap_or_else(|| panic!("{context}: {seen:?}"));
            // The same change set again is answered if it had been written, and written if not.
            let before = runtime.block_on(store.view(None)).unwrap().at();
            let committed = runtime.block_on(store.commit(in_doubt.clone())).unwrap();
            assert_eq!(
                committed.at, before,
                "{context}: the last write is the one in doubt"
            );
            let mut with_it = self.acknowledged.clone();
            with_it.note(in_doubt, &committed);
            assert_eq!(seen, with_it.data, "{context}");
        }
        let next = runtime
            .block_on(store.commit(change(vec![record(user(9, None))])))
            .unwrap();
        let version = next.records[0].meta().version.value();
        let last = self.acknowledged.versions.last().copied().unwrap_or(0);
        assert!(version > last, "{context}: S2");
    }
}

fn call_count() -> usize {
    let disk = Disk::new(0);
    Story::tell(&runtime(), &disk, true);
    disk.calls()
}

#[test]
fn x6_any_one_failing_call_loses_nothing_and_heals() {
    let runtime = runtime();
    for n in 1..=call_count() {
        let disk = Disk::new(n as u64);
        disk.fail(Failing::Once(n));
        let story = Story::tell(&runtime, &disk, true);
        assert_eq!(story.acknowledged.versions.len(), 21, "call {n}");
        let after = disk.after_power_failure(n as u64);
        story.verify(
            &runtime,
            &after,
            &format!("power failure at the end, call {n} failed"),
        );
        story.verify(&runtime, &disk, &format!("restart, call {n} failed"));
    }
}

#[test]
fn x6_a_disk_or_power_that_dies_at_any_call_loses_nothing_acknowledged() {
    let runtime = runtime();
    for n in 1..=call_count() {
        let disk = Disk::new(n as u64);
        disk.fail(Failing::From(n));
        let story = Story::tell(&runtime, &disk, false);
        let after = disk.after_power_failure(n as u64);
        story.verify(&runtime, &after, &format!("power failure at call {n}"));
        disk.fail(Failing::Not);
        story.verify(&runtime, &disk, &format!("killed at call {n}"));
    }
}

#[test]
fn a_full_disk_is_survived_and_heals_when_space_returns() {
    let runtime = runtime();
    let disk = Disk::new(1);
    let store = Embedded::open_in(disk.storage(), options()).unwrap();
    let mut tale = Story {
        acknowledged: Acknowledged::default(),
        in_doubt: None,
    };
    tale.write(&runtime, &store, change(vec![record(user(1, None))]), true);
    disk.fail(Failing::Beyond(0));
    for n in 0..20 {
        let refused = runtime.block_on(store.commit(change(vec![record(sheet(n, n, days(0, 6)))])));
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert_eq!(contents(&runtime, &store), tale.acknowledged.data);
    }
    assert!(matches!(*store.health().borrow(), Health::ReadOnly(_)));
    disk.fail(Failing::Not);
    for change in writes() {
        tale.write(&runtime, &store, change, true);
    }
    drop(store);
    tale.verify(&runtime, &disk.after_power_failure(1), "after the disk was full");
}

#[test]
fn a_write_that_is_too_large_is_refused_alone_and_changes_nothing() {
    let runtime = runtime();
    let disk = Disk::new(1);
    let options = Options {
        max_write_bytes: 1_000,
        ..options()
    };
    let store = Embedded::open_in(disk.storage(), options).unwrap();
    let small = || change(vec![record(user(1, None))]);
    let large = change((2..50).map(|n| record(user(n, None))).collect());
    runtime.block_on(store.commit(small())).unwrap();
    let before = contents(&runtime, &store);

    // In one batch with others, which are written.
    let (refused, accepted) = runtime.block_on(async {
        let next = change(vec![record(user(50, None))]);
        tokio::join!(store.commit(large), store.commit(next))
    });
    let error = refused.unwrap_err();
    let StoreError::TooLarge { bytes, limit: 1_000 } = error else {
        panic!("{error}");
    };
    assert!(bytes > 1_000);
    assert_eq!(
        error.to_string(),
        format!("a write of {bytes} bytes is too large; one may have 1000")
    );
    let mut expected = before;
    let put = accepted.unwrap().records.remove(0);
    expected.insert(put.key(), put);
    assert_eq!(contents(&runtime, &store), expected);
    assert_eq!(*store.health().borrow(), Health::Writable);

    drop(store);
    let store = Embedded::open_in(disk.storage(), options).unwrap();
    assert_eq!(contents(&runtime, &store), expected, "after a restart too");
}
