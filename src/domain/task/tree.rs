//! The tasks of one project as a tree (T1 to T8): order, depth, structural numbers, and what of it
//! is offered to somebody. Nothing here recurses, so that no depth overflows a stack (T8).

use std::fmt::Write;
use std::sync::Arc;

use super::{ProjectTask, booking};
use crate::domain::error::Error;
use crate::domain::id::{TaskId, UserId};
use crate::domain::period::Period;
use crate::domain::project::Project;

pub(in crate::domain) mod damage;

use damage::Parents;

/// All tasks of a project, depth first (T6).
#[derive(Clone, Debug, Default)]
pub struct TaskTree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    task: Arc<ProjectTask>,
    /// Its parent, which comes earlier.
    parent: Option<usize>,
    /// Its place among its siblings, from 0 on.
    number: usize,
    indent: usize,
}

/// A task within its tree.
#[derive(Clone, Copy, Debug)]
pub struct TaskNode<'a> {
    tree: &'a TaskTree,
    node: &'a Node,
}

/// A task that somebody is offered in order to book time.
#[derive(Clone, Copy, Debug)]
pub struct OfferedTask<'a> {
    /// The task.
    pub node: TaskNode<'a>,
    /// Whether time may be booked on it; otherwise it is there for its descendants (T4).
    pub allow_entry: bool,
}

impl TaskTree {
    /// The tree of `tasks`, which are all those of one project, in any order (T1, T3, T6).
    ///
    /// Fails if they form no tree with one root: with the path of each task that has no parent
    /// among them, or is its own ancestor, or is a second main task. No tasks make an empty tree.
    pub fn build(tasks: &[Arc<ProjectTask>]) -> Result<Self, Error> {
        let parents = Parents::of(tasks);
        let mut ordered: Vec<(usize, &Arc<ProjectTask>)> = tasks.iter().enumerate().collect();
        ordered.sort_by_key(|(_, task)| (task.number, task.id));
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); tasks.len()];
        for (place, _) in &ordered {
            if let Some(siblings) = parents
                .place_of(*place)
                .and_then(|parent| children.get_mut(parent))
            {
                siblings.push(*place);
            }
        }

        let mut nodes: Vec<Node> = Vec::with_capacity(tasks.len());
        // What is still to come, the next last: the task, its parent's node and its number.
        let mut ahead: Vec<(usize, Option<usize>, usize)> = Vec::new();
        let main = ordered.iter().find(|(_, task)| task.lead_task_id.is_none());
        ahead.extend(main.map(|(place, _)| (*place, None, 0)));
        while let Some((place, parent, number)) = ahead.pop() {
            let Some(task) = tasks.get(place) else { continue };
            let next = nodes.len();
            let below = children.get(place).map(Vec::as_slice).unwrap_or_default();
            let numbered = below.iter().enumerate().rev();
            ahead.extend(numbered.map(|(number, child)| (*child, Some(next), number)));
            let above = parent.and_then(|parent| nodes.get(parent));
            nodes.push(Node {
                task: Arc::clone(task),
                parent,
                number,
                indent: above.map_or(0, |above| above.indent + 1),
            });
        }
        if nodes.len() < tasks.len() {
            return Err(damage::found_in(tasks, &parents));
        }
        Ok(Self { nodes })
    }

    /// The tree with the `common` tasks as the last children of the main task, by number: so a
    /// project offers them.
    #[must_use]
    pub fn with_common(mut self, common: &[Arc<ProjectTask>]) -> Self {
        let main = (!self.nodes.is_empty()).then_some(0);
        let own = self.nodes.iter().filter(|node| node.indent == 1).count();
        let mut ordered: Vec<&Arc<ProjectTask>> = common.iter().collect();
        ordered.sort_by_key(|task| (task.number, task.id));
        self.nodes.extend((own..).zip(ordered).map(|(number, task)| Node {
            task: Arc::clone(task),
            parent: main,
            number,
            indent: 1,
        }));
        self
    }

    /// Its tasks, depth first (T6).
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = TaskNode<'_>> + ExactSizeIterator {
        self.nodes.iter().map(|node| TaskNode { tree: self, node })
    }

    /// The tasks that `owner` may book on in `period`, and all their ancestors, depth first (T4, T5).
    pub fn offered(&self, project: &Project, owner: UserId, period: Period) -> Vec<OfferedTask<'_>> {
        let enterable = |node: &Node| booking::is_enterable(project, &node.task, owner, period);
        let allowed: Vec<bool> = self.nodes.iter().map(enterable).collect();
        let mut wanted = allowed.clone();
        // Children come after their parents, so backwards every child has been decided.
        for (place, node) in self.nodes.iter().enumerate().rev() {
            if wanted.get(place) == Some(&true)
                && let Some(parent) = node.parent.and_then(|parent| wanted.get_mut(parent))
            {
                *parent = true;
            }
        }
        let decided = self.nodes().zip(allowed).zip(wanted);
        let offered = decided.filter(|(_, wanted)| *wanted);
        offered
            .map(|((node, allow_entry), _)| OfferedTask { node, allow_entry })
            .collect()
    }

    /// Whether there is a task that `owner` may book on in `period`: whether the project is offered
    /// (T7).
    pub fn offers_any(&self, project: &Project, owner: UserId, period: Period) -> bool {
        self.nodes
            .iter()
            .any(|node| booking::is_enterable(project, &node.task, owner, period))
    }
}

impl<'a> TaskNode<'a> {
    /// The task.
    pub const fn task(self) -> &'a Arc<ProjectTask> {
        &self.node.task
    }

    /// Its parent; for a common task the main task of the project that offers it.
    pub fn parent(self) -> Option<Self> {
        let node = self.tree.nodes.get(self.node.parent?)?;
        Some(Self { node, ..self })
    }

    /// The id of its parent.
    pub fn lead_task_id(self) -> Option<TaskId> {
        self.parent().map(|parent| parent.node.task.id)
    }

    /// Its position in the branch, 0..n-1 (T2). A common task counts on from the main task's own
    /// children.
    pub const fn number(self) -> usize {
        self.node.number
    }

    /// Its depth; the main task has 0 (T3).
    pub const fn indent(self) -> usize {
        self.node.indent
    }

    /// Its structural number (T3): `0` for the main task, else the 1-based numbers from the first
    /// level on, such as `1.10`. In a deep tree this is long, so it is made when it is asked for.
    pub fn struct_number(self) -> String {
        let mut text = String::new();
        self.write_struct_number(&mut text);
        text
    }

    /// Appends [`struct_number`](Self::struct_number) to `text`.
    pub fn write_struct_number(self, text: &mut String) {
        let mut numbers = Vec::with_capacity(self.node.indent);
        let mut at = Some(self);
        while let Some(node) = at.filter(|node| node.indent() > 0) {
            numbers.push(node.number() + 1);
            at = node.parent();
        }
        if numbers.is_empty() {
            text.push('0');
        }
        for (place, number) in numbers.iter().rev().enumerate() {
            if place > 0 {
                text.push('.');
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "{number}");
        }
    }
}

#[cfg(test)]
mod tests;
