//! Common tasks, and the tasks of projects sorted by their project. How they find their place in it
//! is the branch's to decide.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::branch::{self, Branch};
use super::lane::Lane;
use super::verdict::{self, Verdict, duplicate, fault};
use super::{Planning, texts};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::id::{ProjectId, TaskId};
use crate::domain::import::row::{Collection, Place, Placed, TaskRow};
use crate::domain::project::Project;

/// A list of tasks with what becomes of each.
struct List<'a> {
    rows: &'a [Placed<TaskRow>],
    verdicts: Vec<Verdict>,
    by_id: HashMap<TaskId, usize>,
}

/// Takes in the common tasks: one branch without a parent.
pub fn take_common(rows: &[Placed<TaskRow>], planning: &mut Planning<'_>) -> ControlFlow<()> {
    let mut list = List::of(rows);
    let mut members = Vec::with_capacity(rows.len());
    for (index, placed) in rows.iter().enumerate() {
        let TaskRow { project, parent, .. } = &placed.row;
        let contradiction = |member| {
            let message = "a common task has neither a project nor a parent";
            fault(Path::of(member), FaultCode::Contradiction, message)
        };
        let project = project.is_some().then(|| contradiction("projectId"));
        let parent = parent.is_some().then(|| contradiction("parentId"));
        let faults: Vec<Fault> = project.into_iter().chain(parent).collect();
        if list.is_first(index, faults) {
            members.push(index);
        }
        planning.step()?;
    }
    let branch = Branch::new(rows, members, None, planning);
    branch::settle(branch, &mut list.verdicts, planning);
    list.settle(planning);
    ControlFlow::Continue(())
}

/// Takes in the tasks of projects. A project whose tasks form a circle is refused (I11).
pub fn take(
    rows: &[Placed<TaskRow>],
    projects: &mut Lane<'_, Project>,
    planning: &mut Planning<'_>,
) -> ControlFlow<()> {
    let mut list = List::of(rows);
    let mut groups = Groups::default();
    for made in projects.made() {
        groups.members_of(made.id);
    }
    let nests: HashMap<u32, usize> = projects.places().map(|place| place.index).zip(0..).collect();
    for (index, placed) in rows.iter().enumerate() {
        let project = project_of(placed, projects, &nests, planning);
        let faults = project.as_ref().err().map(|fault| Fault::clone(fault));
        if list.is_first(index, faults.into_iter().collect())
            && let Ok(project) = project
        {
            groups.members_of(project).push(index);
        }
        planning.step()?;
    }
    for (id, members) in groups.members {
        let Some(project) = planning.catalog.projects.get(id.uuid()).cloned() else {
            continue;
        };
        let branch = Branch::new(rows, members, Some(&project), planning);
        match branch::settle(branch, &mut list.verdicts, planning) {
            branch::Settled::Same => {}
            branch::Settled::Changed => touch(&project, projects, planning),
            branch::Settled::Refused(fault) => projects.refuse(id.uuid(), fault, planning.catalog),
        }
    }
    list.settle(planning);
    ControlFlow::Continue(())
}

/// A change of the tree is a change of the project too.
fn touch(project: &Arc<Project>, projects: &Lane<'_, Project>, planning: &mut Planning<'_>) {
    if !projects.changes(project.id.uuid()) {
        let touched = Arc::new(project.with_changed_tree());
        planning.catalog.projects.put(Arc::clone(&touched));
        planning.changes.put(Some(&**project), touched);
    }
}

/// The tasks of each project, in the order in which projects were first named.
#[derive(Default)]
struct Groups {
    places: HashMap<ProjectId, usize>,
    members: Vec<(ProjectId, Vec<usize>)>,
    /// Of no project; never looked at.
    none: Vec<usize>,
}

impl Groups {
    fn members_of(&mut self, project: ProjectId) -> &mut Vec<usize> {
        let members = &mut self.members;
        let place = *self.places.entry(project).or_insert_with(|| {
            members.push((project, Vec::new()));
            members.len() - 1
        });
        match self.members.get_mut(place) {
            Some((_, members)) => members,
            None => &mut self.none,
        }
    }
}

/// The project of a task: the one that it is listed with, else the one that it names, else the one
/// that it is in already.
fn project_of(
    placed: &Placed<TaskRow>,
    projects: &Lane<'_, Project>,
    nests: &HashMap<u32, usize>,
    planning: &Planning<'_>,
) -> Result<ProjectId, Box<Fault>> {
    let TaskRow { id, project, .. } = &placed.row;
    let unknown = |member, why: &str| {
        let message = format!("the project is in {why}");
        Box::new(fault(Path::of(member), FaultCode::UnknownReference, message))
    };
    let faulty = |member, place: Place| unknown(member, &format!("{}, which is faulty", place.path()));
    let nest = placed.place.within.and_then(|_| nests.get(&placed.place.index));
    if let Some(nest) = nest {
        let place = projects.place(*nest).unwrap_or(placed.place);
        let target = projects.target(*nest);
        return target
            .map(ProjectId::new)
            .ok_or_else(|| faulty("projectId", place));
    }
    let Some(reference) = project.as_ref().map(texts::trimmed) else {
        let known = id.and_then(|id| planning.catalog.tasks.get(id.uuid()));
        return known.and_then(|task| task.project_id).ok_or_else(|| {
            let message = "a task needs its project";
            Box::new(fault(Path::of("projectId"), FaultCode::Required, message))
        });
    };
    let member = texts::member(&reference, ["projectId", "projectExternalId", "projectCode"]);
    match planning.catalog.projects.find(&reference) {
        Ok(project) => match projects.failed(project.id.uuid()) {
            Some(place) => Err(faulty(member, place)),
            None => Ok(project.id),
        },
        Err(missing) => Err(projects.failures().why(&reference).map_or_else(
            || {
                let message = missing.message(Collection::Projects.noun(), &reference);
                Box::new(fault(Path::of(member), FaultCode::UnknownReference, message))
            },
            |why| unknown(member, &why),
        )),
    }
}

impl<'a> List<'a> {
    fn of(rows: &'a [Placed<TaskRow>]) -> Self {
        Self {
            rows,
            verdicts: Vec::with_capacity(rows.len()),
            by_id: HashMap::new(),
        }
    }

    /// Whether the row is to be looked at: it is not bad already, and the first with its id (I7).
    fn is_first(&mut self, index: usize, mut faults: Vec<Fault>) -> bool {
        let rows = self.rows;
        let Some(placed) = rows.get(index) else {
            return false;
        };
        if let Some(id) = placed.row.id {
            match self.by_id.entry(id) {
                Entry::Vacant(vacant) => {
                    vacant.insert(index);
                }
                Entry::Occupied(first) => {
                    let twin = *first.get();
                    let before = rows.get(twin).filter(|before| before.row != placed.row);
                    let Some(before) = before else {
                        self.verdicts.push(Verdict::Twin(twin));
                        return false;
                    };
                    let noun = placed.place.collection.noun();
                    faults.push(duplicate("id", noun, before.place, placed.place));
                }
            }
        }
        let is_good = faults.is_empty();
        self.verdicts.push(Verdict::Bad(faults));
        is_good
    }

    fn settle(&self, planning: &mut Planning<'_>) {
        let row = |index: usize| {
            let placed = self.rows.get(index)?;
            let id = placed.row.id.map(|id| id.to_string());
            Some((placed.place, id.or_else(|| placed.row.external_id.clone())))
        };
        verdict::settle(&self.verdicts, row, planning.report);
    }
}
