//! Tasks of projects and common ones: matching, merging, what they are refused for.

use super::kit::*;
use crate::domain::error::FaultCode;
use crate::domain::hours::Hours;
use crate::domain::import::{Collection, Place, ProjectRow, TaskRow};
use crate::domain::project::Project;
use crate::domain::record::Entity;
use crate::domain::task::ProjectTask;

const LIST: Collection = Collection::Tasks;

/// The project 1 with its main task 1,001.
fn stored() -> World {
    let mut world = World::default();
    world.project(1, "A", None, Some("p"));
    world
}

fn new(name: &str) -> TaskRow {
    task(by_id(1), name)
}

fn known(external_id: &str, name: &str) -> TaskRow {
    TaskRow {
        external_id: Some(external_id.to_owned()),
        ..new(name)
    }
}

fn faults(world: &World, rows: impl IntoIterator<Item = TaskRow>) -> Vec<String> {
    world.clone().import(&tasks(rows)).faults()
}

#[test]
fn i3_a_task_is_matched_by_id_by_external_id_or_by_name_under_its_parent() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Phase", None)
        .task(2, Some(1), Some(1), "Dev", None);
    world
        .task(3, Some(1), Some(1_001), "Dev", Some("t"))
        .task(4, Some(1), Some(1_001), "Test", None);
    let estimate = |row: TaskRow, hours| TaskRow {
        estimate: Some(Some(Hours::whole(hours))),
        ..row
    };
    let ran = world.import(&tasks([
        estimate(
            TaskRow {
                parent: Some(key("Phase")),
                ..new(" Dev ")
            },
            2,
        ),
        estimate(known("t", "Dev"), 3),
        estimate(
            TaskRow {
                id: Some(tsk(4)),
                name: None,
                project: None,
                ..new("")
            },
            4,
        ),
        TaskRow {
            id: Some(tsk(77)),
            ..estimate(new("Phase"), 1)
        },
        TaskRow {
            id: Some(tsk(78)),
            ..new("New")
        },
    ]));
    assert_eq!(ran.faults(), [""; 0]);
    assert_eq!(ran.counts(LIST), [1, 4, 0, 0, 0, 0]);
    for id in 1..=4 {
        assert_eq!(
            world.task_of(id).estimate,
            Some(Hours::whole(i32::try_from(id).unwrap())),
            "{id}"
        );
    }
    assert_eq!(ran.catalog.tasks.get(uuid(77)).unwrap().id, tsk(1));
    assert_eq!(world.branch(tsk(1_001)), ["Phase", "Dev", "Test", "New"]);
    assert_eq!(world.task_of(78).lead_task_id, Some(tsk(1_001)));
}

#[test]
fn i3_external_ids_tell_apart_tasks_that_are_named_alike() {
    let mut world = stored();
    let payload = tasks([known("x", "Dev"), known("y", "Dev")]);
    assert_eq!(world.import(&payload).counts(LIST), [2, 0, 0, 0, 0, 0]);
    assert_eq!(world.import(&payload).counts(LIST), [0, 0, 2, 0, 0, 0]);
    assert_eq!(faults(&world, [new("Dev")]), ["tasks[0].name TAKEN"]);
    // One that has none yet is the one that the first new one means.
    let mut world = stored();
    world.task(1, Some(1), Some(1_001), "Dev", None);
    assert_eq!(world.import(&payload).counts(LIST), [1, 1, 0, 0, 0, 0]);
    assert_eq!(world.task_of(1).external_id.as_deref(), Some("x"));
    // What is known by its name alone stays the only one of that name.
    let mut world = stored();
    world.task(1, Some(1), Some(1_001), "Dev", Some("z"));
    assert_eq!(
        faults(&world, [new("Dev"), known("y", "Dev")]),
        ["tasks[1].name DUPLICATE"]
    );
    assert_eq!(
        faults(&world, [known("y", "Dev"), new("Dev")]),
        ["tasks[1].name TAKEN"]
    );
}

#[test]
fn i3_common_tasks_are_matched_by_external_id_or_name_and_have_no_parent() {
    let mut world = World::default();
    world
        .task(1, None, None, "Meetings", None)
        .task(2, None, None, "Travel", Some("t"));
    let row = |name: &str| TaskRow {
        name: Some(name.to_owned()),
        ..TaskRow::default()
    };
    let trip = TaskRow {
        external_id: Some("t".to_owned()),
        ..row("Trips")
    };
    let ran = world.import(&common([row("Meetings"), trip, row("Training")]));
    assert_eq!(ran.counts(Collection::CommonTasks), [1, 1, 1, 0, 0, 0]);
    assert_eq!(
        (&*world.task_of(2).name, world.task_of(1_000_001).number),
        ("Trips", 2)
    );
    let wrong = TaskRow {
        project: Some(by_id(1)),
        parent: Some(key("Travel")),
        ..row("X")
    };
    let ran = world.import(&common([wrong]));
    assert_eq!(
        ran.faults(),
        [
            "commonTasks[0].projectId CONTRADICTION",
            "commonTasks[0].parentId CONTRADICTION"
        ]
    );
}

#[test]
fn i4_deleted_archives_a_task_and_false_restores_it() {
    let mut world = stored();
    world.task(1, Some(1), Some(1_001), "Dev", None);
    for (deleted, counts, is_active) in [
        (Some(true), [0, 0, 0, 1, 0, 0], false),
        (Some(true), [0, 0, 1, 0, 0, 0], false),
        (None, [0, 0, 1, 0, 0, 0], false),
        (Some(false), [0, 1, 0, 0, 0, 0], true),
    ] {
        let ran = world.import(&tasks([TaskRow {
            deleted,
            ..new("Dev")
        }]));
        assert_eq!(ran.counts(LIST), counts, "{deleted:?}");
        assert_eq!(world.task_of(1).meta.is_active, is_active, "{deleted:?}");
    }
    let unknown = TaskRow {
        id: Some(tsk(9)),
        name: None,
        deleted: Some(true),
        ..new("")
    };
    assert_eq!(world.import(&tasks([unknown])).counts(LIST), [0, 0, 1, 0, 0, 0]);
}

#[test]
fn i5_an_older_row_neither_moves_nor_renames_its_task() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Dev", None)
        .task(2, Some(1), Some(1_001), "Phase", None);
    let row = |name: &str, micros, parent| TaskRow {
        id: Some(tsk(1)),
        last_update: Some(at(micros)),
        parent,
        ..new(name)
    };
    world.import(&tasks([row("Dev", 20, None)]));
    let ran = world.import(&tasks([
        row("X", 19, Some(key("Phase"))),
        TaskRow {
            parent: Some(key("Dev")),
            ..new("Sub")
        },
    ]));
    assert_eq!(ran.counts(LIST), [1, 0, 0, 0, 1, 0]);
    assert_eq!(
        (world.branch(tsk(1_001)), world.branch(tsk(1))),
        (vec!["Dev", "Phase"], vec!["Sub"])
    );
    assert_eq!(
        world
            .import(&tasks([row("X", 21, Some(key("Phase")))]))
            .counts(LIST),
        [0, 1, 0, 0, 0, 0]
    );
    assert_eq!(world.branch(tsk(2)), ["X"]);
}

#[test]
fn i6_a_changed_tree_takes_a_version_of_its_project_and_the_same_again_none() {
    let mut world = stored();
    let before = world.project_of(1).meta.version;
    let payload = joined(
        projects([project("A")]),
        tasks([
            new("Dev"),
            TaskRow {
                parent: Some(key("Dev")),
                ..new("Sub")
            },
        ]),
    );
    let ran = world.import(&payload);
    assert_eq!(ran.counts(Collection::Projects), [0, 0, 1, 0, 0, 0]);
    assert!(ran.changes.puts.iter().any(|it| it.key() == Project::key(prj(1))));
    assert!(world.project_of(1).meta.version > before);
    let again = world.import(&payload);
    assert_eq!(
        (again.counts(LIST), again.changes.puts.len()),
        ([0, 0, 2, 0, 0, 0], 0)
    );
}

#[test]
fn i7_equal_tasks_collapse_and_different_ones_are_an_error_that_names_both() {
    let world = stored();
    let row = |name: &str| TaskRow {
        id: Some(tsk(5)),
        ..new(name)
    };
    let ran = world
        .clone()
        .import(&tasks([row("N"), row("N"), new("M"), new("M")]));
    assert_eq!(ran.counts(LIST), [2, 0, 2, 0, 0, 0]);
    let below = TaskRow {
        parent: Some(key("M")),
        ..new("Sub")
    };
    let named = [new("M"), below, new("M")];
    assert_eq!(faults(&world, named), [""; 0], "equal rows bear one name");
    let ran = world.clone().import(&tasks([row("N"), row("M")]));
    assert_eq!(ran.faults(), ["tasks[1].id DUPLICATE"]);
    assert_eq!(
        ran.message(),
        "tasks[0] and tasks[1] are about the same task, but differ"
    );
    assert_eq!(
        faults(&world, [known("x", "N"), known("x", "M")]),
        ["tasks[1].externalId DUPLICATE"]
    );
    let other = TaskRow {
        id: Some(tsk(6)),
        ..new("N")
    };
    assert_eq!(faults(&world, [row("N"), other]), ["tasks[1].name DUPLICATE"]);
    // The same id in two projects.
    let mut world = world;
    world.project(2, "B", None, None);
    let elsewhere = TaskRow {
        id: Some(tsk(5)),
        ..task(by_id(2), "N")
    };
    assert_eq!(faults(&world, [row("N"), elsewhere]), ["tasks[1].id DUPLICATE"]);
}

#[test]
fn i7_names_and_external_ids_of_other_tasks_are_taken() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Dev", Some("x"))
        .task(2, Some(1), Some(1_001), "Test", None);
    let row = |row: TaskRow| TaskRow {
        id: Some(tsk(2)),
        ..row
    };
    assert_eq!(faults(&world, [row(new("Dev"))]), ["tasks[0].name TAKEN"]);
    assert_eq!(
        faults(&world, [row(known("x", "Test"))]),
        ["tasks[0].externalId TAKEN"]
    );
    world.project(2, "B", None, None);
    assert_eq!(
        faults(
            &world,
            [TaskRow {
                id: Some(tsk(2)),
                ..task(by_id(2), "Test")
            }]
        ),
        ["tasks[0].id FOREIGN_ID"]
    );
    // It is free where its bearer leaves it, whatever the order.
    let leaves = TaskRow {
        id: Some(tsk(1)),
        ..new("Other")
    };
    assert_eq!(faults(&world, [leaves.clone(), row(new("Dev"))]), [""; 0]);
    assert_eq!(faults(&world, [row(new("Dev")), leaves]), [""; 0]);
}

#[test]
fn i10_a_task_of_an_unknown_or_faulty_project_is_a_fault_that_says_so() {
    let mut world = stored();
    let bad = ProjectRow {
        external_id: Some("bad".to_owned()),
        ..project("\u{7}")
    };
    let nested = Place {
        within: Some(0),
        ..Place::at(LIST, 0)
    };
    let mut payload = joined(
        projects([bad, project("Good")]),
        tasks([
            new("Dev"),
            task(key("Nowhere"), "X"),
            TaskRow {
                project: None,
                ..new("Y")
            },
            task(external("bad"), "Z"),
        ]),
    );
    payload.tasks[0].place = nested;
    let ran = world.skip(&payload);
    assert_eq!(
        ran.faults(),
        [
            "projects[0].name MALFORMED",
            "projects[0].tasks[0].projectId UNKNOWN_REFERENCE",
            "tasks[1].projectCode UNKNOWN_REFERENCE",
            "tasks[2].projectId REQUIRED",
            "tasks[3].projectExternalId UNKNOWN_REFERENCE"
        ]
    );
    for place in [1, 4] {
        assert_eq!(
            ran.report.faults[place].message,
            "the project is in projects[0], which is faulty"
        );
    }
    assert_eq!(world.projects().count(), 2);
    assert_eq!(world.tasks().count(), 2, "two main tasks");
}

#[test]
fn i10_an_unknown_parent_is_a_fault_and_so_is_what_is_below_a_faulty_task() {
    let mut world = stored();
    let below = |parent: &str, name: &str| TaskRow {
        parent: Some(key(parent)),
        ..new(name)
    };
    let bad = TaskRow {
        estimate: Some(Some(Hours::whole(-1))),
        ..new("Bad")
    };
    let rows = [
        below("Sub", "Subsub"),
        below("Bad", "Sub"),
        bad,
        below("Nowhere", "X"),
        new("Good"),
    ];
    let ran = world.skip(&tasks(rows));
    assert_eq!(
        ran.faults(),
        [
            "tasks[0].parentName UNKNOWN_REFERENCE",
            "tasks[1].parentName UNKNOWN_REFERENCE",
            "tasks[2].estimate OUT_OF_RANGE",
            "tasks[3].parentName UNKNOWN_REFERENCE"
        ]
    );
    assert_eq!(
        ran.report.faults[1].message,
        "the parent is in tasks[2], which is faulty"
    );
    assert_eq!(
        ran.report.faults[3].message,
        "there is no task in the project \"Nowhere\""
    );
    assert_eq!(world.branch(tsk(1_001)), ["Good"]);
}

#[test]
fn i10_nothing_new_goes_under_what_is_archived_unless_the_payload_restores_it() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Dev", None)
        .task(2, Some(1), Some(1), "Sub", None);
    world.archive(ProjectTask::key(tsk(1)));
    let below = |name: &str| TaskRow {
        parent: Some(by_id(1)),
        ..new(name)
    };
    assert_eq!(faults(&world, [below("New")]), ["tasks[0].parentId NOT_OPEN"]);
    assert_eq!(faults(&world, [below("Sub")]), [""; 0], "it was there before");
    let restored = TaskRow {
        deleted: Some(false),
        ..new("Dev")
    };
    assert_eq!(faults(&world, [below("New"), restored]), [""; 0]);
    world.archive(Project::key(prj(1)));
    assert_eq!(faults(&world, [new("New")]), ["tasks[0].projectId NOT_OPEN"]);
    let mut payload = tasks([new("New")]);
    payload.projects = projects([ProjectRow {
        deleted: Some(false),
        ..project("A")
    }])
    .projects;
    assert_eq!(world.clone().import(&payload).faults(), [""; 0]);
    assert_eq!(FaultCode::NotOpen.as_str(), "NOT_OPEN");
}

#[test]
fn i10_a_row_that_knows_a_parent_by_name_archives_or_restores_it_wherever_it_is_listed() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Dev", None)
        .task(2, Some(1), Some(1), "Dev", None);
    let below = |parent, name: &str| TaskRow {
        parent: Some(by_id(parent)),
        ..new(name)
    };
    let deleted = |is_deleted, row: TaskRow| TaskRow {
        deleted: Some(is_deleted),
        ..row
    };
    let refused = [below(1, "New"), deleted(true, new("Dev"))];
    assert_eq!(faults(&world, refused), ["tasks[0].parentId NOT_OPEN"]);
    let lower = [below(2, "New"), deleted(true, below(1, "Dev"))];
    assert_eq!(faults(&world, lower), ["tasks[0].parentId NOT_OPEN"]);
    let other = [below(2, "New"), deleted(true, new("Dev"))];
    assert_eq!(faults(&world, other), [""; 0], "the upper one is archived");
    world
        .archive(ProjectTask::key(tsk(1)))
        .archive(ProjectTask::key(tsk(2)));
    let other = [below(2, "New"), deleted(false, new("Dev"))];
    assert_eq!(faults(&world, other), ["tasks[0].parentId NOT_OPEN"]);
    let both = [
        below(2, "New"),
        deleted(false, below(1, "Dev")),
        deleted(false, new("Dev")),
    ];
    assert_eq!(faults(&world, both), [""; 0]);
}

#[test]
fn i7_an_external_id_that_one_row_gives_up_may_be_taken_by_another() {
    let mut world = stored();
    world
        .task(1, Some(1), Some(1_001), "Dev", Some("x"))
        .task(2, Some(1), Some(1_001), "Ops", Some("y"));
    let given = |id, external: &str| TaskRow {
        id: Some(tsk(id)),
        name: None,
        ..known(external, "")
    };
    for rows in [[given(1, "y"), given(2, "z")], [given(2, "z"), given(1, "y")]] {
        let mut world = world.clone();
        assert_eq!(world.import(&tasks(rows)).faults(), [""; 0]);
        let externals = [1, 2].map(|id| world.task_of(id).external_id.clone().unwrap().to_string());
        assert_eq!(externals, ["y", "z"]);
    }
    let exchanged = [given(1, "y"), given(2, "x")];
    let refused = ["tasks[0].externalId DUPLICATE", "tasks[1].externalId DUPLICATE"];
    assert_eq!(faults(&world, exchanged), refused);
}
