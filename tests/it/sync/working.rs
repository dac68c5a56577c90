//! Working on imports: the application with its worker, a clock that the test moves, and rows that
//! no face can spell.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::StreamExt;
use punchcard::app::imports::payloads::Payloads;
use punchcard::app::imports::{ImportOrder, KeepPayloads, SyncEvent};
use punchcard::app::{App, Caller};
use punchcard::domain::access::Role;
use punchcard::domain::error::FaultCode;
use punchcard::domain::import::{ImportKind, ImportOptions, OnError, Row, RowFault};
use punchcard::domain::record::Kind;
use punchcard::domain::sync_job::{JobState, SyncJob};
use punchcard::domain::time::{Clock, Instant};
use punchcard::domain::user::User;
use punchcard::server::payloads::PayloadFolder;
use punchcard::server::system::{SystemSecrets, TimeOrderedIds};
use punchcard::store::Store;
use punchcard::store::embedded::{Embedded, Options};
use tokio::sync::watch;

use super::in_time;
use crate::support::company::Person;
use crate::support::gated::Gate;
use crate::support::records;

/// A clock that stands until it is moved.
pub struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        Instant::from_epoch_micros(self.0.load(Ordering::Relaxed))
    }
}

impl MovedClock {
    fn noon() -> Arc<Self> {
        let noon: Instant = "2024-03-06T12:00:00Z".parse().unwrap();
        Arc::new(Self(AtomicI64::new(noon.epoch_micros())))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

/// An application with its worker.
pub struct Works {
    pub app: Arc<App>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<MovedClock>,
    pub folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
}

impl Works {
    pub async fn begin(gate: &Gate) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Embedded::open(folder.path(), Options::default()).unwrap();
        store.commit(records::change(records::company())).await.unwrap();
        let payloads: Arc<dyn Payloads> = Arc::new(PayloadFolder::within(folder.path()).unwrap());
        let clock = MovedClock::noon();
        let app = App::new(
            Arc::clone(&store),
            Arc::<MovedClock>::clone(&clock),
            Arc::new(TimeOrderedIds),
            Arc::new(SystemSecrets),
            gate.before(payloads),
        );
        app.resume_imports().await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let keep = KeepPayloads {
            days: u32::MAX,
            bytes: u64::MAX,
        };
        tokio::spawn(Arc::clone(&app).work_on_imports(keep, stopped));
        Self {
            app,
            store,
            clock,
            folder,
            _stop: stop,
        }
    }

    pub async fn import(&self, options: ImportOptions, rows: Vec<Row>) -> Arc<SyncJob> {
        self.import_by(&admin(), options, rows).await
    }

    async fn import_by(&self, caller: &Caller, options: ImportOptions, rows: Vec<Row>) -> Arc<SyncJob> {
        let order = ImportOrder {
            kind: ImportKind::TimeEntries,
            options,
            idempotency_key: None,
        };
        self.app.import(caller, order, rows).await.unwrap()
    }

    /// The import once it is over.
    pub async fn over(&self, job: &SyncJob) -> Arc<SyncJob> {
        let events = self.app.watch_imports(&admin(), Some(job.id)).await.unwrap();
        let events: Vec<_> = in_time(events.collect::<Vec<_>>()).await;
        Arc::clone(events.last().unwrap().as_ref().unwrap().job())
    }
}

fn admin() -> Caller {
    Person::Admin.caller()
}

fn unreadable(line: u64) -> Row {
    Row::Unreadable(Box::new(RowFault {
        path: format!("timeEntries[{line}].logon"),
        place: None,
        id: Some(format!("E{line}")),
        code: FaultCode::Malformed,
        message: "not a date and time".to_owned(),
    }))
}

#[tokio::test]
async fn i15_faults_fail_an_import_or_are_reported_beside_what_lands() {
    let gate = Gate::shut();
    gate.open();
    let works = Works::begin(&gate).await;
    for (on_error, dry_run, state) in [
        (OnError::Fail, false, JobState::Failed),
        (OnError::Fail, true, JobState::Failed),
        (OnError::Skip, false, JobState::Succeeded),
        (OnError::Skip, true, JobState::Succeeded),
    ] {
        let options = ImportOptions { on_error, dry_run };
        let rows = (0..250).map(unreadable).collect();
        let job = works.over(&*works.import(options, rows).await).await;
        let case = format!("{on_error:?}, dry run {dry_run}");
        assert_eq!((job.state, job.rows), (state, 250), "{case}");
        let report = job.report.as_ref().unwrap();
        assert_eq!((report.fault_count, report.faults.len()), (250, 200), "{case}");
        let code = job.fault.as_ref().map(|fault| &*fault.code);
        assert_eq!(code, (state == JobState::Failed).then_some("FAULTS"), "{case}");
    }
}

#[tokio::test]
async fn i16_percent_rises_through_reading_and_ends_with_one_last_event() {
    let gate = Gate::shut();
    let works = Works::begin(&gate).await;
    let options = ImportOptions {
        on_error: OnError::Skip,
        dry_run: false,
    };
    let rows = (0..3_000).map(unreadable).collect();
    let job = works.import(options, rows).await;
    let mut events = works.app.watch_imports(&admin(), Some(job.id)).await.unwrap();
    let mut percents = Vec::new();
    let mut reached = 0;
    loop {
        match in_time(events.next()).await {
            Some(Ok(SyncEvent::Progress { progress, .. })) => percents.push(progress.percent),
            Some(Ok(event)) => {
                assert!(event.is_last());
                break;
            }
            other => panic!("{other:?}"),
        }
        // Its rows take at least three frames.
        if reached == 3 {
            gate.open();
            continue;
        }
        reached += 1;
        gate.reached(reached).await;
        works.clock.advance(1);
        gate.let_one_through();
    }
    assert!(events.next().await.is_none(), "nothing after the last event");
    assert!(
        percents.len() > 2 && percents.is_sorted_by(|a, b| a < b),
        "{percents:?}"
    );
}

#[tokio::test]
async fn i1_an_owner_who_may_no_longer_import_when_it_begins_is_refused() {
    let gate = Gate::shut();
    let works = Works::begin(&gate).await;
    let first = works.import(ImportOptions::default(), Vec::new()).await;
    gate.reached(1).await;
    let second = works.import(ImportOptions::default(), Vec::new()).await;
    let demoted = User {
        roles: [Role::Auditor].into(),
        ..records::user(Person::Admin)
    };
    works
        .store
        .commit(records::change(vec![records::record(demoted)]))
        .await
        .unwrap();
    gate.open();
    for job in [first, second] {
        let job = works.over(&job).await;
        let code = job.fault.as_ref().map(|fault| &*fault.code);
        assert_eq!((job.state, code), (JobState::Failed, Some("FORBIDDEN")));
    }
}

#[tokio::test]
async fn switch_identity_for_an_import_must_last_until_it_is_applied_and_is_recorded() {
    let gate = Gate::shut();
    let works = Works::begin(&gate).await;
    let with_roles = async |person: Person, role: Role| {
        let user = User {
            roles: [role].into(),
            ..records::user(person)
        };
        let change = records::change(vec![records::record(user)]);
        works.store.commit(change).await.unwrap().at
    };
    with_roles(Person::Lead, Role::Administrator).await;
    let at = with_roles(Person::Olga, Role::Importer).await;
    let acting = Person::Lead.caller().acting_for(&Person::Olga.id()).unwrap();
    let mut changes = works.store.changes(at);
    let first = works
        .import_by(&acting, ImportOptions::default(), Vec::new())
        .await;
    assert_eq!(
        (first.owner_id, first.asked_by),
        (Person::Olga.user_id(), Person::Lead.user_id())
    );
    gate.reached(1).await;
    gate.let_one_through();
    assert_eq!(works.over(&first).await.state, JobState::Succeeded);
    for action in ["acceptImport", "beginImport", "applyTimeEntries"] {
        let audit = changes.next().await.unwrap().unwrap().audit.clone();
        assert_eq!(audit.action, action);
        let expected = (Person::Lead.user_id(), Some(Person::Olga.user_id()));
        assert_eq!((audit.actor, audit.acting_for), expected, "{action}");
    }
    let second = works
        .import_by(&acting, ImportOptions::default(), Vec::new())
        .await;
    gate.reached(2).await;
    with_roles(Person::Lead, Role::Importer).await;
    gate.open();
    let job = works.over(&second).await;
    let code = job.fault.as_ref().map(|fault| &*fault.code);
    assert_eq!((job.state, code), (JobState::Failed, Some("FORBIDDEN")));
}

#[tokio::test]
async fn i6_an_import_without_changes_takes_no_version_but_its_own() {
    let gate = Gate::shut();
    gate.open();
    let works = Works::begin(&gate).await;
    let kinds: Vec<Kind> = (Kind::ALL.iter().copied())
        .filter(|kind| !matches!(kind, Kind::SyncJob | Kind::Timesheet))
        .collect();
    let all = async || {
        works
            .store
            .view(None)
            .await
            .unwrap()
            .all_of(&kinds)
            .await
            .unwrap()
    };
    let before = all().await;
    let job = works.import(ImportOptions::default(), Vec::new()).await;
    assert_eq!(works.over(&job).await.state, JobState::Succeeded);
    assert_eq!(all().await, before);
}

#[tokio::test]
async fn i17_payloads_are_kept_for_their_time_and_size_and_reports_for_longer() {
    let gate = Gate::shut();
    gate.open();
    let works = Works::begin(&gate).await;
    let rows = |count: u64| (0..count).map(unreadable).collect();
    let old = works
        .over(&*works.import(ImportOptions::default(), rows(10)).await)
        .await;
    works.clock.advance(20 * 86_400);
    let young = works
        .over(&*works.import(ImportOptions::default(), rows(10)).await)
        .await;
    let kept = |job: &SyncJob| {
        let file = format!("{}.payload", job.id);
        works.folder.path().join("imports").join(file).exists()
    };
    let tidy = async |days, bytes| {
        let keep = KeepPayloads { days, bytes };
        works.app.tidy_imports(keep).await.unwrap();
        (kept(&old), kept(&young))
    };
    assert_eq!(tidy(30, old.bytes + young.bytes).await, (true, true));
    assert_eq!(
        tidy(30, young.bytes).await,
        (false, true),
        "too much: the oldest go first"
    );
    works.clock.advance(29 * 86_400);
    assert_eq!(tidy(30, u64::MAX).await, (false, true));
    works.clock.advance(2 * 86_400);
    assert_eq!(tidy(30, u64::MAX).await, (false, false), "too old");
    for job in [old, young] {
        assert!(works.over(&job).await.report.is_some(), "the report is kept");
    }
}
