//! Pages of lists against the plainest way to make them: filter and sort everything (X5).

use std::borrow::Cow;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use punchcard::domain::model::Property;
use punchcard::domain::model::entities::{task, timesheet, user};
use punchcard::domain::query::{Comparison, Filter, Order, Page, Query, TextMatch, Value};
use punchcard::domain::record::{Kind, Record};
use punchcard::store::View;

use super::Fresh;
use super::samples::{self, change, day, days, record, sheet, user_id};

const USERS: u128 = 6;

/// A company small enough that pages often meet its ends.
fn company() -> Vec<Record> {
    let mut records = Vec::new();
    for n in 0..USERS {
        let manager = n.checked_sub(2);
        records.push(record(samples::user(n, manager)));
    }
    for n in 0..60 {
        // Ids that do not go with the dates, several sheets on one date, periods of any length.
        let owner = n % USERS;
        let from = i32::try_from(n / USERS).unwrap() * 10;
        let length = i32::try_from(n * 7 % 9).unwrap();
        records.push(record(sheet(n * 37 % 60, owner, days(from, from + length))));
    }
    for n in 0..20 {
        let project = (n % 3 > 0).then(|| samples::uuid(n % 3).into());
        records.push(record(samples::task(n, project)));
    }
    records
}

fn naive(all: &[Record], query: &Query) -> Page {
    let mut matching: Vec<&Record> = all
        .iter()
        .filter(|record| record.key().kind() == query.kind && query.filter.holds(record) == Some(true))
        .collect();
    matching.sort_by(|a, b| query.compare(a, b));
    let is_before = |it: &Record| {
        query
            .after
            .as_ref()
            .is_some_and(|at| query.compare_to(it, at).is_le())
    };
    let is_after = |it: &Record| {
        query
            .before
            .as_ref()
            .is_some_and(|at| query.compare_to(it, at).is_ge())
    };
    // Where the cursors cross, a record counts for the end from which the page starts.
    let (mut skipped, mut behind, mut window) = (0, 0, Vec::new());
    for it in matching.iter().copied() {
        match (is_before(it), is_after(it)) {
            (false, false) => window.push(it),
            (true, true) if query.from_end => behind += 1,
            (true, _) => skipped += 1,
            (false, true) => behind += 1,
        }
    }
    let cut = window.len().saturating_sub(query.limit);
    let page = if query.from_end {
        &window[cut..]
    } else {
        &window[..window.len() - cut]
    };
    Page {
        records: page.iter().map(|record| (*record).clone()).collect(),
        has_previous: skipped > 0 || (query.from_end && cut > 0),
        has_next: behind > 0 || (!query.from_end && cut > 0),
        total: query.count.then_some(matching.len() as u64),
    }
}

fn properties(kind: Kind) -> Vec<&'static Property> {
    punchcard::domain::model::entity(kind).properties.to_vec()
}

fn id_value(kind: Kind) -> BoxedStrategy<Value<'static>> {
    let user = (0..USERS + 1).prop_map(|n| Value::Id(user_id(n).uuid()));
    let own = match kind {
        Kind::Timesheet => (0..62_u128)
            .prop_map(|n| Value::Id(samples::sheet_id(n).uuid()))
            .boxed(),
        Kind::Task => (0..22_u128).prop_map(|n| Value::Id(samples::uuid(n))).boxed(),
        _ => user.clone().boxed(),
    };
    prop_oneof![user, own].boxed()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    prop::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn date_value() -> impl Strategy<Value = Value<'static>> {
    (-5..110_i32).prop_map(|n| Value::Date(day(n)))
}

fn condition(kind: Kind) -> BoxedStrategy<Filter> {
    let (ids, dates): (Vec<&'static Property>, Vec<&'static Property>) = match kind {
        Kind::Timesheet => (
            vec![&timesheet::USER_ID, &timesheet::ID],
            vec![&timesheet::DATE_FROM, &timesheet::DATE_TO],
        ),
        Kind::Task => (vec![&task::PROJECT_ID, &task::ID], vec![]),
        _ => (vec![&user::ID, &user::MANAGER_ID], vec![&user::EMPLOYED_FROM]),
    };
    let name = match kind {
        Kind::Timesheet => &timesheet::NAME,
        Kind::Task => &task::NAME,
        _ => &user::NAME,
    };
    let by_id = (prop::sample::select(ids.clone()), comparison(), id_value(kind))
        .prop_map(|(property, comparison, value)| Filter::Compare(property, comparison, value));
    let in_ids = (
        prop::sample::select(ids.clone()),
        prop::collection::vec(id_value(kind), 0..4),
    )
        .prop_map(|(property, values)| Filter::In(property, values));
    let text = "[0-9]".prop_map(move |part| Filter::Text(name, TextMatch::Contains, part));
    let null = prop::sample::select(properties(kind)).prop_map(Filter::IsNull);
    if dates.is_empty() {
        return prop_oneof![by_id, in_ids, text, null].boxed();
    }
    let by_date = (prop::sample::select(dates), comparison(), date_value())
        .prop_map(|(property, comparison, value)| Filter::Compare(property, comparison, value));
    prop_oneof![1 => by_id, 1 => in_ids, 1 => text, 1 => null, 2 => by_date].boxed()
}

fn filter(kind: Kind) -> BoxedStrategy<Filter> {
    condition(kind)
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
                inner.prop_map(|it| Filter::Not(Box::new(it))),
            ]
        })
        .boxed()
}

fn order(kind: Kind) -> BoxedStrategy<Vec<Order>> {
    let by = (prop::sample::select(properties(kind)), any::<bool>())
        .prop_map(|(property, descending)| Order { property, descending });
    let any_order = prop::collection::vec(by, 0..3);
    if kind != Kind::Timesheet {
        return any_order.boxed();
    }
    let by_date = any::<bool>().prop_map(|descending| {
        vec![Order {
            property: &timesheet::DATE_FROM,
            descending,
        }]
    });
    prop_oneof![any_order, by_date].boxed()
}

/// A query of the company's records; its cursors stand at records of it, or at none.
fn query(all: Arc<Vec<Record>>) -> impl Strategy<Value = Query> {
    let kind = prop::sample::select(vec![Kind::Timesheet, Kind::User, Kind::Task]);
    kind.prop_flat_map(move |kind| {
        let at: Vec<Record> = all.iter().filter(|it| it.key().kind() == kind).cloned().collect();
        let cursor = || prop::option::of(prop::sample::select(at.clone()));
        let every = prop_oneof![Just(Filter::ALL), filter(kind)];
        let flags = (0..12_usize, any::<bool>(), any::<bool>(), any::<u8>());
        (every, order(kind), cursor(), cursor(), flags).prop_map(
            move |(filter, order, after, before, (limit, from_end, count, odd))| {
                let mut query = Query {
                    kind,
                    filter,
                    order,
                    after: None,
                    before: None,
                    limit,
                    from_end,
                    count,
                };
                query.after = after.map(|at| query.cursor(&at));
                query.before = before.map(|at| query.cursor(&at));
                if odd < 8
                    && let Some(key) = query.after.as_mut().and_then(|it| it.keys.first_mut())
                {
                    // What a client made up: a position of another type.
                    *key = Value::Text(Cow::Borrowed("?"));
                }
                query
            },
        )
    })
}

pub async fn pages_are_what_sorting_everything_gives(fresh: fn() -> Fresh) {
    let fresh = fresh();
    let committed = fresh.store.commit(change(company())).await.unwrap();
    let view = fresh.store.view(None).await.unwrap();
    let all = Arc::new(committed.records);
    let check = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut runner = TestRunner::new(Config::with_cases(2_000));
        let outcome = runner.run(&query(all.clone()), |query| {
            let page = runtime.block_on(View::page(&*view, &query)).unwrap();
            let wanted = naive(&all, &query);
            let ids = |page: &Page| {
                page.records
                    .iter()
                    .map(|it| it.key().uuid().as_u128())
                    .collect::<Vec<_>>()
            };
            prop_assert_eq!(ids(&page), ids(&wanted));
            prop_assert_eq!(page.records, wanted.records);
            prop_assert_eq!(
                (page.has_previous, page.has_next, page.total),
                (wanted.has_previous, wanted.has_next, wanted.total)
            );
            Ok(())
        });
        outcome.unwrap();
    };
    tokio::task::spawn_blocking(check).await.unwrap();
}
