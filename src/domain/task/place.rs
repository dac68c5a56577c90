//! Where a task stands among the others when it is saved (T1, T2): under which parent, at which
//! number, and which siblings make room or close up.

use std::collections::HashMap;
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
    let before = known.get(&task.id).copied();
    if task.lead_task_id.is_none() && task.project_id.is_some() {
        let main = tasks
            .iter()
            .find(|it| it.lead_task_id.is_none() && it.id != task.id);
        task.lead_task_id = main.map(|main| main.id);
    }
    check_parent(&known, &task)?;

    let branch = |lead: Option<TaskId>| {
        let mut siblings: Vec<&ProjectTask> = tasks
            .iter()
            .map(Arc::as_ref)
            .filter(|it| it.lead_task_id == lead && it.id != task.id)
            .collect();
        siblings.sort_by_key(|it| (it.number, it.id));
        siblings
    };
    let siblings = branch(task.lead_task_id);
    let room = usize::try_from(task.number).map_or(siblings.len(), |at| at.min(siblings.len()));
    let left = before
        .filter(|before| before.lead_task_id != task.lead_task_id)
        .map(|before| branch(before.lead_task_id))
        .unwrap_or_default();

    task.number = u32::try_from(room).unwrap_or(u32::MAX);
    let (ahead, behind) = siblings.split_at(room);
    let mut changed = vec![task];
    changed.extend(renumbered(ahead, 0));
    changed.extend(renumbered(behind, room + 1));
    changed.extend(renumbered(&left, 0));
    Ok(changed)
}

/// Those of `branch` that do not have the numbers from `first` on, with them.
fn renumbered(branch: &[&ProjectTask], first: usize) -> impl Iterator<Item = ProjectTask> {
    branch.iter().zip(first..).filter_map(|(task, number)| {
        let number = u32::try_from(number)
            .ok()
            .filter(|number| *number != task.number)?;
        Some(ProjectTask {
            number,
            meta: task.meta.changed(),
            ..(*task).clone()
        })
    })
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
