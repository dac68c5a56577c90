//! T1 and T2 for single placings, and for any placings in a row.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::ProjectId;
use crate::domain::record::Meta;
use crate::domain::task::tree::TaskTree;
use crate::domain::time::Instant;
use crate::domain::version::RowVersion;

fn task_id(number: u32) -> TaskId {
    TaskId::new(Uuid::from_u128(number.into()))
}

fn task(id: u32, lead: Option<u32>, number: u32) -> ProjectTask {
    let project = ProjectId::new(Uuid::from_u128(1));
    let made = Instant::from_epoch_micros(0);
    ProjectTask {
        lead_task_id: lead.map(task_id),
        number,
        meta: Meta {
            version: RowVersion::new(5),
            ..Meta::new(made)
        },
        ..ProjectTask::main(task_id(id), project, "task", made)
    }
}

/// What is stored, and changes.
#[derive(Clone, Debug, Default)]
struct Tasks(Vec<Arc<ProjectTask>>);

impl Tasks {
    fn of(tasks: impl IntoIterator<Item = ProjectTask>) -> Self {
        Self(tasks.into_iter().map(Arc::new).collect())
    }

    /// Places the task and answers the ids of what changed.
    fn place(&mut self, task: ProjectTask) -> Result<Vec<u32>, Error> {
        let changed = place(&self.0, task)?;
        let ids = changed.iter().map(id_of).collect();
        for task in changed {
            self.0.retain(|it| it.id != task.id);
            self.0.push(Arc::new(task));
        }
        Ok(ids)
    }

    /// The ids under `lead` in order, which must have the numbers 0..n-1.
    fn branch(&self, lead: Option<u32>) -> Vec<u32> {
        let mut branch: Vec<_> = self
            .0
            .iter()
            .filter(|it| it.lead_task_id == lead.map(task_id))
            .collect();
        branch.sort_by_key(|it| it.number);
        assert!(
            branch
                .iter()
                .map(|it| it.number)
                .eq(0..u32::try_from(branch.len()).unwrap()),
            "T2"
        );
        branch.into_iter().map(|it| id_of(it)).collect()
    }
}

fn id_of(task: &ProjectTask) -> u32 {
    u32::try_from(task.id.uuid().as_u128()).unwrap()
}

/// 1 over 10, 11, 12 and 13; 11 over 20 and 21.
fn stored() -> Tasks {
    let first = (0..4).map(|number| task(10 + number, Some(1), number));
    let second = (0..2).map(|number| task(20 + number, Some(11), number));
    Tasks::of([task(1, None, 0)].into_iter().chain(first).chain(second))
}

#[test]
fn t2_siblings_make_room_for_a_new_task() {
    for (number, branch, changed) in [
        (0, [9, 10, 11, 12, 13], vec![9, 10, 11, 12, 13]),
        (2, [10, 11, 9, 12, 13], vec![9, 12, 13]),
        (4, [10, 11, 12, 13, 9], vec![9]),
        (u32::MAX, [10, 11, 12, 13, 9], vec![9]),
    ] {
        let mut tasks = stored();
        assert_eq!(tasks.place(task(9, Some(1), number)), Ok(changed));
        assert_eq!(tasks.branch(Some(1)), branch);
    }
}

#[test]
fn t2_a_task_moves_within_its_branch_and_only_those_between_shift() {
    for (id, number, branch, changed) in [
        (13, 1, [10, 13, 11, 12], vec![13, 11, 12]),
        (10, 2, [11, 12, 10, 13], vec![10, 11, 12]),
        (11, 1, [10, 11, 12, 13], vec![11]),
    ] {
        let mut tasks = stored();
        assert_eq!(tasks.place(task(id, Some(1), number)), Ok(changed));
        assert_eq!(tasks.branch(Some(1)), branch);
    }
}

#[test]
fn t2_a_task_moves_to_another_branch_and_the_old_one_closes_up() {
    let mut tasks = stored();
    assert_eq!(tasks.place(task(12, Some(11), 1)), Ok(vec![12, 21, 13]));
    assert_eq!(tasks.branch(Some(1)), [10, 11, 13]);
    assert_eq!(tasks.branch(Some(11)), [20, 12, 21]);
}

#[test]
fn t2_siblings_that_shift_await_a_version_and_keep_the_rest() {
    let changed = place(&stored().0, task(9, Some(11), 1)).unwrap();
    let expected = ProjectTask {
        meta: task(21, None, 0).meta.changed(),
        ..task(21, Some(11), 2)
    };
    assert_eq!(changed[1..], [expected]);
}

#[test]
fn t1_a_new_task_goes_under_the_main_task_and_the_first_becomes_it() {
    let mut tasks = Tasks::default();
    assert_eq!(tasks.place(task(1, None, u32::MAX)), Ok(vec![1]));
    assert_eq!(tasks.branch(None), [1]);
    assert_eq!(tasks.place(task(2, None, u32::MAX)), Ok(vec![2]));
    assert_eq!((tasks.branch(None), tasks.branch(Some(1))), (vec![1], vec![2]));
    assert_eq!(tasks.place(task(1, None, 7)), Ok(vec![1]));
    assert_eq!(tasks.branch(None), [1]);
}

#[test]
fn t1_parents_are_of_the_same_project_and_form_no_circle() {
    let code = |result: Result<Vec<u32>, Error>| match result {
        Err(Error::Invalid(faults)) => (faults[0].path.to_string(), faults[0].code),
        other => panic!("{other:?}"),
    };
    let at = |code| ("leadTaskId".to_owned(), code);
    for (id, lead, expected) in [
        (9, 99, FaultCode::UnknownReference),
        (9, 9, FaultCode::Cycle),
        (11, 11, FaultCode::Cycle),
        (11, 20, FaultCode::Cycle),
        (1, 21, FaultCode::Cycle),
    ] {
        assert_eq!(
            code(stored().place(task(id, Some(lead), 0))),
            at(expected),
            "{id} under {lead}"
        );
    }
    let mut of_another = task(9, Some(1), 0);
    of_another.project_id = Some(ProjectId::new(Uuid::from_u128(2)));
    assert_eq!(code(stored().place(of_another)), at(FaultCode::UnknownReference));
    let mut circle = Tasks::of([task(1, None, 0), task(2, Some(3), 0), task(3, Some(2), 0)]);
    assert_eq!(code(circle.place(task(9, Some(2), 0))), at(FaultCode::Cycle));
}

#[test]
fn t2_common_tasks_are_one_branch_without_a_parent() {
    let common = |id: u32, number: u32| ProjectTask {
        project_id: None,
        ..task(id, None, number)
    };
    let mut tasks = Tasks::of([common(1, 0), common(2, 1)]);
    assert_eq!(tasks.place(common(3, 0)), Ok(vec![3, 1, 2]));
    assert_eq!(tasks.branch(None), [3, 1, 2]);
}

proptest! {
    #[test]
    fn t1_t2_any_placings_in_a_row_keep_one_dense_tree(
        steps in proptest::collection::vec((0..12_u32, proptest::option::of(0..12_u32), prop_oneof![0..6_u32, Just(u32::MAX)]), 1..40),
    ) {
        let mut tasks = Tasks::default();
        for (id, lead, number) in steps {
            let before = tasks.clone();
            let Ok(changed) = tasks.place(task(id, lead, number)) else {
                prop_assert_eq!(&tasks.0, &before.0);
                prop_assert!(lead.is_some());
                continue;
            };
            let tree = TaskTree::build(&tasks.0).unwrap();
            prop_assert_eq!(tree.nodes().len(), tasks.0.len());
            let stored = tasks.0.iter().find(|it| it.id == task_id(id)).unwrap();
            if let Some(lead) = lead {
                prop_assert_eq!(stored.lead_task_id, Some(task_id(lead)));
            }
            // Every branch is the old one without the task, and the task's own has it at its number.
            for lead in (0..12).map(Some).chain([None]) {
                let mut expected: Vec<u32> = before.branch(lead).into_iter().filter(|it| *it != id).collect();
                if stored.lead_task_id == lead.map(task_id) {
                    let at = usize::try_from(number).unwrap().min(expected.len());
                    expected.insert(at, id);
                }
                prop_assert_eq!(tasks.branch(lead), expected);
            }
            // Nothing is reported as changed that is as it was, but the task itself.
            for other in changed.into_iter().filter(|it| *it != id) {
                let find = |tasks: &Tasks| tasks.0.iter().find(|it| it.id == task_id(other)).cloned();
                prop_assert_ne!(find(&before), find(&tasks));
            }
        }
    }
}
