//! Working on imports: the application with its worker, a clock that the test moves, and rows that
//! no face can spell.

use futures_util::{FutureExt, StreamExt};
use punchcard::app::Error;
use punchcard::app::imports::watching::SyncEvents;
use punchcard::app::imports::{KeepPayloads, SyncEvent};
use punchcard::domain::access::Role;
use punchcard::domain::error::FaultCode;
use punchcard::domain::import::{ImportOptions, OnError, Row, RowFault};
use punchcard::domain::record::{Kind, Record};
use punchcard::domain::sync_job::{JobState, SyncJob};
use punchcard::domain::time::Clock;
use punchcard::domain::token::AccessToken;
use punchcard::domain::user::User;

use super::in_time;
use super::works::{Works, admin};
use crate::support::company::Person;
use crate::support::gated::Gate;
use crate::support::records;

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
        let job = works.over_with(&*works.import(options, rows).await).await;
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
            Some(Ok(event)) => match &*event {
                SyncEvent::Progress { progress, .. } => percents.push(progress.percent),
                SyncEvent::Succeeded { .. } | SyncEvent::Failed { .. } => break,
            },
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

async fn put(works: &Works, record: Record) {
    works.store.commit(records::change(vec![record])).await.unwrap();
}

/// The sequence of the next event.
async fn told(events: &mut SyncEvents) -> Result<u8, Error> {
    let next = in_time(events.next()).await;
    next.unwrap().map(|event| event.sequence())
}

#[tokio::test]
async fn i19_a_right_that_is_withdrawn_counts_with_the_next_event() {
    let gate = Gate::shut();
    let works = Works::begin(&gate).await;
    let put = async |record| put(&works, record).await;
    let olga_is = async |roles: &[Role]| {
        let roles = roles.into();
        put(records::record(User {
            roles,
            ..records::user(Person::Olga)
        }))
        .await;
    };
    olga_is(&[Role::Auditor]).await;
    let (ivan, until) = (Person::Ivan, works.clock.now().plus_seconds(10));
    let roles = [Role::Auditor].into();
    put(records::record(User {
        roles,
        ..records::user(ivan)
    }))
    .await;
    let expires = Some(until);
    put(records::record(AccessToken {
        expires,
        ..records::token(ivan)
    }))
    .await;

    let options = ImportOptions {
        on_error: OnError::Skip,
        dry_run: false,
    };
    let job = works.import(options, (0..6_000).map(unreadable).collect()).await;
    let watch = async |who: Person, only| works.app.watch_imports(&who.caller(), only).await.unwrap();
    let (mut one, mut all) = (
        watch(Person::Olga, Some(job.id)).await,
        watch(Person::Olga, None).await,
    );
    let (mut expiring, mut admins) = (watch(ivan, None).await, watch(Person::Admin, None).await);
    gate.reached(1).await;
    for events in [&mut one, &mut all, &mut expiring, &mut admins] {
        assert_eq!(told(events).await, Ok(0));
    }
    let go_on = async |number| {
        works.clock.advance(8);
        gate.let_one_through();
        gate.reached(number).await;
    };
    olga_is(&[Role::Auditor, Role::Importer]).await;
    go_on(2).await;
    let percent = told(&mut admins).await;
    assert!(percent.as_ref().is_ok_and(|percent| *percent > 0));
    for events in [&mut one, &mut all, &mut expiring] {
        assert_eq!(told(events).await, percent, "what changed took nothing from them");
    }
    olga_is(&[Role::Importer]).await;
    go_on(3).await;
    assert!(told(&mut admins).await.is_ok());
    assert_eq!(told(&mut one).await, Err(Error::NotFound("import")));
    assert!(all.next().now_or_never().is_none(), "they may not know of it");
    assert_eq!(
        told(&mut expiring).await,
        Err(Error::Unauthenticated),
        "their time is over"
    );
    let mut archived = records::user(Person::Olga);
    archived.meta.is_active = false;
    put(records::record(archived)).await;
    gate.open();
    assert_eq!(told(&mut all).await, Err(Error::Unauthenticated));
    for events in [&mut one, &mut all, &mut expiring] {
        assert!(events.next().await.is_none(), "an error is the last");
    }
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
        let job = works.over_with(&job).await;
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
    assert_eq!(works.over_with(&first).await.state, JobState::Succeeded);
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
    let job = works.over_with(&second).await;
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
    assert_eq!(works.over_with(&job).await.state, JobState::Succeeded);
    assert_eq!(all().await, before);
}

#[tokio::test]
async fn i17_payloads_are_kept_for_their_time_and_size_and_reports_for_longer() {
    let gate = Gate::shut();
    gate.open();
    let works = Works::begin(&gate).await;
    let rows = |count: u64| (0..count).map(unreadable).collect();
    let old = works
        .over_with(&*works.import(ImportOptions::default(), rows(10)).await)
        .await;
    works.clock.advance(20 * 86_400);
    let young = works
        .over_with(&*works.import(ImportOptions::default(), rows(10)).await)
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
        assert!(works.over_with(&job).await.report.is_some(), "the report is kept");
    }
}
