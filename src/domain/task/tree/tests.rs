//! T1 to T8 on trees that are written down, on deep ones, and on any against a recursive model.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::error::{Fault, FaultCode};
use crate::domain::id::ProjectId;
use crate::domain::project::{BillingType, ProjectState};
use crate::domain::record::Meta;
use crate::domain::task::Assignees;
use crate::domain::time::{Date, Instant};

fn task_id(number: u32) -> TaskId {
    TaskId::new(Uuid::from_u128(number.into()))
}

fn user(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn week() -> Period {
    Period::new(date("2021-03-22"), date("2021-03-28")).unwrap()
}

/// An enterable task `id` under `lead`.
fn task(id: u32, lead: Option<u32>, number: u32) -> ProjectTask {
    let project = ProjectId::new(Uuid::from_u128(1));
    ProjectTask {
        lead_task_id: lead.map(task_id),
        number,
        ..ProjectTask::main(task_id(id), project, "task", Instant::from_epoch_micros(0))
    }
}

fn project() -> Project {
    Project {
        id: ProjectId::new(Uuid::from_u128(1)),
        meta: Meta::new(Instant::from_epoch_micros(0)),
        name: "project".into(),
        code: None,
        organization_id: None,
        billing_type: BillingType::TimeAndMaterial,
        state: ProjectState::Open,
        manager_id: None,
        first_booking_date: None,
        last_booking_date: None,
        estimate: None,
        description: None,
        terms: None,
        working_time_limit: None,
        excludes_common_tasks: false,
        external_id: None,
        last_update: None,
    }
}

fn shared(tasks: impl IntoIterator<Item = ProjectTask>) -> Vec<Arc<ProjectTask>> {
    tasks.into_iter().map(Arc::new).collect()
}

fn tree(tasks: impl IntoIterator<Item = ProjectTask>) -> TaskTree {
    TaskTree::build(&shared(tasks)).unwrap()
}

/// `id structNumber indent` of every task in order.
fn outline(tree: &TaskTree) -> Vec<String> {
    tree.nodes().map(describe).collect()
}

fn describe(node: TaskNode<'_>) -> String {
    let id = node.task().id.uuid().as_u128();
    format!("{id} {} {}", node.struct_number(), node.indent())
}

/// `id` of every offered task, with a `+` where time may be booked.
fn offered(tree: &TaskTree, project: &Project, owner: UserId) -> Vec<String> {
    let offered = tree.offered(project, owner, week());
    assert_eq!(tree.offers_any(project, owner, week()), !offered.is_empty(), "T7");
    let text = |it: &OfferedTask<'_>| {
        let mark = if it.allow_entry { "+" } else { "" };
        format!("{}{mark}", it.node.task().id.uuid().as_u128())
    };
    offered.iter().map(text).collect()
}

#[test]
fn t3_t6_numbers_are_one_based_and_ordered_as_numbers() {
    let children = (0..11).map(|number| task(100 + number, Some(1), number));
    let below = [
        task(200, Some(109), 1),
        task(201, Some(109), 0),
        task(202, Some(201), 0),
    ];
    let tree = tree(children.rev().chain(below).chain([task(1, None, 0)]));
    let expected = [
        "1 0 0",
        "100 1 1",
        "101 2 1",
        "102 3 1",
        "103 4 1",
        "104 5 1",
        "105 6 1",
        "106 7 1",
        "107 8 1",
        "108 9 1",
        "109 10 1",
        "201 10.1 2",
        "202 10.1.1 3",
        "200 10.2 2",
        "110 11 1",
    ];
    assert_eq!(outline(&tree), expected);
    let leads: Vec<_> = tree.nodes().map(TaskNode::lead_task_id).take(2).collect();
    assert_eq!(leads, [None, Some(task_id(1))]);
    let numbers: Vec<_> = tree
        .nodes()
        .map(|node| (node.number(), node.task().number))
        .collect();
    assert!(numbers.iter().all(|(shown, stored)| *shown == *stored as usize));
}

#[test]
fn t6_equal_numbers_are_ordered_by_id() {
    let tree = tree([task(3, Some(1), 0), task(2, Some(1), 0), task(1, None, 0)]);
    assert_eq!(outline(&tree), ["1 0 0", "2 1 1", "3 2 1"]);
}

#[test]
fn t1_a_project_without_tasks_has_an_empty_tree() {
    assert_eq!(tree([]).nodes().len(), 0);
    assert!(!tree([]).offers_any(&project(), user(7), week()));
}

#[test]
fn t1_damage_is_reported_and_nothing_vanishes() {
    let faults = |tasks: Vec<ProjectTask>| -> Vec<Fault> {
        match TaskTree::build(&shared(tasks)) {
            Err(Error::Invalid(faults)) => faults,
            other => panic!("{other:?}"),
        }
    };
    let main = || task(1, None, 0);
    let found = |tasks: Vec<ProjectTask>| -> Vec<String> {
        let faults = faults(tasks);
        faults
            .iter()
            .map(|fault| format!("{} {}", fault.path, fault.code.as_str()))
            .collect()
    };
    assert_eq!(
        found(vec![main(), task(2, Some(9), 0), task(3, Some(2), 0)]),
        ["tasks[1].leadTaskId UNKNOWN_REFERENCE"]
    );
    assert_eq!(
        found(vec![main(), task(2, None, 0)]),
        ["tasks[1].leadTaskId DUPLICATE"]
    );
    assert_eq!(found(vec![task(1, Some(1), 0)]), ["tasks[0].leadTaskId CYCLE"]);
    assert_eq!(
        found(vec![
            task(5, Some(4), 0),
            main(),
            task(2, Some(3), 0),
            task(3, Some(4), 0),
            task(4, Some(2), 0),
            task(6, Some(6), 0)
        ]),
        ["tasks[4].leadTaskId CYCLE", "tasks[5].leadTaskId CYCLE"]
    );
    let circle = faults(vec![main(), task(2, Some(3), 0), task(3, Some(2), 0)]);
    let (two, three) = (task_id(2), task_id(3));
    assert!(
        circle[0]
            .message
            .ends_with(&format!(": {two} under {three} under {two}")),
        "{}",
        circle[0].message
    );
    let long = faults((0..100).map(|id| task(id, Some((id + 1) % 100), 0)).collect());
    assert_eq!((long.len(), long[0].code), (1, FaultCode::Cycle));
    assert!(long[0].message.ends_with(" under ..."));
}

/// Tasks of every standing, most of them under the main task, which is shut.
fn of_every_standing() -> TaskTree {
    let shut = |id: u32, lead: Option<u32>, number: u32| ProjectTask {
        is_open: false,
        ..task(id, lead, number)
    };
    let of = |users: &[u128]| Assignees::only(users.iter().copied().map(user).collect());
    let mut tasks = [
        shut(1, None, 0),
        // An inner task may be enterable itself.
        task(2, Some(1), 0),
        shut(3, Some(2), 0),
        task(4, Some(3), 0),
        task(5, Some(1), 1),
        task(6, Some(5), 0),
        task(7, Some(1), 2),
        task(8, Some(1), 3),
        task(9, Some(1), 4),
        task(10, Some(1), 5),
    ];
    tasks[4].allows_entry = false;
    tasks[5].assignees = of(&[8]);
    tasks[6].assignees = of(&[7, 8]);
    tasks[7].first_booking_date = Some(date("2021-03-29"));
    tasks[8].last_booking_date = Some(date("2021-03-22"));
    tasks[9].meta.is_active = false;
    tree(tasks)
}

#[test]
fn t4_t5_what_is_offered_is_the_enterable_tasks_and_their_ancestors() {
    let tree = of_every_standing();
    assert_eq!(
        offered(&tree, &project(), user(7)),
        ["1", "2+", "3", "4+", "7+", "9+"]
    );
    assert_eq!(
        offered(&tree, &project(), user(8)),
        ["1", "2+", "3", "4+", "5", "6+", "7+", "9+"]
    );
    let numbers = tree.offered(&project(), user(7), week());
    let numbers: Vec<_> = numbers.iter().map(|it| it.node.struct_number()).collect();
    assert_eq!(
        numbers,
        ["0", "1", "1.1", "1.1.1", "3", "5"],
        "T3: filters never renumber"
    );
}

#[test]
fn t5_t7_a_project_offers_only_while_it_is_open_and_on_dates_that_it_shares_with_the_task() {
    let tree = of_every_standing();
    let mut late = project();
    late.first_booking_date = Some(date("2021-03-23"));
    assert_eq!(offered(&tree, &late, user(7)), ["1", "2+", "3", "4+", "7+"]);
    let mut suspended = project();
    suspended.state = ProjectState::Suspended;
    let mut archived = project();
    archived.meta.is_active = false;
    let mut ended = project();
    ended.last_booking_date = Some(date("2021-03-21"));
    for closed in [suspended, archived, ended] {
        assert_eq!(offered(&tree, &closed, user(7)), [""; 0]);
    }
}

#[test]
fn common_tasks_are_offered_last_under_the_main_task_unless_the_project_excludes_them() {
    let common = |id: u32, number: u32| ProjectTask {
        project_id: None,
        ..task(id, None, number)
    };
    let tasks = [
        task(1, None, 0),
        task(2, Some(1), 0),
        ProjectTask {
            is_open: false,
            ..task(3, Some(2), 0)
        },
    ];
    let tree = tree(tasks).with_common(&shared([common(9, 1), common(10, 0)]));
    assert_eq!(outline(&tree), ["1 0 0", "2 1 1", "3 1.1 2", "10 2 1", "9 3 1"]);
    assert_eq!(offered(&tree, &project(), user(7)), ["1+", "2+", "10+", "9+"]);
    let leads: Vec<_> = tree.nodes().map(TaskNode::lead_task_id).collect();
    assert_eq!(leads[3..], [Some(task_id(1)); 2]);
    let excluding = Project {
        excludes_common_tasks: true,
        ..project()
    };
    assert_eq!(offered(&tree, &excluding, user(7)), ["1+", "2+"]);
}

#[test]
fn t8_a_chain_of_10_000_tasks_overflows_nothing() {
    let chain = (0..10_000).map(|id| ProjectTask {
        allows_entry: id == 9_999,
        ..task(id, id.checked_sub(1), 0)
    });
    let tree = tree(chain.rev());
    let offered = tree.offered(&project(), user(7), week());
    assert_eq!(offered.len(), 10_000);
    let deepest = offered[9_999];
    assert!(deepest.allow_entry);
    assert_eq!(deepest.node.indent(), 9_999);
    assert_eq!(deepest.node.struct_number(), vec!["1"; 9_999].join("."));
    let circle = (0..10_000).map(|id| task(id, Some((id + 1) % 10_000), 0));
    assert!(TaskTree::build(&shared(circle)).is_err());
}

/// The plain reading of T3, T4 and T6: `(id, structNumber, indent)` depth first, and whether the
/// task or one below it is enterable.
fn model(
    tasks: &[ProjectTask],
    lead: Option<u32>,
    prefix: &str,
    indent: usize,
    out: &mut Vec<(String, bool)>,
) -> bool {
    let mut branch: Vec<&ProjectTask> = tasks
        .iter()
        .filter(|it| it.lead_task_id == lead.map(task_id))
        .collect();
    branch.sort_by_key(|it| it.number);
    let mut any = false;
    for (place, it) in branch.into_iter().enumerate() {
        let number = match (indent, prefix) {
            (0, _) => "0".to_owned(),
            (1, _) => format!("{}", place + 1),
            (_, prefix) => format!("{prefix}.{}", place + 1),
        };
        let at = out.len();
        let id = u32::try_from(it.id.uuid().as_u128()).unwrap();
        out.push((format!("{id} {number} {indent}"), false));
        out[at].1 = model(tasks, Some(id), &number, indent + 1, out) || it.allows_entry;
        any |= out[at].1;
    }
    any
}

fn trees() -> impl Strategy<Value = Vec<ProjectTask>> {
    let child = (any::<proptest::sample::Index>(), any::<bool>());
    (any::<bool>(), proptest::collection::vec(child, 0..30)).prop_flat_map(|(main_allows, children)| {
        let mut tasks = vec![ProjectTask {
            allows_entry: main_allows,
            ..task(0, None, 0)
        }];
        for (parent, allows_entry) in children {
            let parent = u32::try_from(parent.index(tasks.len())).unwrap();
            let siblings = tasks
                .iter()
                .filter(|it| it.lead_task_id == Some(task_id(parent)))
                .count();
            let id = u32::try_from(tasks.len()).unwrap();
            let number = u32::try_from(siblings).unwrap();
            tasks.push(ProjectTask {
                allows_entry,
                ..task(id, Some(parent), number)
            });
        }
        Just(tasks).prop_shuffle()
    })
}

proptest! {
    #[test]
    fn t3_t4_t6_any_tree_is_laid_out_as_the_recursive_reading_says(tasks in trees()) {
        let tree = tree(tasks.clone());
        let mut expected = Vec::new();
        model(&tasks, None, "", 0, &mut expected);
        prop_assert!(outline(&tree).iter().eq(expected.iter().map(|(text, _)| text)));
        let offered = tree.offered(&project(), user(7), week());
        let wanted = expected.iter().filter(|(_, wanted)| *wanted).map(|(text, _)| text.as_str());
        prop_assert!(offered.iter().map(|it| describe(it.node)).eq(wanted));
        prop_assert!(offered.iter().all(|it| it.allow_entry == it.node.task().allows_entry));
    }

    #[test]
    fn t1_any_parents_at_all_give_a_whole_tree_or_a_fault(leads in proptest::collection::vec(proptest::option::of(0..12_u32), 0..10)) {
        let tasks = shared((0..).zip(&leads).map(|(id, lead)| task(id, *lead, 0)));
        match TaskTree::build(&tasks) {
            Ok(tree) => prop_assert_eq!(tree.nodes().len(), tasks.len()),
            Err(Error::Invalid(faults)) => prop_assert!(!faults.is_empty() && faults[0].code != FaultCode::Contradiction),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}
