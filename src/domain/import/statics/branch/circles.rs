//! Circles among the parents that rows give their tasks (I11), spelt out by name.

use std::collections::HashMap;

use super::parents::name_after;
use super::{Branch, Decided, Parent, Part};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::id::TaskId;
use crate::domain::import::statics::Planning;
use crate::domain::import::statics::verdict::fault;
use crate::domain::task::tree::damage::Parents;

/// At most so many tasks of a circle are spelt out.
const SPELT_OUT: usize = 10;

/// A task of the branch as it would be.
struct Node<'n> {
    name: &'n str,
    lead: Option<TaskId>,
    part: Option<usize>,
}

impl Branch<'_> {
    /// If the parents would form a circle: refuses all rows, and answers what is to be said of the
    /// project.
    pub(super) fn circle(&mut self, planning: &mut Planning<'_>) -> Option<Fault> {
        self.name_open_ones(planning);
        // Bad rows leave their tasks where they are, which may close a circle that none meant.
        let mut circles = self.circles(|part| Some((part.id?, part.lead)));
        if circles.is_empty() {
            circles = self.circles(|part| match (&part.decided, &part.existing) {
                (Decided::Good(_, task), _) => Some((task.id, task.lead_task_id)),
                (_, Some(task)) => Some((task.id, task.lead_task_id)),
                (_, None) => None,
            });
        }
        let first = circles.first()?.1.clone();
        let message = format!("the parents of its tasks form a circle: {first}");
        let refusal = fault(Path::of("tasks"), FaultCode::Cycle, message);
        let mut spelt: HashMap<usize, String> = HashMap::new();
        for (parts, text) in circles {
            spelt.extend(parts.into_iter().map(|part| (part, text.clone())));
        }
        for (place, part) in self.parts.iter_mut().enumerate() {
            let cycle = if let Some(text) = spelt.get(&place) {
                let message = format!("the task is its own ancestor: {text}");
                fault(Path::of("parentId"), FaultCode::Cycle, message)
            } else {
                let message =
                    format!("not applied, for the parents of the project's tasks form a circle: {first}");
                fault(Path::ROOT, FaultCode::Cycle, message)
            };
            part.faults.push(cycle);
            part.decided = Decided::Bad;
        }
        Some(refusal)
    }

    /// Rows that no parent was decided for are on a circle or below one: their values are judged
    /// nevertheless, so that all faults are found.
    fn name_open_ones(&mut self, planning: &mut Planning<'_>) {
        for place in 0..self.parts.len() {
            let Some(part) = self
                .parts
                .get_mut(place)
                .filter(|part| matches!(part.decided, Decided::Open))
            else {
                continue;
            };
            let id = part.id.or(part.row.id);
            part.id = Some(id.unwrap_or_else(|| TaskId::new((planning.ids)())));
        }
        for place in 0..self.parts.len() {
            let Some(part) = self
                .parts
                .get(place)
                .filter(|part| matches!(part.decided, Decided::Open))
            else {
                continue;
            };
            let lead = match &part.parent {
                Parent::Part(above) => self.parts.get(*above).and_then(|above| above.id),
                _ => part.lead,
            };
            let faults = self.value_faults(place, planning);
            if let Some(part) = self.parts.get_mut(place) {
                part.lead = lead;
                part.faults.extend(faults);
            }
        }
    }

    /// Every circle, where each row puts its task as `place_of` says, by the task's id and its parent's:
    /// the parts on it, and how it is spelt.
    fn circles(
        &self,
        place_of: impl Fn(&Part<'_>) -> Option<(TaskId, Option<TaskId>)>,
    ) -> Vec<(Vec<usize>, String)> {
        let mut nodes: Vec<Node<'_>> = Vec::new();
        let mut places: HashMap<TaskId, usize> = HashMap::new();
        let free = self
            .stored
            .iter()
            .filter(|task| !self.claims.contains_key(&task.id));
        for task in free {
            places.insert(task.id, nodes.len());
            nodes.push(Node {
                name: &task.name,
                lead: task.lead_task_id,
                part: None,
            });
        }
        for (place, part) in self.parts.iter().enumerate() {
            let Some((id, lead)) = place_of(part) else {
                continue;
            };
            places.insert(id, nodes.len());
            nodes.push(Node {
                name: name_after(part),
                lead,
                part: Some(place),
            });
        }
        let parents = nodes.iter().map(|node| places.get(&node.lead?).copied());
        let parents = Parents::new(parents.collect());
        let name = |at: usize| nodes.get(at).map_or("", |node| node.name);
        let spelt = parents.circles().into_iter().map(|start| {
            let circle = || std::iter::once(start).chain(parents.circle(start));
            let parts = circle().filter_map(|at| nodes.get(at)?.part).collect();
            let mut names: Vec<&str> = circle().take(SPELT_OUT + 1).map(name).collect();
            if circle().nth(SPELT_OUT + 1).is_some() {
                names.push("...");
            }
            (parts, names.join(" -> "))
        });
        spelt.collect()
    }
}
