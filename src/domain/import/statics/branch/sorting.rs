//! Which rows are about which stored task, as far as ids tell; what only the name tells waits until
//! the parent is known (I3, I7).

use std::sync::Arc;

use super::{Branch, Decided, Parent, Part, is_stale};
use crate::domain::error::{FaultCode, Path};
use crate::domain::import::row::{Placed, Reference, TaskRow};
use crate::domain::import::statics::verdict::{Verdict, duplicate, fault};
use crate::domain::import::statics::{Planning, texts};
use crate::domain::task::ProjectTask;

impl<'a> Branch<'a> {
    /// Makes a part of each row that is the first about its task.
    pub(super) fn sort(&mut self, members: Vec<usize>, planning: &mut Planning<'_>) {
        for index in members {
            if let Some(placed) = self.rows.get(index) {
                self.sort_in(index, placed, planning);
            }
        }
    }

    fn sort_in(&mut self, index: usize, placed: &'a Placed<TaskRow>, planning: &mut Planning<'_>) {
        let row = &placed.row;
        let project = self.project.map(|project| project.id);
        let by_id = row
            .id
            .and_then(|id| planning.catalog.tasks.get(id.uuid()))
            .cloned();
        if let Some(task) = by_id.as_ref().filter(|task| task.project_id != project) {
            let message = format!("{} is a task of another project, and stays there", task.id);
            let fault = fault(Path::of("id"), FaultCode::ForeignId, message);
            self.others.push((index, Verdict::Bad(vec![fault])));
            return;
        }
        let external = texts::given(row.external_id.as_deref());
        let by_external = || {
            let reference = Reference::ExternalId(external?.into());
            planning.catalog.tasks.find(project, &reference).ok().cloned()
        };
        let existing: Option<Arc<ProjectTask>> = by_id.or_else(by_external);
        let claim = existing.as_ref().and_then(|task| self.claims.get(&task.id));
        let first = claim.or_else(|| self.by_external.get(external?));
        if let Some(first) = first.and_then(|first| self.parts.get(*first)) {
            let verdict = again(first, placed);
            self.others.push((index, verdict));
            return;
        }
        let part = self.parts.len();
        if let Some(id) = row.id {
            self.by_id.insert(id, part);
        }
        if let Some(external) = external {
            self.by_external.entry(external).or_insert(part);
        }
        if let Some(task) = &existing {
            self.claims.insert(task.id, part);
            if let Some(id) = row.id {
                planning.catalog.tasks.alias(id.uuid(), task.id);
            }
        }
        let is_stale = is_stale(row, existing.as_ref());
        self.parts.push(Part {
            index,
            place: placed.place,
            row,
            parent: if is_stale { Parent::Kept } else { Parent::Main },
            id: existing.as_ref().map(|task| task.id),
            lead: existing.as_ref().and_then(|task| task.lead_task_id),
            existing,
            is_stale,
            faults: Vec::new(),
            decided: Decided::Open,
        });
    }
}

/// Another row about the task of `first` (I7).
pub fn again(first: &Part<'_>, placed: &Placed<TaskRow>) -> Verdict {
    let (one, other) = (first.row, &placed.row);
    if one == other {
        return Verdict::Twin(first.index);
    }
    let external = texts::given(one.external_id.as_deref());
    let member = if one.id.is_some() && one.id == other.id {
        "id"
    } else if external.is_some() && external == texts::given(other.external_id.as_deref()) {
        "externalId"
    } else {
        "name"
    };
    let noun = placed.place.collection.noun();
    Verdict::Bad(vec![duplicate(member, noun, first.place, placed.place)])
}
