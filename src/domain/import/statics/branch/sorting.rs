//! Which rows are about which stored task, as far as ids tell; what only the name tells waits until
//! the parent is known (I3, I7). Rows that say the same are one row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::{Branch, Decided, Parent, Part, is_stale};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::import::row::{Place, Placed, Reference, TaskRow};
use crate::domain::import::statics::verdict::{Verdict, duplicate, fault};
use crate::domain::import::statics::{Planning, texts};
use crate::domain::task::ProjectTask;

impl<'a> Branch<'a> {
    /// Makes a part of each row that is the first about its task.
    pub(super) fn sort(&mut self, members: Vec<usize>, planning: &mut Planning<'_>) {
        let mut told: HashMap<&TaskRow, usize> = HashMap::with_capacity(members.len());
        for index in members {
            let Some(placed) = self.rows.get(index) else {
                continue;
            };
            match told.entry(&placed.row) {
                Entry::Occupied(first) => self.others.push((index, Verdict::Twin(*first.get()))),
                Entry::Vacant(vacant) => {
                    vacant.insert(index);
                    self.sort_in(index, placed, planning);
                }
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
            let fault = again(first, row, placed.place);
            self.others.push((index, Verdict::Bad(vec![fault])));
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

/// The fault of another row about the task of `first`, which says something else (I7).
pub fn again(first: &Part<'_>, other: &TaskRow, place: Place) -> Fault {
    let one = first.row;
    let external = texts::given(one.external_id.as_deref());
    let member = if one.id.is_some() && one.id == other.id {
        "id"
    } else if external.is_some() && external == texts::given(other.external_id.as_deref()) {
        "externalId"
    } else {
        "name"
    };
    duplicate(member, place.collection.noun(), first.place, place)
}
