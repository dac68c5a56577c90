//! The tasks of one project, or the common ones: which rows are about which, under which parent, in
//! what order to decide, and what the tree becomes (I3, I11, T1, T2). Parents may come later in the
//! payload than what is below them; nothing here recurses (T8).

use std::collections::HashMap;
use std::sync::Arc;

use super::lane::is_older;
use super::verdict::Verdict;
use super::{Planning, texts};
use crate::domain::error::{Fault, FaultCode};
use crate::domain::id::TaskId;
use crate::domain::import::report::Outcome;
use crate::domain::import::row::{Place, Placed, TaskRow};
use crate::domain::project::Project;
use crate::domain::task::ProjectTask;
use crate::domain::task::place::arrange;

mod circles;
mod decide;
mod names;
mod order;
mod parents;
mod sorting;

use names::Names;
use order::Order;
use parents::Parent;

/// What came of a branch.
pub enum Settled {
    /// It is as it was.
    Same,
    /// Some tasks are new, or other than they were.
    Changed,
    /// Its parents would form a circle; this is to be said of the project (I11).
    Refused(Fault),
}

/// A row that takes part: the first about its task.
struct Part<'a> {
    index: usize,
    place: Place,
    row: &'a TaskRow,
    existing: Option<Arc<ProjectTask>>,
    /// Whether what is stored is newer.
    is_stale: bool,
    parent: Parent,
    /// Its task's id, once that is certain.
    id: Option<TaskId>,
    /// Its parent's, once that is certain.
    lead: Option<TaskId>,
    faults: Vec<Fault>,
    decided: Decided,
}

impl Part<'_> {
    /// Whether it is about what is unknown and gone, which cannot be taken out of use.
    fn is_nothing(&self) -> bool {
        let is_named = texts::given(self.row.name.as_deref()).is_some();
        self.existing.is_none() && self.row.deleted == Some(true) && !is_named
    }
}

/// What was decided about a row.
enum Decided {
    /// Nothing yet.
    Open,
    /// It is bad.
    Bad,
    /// It stays out of it: it is older, or has nothing to say.
    Left(Outcome),
    /// The task is to be this.
    Good(Outcome, Box<ProjectTask>),
}

/// The tasks of one project, or the common ones, with the rows about them.
pub struct Branch<'a> {
    rows: &'a [Placed<TaskRow>],
    project: Option<&'a Project>,
    stored: Vec<Arc<ProjectTask>>,
    places: HashMap<TaskId, usize>,
    main: Option<TaskId>,
    /// The main task of a new project, which is made with it (T1).
    new_main: Option<TaskId>,
    parts: Vec<Part<'a>>,
    /// Rows that say the same as an earlier one, and rows that are bad at first sight.
    others: Vec<(usize, Verdict)>,
    /// By what is stored: the part about it.
    claims: HashMap<TaskId, usize>,
    by_id: HashMap<TaskId, usize>,
    by_external: HashMap<&'a str, usize>,
    names: Names,
    externals: HashMap<Box<str>, TaskId>,
}

impl<'a> Branch<'a> {
    /// The branch of `project` with the `members` of `rows`, which are about its tasks.
    pub(super) fn new(
        rows: &'a [Placed<TaskRow>],
        members: Vec<usize>,
        project: Option<&'a Project>,
        planning: &mut Planning<'_>,
    ) -> Self {
        let id = project.map(|project| project.id);
        let mut stored: Vec<Arc<ProjectTask>> = planning.catalog.tasks.of(id).cloned().collect();
        let mut main = stored
            .iter()
            .find(|task| task.project_id.is_some() && task.lead_task_id.is_none())
            .map(|task| task.id);
        let mut new_main = None;
        if let (Some(project), None) = (project, main) {
            let task = TaskId::new((planning.ids)());
            (main, new_main) = (Some(task), Some(task));
            let task = ProjectTask::main(task, project.id, &project.name, planning.now);
            stored.push(Arc::new(task));
        }
        let mut branch = Self {
            rows,
            project,
            places: stored.iter().map(|task| task.id).zip(0..).collect(),
            stored,
            main,
            new_main,
            parts: Vec::with_capacity(members.len()),
            others: Vec::new(),
            claims: HashMap::new(),
            by_id: HashMap::new(),
            by_external: HashMap::new(),
            names: Names::default(),
            externals: HashMap::new(),
        };
        branch.sort(members, planning);
        branch.find_parents(planning);
        branch
    }

    fn stored(&self, id: TaskId) -> Option<&Arc<ProjectTask>> {
        self.stored.get(*self.places.get(&id)?)
    }

    /// Decides about all rows, parents first. What is left open is on a circle, or below one.
    fn decide_all(&mut self, planning: &mut Planning<'_>) {
        for task in &self.stored {
            if !self.claims.contains_key(&task.id) {
                self.names.add(task, None);
            }
            if let Some(external) = &task.external_id {
                self.externals.insert(external.clone(), task.id);
            }
        }
        let mut order = Order::of(self);
        while let Some(place) = order.next() {
            self.decide(place, planning);
            order.decided(place);
        }
    }

    /// The tasks that change, in the order of their rows, with the numbers that they get (T2).
    fn changed(&self) -> Vec<ProjectTask> {
        let good = self.parts.iter().filter_map(|part| match &part.decided {
            Decided::Good(outcome, task) if *outcome != Outcome::Unchanged => Some(ProjectTask::clone(task)),
            _ => None,
        });
        arrange(&self.stored, good.collect())
    }

    /// What becomes of each row, by its position.
    fn verdicts(self) -> impl Iterator<Item = (usize, Verdict)> {
        let parts = self.parts.into_iter().map(|part| {
            let verdict = match part.decided {
                Decided::Good(outcome, _) | Decided::Left(outcome) => Verdict::Good(outcome),
                Decided::Bad | Decided::Open => Verdict::Bad(part.faults),
            };
            (part.index, verdict)
        });
        parts.chain(self.others)
    }
}

/// Decides about a branch, writes down what changes, and puts what becomes of each row into
/// `verdicts`.
pub fn settle(mut branch: Branch<'_>, verdicts: &mut [Verdict], planning: &mut Planning<'_>) -> Settled {
    branch.decide_all(planning);
    let refusal = branch.circle(planning);
    let mut settled = Settled::Same;
    if let Some(fault) = refusal {
        settled = Settled::Refused(fault);
    } else {
        let main = branch.new_main.and_then(|id| branch.stored(id)).cloned();
        let changed = branch.changed().into_iter().map(Arc::new);
        for task in main.into_iter().chain(changed) {
            let before = branch.stored(task.id).filter(|it| branch.new_main != Some(it.id));
            planning.changes.put(before.map(|it| &**it), Arc::clone(&task));
            planning.catalog.tasks.put(task);
            settled = Settled::Changed;
        }
    }
    for (index, verdict) in branch.verdicts() {
        if let Some(place) = verdicts.get_mut(index) {
            *place = verdict;
        }
    }
    settled
}

/// Whether what is stored is newer than the row (I5).
fn is_stale(row: &TaskRow, existing: Option<&Arc<ProjectTask>>) -> bool {
    existing.is_some_and(|it| is_older(row.last_update, it.last_update))
}

/// A fault of a row's parent.
const UNKNOWN: FaultCode = FaultCode::UnknownReference;
