//! Where a task stands among the others when it is saved (T1, T2): under which parent, at which
//! number, and which siblings make room or close up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::ProjectTask;
use crate::domain::error::{Error, FaultCode, Path};
use crate::domain::id::TaskId;

/// The tasks that change when `task` is saved among `tasks`: all those of its project, or all
/// common ones, as they are stored, with or without an earlier form of itself. The first of them is
/// the task as it is to be stored; the others are siblings with new numbers.
///
/// A new task of a project that names no parent goes under the main task; in a project without
/// tasks it becomes the main task (T1). Its number is where it is put among its new siblings: a
/// number beyond them puts it last. Both branches are then numbered 0..n-1 again (T2).
///
/// Fails if its parent is not among `tasks`, or is the task itself or below it.
pub fn place(tasks: &[Arc<ProjectTask>], mut task: ProjectTask) -> Result<Vec<ProjectTask>, Error> {
    let known: HashMap<TaskId, &ProjectTask> = tasks.iter().map(|it| (it.id, it.as_ref())).collect();
    if task.lead_task_id.is_none() && task.project_id.is_some() {
        let main = tasks
            .iter()
            .find(|it| it.lead_task_id.is_none() && it.id != task.id);
        task.lead_task_id = main.map(|main| main.id);
    }
    check_parent(&known, &task)?;
    Ok(arrange(tasks, vec![task]))
}

/// The tasks that change when all of `placed` are saved among `tasks`, as [`place`] would save each:
/// `placed` in their order with their numbers, then the siblings that shift. Those that want one
/// number in one branch stand there in the order in which they are given; who wants to stay keeps its
/// place among those that stay.
///
/// That their parents are there and form no circle is not looked at. Takes time in proportion to
/// `tasks`, however many are placed.
pub fn arrange(tasks: &[Arc<ProjectTask>], mut placed: Vec<ProjectTask>) -> Vec<ProjectTask> {
    let ids: HashSet<TaskId> = placed.iter().map(|it| it.id).collect();
    let before = tasks.iter().filter(|it| ids.contains(&it.id));
    let before: HashMap<TaskId, &ProjectTask> = before.map(|it| (it.id, it.as_ref())).collect();
    let left = tasks.iter().filter_map(|it| before.get(&it.id));
    let left = left.map(|it| it.lead_task_id);
    let mut leads: Vec<Option<TaskId>> = Vec::new();
    let mut branches: HashMap<Option<TaskId>, Branch<'_>> = HashMap::new();
    for lead in placed.iter().map(|it| it.lead_task_id).chain(left) {
        branches.entry(lead).or_insert_with(|| {
            leads.push(lead);
            Branch::default()
        });
    }
    for task in tasks.iter().filter(|it| !ids.contains(&it.id)) {
        if let Some(branch) = branches.get_mut(&task.lead_task_id) {
            branch.staying.push((task.number, task.id, Sibling::Same(task)));
        }
    }
    for (place, task) in placed.iter().enumerate() {
        let stays = before
            .get(&task.id)
            .is_some_and(|it| (it.lead_task_id, it.number) == (task.lead_task_id, task.number));
        match branches.get_mut(&task.lead_task_id) {
            Some(branch) if stays => branch
                .staying
                .push((task.number, task.id, Sibling::Placed(place))),
            Some(branch) => branch.coming.push((task.number, place)),
            None => {}
        }
    }
    let mut shifted = Vec::new();
    for lead in leads {
        let ordered = branches.remove(&lead).map(Branch::ordered).unwrap_or_default();
        for (number, sibling) in (0..).zip(ordered) {
            match sibling {
                Sibling::Placed(place) => {
                    if let Some(task) = placed.get_mut(place) {
                        task.number = number;
                    }
                }
                Sibling::Same(task) if task.number == number => {}
                Sibling::Same(task) => shifted.push(ProjectTask {
                    number,
                    meta: task.meta.changed(),
                    ..task.clone()
                }),
            }
        }
    }
    placed.extend(shifted);
    placed
}

/// The tasks under one parent.
#[derive(Default)]
struct Branch<'t> {
    /// Those that stay among each other as they are.
    staying: Vec<(u32, TaskId, Sibling<'t>)>,
    /// The number that is wanted, and the position among those that are placed.
    coming: Vec<(u32, usize)>,
}

enum Sibling<'t> {
    /// As it is stored.
    Same(&'t ProjectTask),
    /// The one at this position among those that are placed.
    Placed(usize),
}

impl<'t> Branch<'t> {
    /// As they stand: who comes gets the number that is wanted, or else is the last.
    fn ordered(mut self) -> Vec<Sibling<'t>> {
        self.staying.sort_by_key(|(number, id, _)| (*number, *id));
        self.coming.sort_unstable();
        let mut ordered = Vec::with_capacity(self.staying.len() + self.coming.len());
        let mut staying = self.staying.into_iter();
        for (number, place) in self.coming {
            while u32::try_from(ordered.len()).is_ok_and(|room| room < number)
                && let Some((_, _, sibling)) = staying.next()
            {
                ordered.push(sibling);
            }
            ordered.push(Sibling::Placed(place));
        }
        ordered.extend(staying.map(|(_, _, sibling)| sibling));
        ordered
    }
}

/// T1: the parent is in the same project, and the way up from it does not lead back to the task.
fn check_parent(known: &HashMap<TaskId, &ProjectTask>, task: &ProjectTask) -> Result<(), Error> {
    let refuse = |code, message: &str| Err(Error::fault(Path::of("leadTaskId"), code, message));
    let Some(lead) = task.lead_task_id else {
        return Ok(());
    };
    let is_among = known
        .get(&lead)
        .is_some_and(|lead| lead.project_id == task.project_id);
    if !is_among && lead != task.id {
        return refuse(
            FaultCode::UnknownReference,
            "the parent is not a task of the same project",
        );
    }
    let mut above = Some(lead);
    // No way up is longer than there are tasks; this ends even where stored parents form a circle.
    for _ in 0..=known.len() {
        let Some(id) = above else { return Ok(()) };
        if id == task.id {
            return refuse(FaultCode::Cycle, "the parent is the task itself or below it");
        }
        above = known.get(&id).and_then(|task| task.lead_task_id);
    }
    refuse(FaultCode::Cycle, "the parents of the parent form a circle")
}

#[cfg(test)]
mod tests;
