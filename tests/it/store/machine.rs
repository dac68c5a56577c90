//! Random histories of writes, failures and restarts against the plainest model of the store: a
//! map of records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use punchcard::domain::change::{Audit, ChangeSet, Guard};
use punchcard::domain::query::{Filter, Query};
use punchcard::domain::record::{Key, Kind, Record, UniqueKey};
use punchcard::domain::timesheet::Timesheet;
use punchcard::domain::version::RowVersion;
use punchcard::store::embedded::check::check_in;
use punchcard::store::embedded::{Embedded, Health, Options};
use punchcard::store::{Committed, Store, StoreError};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::disk::{Disk, Failing};
use super::pasts::{Follower, Past};
use super::samples::*;

/// A step of a history.
#[derive(Clone, Debug)]
enum Step {
    /// Several change sets at once.
    Commit(Vec<Plan>),
    Checkpoint,
    /// The process dies; the disk keeps what it was given.
    Kill,
    /// The power fails; the disk keeps what was synced.
    PowerFailure(u64),
    Close,
    /// The disk refuses a call, so many calls from now.
    Fail(usize),
}

/// A change set, but for what depends on the moment.
#[derive(Clone, Debug)]
struct Plan {
    puts: Vec<Put>,
    deletes: Vec<Put>,
    guards: Vec<Guarding>,
    /// Who does it, whose things it changes, and when.
    who: (u128, Option<u128>, i64),
}

#[derive(Clone, Debug)]
enum Put {
    Sheet {
        id: u128,
        user: u128,
        from: i32,
        length: i32,
        rows: Option<u128>,
    },
    User {
        id: u128,
        manager: Option<u128>,
        email: u128,
    },
}

#[derive(Clone, Debug)]
enum Guarding {
    Absent(Put),
    Version(Put, bool),
    Free(u128, i32),
    Rows(u128, u128),
}

impl Put {
    fn record(&self) -> Record {
        match self {
            Self::Sheet {
                id,
                user,
                from,
                length,
                rows,
            } => {
                let bare = sheet(*id, *user, days(*from, from + length));
                record(match rows {
                    Some(rows) => with_rows(bare, row(*rows), 1),
                    None => bare,
                })
            }
            Self::User { id, manager, email } => {
                let mut user = user(*id, *manager);
                user.email = Some(format!("{email}@example.com").into());
                record(user)
            }
        }
    }

    fn key(&self) -> Key {
        self.record().key()
    }
}

/// Three bases, two of which share the first 14 bytes of their ids.
fn row(base: u128) -> Uuid {
    uuid(match base {
        0 => 0x50_0000,
        1 => 0x50_8000,
        _ => 0x60_0000,
    })
}

fn put() -> impl Strategy<Value = Put> {
    let sheet = (
        0..5_u128,
        0..2_u128,
        0..6_i32,
        0..9_i32,
        prop::option::of(0..3_u128),
    );
    let sheet = sheet.prop_map(|(id, user, from, length, rows)| Put::Sheet {
        id,
        user,
        from: from * 5,
        length,
        rows,
    });
    let user = (0..4_u128, prop::option::of(0..4_u128), 0..5_u128);
    let user = user.prop_map(|(id, manager, email)| Put::User { id, manager, email });
    prop_oneof![3 => sheet, 1 => user]
}

/// Those that could be written together into an empty store.
fn apart(puts: Vec<Put>) -> Vec<Put> {
    let mut together = Model::default();
    let mut apart = Vec::new();
    for put in puts {
        let change = change(vec![put.record()]);
        if !together.data.contains_key(&put.key()) && together.allows(&change) {
            together.data.insert(put.key(), put.record());
            apart.push(put);
        }
    }
    apart
}

fn plan() -> impl Strategy<Value = Plan> {
    let guard = prop_oneof![
        put().prop_map(Guarding::Absent),
        (put(), any::<bool>()).prop_map(|(put, stale)| Guarding::Version(put, stale)),
        (0..2_u128, 0..40_i32).prop_map(|(user, from)| Guarding::Free(user, from)),
        (0..5_u128, 0..3_u128).prop_map(|(sheet, base)| Guarding::Rows(sheet, base)),
    ];
    let few = prop::collection::vec(put(), 0..3);
    let many = prop::collection::vec(put(), 3..12).prop_map(apart);
    let puts = prop_oneof![4 => few, 1 => many];
    let deletes = prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(put(), 0..2)];
    let guards = prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(guard, 1..3)];
    let who = (0..3_u128, prop::option::of(0..3_u128), 0..4_i64);
    (puts, deletes, guards, who).prop_map(|(puts, deletes, guards, who)| Plan {
        puts,
        deletes,
        guards,
        who,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => prop::collection::vec(plan(), 1..5).prop_map(Step::Commit),
        2 => Just(Step::Checkpoint),
        1 => Just(Step::Kill),
        1 => any::<u64>().prop_map(Step::PowerFailure),
        1 => Just(Step::Close),
        2 => (1..60_usize).prop_map(Step::Fail),
    ]
}

/// The model.
#[derive(Default)]
struct Model {
    data: BTreeMap<Key, Record>,
    last_version: u64,
    past: Past,
}

impl Model {
    fn sheets(&self) -> impl Iterator<Item = &Arc<Timesheet>> {
        self.data.values().filter_map(|record| match record {
            Record::Timesheet(sheet) => Some(sheet),
            _ => None,
        })
    }

    fn has_row(sheet: &Timesheet, row: Uuid) -> bool {
        sheet.lines().any(|line| line.id().uuid() == row) || sheet.cells().any(|cell| cell.id().uuid() == row)
    }

    fn change(&self, plan: &Plan) -> ChangeSet {
        let guards = plan.guards.iter().map(|guard| match guard {
            Guarding::Absent(put) => Guard::Absent(put.key()),
            Guarding::Version(put, is_stale) => {
                let present = self.data.get(&put.key());
                let version = present.map_or(1, |record| record.meta().version.value());
                Guard::Version(put.key(), RowVersion::new(version + u64::from(*is_stale)))
            }
            Guarding::Free(user, from) => Guard::PeriodFree(user_id(*user), days(*from, from + 3)),
            Guarding::Rows(sheet, base) => Guard::RowsFree(sheet_id(*sheet), vec![row(*base)]),
        });
        let (actor, subject, half_hours) = plan.who;
        ChangeSet {
            guards: guards.collect(),
            deletes: plan.deletes.iter().map(Put::key).collect(),
            audit: Audit {
                at: instant(1_800 * half_hours),
                actor: user_id(actor),
                subject: subject.map(user_id),
                ..audit()
            },
            ..change(plan.puts.iter().map(Put::record).collect())
        }
    }

    /// Whether the change set may be written now.
    fn allows(&self, change: &ChangeSet) -> bool {
        let keys: Vec<Key> = change
            .puts
            .iter()
            .map(Record::key)
            .chain(change.deletes.clone())
            .collect();
        let distinct: BTreeSet<&Key> = keys.iter().collect();
        let guards_hold = change.guards.iter().all(|guard| match guard {
            Guard::Absent(key) => !self.data.contains_key(key),
            Guard::Version(key, version) => self
                .data
                .get(key)
                .is_some_and(|record| record.meta().version == *version),
            Guard::PeriodFree(user, period) => !self
                .sheets()
                .any(|it| it.user_id == *user && it.period.overlaps(*period)),
            Guard::RowsFree(id, rows) => !self
                .sheets()
                .any(|it| it.id != *id && rows.iter().any(|row| Self::has_row(it, *row))),
        });
        let mut after = self.data.clone();
        after.retain(|key, _| !keys.contains(key));
        after.extend(change.puts.iter().map(|record| (record.key(), record.clone())));
        let mut unique = BTreeSet::new();
        let are_unique = after
            .values()
            .flat_map(Record::unique_keys)
            .all(|key| unique.insert(key));
        let after = Self {
            data: after,
            ..Self::default()
        };
        let is_apart = |a: &Arc<Timesheet>, b: &Arc<Timesheet>| {
            a.id == b.id || a.user_id != b.user_id || !a.period.overlaps(b.period)
        };
        let are_apart = after.sheets().all(|a| after.sheets().all(|b| is_apart(a, b)));
        distinct.len() == keys.len() && guards_hold && are_unique && are_apart
    }

    fn write(&mut self, change: &ChangeSet, committed: &Committed) {
        for record in &committed.records {
            let mut versions = vec![record.meta().version.value()];
            if let Record::Timesheet(sheet) = record {
                versions.extend(sheet.lines().map(|line| line.version().value()));
            }
            for version in versions {
                assert!(
                    version > self.last_version,
                    "S2: {version} after {}",
                    self.last_version
                );
                self.last_version = version;
            }
            self.data.insert(record.key(), record.clone());
        }
        let mut deleted = Vec::new();
        for key in &change.deletes {
            if self.data.remove(key).is_some() {
                self.last_version += 1;
                deleted.push(*key);
            }
        }
        self.past.add(change, committed, &deleted);
    }
}

/// A store with its model.
struct Machine {
    runtime: Runtime,
    disk: Disk,
    store: Option<Arc<Embedded>>,
    model: Model,
    follower: Follower,
}

impl Machine {
    fn new() -> Self {
        let mut machine = Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            disk: Disk::new(0),
            store: None,
            model: Model::default(),
            follower: Follower::default(),
        };
        machine.open();
        machine
    }

    fn open(&mut self) {
        let options = Options {
            retry_after: Duration::from_millis(1),
            checkpoint_bytes: 3_000,
            large_records: 3,
            // Little enough that others overtake it now and then.
            large_gap: 4,
            ..Options::default()
        };
        self.store = None;
        // A call that was to fail may do so now.
        let opened = Embedded::open_in(self.disk.storage(), options);
        let opened = opened.or_else(|_| Embedded::open_in(self.disk.storage(), options));
        self.store = Some(opened.unwrap());
    }

    fn store(&self) -> &Arc<Embedded> {
        self.store.as_ref().unwrap()
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Commit(plans) => self.commit(plans),
            Step::Checkpoint => {
                let outcome = self.store().checkpoint();
                assert!(matches!(outcome, Ok(()) | Err(StoreError::Unavailable(_))));
            }
            Step::Kill => self.open(),
            Step::PowerFailure(seed) => {
                let after = self.disk.after_power_failure(*seed);
                self.store = None;
                self.disk = after;
                self.open();
            }
            Step::Close => {
                self.store().close();
                self.open();
            }
            Step::Fail(calls) => self.disk.fail(Failing::Once(*calls)),
        }
        self.compare();
        self.compare_the_past();
    }

    fn commit(&mut self, plans: &[Plan]) {
        let changes: Vec<ChangeSet> = plans.iter().map(|plan| self.model.change(plan)).collect();
        let store = self.store().clone();
        let commits = changes.iter().map(|change| store.commit(change.clone()));
        let outcomes = self.runtime.block_on(futures_util::future::join_all(commits));
        let is_alone = changes.len() == 1;
        let mut written = Vec::new();
        let mut has_failed = false;
        for (change, outcome) in changes.iter().zip(outcomes) {
            match outcome {
                Ok(committed) => written.push((committed, change)),
                Err(StoreError::Conflict { .. } | StoreError::Taken(_)) => {
                    assert!(!(is_alone && self.model.allows(change)), "refused: {change:?}");
                }
                Err(StoreError::Unavailable(_)) => has_failed = true,
                Err(error) => panic!("{error}"),
            }
        }
        written.sort_by_key(|(committed, _)| committed.at);
        for (committed, change) in written {
            assert!(self.model.allows(change), "written: {change:?}");
            self.model.write(change, &committed);
        }
        if has_failed {
            self.compare();
            let mut health = store.health();
            let healed = health.wait_for(|health| *health == Health::Writable);
            let healed = async {
                tokio::time::timeout(Duration::from_secs(20), healed)
                    .await
                    .is_ok()
            };
            assert!(self.runtime.block_on(healed), "it does not heal");
        }
    }

    /// X5: who reads the changes to their end has missed nothing.
    fn reads_to_the_end(&mut self) {
        let view = self.runtime.block_on(self.store().view(None)).unwrap();
        while self.follower.read_on(&self.runtime, &view) {}
        assert_eq!(*self.follower.known(), self.model.data);
    }

    fn compare_the_past(&mut self) {
        let view = self.runtime.block_on(self.store().view(None)).unwrap();
        self.model.past.compare(&self.runtime, &view);
        self.follower.read_on(&self.runtime, &view);
    }

    /// Whatever is asked of the store, the model answers the same.
    fn compare(&self) {
        let view = self.runtime.block_on(self.store().view(None)).unwrap();
        let run = &self.runtime;
        for kind in [Kind::Timesheet, Kind::User] {
            let query = Query::of(kind, Filter::ALL, usize::MAX);
            let seen = run.block_on(view.page(&query)).unwrap().records;
            let wanted: Vec<Record> = self
                .model
                .data
                .values()
                .filter(|it| it.key().kind() == kind)
                .cloned()
                .collect();
            assert_eq!(seen, wanted);
        }
        for n in 0..2 {
            let mut wanted: Vec<_> = self
                .model
                .sheets()
                .filter(|it| it.user_id == user_id(n))
                .cloned()
                .collect();
            wanted.sort_by_key(|sheet| sheet.period.from());
            let seen = run.block_on(view.sheets_of(user_id(n), days(-100, 100))).unwrap();
            assert_eq!(seen, wanted);
        }
        for base in 0..3 {
            let seen = run.block_on(view.sheets_with_rows(&[row(base)])).unwrap()[0];
            let holders: Vec<_> = self
                .model
                .sheets()
                .filter(|it| Model::has_row(it, row(base)))
                .map(|it| it.id)
                .collect();
            assert!(
                seen.map_or(holders.is_empty(), |id| holders.contains(&id)),
                "{seen:?} of {holders:?}"
            );
        }
        let emails: Vec<UniqueKey> = (0..5)
            .flat_map(|email| {
                Put::User {
                    id: 0,
                    manager: None,
                    email,
                }
                .record()
                .unique_keys()
            })
            .collect();
        let seen = run.block_on(view.owners_of(&emails)).unwrap();
        for (email, owner) in emails.iter().zip(seen) {
            let wanted = self
                .model
                .data
                .values()
                .find(|it| it.unique_keys().contains(email));
            assert_eq!(owner, wanted.map(|it| it.key().uuid()));
        }
        for manager in 0..4 {
            let seen = run.block_on(view.team_of(user_id(manager))).unwrap();
            for record in self.model.data.values() {
                if let Record::User(user) = record
                    && user.manager_id == Some(user_id(manager))
                    && user.id != user_id(manager)
                {
                    assert!(seen.contains(&user.id));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn x6_any_history_is_that_of_a_plain_map(steps in prop::collection::vec(step(), 1..40)) {
        let mut machine = Machine::new();
        for step in &steps {
            machine.step(step);
        }
        machine.disk.fail(Failing::Not);
        machine.reads_to_the_end();
        machine.store = None;
        let mut report = check_in(&machine.disk.storage()).unwrap();
        // Nothing here guards the rows' ids, which are the writers' own to keep apart.
        report.faults.retain(|fault| !fault.ends_with("(S6)"));
        prop_assert_eq!(report.faults, [""; 0]);
    }
}
