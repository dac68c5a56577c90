//! In what order the rows of a branch are decided, wherever they are listed: what is below a task
//! after that task; what goes under a stored task after the rows that know only its name and archive
//! or restore it; what takes another's external id after the row that gives it up.

use std::collections::{HashMap, VecDeque};

use super::{Branch, Parent, Part};
use crate::domain::id::TaskId;
use crate::domain::import::statics::texts;

/// The rows that are still to be decided.
pub struct Order {
    ahead: VecDeque<usize>,
    /// Rows whose parents are decided and that wait at gates.
    gated: VecDeque<usize>,
    rows: Vec<Turn>,
    gates: Vec<Gate>,
}

/// What a row waits for, and what waits for it.
#[derive(Clone, Default)]
struct Turn {
    /// Whether the row of its parent is still to be decided.
    is_below: bool,
    /// So many gates are shut before it.
    shut: usize,
    is_called: bool,
    /// Rows that put their task under that of this one.
    below: Vec<usize>,
    /// The gate that it holds shut until it is decided.
    holds: Option<usize>,
}

/// What some rows may change, and others have to know.
#[derive(Default)]
struct Gate {
    /// So many rows that may change it are still to be decided.
    held: usize,
    waiting: Vec<usize>,
}

/// What a gate is about.
#[derive(PartialEq, Eq, Hash)]
enum Matter<'a> {
    /// Whether the task of this name is in use; its parent as far as that is certain.
    Use(Option<TaskId>, &'a str),
    /// Whose external id this is.
    External(&'a str),
}

impl Order {
    /// The order of all rows; parents were found before.
    pub fn of(branch: &Branch<'_>) -> Self {
        let mut order = Self {
            ahead: VecDeque::new(),
            gated: VecDeque::new(),
            rows: vec![Turn::default(); branch.parts.len()],
            gates: Vec::new(),
        };
        let matters = order.shut_gates(branch);
        for (place, part) in branch.parts.iter().enumerate() {
            if let Parent::Part(above) = part.parent {
                order.put_below(place, above);
            }
            for matter in awaited(branch, part) {
                order.wait(place, matters.get(&matter).copied());
            }
        }
        for place in 0..order.rows.len() {
            order.line_up(place);
        }
        order
    }

    /// The next row. What is left open at last is on a circle, or below one.
    pub fn next(&mut self) -> Option<usize> {
        // Rows that wait for each other at gates go on in the order in which they stand there.
        while self.ahead.is_empty()
            && let Some(place) = self.gated.pop_front()
        {
            self.call(place);
        }
        self.ahead.pop_front()
    }

    /// The row was decided.
    pub fn decided(&mut self, place: usize) {
        let Some(turn) = self.rows.get_mut(place) else {
            return;
        };
        let (below, gate) = (std::mem::take(&mut turn.below), turn.holds.take());
        for place in below {
            if let Some(turn) = self.rows.get_mut(place) {
                turn.is_below = false;
            }
            self.line_up(place);
        }
        let Some(gate) = gate.and_then(|gate| self.gates.get_mut(gate)) else {
            return;
        };
        gate.held -= 1;
        if gate.held > 0 {
            return;
        }
        for place in std::mem::take(&mut gate.waiting) {
            if let Some(turn) = self.rows.get_mut(place) {
                turn.shut -= 1;
                if turn.shut == 0 && !turn.is_below {
                    self.call(place);
                }
            }
        }
    }

    /// Where a row goes of which something was settled.
    fn line_up(&mut self, place: usize) {
        match self.rows.get(place) {
            Some(turn) if turn.is_below => {}
            Some(turn) if turn.shut > 0 => self.gated.push_back(place),
            Some(_) => self.call(place),
            None => {}
        }
    }

    fn call(&mut self, place: usize) {
        if let Some(turn) = self.rows.get_mut(place)
            && !std::mem::replace(&mut turn.is_called, true)
        {
            self.ahead.push_back(place);
        }
    }

    /// The gates that rows hold shut.
    fn shut_gates<'b>(&mut self, branch: &'b Branch<'_>) -> HashMap<Matter<'b>, usize> {
        let mut matters = HashMap::new();
        for (part, turn) in branch.parts.iter().zip(&mut self.rows) {
            let Some(matter) = changed(branch, part) else {
                continue;
            };
            let gate = *matters.entry(matter).or_insert_with(|| {
                self.gates.push(Gate::default());
                self.gates.len() - 1
            });
            if let Some(gate) = self.gates.get_mut(gate) {
                gate.held += 1;
            }
            turn.holds = Some(gate);
        }
        matters
    }

    fn put_below(&mut self, place: usize, above: usize) {
        if let Some(above) = self.rows.get_mut(above) {
            above.below.push(place);
        }
        if let Some(turn) = self.rows.get_mut(place) {
            turn.is_below = true;
        }
    }

    fn wait(&mut self, place: usize, gate: Option<usize>) {
        let gate = gate.and_then(|gate| self.gates.get_mut(gate));
        if let (Some(gate), Some(turn)) = (gate, self.rows.get_mut(place)) {
            gate.waiting.push(place);
            turn.shut += 1;
        }
    }
}

/// What a row may change that others have to know.
fn changed<'b>(branch: &'b Branch<'_>, part: &'b Part<'_>) -> Option<Matter<'b>> {
    let Some(task) = &part.existing else {
        let name = texts::given(part.row.name.as_deref()).filter(|_| part.row.deleted.is_some())?;
        return Some(Matter::Use(branch.lead_for_certain(&part.parent), name));
    };
    let external = task.external_id.as_deref()?;
    let given = texts::given(part.row.external_id.as_deref()).filter(|_| !part.is_stale)?;
    (given != external).then_some(Matter::External(external))
}

/// What a row has to know that others may change.
fn awaited<'b>(branch: &'b Branch<'_>, part: &'b Part<'_>) -> impl Iterator<Item = Matter<'b>> {
    let above = match part.parent {
        Parent::Stored(id) => branch.stored(id),
        Parent::Kept | Parent::Main | Parent::Part(_) | Parent::Bad(_) => None,
    };
    let certain = above.map(|task| Matter::Use(task.lead_task_id, &task.name));
    let perhaps = above.filter(|task| task.lead_task_id.is_some());
    let perhaps = perhaps.map(|task| Matter::Use(None, &task.name));
    let external = texts::given(part.row.external_id.as_deref()).map(Matter::External);
    certain.into_iter().chain(perhaps).chain(external)
}
