//! Why tasks form no tree: orphans, circles and second main tasks, each said of the task that has
//! it (T1). Stored tasks never do; this is so that damage shows, rather than tasks vanishing.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::error::{Error, FaultCode, Faults, Path};
use crate::domain::id::TaskId;
use crate::domain::task::ProjectTask;

/// At most so many tasks of a circle are spelt out.
const SPELT_OUT: usize = 10;

/// Where each task's parent is in a list of tasks.
pub struct Parents(Vec<Option<usize>>);

impl Parents {
    /// The parents of `tasks` among them.
    pub fn of(tasks: &[Arc<ProjectTask>]) -> Self {
        let places: HashMap<TaskId, usize> = tasks.iter().map(|task| task.id).zip(0..).collect();
        let leads = tasks.iter().map(|task| task.lead_task_id);
        Self(leads.map(|lead| places.get(&lead?).copied()).collect())
    }

    /// Of each task the place of its parent among them.
    pub const fn new(places: Vec<Option<usize>>) -> Self {
        Self(places)
    }

    /// The place of the parent of the task at `place`.
    pub fn place_of(&self, place: usize) -> Option<usize> {
        self.0.get(place).copied().flatten()
    }

    /// The way up from a task of a circle until it is back at that task.
    pub fn circle(&self, place: usize) -> impl Iterator<Item = usize> {
        let mut is_round = false;
        let above = std::iter::successors(self.place_of(place), |at| self.place_of(*at));
        above.take_while(move |at| !std::mem::replace(&mut is_round, *at == place))
    }

    /// A task of every circle, once.
    pub fn circles(&self) -> Vec<usize> {
        let mut found = Vec::new();
        // From which start each task was first met, going upwards.
        let mut met: Vec<Option<usize>> = vec![None; self.0.len()];
        for start in 0..self.0.len() {
            let mut at = Some(start);
            while let Some(place) = at
                && let Some(mark @ None) = met.get_mut(place)
            {
                *mark = Some(start);
                at = self.place_of(place);
            }
            // Met on this very way: it has come back to itself.
            found.extend(at.filter(|place| met.get(*place) == Some(&Some(start))));
        }
        found
    }
}

/// What is wrong with `tasks`.
pub fn found_in(tasks: &[Arc<ProjectTask>], parents: &Parents) -> Error {
    let mut faults = Faults::default();
    let path = |place: usize| Path::of("tasks").index(place).member("leadTaskId");
    let mut has_main = false;
    for (place, task) in tasks.iter().enumerate() {
        match task.lead_task_id {
            None if has_main => {
                let message = format!("{} is a second main task", task.id);
                faults.add(path(place), FaultCode::Duplicate, message);
            }
            None => has_main = true,
            Some(lead) if parents.place_of(place).is_none() => {
                let message = format!("the parent {lead} of {} is not in the project", task.id);
                faults.add(path(place), FaultCode::UnknownReference, message);
            }
            Some(_) => {}
        }
    }
    for place in parents.circles() {
        let message = format!("the parents form a circle: {}", spell_out(tasks, parents, place));
        faults.add(path(place), FaultCode::Cycle, message);
    }
    match faults.into_result(()) {
        Err(error) => error,
        Ok(()) => Error::fault(
            Path::of("tasks"),
            FaultCode::Contradiction,
            "the tasks form no tree",
        ),
    }
}

/// `a under b under a`, for the circle that the task at `place` is in.
fn spell_out(tasks: &[Arc<ProjectTask>], parents: &Parents, place: usize) -> String {
    let name = |at: usize| tasks.get(at).map(|task| task.id.to_string()).unwrap_or_default();
    let mut text = name(place);
    for (count, at) in parents.circle(place).enumerate() {
        if count == SPELT_OUT {
            return text + " under ...";
        }
        text = text + " under " + &name(at);
    }
    text
}
