//! Trees: parents wherever they are listed, numbers, circles.

use super::kit::*;
use crate::domain::import::{Collection, ProjectRow, TaskRow};

const LIST: Collection = Collection::Tasks;

fn new(name: &str) -> TaskRow {
    task(by_id(1), name)
}

fn below(parent: &str, name: &str) -> TaskRow {
    TaskRow {
        parent: Some(key(parent)),
        ..new(name)
    }
}

/// The project 1 with main task 1,001 over A, B, C, and B over D.
fn stored() -> World {
    let mut world = World::default();
    world.project(1, "Main", None, None);
    world
        .task(1, Some(1), Some(1_001), "A", None)
        .task(2, Some(1), Some(1_001), "B", Some("b"));
    world
        .task(3, Some(1), Some(1_001), "C", None)
        .task(4, Some(1), Some(2), "D", None);
    world
}

#[test]
fn t1_parents_may_come_later_and_are_named_by_id_external_id_or_name() {
    let mut world = World::default();
    let row = |id, parent: Option<crate::domain::import::Reference>, name: &str| TaskRow {
        id: Some(tsk(id)),
        external_id: Some(format!("t{id}")),
        parent,
        ..new(name)
    };
    let payload = joined(
        projects([ProjectRow {
            id: Some(prj(1)),
            ..project("Main")
        }]),
        tasks([
            row(10, Some(by_id(11)), "a"),
            row(11, Some(external("t12")), "b"),
            row(12, Some(key("c")), "d"),
            row(13, None, "c"),
            row(14, Some(key("Main")), "e"),
        ]),
    );
    let ran = world.import(&payload);
    assert_eq!(ran.faults(), [""; 0]);
    let lead = |id| world.task_of(id).lead_task_id;
    let main = world.tasks().find(|it| it.lead_task_id.is_none()).unwrap().id;
    assert_eq!(
        [10, 11, 12, 13, 14].map(lead),
        [tsk(11), tsk(12), tsk(13), main, main].map(Some)
    );
    assert_eq!(world.import(&payload).counts(LIST), [0, 0, 5, 0, 0, 0]);
}

#[test]
fn t1_a_name_means_what_is_called_so_after_the_import() {
    let mut world = stored();
    let renamed = TaskRow {
        id: Some(tsk(1)),
        ..new("Z")
    };
    let ran = world.clone().import(&tasks([below("A", "x"), renamed.clone()]));
    assert_eq!(ran.faults(), ["tasks[0].parentName UNKNOWN_REFERENCE"]);
    let twice = world
        .clone()
        .import(&tasks([below("D", "C"), below("C", "x"), new("C")]));
    assert_eq!(
        twice.faults(),
        ["tasks[1].parentName UNKNOWN_REFERENCE"],
        "two of that name"
    );
    world.import(&tasks([below("Z", "x"), renamed, below("D", "D")]));
    assert_eq!(
        (world.branch(tsk(1)), world.branch(tsk(4))),
        (vec!["x"], vec!["D"])
    );
}

#[test]
fn t2_new_and_moved_tasks_stand_last_and_the_others_close_up() {
    let mut world = stored();
    let ran = world.import(&tasks([
        new("X"),
        below("A", "W"),
        TaskRow {
            id: Some(tsk(2)),
            ..below("A", "B")
        },
        new("Y"),
    ]));
    assert_eq!(ran.counts(LIST), [3, 1, 0, 0, 0, 0]);
    assert_eq!(world.branch(tsk(1_001)), ["A", "C", "X", "Y"]);
    assert_eq!(
        (world.branch(tsk(1)), world.branch(tsk(2))),
        (vec!["W", "B"], vec!["D"])
    );
    // What changes otherwise stays where it is.
    let mut world = stored();
    world.import(&tasks([
        TaskRow {
            id: Some(tsk(1)),
            parent: Some(by_id(2)),
            ..new("A")
        },
        TaskRow {
            id: Some(tsk(2)),
            ..new("B2")
        },
    ]));
    assert_eq!(
        (world.branch(tsk(1_001)), world.branch(tsk(2))),
        (vec!["B2", "C"], vec!["D", "A"])
    );
}

#[test]
fn i11_a_circle_refuses_its_project_and_is_spelt_out() {
    let mut world = stored();
    world.project(2, "Other", None, None);
    let payload = joined(
        projects([
            ProjectRow {
                id: Some(prj(5)),
                ..project("New")
            },
            ProjectRow {
                description: Some(Some("x".to_owned())),
                ..project("Main")
            },
        ]),
        tasks([
            TaskRow {
                parent: Some(key("q")),
                ..task(by_id(5), "p")
            },
            TaskRow {
                parent: Some(key("p")),
                ..task(by_id(5), "q")
            },
            TaskRow {
                parent: Some(key("p")),
                ..task(by_id(5), "below")
            },
            task(by_id(5), "aside"),
            // Through a stored task that no row is about: D is under B.
            TaskRow {
                id: Some(tsk(2)),
                ..below("D", "B")
            },
            new("aside"),
            task(by_id(2), "good"),
        ]),
    );
    let ran = world.skip(&payload);
    let cycle = |path: &str| format!("{path} CYCLE");
    assert_eq!(
        ran.faults(),
        [
            cycle("projects[0].tasks"),
            cycle("projects[1].tasks"),
            cycle("tasks[0].parentId"),
            cycle("tasks[1].parentId"),
            cycle("tasks[2]"),
            cycle("tasks[3]"),
            cycle("tasks[4].parentId"),
            cycle("tasks[5]")
        ]
    );
    let messages: Vec<_> = ran.report.faults.iter().map(|it| it.message.as_str()).collect();
    assert!(messages[0].contains("p -> q -> p"), "{}", messages[0]);
    assert!(
        messages[1].contains("B -> D -> B") || messages[1].contains("D -> B -> D"),
        "{}",
        messages[1]
    );
    assert!(messages[3].contains("p -> q -> p"), "{}", messages[3]);
    assert_eq!(ran.counts(LIST), [1, 0, 0, 0, 0, 6]);
    assert_eq!(world.projects().count(), 2);
    assert_eq!(world.project_of(1).description, None);
    assert!(ran.catalog.projects.get(uuid(5)).is_none());
    assert_eq!(ran.catalog.projects.get(uuid(1)).unwrap().description, None);
    assert_eq!(world.branch(tsk(1_002)), ["good"]);
}

#[test]
fn i11_a_task_under_itself_is_a_circle_and_so_is_the_main_task_under_another() {
    for row in [
        below("X", "X"),
        TaskRow {
            id: Some(tsk(9)),
            parent: Some(by_id(9)),
            ..new("X")
        },
        TaskRow {
            id: Some(tsk(1_001)),
            parent: Some(by_id(3)),
            ..new("Main")
        },
        TaskRow {
            id: Some(tsk(2)),
            estimate: Some(Some(crate::domain::hours::Hours::whole(-1))),
            ..below("D", "B")
        },
    ] {
        let mut world = stored();
        let ran = world.import(&tasks([row]));
        assert!(
            ran.faults().contains(&"tasks[0].parentId CYCLE".to_owned()),
            "{:?}",
            ran.faults()
        );
    }
    let mut world = stored();
    let rows = [
        TaskRow {
            estimate: Some(Some(crate::domain::hours::Hours::whole(-1))),
            ..below("q", "p")
        },
        below("p", "q"),
    ];
    let ran = world.import(&tasks(rows));
    assert_eq!(
        ran.faults(),
        [
            "tasks[0].estimate OUT_OF_RANGE",
            "tasks[0].parentId CYCLE",
            "tasks[1].parentId CYCLE"
        ]
    );
}

#[test]
fn i11_a_circle_that_only_a_faulty_row_closes_is_one_too() {
    let mut world = stored();
    let leaves = TaskRow {
        id: Some(tsk(4)),
        parent: Some(key("Main")),
        estimate: Some(Some(crate::domain::hours::Hours::whole(-1))),
        ..new("D")
    };
    let follows = TaskRow {
        id: Some(tsk(2)),
        ..below("D", "B")
    };
    let ran = world.skip(&tasks([leaves, follows]));
    assert_eq!(
        ran.faults(),
        [
            "tasks[0].estimate OUT_OF_RANGE",
            "tasks[0].parentId CYCLE",
            "tasks[1].parentId CYCLE"
        ]
    );
    assert_eq!(world.branch(tsk(1_001)), ["A", "B", "C"]);
}
