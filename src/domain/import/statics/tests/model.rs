//! Random payloads on random data against models that look through lists: what becomes of each row
//! and what is stored then, and that the same payload changes nothing the second time (I6).

use proptest::prelude::*;

use super::kit::*;
use crate::domain::import::{Collection, CustomerRow, OnError, Payload, ProjectRow};
use crate::domain::organization::Contact;
use crate::domain::record::{Key, Record};

mod branch;
mod flat;

use flat::{Flat, Kind, Row};

fn text(options: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), prop::sample::select(options).prop_map(Some)]
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![4 => Just(None), 1 => Just(Some(true)), 1 => Just(Some(false))]
}

fn time() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![3 => Just(None), 1 => Just(Some(10)), 1 => Just(Some(20))]
}

fn row() -> impl Strategy<Value = Row> {
    let id = prop_oneof![2 => Just(None), 1 => (1..6_u128).prop_map(Some), 1 => (50..53_u128).prop_map(Some)];
    let name = prop_oneof![1 => Just(None), 5 => prop::sample::select(&["A", "B", "C"][..]).prop_map(Some)];
    (
        id,
        text(&["x", "y", "z"]),
        name,
        text(&["1", "2"]),
        text(&["p", "q"]),
        flag(),
        time(),
    )
        .prop_map(|(id, external, name, second, more, deleted, last)| Row {
            id,
            external,
            name,
            second,
            more,
            deleted,
            last,
        })
}

/// Rows of which some are told twice.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let twice = prop::collection::vec((row(), prop::bool::weighted(0.1)), 1..7);
    twice.prop_map(|rows| {
        rows.into_iter()
            .flat_map(|(row, twice)| vec![row; 1 + usize::from(twice)])
            .collect()
    })
}

fn payload_of(kind: Kind, rows: &[Row]) -> Payload {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    match kind {
        Kind::Customer => customers(rows.iter().map(|row| CustomerRow {
            id: row.id.map(org),
            external_id: owned(row.external),
            name: owned(row.name),
            number: row.second.map(|it| Some(it.to_owned())),
            contact: Contact {
                city: row.more.map(Into::into),
                ..Contact::default()
            },
            deleted: row.deleted,
            last_update: row.last.map(at),
        })),
        Kind::Project => projects(rows.iter().map(|row| ProjectRow {
            id: row.id.map(prj),
            external_id: owned(row.external),
            name: owned(row.name),
            code: row.second.map(|it| Some(it.to_owned())),
            description: row.more.map(|it| Some(it.to_owned())),
            deleted: row.deleted,
            last_update: row.last.map(at),
            ..ProjectRow::default()
        })),
    }
}

fn flats(kind: Kind, world: &World) -> Vec<Flat> {
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let flat = |record: &Record| match (kind, record) {
        (Kind::Customer, Record::Organization(it)) => Some(Flat {
            id: it.id.uuid().as_u128(),
            name: it.name.to_string(),
            second: text(&it.number),
            external: text(&it.external_id),
            more: it.contact.as_ref().and_then(|it| text(&it.city)),
            is_active: it.meta.is_active,
            last: it.last_update.map(crate::domain::time::Instant::epoch_micros),
        }),
        (Kind::Project, Record::Project(it)) => Some(Flat {
            id: it.id.uuid().as_u128(),
            name: it.name.to_string(),
            second: text(&it.code),
            external: text(&it.external_id),
            more: text(&it.description),
            is_active: it.meta.is_active,
            last: it.last_update.map(crate::domain::time::Instant::epoch_micros),
        }),
        _ => None,
    };
    world.records.iter().filter_map(flat).collect()
}

/// Without the ids that nobody gave, sorted.
fn comparable(mut flats: Vec<Flat>) -> Vec<Flat> {
    for flat in &mut flats {
        if flat.id >= 1_000 {
            flat.id = 0;
        }
    }
    flats.sort();
    flats
}

fn check(kind: Kind, on_error: OnError, stored: &[Vec<Row>], rows: &[Row]) -> Result<(), TestCaseError> {
    let mut world = World::default();
    for before in stored {
        world.skip(&payload_of(kind, before));
    }
    let before = flats(kind, &world);
    let (expected, after) = flat::import(kind, &before, rows);
    let collection = match kind {
        Kind::Customer => Collection::Customers,
        Kind::Project => Collection::Projects,
    };
    let is_refused = on_error == OnError::Fail && expected.contains(&flat::Outcome::Failed);
    let payload = payload_of(kind, rows);
    let ran = world.import_with(on_error, &payload);
    prop_assert_eq!(
        ran.counts(collection),
        flat::counts(&expected),
        "{:?}: {:?}",
        &expected,
        ran.faults()
    );
    let mut failed: Vec<usize> = ran
        .report
        .faults
        .iter()
        .map(|it| it.place.unwrap().index as usize)
        .collect();
    failed.dedup();
    let expected_failed: Vec<usize> = (0..)
        .zip(&expected)
        .filter(|(_, it)| **it == flat::Outcome::Failed)
        .map(|(index, _)| index)
        .collect();
    prop_assert_eq!(failed, expected_failed);
    let after = if is_refused { before } else { after };
    prop_assert_eq!(comparable(flats(kind, &world)), comparable(after));
    if !ran.report.has_faults() {
        let again = world.import(&payload);
        let [created, updated, _, archived, _, failed] = again.counts(collection);
        prop_assert_eq!(
            [created, updated, archived, failed],
            [0; 4],
            "{:?}",
            again.faults()
        );
        prop_assert!(again.changes.puts.is_empty());
    }
    Ok(())
}

fn mode() -> impl Strategy<Value = OnError> {
    prop_oneof![Just(OnError::Fail), Just(OnError::Skip)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn i3_to_i7_customers_become_what_the_model_says(on_error in mode(), stored in prop::collection::vec(rows(), 0..3), rows in rows()) {
        check(Kind::Customer, on_error, &stored, &rows)?;
    }

    #[test]
    fn i3_to_i7_projects_become_what_the_model_says(on_error in mode(), stored in prop::collection::vec(rows(), 0..3), rows in rows()) {
        check(Kind::Project, on_error, &stored, &rows)?;
    }

    #[test]
    fn i3_to_i11_tasks_become_what_the_model_says(
        is_common in prop::bool::weighted(0.2),
        stored in branch::stored(),
        rows in prop::collection::vec(branch::row(), 1..6),
    ) {
        branch::check(is_common, &stored, &rows)?;
    }
}

/// The key of a stored task.
fn task_key(number: u128) -> Key {
    Key::Task(tsk(number))
}
