//! What tasks are called under their parent (I3). External ids tell apart what is named alike: many
//! tasks may have one name there, as long as at most one of them has no external id.

use std::collections::HashMap;

use crate::domain::id::TaskId;
use crate::domain::import::catalog::Missing;
use crate::domain::task::ProjectTask;

/// A task with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearer {
    /// The task.
    pub id: TaskId,
    /// The row about it, if there is one.
    pub part: Option<usize>,
}

#[derive(Debug, Default)]
struct Bearers {
    /// Without an external id.
    plain: Vec<Bearer>,
    /// With one.
    known: Vec<Bearer>,
    /// The row that found its task by this name alone: no other may be called so.
    called: Option<usize>,
}

/// Names under parents.
#[derive(Debug, Default)]
pub struct Names(HashMap<(Option<TaskId>, Box<str>), Bearers>);

impl Names {
    /// A task has its name, by the row at `part`.
    pub fn add(&mut self, task: &ProjectTask, part: Option<usize>) {
        let key = (task.lead_task_id, task.name.clone());
        let bearers = self.0.entry(key).or_default();
        let bearer = Bearer { id: task.id, part };
        bearers.plain.retain(|it| it.id != task.id);
        if task.external_id.is_none() {
            bearers.plain.push(bearer);
            return;
        }
        // Only where there is one is a known one ever found by its name.
        if matches!(bearers.known.as_slice(), [only] if only.id == task.id) {
            bearers.known.clear();
        }
        bearers.known.push(bearer);
    }

    /// The task that a row means by this name: one without an external id, else the only one, if the
    /// row gives no external id itself.
    pub fn bearer(
        &self,
        lead: Option<TaskId>,
        name: &str,
        has_external: bool,
    ) -> Result<Option<Bearer>, Missing> {
        let Some(bearers) = self.0.get(&(lead, name.into())) else {
            return Ok(None);
        };
        match (bearers.plain.as_slice(), bearers.known.as_slice()) {
            ([one], _) => Ok(Some(*one)),
            ([], [one]) if !has_external => Ok(Some(*one)),
            ([], []) => Ok(None),
            ([], _) if has_external => Ok(None),
            _ => Err(Missing::Ambiguous),
        }
    }

    /// The row at `part` knows its task by this name alone.
    pub fn call(&mut self, lead: Option<TaskId>, name: &str, part: usize) {
        if let Some(bearers) = self.0.get_mut(&(lead, name.into())) {
            bearers.called.get_or_insert(part);
        }
    }

    /// Another task that has the name which `task` is to have, and no external id that tells them
    /// apart. If it `keeps` the name, only what a row is about counts.
    pub fn rival(&self, task: &ProjectTask, keeps: bool) -> Option<Bearer> {
        let bearers = self.0.get(&(task.lead_task_id, task.name.clone()))?;
        let known = match task.external_id {
            None => bearers.known.as_slice(),
            Some(_) => &[],
        };
        let mut rivals = bearers.plain.iter().chain(known.iter());
        let rival = rivals.find(|it| it.id != task.id && !(keeps && it.part.is_none()));
        let called = bearers.called.filter(|_| !keeps);
        let called = called.and_then(|part| {
            let mut bearers = bearers.plain.iter().chain(&bearers.known);
            bearers.find(|it| it.part == Some(part) && it.id != task.id)
        });
        rival.or(called).copied()
    }
}
