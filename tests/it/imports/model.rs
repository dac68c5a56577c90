//! Imports of bookings, people's own hours between them and sheets that close and open, against a
//! model that knows no sheets: bookings by name, and the hours of each day on each task.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use punchcard::domain::approval::ApprovalStatus;
use punchcard::domain::hours::Hours;
use punchcard::domain::import::{EntryRow, ImportOptions, Moment, OnError, Reference};
use punchcard::domain::time::{Date, Instant};

use super::desk::{Desk, by_email, website};
use crate::support::company::Person;
use crate::support::records::task_id;

const PEOPLE: [Person; 2] = [Person::Ivan, Person::Olga];
const MINUTE: i64 = 60_000_000;

/// What a row says, in small numbers.
#[derive(Clone, Debug)]
struct Says {
    name: u8,
    owner: usize,
    /// 2 or 3, or none.
    task: Option<u8>,
    day: i32,
    /// Minutes from midnight on until when, and for how long; or hundredths of hours of the day.
    time: Result<(i64, i64), i64>,
    words: u8,
    deleted: Option<bool>,
    age: Option<i64>,
}

#[derive(Clone, Debug)]
enum Happens {
    Import(Vec<Says>),
    FillIn {
        owner: usize,
        task: u8,
        day: i32,
        hours: Option<i32>,
    },
    Close {
        owner: usize,
        day: i32,
    },
    Open {
        owner: usize,
        day: i32,
    },
}

fn says() -> impl Strategy<Value = Says> {
    let time = prop_oneof![
        (0..1_440_i64, 0..150_i64).prop_map(Ok),
        (0..200_i64).prop_map(Err),
    ];
    let task = prop::option::of(2..4_u8);
    let deleted = prop::option::weighted(0.3, any::<bool>());
    let age = prop::option::of(0..4_i64);
    (0..6_u8, 0..2_usize, task, 0..14_i32, time, 0..3_u8, deleted, age).prop_map(
        |(name, owner, task, day, time, words, deleted, age)| Says {
            name,
            owner,
            task,
            day,
            time,
            words,
            deleted,
            age,
        },
    )
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => prop::collection::vec(says(), 1..6).prop_map(Happens::Import),
        2 => (0..2_usize, 2..4_u8, 0..14_i32, prop::option::of(0..8_i32))
            .prop_map(|(owner, task, day, hours)| Happens::FillIn { owner, task, day, hours }),
        1 => (0..2_usize, 0..14_i32).prop_map(|(owner, day)| Happens::Close { owner, day }),
        1 => (0..2_usize, 0..14_i32).prop_map(|(owner, day)| Happens::Open { owner, day }),
    ]
}

fn first_day() -> Date {
    "2024-03-04".parse().unwrap()
}

fn date(day: i32) -> Date {
    first_day().plus_days(day)
}

fn midnight(day: i32) -> Instant {
    format!("{}T00:00:00Z", date(day)).parse().unwrap()
}

/// Which of the two weeks.
fn week(owner: usize, day: i32) -> (usize, i32) {
    (owner, day.div_euclid(7))
}

/// A booking as the model knows it; the owner's clock shows UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Booking {
    owner: usize,
    task: Option<u8>,
    day: i32,
    time: Result<(i64, i64), i64>,
    words: u8,
    deleted: bool,
    age: Option<i64>,
}

impl Booking {
    /// What it brings to which day, in microseconds; nothing to its first day if it is deleted.
    fn parts(&self) -> Vec<(i32, i64)> {
        let mut parts = match self.time {
            Err(hundredths) => vec![(self.day, hundredths * 36_000_000)],
            Ok((from, minutes)) => {
                let today = minutes.min(1_440 - from);
                let both = [
                    (self.day, today * MINUTE),
                    (self.day + 1, (minutes - today) * MINUTE),
                ];
                both.into_iter().filter(|(_, worked)| *worked > 0).collect()
            }
        };
        if parts.is_empty() {
            parts.push((self.day, 0));
        }
        if self.deleted {
            parts.truncate(1);
            parts[0].1 = 0;
        }
        parts
    }
}

type Spot = (usize, Option<u8>, i32);

#[derive(Default, Debug)]
struct Model {
    bookings: BTreeMap<u8, Booking>,
    hours: BTreeMap<Spot, i64>,
    open: BTreeSet<(usize, i32)>,
    closed: BTreeSet<(usize, i32)>,
}

#[derive(Default, PartialEq, Eq, Debug)]
struct Tally {
    created: u64,
    updated: u64,
    unchanged: u64,
    archived: u64,
    skipped: u64,
    failed: u64,
}

impl Model {
    /// What bookings bring to a spot, in units of hours.
    fn brought(&self, spot: Spot) -> i64 {
        let (owner, task, day) = spot;
        let here = self
            .bookings
            .values()
            .filter(|it| (it.owner, it.task) == (owner, task));
        let worked: i64 = here
            .flat_map(Booking::parts)
            .filter(|(on, _)| *on == day)
            .map(|(_, worked)| worked)
            .sum();
        (worked + 18_000).div_euclid(36_000)
    }

    fn import(&mut self, rows: &[Says]) -> Tally {
        let mut tally = Tally::default();
        let mut first_rows: BTreeMap<u8, &Says> = BTreeMap::new();
        let mut changes: Vec<(u8, Booking)> = Vec::new();
        for row in rows {
            if let Some(first) = first_rows.get(&row.name) {
                if format!("{first:?}") == format!("{row:?}") {
                    tally.unchanged += 1;
                } else {
                    tally.failed += 1;
                }
                continue;
            }
            first_rows.insert(row.name, row);
            let before = self.bookings.get(&row.name);
            if row.age.is_some() && row.age < before.and_then(|it| it.age) {
                tally.skipped += 1;
                continue;
            }
            let deleted = row.deleted.unwrap_or(before.is_some_and(|it| it.deleted));
            let after = Booking {
                owner: row.owner,
                task: row.task,
                day: row.day,
                time: row.time,
                words: row.words,
                deleted,
                age: row.age.or(before.and_then(|it| it.age)),
            };
            if before == Some(&after) || (before.is_none() && deleted) {
                tally.unchanged += 1;
                continue;
            }
            let touched = before
                .iter()
                .flat_map(|it| it.parts().into_iter().map(|part| (it.owner, part.0)));
            let mut touched = touched.chain(after.parts().into_iter().map(|part| (after.owner, part.0)));
            if touched.any(|(owner, day)| self.closed.contains(&week(owner, day))) {
                tally.failed += 1;
                continue;
            }
            match before {
                None => tally.created += 1,
                Some(before) if after.deleted && !before.deleted => tally.archived += 1,
                Some(_) => tally.updated += 1,
            }
            changes.push((row.name, after));
        }
        let spots = |it: &Booking| -> Vec<Spot> {
            it.parts()
                .into_iter()
                .map(|(day, _)| (it.owner, it.task, day))
                .collect()
        };
        let mut touched: BTreeSet<Spot> = BTreeSet::new();
        for (name, after) in &changes {
            touched.extend(spots(after));
            touched.extend(self.bookings.get(name).map(spots).unwrap_or_default());
            for (day, _) in after.parts() {
                self.open.insert(week(after.owner, day));
            }
        }
        let before: BTreeMap<Spot, i64> = touched.iter().map(|spot| (*spot, self.brought(*spot))).collect();
        self.bookings.extend(changes);
        for (spot, before) in before {
            let difference = self.brought(spot) - before;
            let hours = self.hours.entry(spot).or_default();
            *hours = (*hours + difference).max(0);
        }
        tally
    }
}

fn row(says: &Says) -> EntryRow {
    let mut row = EntryRow {
        external_id: Some(format!("e{}", says.name).into()),
        user: Some(by_email(PEOPLE[says.owner])),
        project: Some(Reference::Key("P1".into())),
        task: Some(says.task.map(|task| Reference::Id(task_id(task.into()).uuid()))),
        description: Some(Some(["", "one", "two"][usize::from(says.words)].into())),
        deleted: says.deleted,
        last_update: says.age.map(Instant::from_epoch_micros),
        ..EntryRow::default()
    };
    match says.time {
        Err(hundredths) => {
            row.date = Some(date(says.day));
            row.hours = Some(Hours::from_units(hundredths * 1_000));
        }
        Ok((from, minutes)) => {
            let logon = midnight(says.day).plus_seconds(from * 60);
            row.logon = Some(Moment::Instant(logon));
            row.logoff = Some(Moment::Local(logon.plus_seconds(minutes * 60).epoch_micros()));
        }
    }
    row
}

async fn compare(desk: &Desk, model: &Model) {
    for (owner, person) in PEOPLE.into_iter().enumerate() {
        let found: BTreeMap<Spot, i64> = desk
            .cells(person)
            .await
            .into_iter()
            .map(|((target, date), (hours, _))| {
                let task = target
                    .task_id
                    .map(|id| u8::try_from(id.uuid().as_u128() & 0xff).unwrap());
                ((owner, task, date.days_since(first_day())), hours.units())
            })
            .filter(|(_, hours)| *hours != 0)
            .collect();
        let wanted: BTreeMap<Spot, i64> = model
            .hours
            .iter()
            .filter(|((of, ..), hours)| *of == owner && **hours != 0)
            .map(|(spot, hours)| (*spot, *hours))
            .collect();
        assert_eq!(found, wanted, "the hours of {person:?}");
        let mut found: Vec<(i32, String, bool)> = desk
            .bookings(person)
            .await
            .into_iter()
            .map(|(date, it)| {
                let name = it.external_id.unwrap().to_string();
                (date.days_since(first_day()), name, it.is_deleted)
            })
            .collect();
        found.sort();
        let mut wanted: Vec<(i32, String, bool)> = model
            .bookings
            .iter()
            .filter(|(_, it)| it.owner == owner)
            .flat_map(|(name, it)| {
                let parts = it.parts().into_iter();
                parts.map(move |(day, _)| (day, format!("e{name}"), it.deleted))
            })
            .collect();
        wanted.sort();
        assert_eq!(found, wanted, "the bookings of {person:?}");
    }
}

async fn live_through(history: Vec<Happens>) {
    let desk = Desk::open().await;
    let mut model = Model::default();
    let skip = ImportOptions {
        on_error: OnError::Skip,
        dry_run: false,
    };
    for event in history {
        match event {
            Happens::Import(rows) => {
                let payload: Vec<EntryRow> = rows.iter().map(row).collect();
                let wanted = model.import(&rows);
                let report = desk.import(payload.clone(), skip).await;
                let counts = report.time_entries;
                let found = Tally {
                    created: counts.created,
                    updated: counts.updated,
                    unchanged: counts.unchanged,
                    archived: counts.archived,
                    skipped: counts.skipped,
                    failed: counts.failed,
                };
                assert_eq!(found, wanted, "{:#?}", report.faults);
                let again = desk.import(payload, skip).await.time_entries;
                assert_eq!((again.created, again.updated, again.archived), (0, 0, 0), "I6");
            }
            Happens::FillIn {
                owner,
                task,
                day,
                hours,
            } if model.open.contains(&week(owner, day)) => {
                let hours = hours.map(Hours::whole);
                desk.fill_in(PEOPLE[owner], website(Some(task.into())), date(day), hours)
                    .await;
                let units = hours.map_or(0, Hours::units);
                model.hours.insert((owner, Some(task), day), units);
            }
            Happens::Close { owner, day } if model.open.contains(&week(owner, day)) => {
                desk.set_status(PEOPLE[owner], date(day), ApprovalStatus::Submitted)
                    .await;
                model.closed.insert(week(owner, day));
            }
            Happens::Open { owner, day } if model.open.contains(&week(owner, day)) => {
                desk.set_status(PEOPLE[owner], date(day), ApprovalStatus::Draft)
                    .await;
                model.closed.remove(&week(owner, day));
            }
            Happens::FillIn { .. } | Happens::Close { .. } | Happens::Open { .. } => {}
        }
        compare(&desk, &model).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn i13_hours_are_what_people_typed_and_bookings_brought(
        history in prop::collection::vec(happens(), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(live_through(history));
    }
}
