//! What every backend promises, told as stories: each takes an empty store.

use std::sync::Arc;

use futures_util::StreamExt;
use punchcard::domain::change::{ChangeSet, Guard};
use punchcard::domain::department::Department;
use punchcard::domain::id::{DepartmentId, ProjectId};
use punchcard::domain::record::{Entity, Key, Record};
use punchcard::domain::timesheet::Timesheet;
use punchcard::domain::user::User;
use punchcard::domain::version::RowVersion;
use punchcard::store::{Lagged, Store, StoreError, Token, View};

use super::samples::*;

/// Runs every story against a backend.
macro_rules! for_backend {
    ($backend:ident, $fresh:path) => {
        mod $backend {
            $crate::store::contract::stories!($fresh:
                s2_every_put_takes_a_new_version_and_lines_take_theirs,
                s1_a_version_guard_lets_one_of_two_savers_win,
                p5_a_period_free_guard_makes_one_sheet_of_many_calls,
                p1_sheets_of_a_user_never_overlap_even_unguarded,
                s6_a_row_of_another_sheet_is_refused,
                keys_that_are_unique_stay_so_and_may_be_swapped,
                a_refused_write_changes_nothing,
                the_same_change_set_twice_is_one_write,
                a_view_stays_as_it_was,
                a_view_is_at_least_as_new_as_asked,
                followers_get_every_write_in_order,
                a_follower_who_falls_far_behind_is_told_and_holds_up_nobody,
                sheets_are_found_by_period_and_around_a_date,
                rows_lead_to_their_sheets,
                tasks_are_found_by_project,
                a_team_is_everybody_below_and_survives_cycles,
                tokens_lead_to_their_users,
                records_come_in_the_order_of_their_keys,
                a_change_set_names_a_record_once,
            );

            #[tokio::test(flavor = "multi_thread")]
            async fn x5_pages_are_what_sorting_everything_gives() {
                $crate::store::lists::pages_are_what_sorting_everything_gives($fresh).await;
            }
        }
    };
}
pub(super) use for_backend;

macro_rules! stories {
    ($fresh:path: $($story:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $story() {
            let fresh = $fresh();
            $crate::store::contract::$story(fresh.store.clone()).await;
        }
    )+};
}
pub(super) use stories;

type Any = Arc<dyn Store>;

async fn view(store: &Any) -> Arc<dyn View> {
    store.view(None).await.unwrap()
}

async fn put<E: Entity>(store: &Any, entity: E) -> Arc<E> {
    let committed = store.commit(change(vec![record(entity)])).await.unwrap();
    E::from_record(committed.records[0].clone()).unwrap()
}

async fn refused(store: &Any, change: ChangeSet) -> StoreError {
    let before = view(store).await.at();
    let error = store.commit(change).await.unwrap_err();
    assert_eq!(view(store).await.at(), before, "a refusal changes nothing");
    error
}

pub async fn s2_every_put_takes_a_new_version_and_lines_take_theirs(store: Any) {
    let first = put(&store, with_rows(sheet(1, 1, days(0, 6)), uuid(0x50_0000), 2)).await;
    let lines: Vec<u64> = first.lines().map(|line| line.version().value()).collect();
    let version = first.meta.version.value();
    assert!(version > 0);
    assert_eq!(lines, [version + 1, version + 2]);
    let again = put(&store, Timesheet::clone(&first)).await;
    assert!(again.meta.version.value() > version + 2);
    let kept: Vec<u64> = again.lines().map(|line| line.version().value()).collect();
    assert_eq!(kept, lines, "lines that did not change keep their versions");
    let read = view(&store).await.get::<Timesheet>(first.id).await.unwrap();
    assert_eq!(read, Some(again));
}

pub async fn s1_a_version_guard_lets_one_of_two_savers_win(store: Any) {
    let first = put(&store, sheet(1, 1, days(0, 6))).await;
    let save = || {
        let guard = Guard::Version(Key::Timesheet(first.id), first.meta.version);
        store.commit(guarded(vec![guard], vec![Record::Timesheet(first.clone())]))
    };
    let (one, other) = tokio::join!(save(), save());
    let (winner, loser) = if one.is_ok() { (one, other) } else { (other, one) };
    let winner = winner.unwrap().records.remove(0);
    match loser.unwrap_err() {
        StoreError::Conflict { found, .. } => assert_eq!(found, Some(winner), "the conflict shows what is"),
        other => panic!("{other}"),
    }
    let gone = Guard::Version(Key::Timesheet(sheet_id(9)), RowVersion::new(1));
    let error = refused(&store, guarded(vec![gone.clone()], vec![])).await;
    assert_eq!(
        error,
        StoreError::Conflict {
            guard: gone,
            found: None
        }
    );
}

pub async fn p5_a_period_free_guard_makes_one_sheet_of_many_calls(store: Any) {
    let calls = (0..100).map(|n| {
        let guard = Guard::PeriodFree(user_id(1), days(0, 6));
        store.commit(guarded(vec![guard], vec![record(sheet(n, 1, days(0, 6)))]))
    });
    let outcomes = futures_util::future::join_all(calls).await;
    let made: Vec<Record> = outcomes
        .iter()
        .flatten()
        .map(|made| made.records[0].clone())
        .collect();
    assert_eq!(made.len(), 1);
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(
                matches!(&error, StoreError::Conflict { found: Some(found), .. } if *found == made[0]),
                "{error}"
            );
        }
    }
    let other_user = guarded(
        vec![Guard::PeriodFree(user_id(2), days(0, 6))],
        vec![record(sheet(200, 2, days(0, 6)))],
    );
    store.commit(other_user).await.unwrap();
}

pub async fn p1_sheets_of_a_user_never_overlap_even_unguarded(store: Any) {
    let first = put(&store, sheet(1, 1, days(0, 6))).await;
    for period in [days(0, 6), days(6, 12), days(-6, 0), days(2, 3), days(-9, 9)] {
        let error = refused(&store, change(vec![record(sheet(2, 1, period))])).await;
        assert!(
            matches!(&error, StoreError::Conflict { found: Some(Record::Timesheet(it)), .. } if *it == first),
            "{error}"
        );
    }
    let both = vec![record(sheet(2, 1, days(7, 9))), record(sheet(3, 1, days(9, 12)))];
    let error = refused(&store, change(both)).await;
    assert!(matches!(
        error,
        StoreError::Conflict {
            guard: Guard::PeriodFree(..),
            ..
        }
    ));
    put(&store, sheet(2, 1, days(7, 9))).await;
    let swapped = vec![record(sheet(1, 1, days(7, 9))), record(sheet(2, 1, days(0, 6)))];
    store.commit(change(swapped)).await.unwrap();
    let sheets = view(&store)
        .await
        .sheets_of(user_id(1), days(-20, 20))
        .await
        .unwrap();
    let ids: Vec<_> = sheets.iter().map(|it| it.id).collect();
    assert_eq!(ids, [sheet_id(2), sheet_id(1)]);
}

pub async fn s6_a_row_of_another_sheet_is_refused(store: Any) {
    let base = uuid(0x50_0000);
    let first = put(&store, with_rows(sheet(1, 1, days(0, 6)), base, 1)).await;
    let line = uuid(0x50_0000);
    let cell = uuid(0x50_0001);
    for row in [line, cell] {
        let taken = guarded(vec![Guard::RowsFree(sheet_id(2), vec![uuid(7), row])], vec![]);
        let error = refused(&store, taken).await;
        assert!(
            matches!(&error, StoreError::Conflict { found: Some(Record::Timesheet(it)), .. } if *it == first),
            "{error}"
        );
        let own = guarded(vec![Guard::RowsFree(first.id, vec![row])], vec![]);
        store.commit(own).await.unwrap();
    }
    let unused = guarded(vec![Guard::RowsFree(sheet_id(2), vec![uuid(0x50_0002)])], vec![]);
    store.commit(unused).await.unwrap();
}

pub async fn keys_that_are_unique_stay_so_and_may_be_swapped(store: Any) {
    put(&store, department(1, Some("A"))).await;
    put(&store, department(2, Some("B"))).await;
    put(&store, department(3, None)).await;
    let error = refused(&store, change(vec![record(department(3, Some("B")))])).await;
    assert!(
        matches!(&error, StoreError::Taken(key) if key.member == "code" && &*key.text == "B"),
        "{error}"
    );
    let twins = vec![record(department(4, Some("C"))), record(department(5, Some("C")))];
    assert!(matches!(
        refused(&store, change(twins)).await,
        StoreError::Taken(_)
    ));
    let swap = vec![record(department(1, Some("B"))), record(department(2, Some("A")))];
    store.commit(change(swap)).await.unwrap();
    let owner = async |code: &str| {
        let keys = record(department(9, Some(code))).unique_keys();
        view(&store).await.owners_of(&keys).await.unwrap()[0]
    };
    assert_eq!(owner("A").await, Some(uuid(2)));
    assert_eq!(owner("B").await, Some(uuid(1)));
    let takeover = ChangeSet {
        deletes: vec![Department::key(DepartmentId::new(uuid(1)))],
        ..change(vec![record(department(3, Some("B")))])
    };
    store.commit(takeover).await.unwrap();
    assert_eq!(owner("B").await, Some(uuid(3)));
    assert_eq!(owner("C").await, None);
}

pub async fn a_refused_write_changes_nothing(store: Any) {
    let first = put(&store, sheet(1, 1, days(0, 6))).await;
    let mixed = ChangeSet {
        deletes: vec![Key::Timesheet(first.id)],
        ..guarded(
            vec![Guard::Absent(Key::Timesheet(first.id))],
            vec![record(user(1, None)), record(sheet(2, 1, days(7, 8)))],
        )
    };
    refused(&store, mixed).await;
    let now = view(&store).await;
    assert_eq!(now.get::<Timesheet>(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(now.get::<User>(user_id(1)).await.unwrap(), None);
    assert_eq!(now.sheets_of(user_id(1), days(0, 99)).await.unwrap(), [first]);
}

pub async fn the_same_change_set_twice_is_one_write(store: Any) {
    let twice = change(vec![record(sheet(1, 1, days(0, 6)))]);
    let (one, other) = tokio::join!(store.commit(twice.clone()), store.commit(twice.clone()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.at, &one.records), (other.at, &other.records));
    put(&store, user(1, None)).await;
    let later = store.commit(twice).await.unwrap();
    assert_eq!((later.at, later.records), (one.at, one.records));
}

pub async fn a_view_stays_as_it_was(store: Any) {
    let rows = uuid(0x50_0000);
    let first = put(&store, with_rows(sheet(1, 1, days(0, 6)), rows, 1)).await;
    put(&store, task(1, None)).await;
    let old = view(&store).await;
    let moved = with_rows(sheet(1, 2, days(10, 16)), uuid(0x60_0000), 1);
    put(&store, moved).await;
    store
        .commit(deletion(vec![record(task(1, None)).key()]))
        .await
        .unwrap();
    let moved = view(&store).await;
    store
        .commit(deletion(vec![Key::Timesheet(first.id)]))
        .await
        .unwrap();
    put(&store, user(7, None)).await;

    assert_eq!(old.get::<Timesheet>(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(old.sheets_with_rows(&[rows]).await.unwrap(), [Some(first.id)]);
    assert_eq!(
        old.sheets_of(user_id(1), days(0, 6)).await.unwrap(),
        std::slice::from_ref(&first)
    );
    assert_eq!(old.tasks_of(&[None]).await.unwrap()[0].len(), 1);
    assert_eq!(old.get::<User>(user_id(7)).await.unwrap(), None);

    let between = moved.get::<Timesheet>(first.id).await.unwrap().unwrap();
    assert_eq!(between.user_id, user_id(2));
    assert_eq!(moved.sheets_with_rows(&[rows]).await.unwrap(), [None]);
    assert_eq!(
        moved.sheets_with_rows(&[uuid(0x60_0001)]).await.unwrap(),
        [Some(first.id)]
    );

    drop((old, moved));
    put(&store, user(8, None)).await;
    let now = view(&store).await;
    assert_eq!(now.get::<Timesheet>(first.id).await.unwrap(), None);
    let found = now.sheets_with_rows(&[rows, uuid(0x60_0001)]).await.unwrap();
    assert_eq!(found, [None, None]);
    put(&store, with_rows(sheet(1, 1, days(0, 6)), rows, 1)).await;
    let again = view(&store).await.sheets_with_rows(&[rows]).await.unwrap();
    assert_eq!(again, [Some(first.id)]);
}

pub async fn a_view_is_at_least_as_new_as_asked(store: Any) {
    let committed = store.commit(change(vec![record(user(1, None))])).await.unwrap();
    let view = store.view(Some(committed.at)).await.unwrap();
    assert!(view.at() >= committed.at);
    let beyond = store.view(Some(Token(committed.at.0 + 1))).await;
    assert!(matches!(beyond.err(), Some(StoreError::Unavailable(_))));
}

pub async fn followers_get_every_write_in_order(store: Any) {
    let start = view(&store).await.at();
    let mut early = store.changes(start);
    let first = store.commit(change(vec![record(user(1, None))])).await.unwrap();
    let second = store
        .commit(deletion(vec![Key::User(user_id(1)), Key::User(user_id(2))]))
        .await
        .unwrap();
    assert!(first.at < second.at);
    let mut late = store.changes(start);
    for stream in [&mut early, &mut late] {
        let one = stream.next().await.unwrap().unwrap();
        assert_eq!((one.at, &one.puts), (first.at, &first.records));
        assert_eq!(one.audit, audit());
        let two = stream.next().await.unwrap().unwrap();
        assert_eq!((two.at, two.puts.len()), (second.at, 0));
        assert_eq!(two.deleted, first.records, "what was not there was not deleted");
    }
    let mut after = store.changes(first.at);
    assert_eq!(after.next().await.unwrap().unwrap().at, second.at);
}

pub async fn a_follower_who_falls_far_behind_is_told_and_holds_up_nobody(store: Any) {
    let mut slow = store.changes(Token(0));
    // What deletes something is small in every store's eyes: ten thousand large ones take long.
    let small = || ChangeSet {
        deletes: vec![Key::User(user_id(2))],
        ..change(vec![record(user(1, None))])
    };
    for _ in 0..10 {
        let writes = (0..1_000).map(|_| store.commit(small()));
        let outcomes = futures_util::future::join_all(writes).await;
        assert!(outcomes.iter().all(Result::is_ok));
    }
    assert_eq!(slow.next().await.unwrap().unwrap_err(), Lagged);
    assert!(
        slow.next().await.is_none(),
        "who has missed something starts anew"
    );
    let now = view(&store).await.at();
    let mut fresh = store.changes(now);
    let next = store.commit(change(vec![])).await.unwrap();
    assert_eq!(fresh.next().await.unwrap().unwrap().at, next.at);
}

pub async fn sheets_are_found_by_period_and_around_a_date(store: Any) {
    for (n, from) in [(1, 0), (2, 7), (3, 21)] {
        put(&store, sheet(n, 1, days(from, from + 6))).await;
    }
    put(&store, sheet(4, 2, days(7, 13))).await;
    let view = view(&store).await;
    let within = async |from, to| -> Vec<u128> {
        let sheets = view.sheets_of(user_id(1), days(from, to)).await.unwrap();
        sheets
            .iter()
            .map(|sheet| sheet.id.uuid().as_u128() - 0x2_0000)
            .collect()
    };
    assert_eq!(within(-99, 99).await, [1, 2, 3]);
    assert_eq!(within(6, 7).await, [1, 2]);
    assert_eq!(within(14, 20).await, []);
    assert_eq!(within(13, 21).await, [2, 3]);
    let around = async |date| -> [Option<u128>; 3] {
        let around = view.sheets_around(user_id(1), day(date)).await.unwrap();
        [around.before, around.at, around.after]
            .map(|sheet| sheet.map(|sheet| sheet.id.uuid().as_u128() - 0x2_0000))
    };
    assert_eq!(around(-1).await, [None, None, Some(1)]);
    assert_eq!(around(0).await, [None, Some(1), Some(2)]);
    assert_eq!(around(13).await, [Some(1), Some(2), Some(3)]);
    assert_eq!(around(14).await, [Some(2), None, Some(3)]);
    assert_eq!(around(99).await, [Some(3), None, None]);
}

pub async fn rows_lead_to_their_sheets(store: Any) {
    // Ids that share their first 14 bytes, in two sheets, as a client's own ids may.
    let one = put(&store, with_rows(sheet(1, 1, days(0, 6)), uuid(0x50_0000), 2)).await;
    let mut line = one.lines().next().unwrap().to_line();
    line.id = punchcard::domain::id::LineId::new(uuid(0x50_0100));
    line.cells.clear();
    let mut other = sheet(2, 1, days(7, 13));
    other.rows = punchcard::domain::timesheet::rows::Rows::pack(day(7), &[line]).unwrap();
    put(&store, other).await;
    let rows = [0x50_0000, 0x50_0003, 0x50_0100, 0x50_0004, 0x50_0101, 7].map(uuid);
    let found = view(&store).await.sheets_with_rows(&rows).await.unwrap();
    let (one, two) = (Some(sheet_id(1)), Some(sheet_id(2)));
    assert_eq!(found, [one, one, two, None, None, None]);
    put(&store, sheet(1, 1, days(0, 6))).await;
    let found = view(&store).await.sheets_with_rows(&rows).await.unwrap();
    assert_eq!(found, [None, None, two, None, None, None]);
}

pub async fn tasks_are_found_by_project(store: Any) {
    let project = ProjectId::new(uuid(77));
    let tasks = (1..=3)
        .map(|n| record(task(n, Some(project))))
        .chain([record(task(4, None))]);
    store.commit(change(tasks.collect())).await.unwrap();
    put(&store, task(3, None)).await;
    let lists = view(&store).await;
    let lists = lists
        .tasks_of(&[Some(project), None, Some(ProjectId::new(uuid(78)))])
        .await
        .unwrap();
    let ids: Vec<Vec<u128>> = lists
        .iter()
        .map(|list| {
            let mut ids: Vec<u128> = list.iter().map(|task| task.id.uuid().as_u128()).collect();
            ids.sort_unstable();
            ids
        })
        .collect();
    assert_eq!(ids, [vec![1, 2], vec![3, 4], vec![]]);
}

pub async fn a_team_is_everybody_below_and_survives_cycles(store: Any) {
    for (n, manager) in [
        (1, Some(3)),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(2)),
        (5, None),
        (6, Some(6)),
    ] {
        put(&store, user(n, manager)).await;
    }
    let team = async |n| {
        let mut team = view(&store).await.team_of(user_id(n)).await.unwrap();
        team.sort_unstable();
        team
    };
    assert_eq!(team(1).await, [2, 3, 4].map(user_id));
    assert_eq!(team(2).await, [1, 3, 4].map(user_id));
    assert_eq!(team(4).await, []);
    assert_eq!(team(6).await, [], "nobody is of their own team");
    put(&store, user(2, None)).await;
    put(&store, user(4, Some(5))).await;
    assert_eq!(team(1).await, []);
    assert_eq!(team(2).await, [1, 3].map(user_id));
    assert_eq!(team(5).await, [4].map(user_id));
}

pub async fn tokens_lead_to_their_users(store: Any) {
    let owner = put(&store, user(1, None)).await;
    let made = put(&store, token(1, 1)).await;
    put(&store, token(2, 99)).await;
    let view = view(&store).await;
    assert_eq!(view.token(token(1, 1).hash).await.unwrap(), Some((made, owner)));
    assert_eq!(
        view.token(token(2, 1).hash).await.unwrap(),
        None,
        "its user is gone"
    );
    assert_eq!(view.token(token(3, 1).hash).await.unwrap(), None);
    store
        .commit(deletion(vec![record(token(1, 1)).key()]))
        .await
        .unwrap();
    let now = store.view(None).await.unwrap();
    assert_eq!(now.token(token(1, 1).hash).await.unwrap(), None);
}

pub async fn records_come_in_the_order_of_their_keys(store: Any) {
    let one = put(&store, user(1, None)).await;
    let two = put(&store, sheet(1, 1, days(0, 1))).await;
    let keys = [
        Key::Timesheet(two.id),
        Key::User(user_id(9)),
        Key::User(one.id),
        Key::Timesheet(two.id),
    ];
    let found = view(&store).await.records(&keys).await.unwrap();
    let (one, two) = (Some(Record::User(one)), Some(Record::Timesheet(two)));
    assert_eq!(found, [two.clone(), None, one, two]);
}

pub async fn a_change_set_names_a_record_once(store: Any) {
    let twice = vec![record(user(1, None)), record(user(1, Some(2)))];
    assert!(matches!(
        refused(&store, change(twice)).await,
        StoreError::Conflict { .. }
    ));
    let both = ChangeSet {
        deletes: vec![Key::User(user_id(1))],
        ..change(vec![record(user(1, None))])
    };
    assert!(matches!(refused(&store, both).await, StoreError::Conflict { .. }));
}
