//! T8: sizes at which anything quadratic or recursive would show; and that planning stops when it is
//! told to. How long it takes is printed, never judged.

use std::ops::ControlFlow;

use super::super::{Changes, plan};
use super::kit::*;
use crate::domain::import::{Catalog, Collection, OnError, Report, TaskRow};

const MANY: u32 = 10_000;

fn numbered(number: u32) -> TaskRow {
    TaskRow {
        external_id: Some(format!("t{number}")),
        ..task(key("Main"), "Task")
    }
}

fn lands(rows: Vec<TaskRow>) {
    let mut world = World::default();
    let payload = joined(projects([project("Main")]), tasks(rows));
    let mut catalog = Catalog::new([]);
    let (mut report, mut ids) = (Report::default(), 0);
    let begun = std::time::Instant::now();
    let mut next = || {
        ids += 1;
        uuid(ids)
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    let changes = plan(
        &payload,
        &mut catalog,
        OnError::Fail,
        NOW,
        &mut next,
        &mut report,
        go_on,
    );
    println!("{MANY} tasks in {:?}", begun.elapsed());
    assert_eq!(report.fault_count, 0);
    assert_eq!(report.counts(Collection::Tasks).created, u64::from(MANY));
    assert_eq!(changes.puts.len(), 2 + usize::try_from(MANY).unwrap());
    world.records = changes.puts;
    let begun = std::time::Instant::now();
    let mut catalog = Catalog::new(world.records);
    let mut report = Report::default();
    let changes = plan(
        &payload,
        &mut catalog,
        OnError::Fail,
        NOW,
        &mut next,
        &mut report,
        go_on,
    );
    println!("the same again in {:?}", begun.elapsed());
    assert_eq!(report.counts(Collection::Tasks).unchanged, u64::from(MANY));
    assert_eq!(changes, Changes::default());
}

#[test]
fn t8_ten_thousand_new_tasks_under_one_parent_land() {
    lands((0..MANY).map(numbered).collect());
}

#[test]
fn t8_a_chain_of_ten_thousand_tasks_lands_though_parents_come_later() {
    let below = |number| {
        let parent = (number + 1 < MANY).then(|| external(&format!("t{}", number + 1)));
        TaskRow {
            parent,
            ..numbered(number)
        }
    };
    lands((0..MANY).map(below).collect());
}

#[test]
fn i11_a_circle_of_ten_thousand_tasks_is_found_and_not_spelt_to_the_end() {
    let below = |number| TaskRow {
        parent: Some(external(&format!("t{}", (number + 1) % MANY))),
        ..numbered(number)
    };
    let mut world = World::default();
    let ran = world.import(&joined(projects([project("Main")]), tasks((0..MANY).map(below))));
    assert_eq!(ran.report.fault_count, u64::from(MANY) + 1);
    assert!(ran.message().ends_with("Task -> ..."), "{}", ran.message());
}

#[test]
fn i17_planning_stops_when_it_is_told_to_and_nothing_changes() {
    let payload = customers([customer("A"), customer("B"), customer("C")]);
    let (mut catalog, mut report) = (Catalog::default(), Report::default());
    let mut told = 0;
    let mut stop = |done| {
        told = done;
        if done == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut id = || uuid(1);
    let changes = plan(
        &payload,
        &mut catalog,
        OnError::Skip,
        NOW,
        &mut id,
        &mut report,
        &mut stop,
    );
    assert_eq!((changes, told), (Changes::default(), 2));
}
