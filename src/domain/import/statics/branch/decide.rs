//! What becomes of a row's task, once that of its parent is decided.

use super::sorting::again;
use super::{Branch, Decided, Parent, Part, UNKNOWN, is_stale};
use crate::domain::draft::Drafted;
use crate::domain::error::{Fault, FaultCode, Path, Step};
use crate::domain::id::TaskId;
use crate::domain::import::report::Outcome;
use crate::domain::import::row::Reference;
use crate::domain::import::statics::lane::{activated, outcome, taken_from_stored};
use crate::domain::import::statics::verdict::{duplicate, fault, of_draft};
use crate::domain::import::statics::{Planning, texts};
use crate::domain::task::{ProjectTask, TaskDraft};

/// Where a row puts its task.
#[derive(Default)]
struct Spot {
    lead: Option<TaskId>,
    /// The parent, if it is archived.
    archived: Option<TaskId>,
    fault: Option<Fault>,
}

impl Spot {
    fn under(task: Option<&ProjectTask>) -> Self {
        Self {
            lead: task.map(|task| task.id),
            archived: task.filter(|task| !task.meta.is_active).map(|task| task.id),
            fault: None,
        }
    }
}

impl Branch<'_> {
    /// Decides about the part at `place`.
    pub(super) fn decide(&mut self, place: usize, planning: &mut Planning<'_>) {
        let Some(part) = self.parts.get(place) else { return };
        let spot = self.spot(part);
        if part.existing.is_none() && spot.fault.is_none() {
            match self.find_by_name(place, spot.lead, planning) {
                Found::Existing | Found::New => {}
                Found::Bad(fault) => return self.close(place, Decided::Bad, vec![fault]),
            }
        }
        let Some(part) = self.parts.get_mut(place) else {
            return;
        };
        part.lead = spot.lead;
        let (row, existing) = (part.row, part.existing.clone());
        if is_stale(row, existing.as_ref()) {
            self.close(place, Decided::Left(Outcome::Skipped), Vec::new());
            return;
        }
        if part.is_nothing() {
            self.close(place, Decided::Left(Outcome::Unchanged), Vec::new());
            return;
        }
        let id = existing.as_ref().map(|task| task.id).or(row.id);
        let id = id.unwrap_or_else(|| TaskId::new((planning.ids)()));
        part.id = Some(id);
        let drafted = ProjectTask::drafted(existing.as_deref(), &self.draft(row, &spot), id, planning.now);
        let mut faults = Vec::new();
        faults.extend(self.closed(row, existing.as_deref(), &spot));
        faults.extend(spot.fault);
        let task = match drafted {
            Ok(task) => Some(placed_anew(activated(task, row.deleted), existing.as_deref())),
            Err(error) => {
                faults.extend(of_draft(error, row_path));
                None
            }
        };
        if let Some(task) = &task {
            faults.extend(self.rivals(task, existing.as_deref(), place));
        }
        match task.filter(|_| faults.is_empty()) {
            None => self.close(place, Decided::Bad, faults),
            Some(task) => {
                let outcome = outcome(existing.as_deref(), &task);
                self.close(place, Decided::Good(outcome, Box::new(task)), faults);
            }
        }
    }

    /// Notes the decision, and what the task is called now.
    fn close(&mut self, place: usize, decided: Decided, faults: Vec<Fault>) {
        let Some(part) = self.parts.get_mut(place) else {
            return;
        };
        part.faults.extend(faults);
        match (&decided, &part.existing) {
            (Decided::Good(_, task), existing) => {
                self.names.add(task, Some(place));
                if let Some(old) = existing.as_ref().and_then(|it| it.external_id.as_ref())
                    && Some(old) != task.external_id.as_ref()
                {
                    self.externals.remove(old);
                }
                if let Some(external) = &task.external_id {
                    self.externals.insert(external.clone(), task.id);
                }
            }
            (Decided::Bad | Decided::Left(_), Some(task)) => self.names.add(task, Some(place)),
            (Decided::Bad | Decided::Left(_) | Decided::Open, _) => {}
        }
        part.decided = decided;
    }

    /// Where the row puts its task: as its parent has become, which was decided before.
    fn spot(&self, part: &Part<'_>) -> Spot {
        let kept = part.existing.as_ref().and_then(|task| task.lead_task_id);
        match &part.parent {
            Parent::Kept => Spot {
                lead: kept,
                ..Spot::default()
            },
            Parent::Main => Spot {
                lead: self.main,
                ..Spot::default()
            },
            Parent::Stored(id) => match self.claims.get(id).and_then(|row| self.parts.get(*row)) {
                Some(above) => self.below(above, part),
                None => Spot::under(self.stored(*id).map(|task| &**task)),
            },
            Parent::Bad(fault) => Spot {
                lead: kept.or(self.main),
                fault: Some(fault.clone()),
                ..Spot::default()
            },
            Parent::Part(above) => self
                .parts
                .get(*above)
                .map_or_else(Spot::default, |above| self.below(above, part)),
        }
    }

    fn below(&self, above: &Part<'_>, part: &Part<'_>) -> Spot {
        match (&above.decided, &above.existing) {
            (Decided::Good(_, task), _) => Spot::under(Some(&**task)),
            (_, Some(task)) => Spot::under(Some(&**task)),
            _ => {
                let reference = part.row.parent.as_ref();
                let member = reference.map_or("parentId", |reference| parent_member(reference));
                let message = format!("the parent is in {}, which is faulty", above.place.path());
                Spot {
                    lead: self.main,
                    archived: None,
                    fault: Some(fault(Path::of(member), UNKNOWN, message)),
                }
            }
        }
    }

    /// I3: the task of this name under this parent, if no row is about it yet.
    fn find_by_name(&mut self, place: usize, lead: Option<TaskId>, planning: &mut Planning<'_>) -> Found {
        let Some(part) = self.parts.get_mut(place) else {
            return Found::New;
        };
        let Some(name) = texts::given(part.row.name.as_deref()) else {
            return Found::New;
        };
        let has_external = texts::given(part.row.external_id.as_deref()).is_some();
        match self.names.bearer(lead, name, has_external) {
            Ok(None) => Found::New,
            Err(missing) => {
                let message = missing.message("task in the branch", &Reference::Key(name.into()));
                let fault = fault(Path::of("name"), FaultCode::Taken, message);
                Found::Bad(fault)
            }
            Ok(Some(bearer)) => {
                let (row, own) = (part.row, part.place);
                if let Some(first) = bearer.part.and_then(|first| self.parts.get(first)) {
                    return Found::Bad(again(first, row, own));
                }
                let Some(part) = self.parts.get_mut(place) else {
                    return Found::New;
                };
                let stored = self.places.get(&bearer.id).and_then(|at| self.stored.get(*at));
                part.existing = stored.cloned();
                part.id = Some(bearer.id);
                if let Some(id) = part.row.id {
                    planning.catalog.tasks.alias(id.uuid(), bearer.id);
                }
                if !has_external {
                    self.names.call(lead, name, place);
                }
                self.claims.insert(bearer.id, place);
                Found::Existing
            }
        }
    }

    fn draft(&self, row: &super::TaskRow, spot: &Spot) -> TaskDraft {
        TaskDraft {
            project_id: Some(self.project.map(|project| project.id)),
            lead_task_id: spot.lead,
            name: row.name.clone(),
            number: None,
            external_id: row.external_id.clone().map(Some),
            is_open: row.is_open,
            allows_entry: row.allows_entry,
            assignee_ids: None,
            first_booking_date: row.first_booking_date,
            last_booking_date: row.last_booking_date,
            estimate: row.estimate,
            last_update: row.last_update.map(Some),
        }
    }

    /// What is wrong with the values of a row, wherever its task is.
    pub(super) fn value_faults(&self, place: usize, planning: &Planning<'_>) -> Vec<Fault> {
        let Some(part) = self.parts.get(place) else {
            return Vec::new();
        };
        let spot = Spot {
            lead: self.main,
            ..Spot::default()
        };
        let (draft, id) = (
            self.draft(part.row, &spot),
            part.id.unwrap_or(TaskId::new(uuid::Uuid::nil())),
        );
        let drafted = ProjectTask::drafted(part.existing.as_deref(), &draft, id, planning.now);
        drafted
            .err()
            .map(|error| of_draft(error, row_path))
            .unwrap_or_default()
    }

    /// What is newly pointed to must be in use, unless the task itself goes out of it.
    fn closed(&self, row: &super::TaskRow, existing: Option<&ProjectTask>, spot: &Spot) -> Vec<Fault> {
        let archived = |member, noun: &str, id: String| {
            let message = format!("the {noun} {id} is archived");
            fault(Path::of(member), FaultCode::NotOpen, message)
        };
        let mut faults = Vec::new();
        if row.deleted == Some(true) {
            return faults;
        }
        if let Some(project) = self.project.filter(|it| existing.is_none() && !it.meta.is_active) {
            faults.push(archived("projectId", "project", project.id.to_string()));
        }
        if let Some(parent) = spot.archived
            && existing.is_none_or(|it| it.lead_task_id != spot.lead)
        {
            let member = row.parent.as_ref().map_or("parentId", parent_member);
            faults.push(archived(member, "task", parent.to_string()));
        }
        faults
    }

    /// The keys that the task would take from another.
    fn rivals(&self, task: &ProjectTask, existing: Option<&ProjectTask>, place: usize) -> Vec<Fault> {
        let noun = self
            .parts
            .get(place)
            .map_or("task", |part| part.place.collection.noun());
        let conflict = |member, other: TaskId, part: Option<usize>| {
            let parts = part
                .and_then(|part| self.parts.get(part))
                .zip(self.parts.get(place));
            match parts {
                Some((first, part)) => duplicate(member, noun, first.place, part.place),
                None => taken_from_stored(member, noun, other.uuid()),
            }
        };
        let external = task
            .external_id
            .as_ref()
            .and_then(|external| self.externals.get(external));
        let external = external
            .filter(|other| **other != task.id)
            .map(|other| conflict("externalId", *other, self.part_about(*other)));
        let keeps = existing.is_some_and(|it| (&it.name, it.lead_task_id) == (&task.name, task.lead_task_id));
        let name = self.names.rival(task, keeps);
        let name = name.map(|rival| conflict("name", rival.id, rival.part));
        external.into_iter().chain(name).collect()
    }

    /// The part that is about a task, stored or new.
    fn part_about(&self, task: TaskId) -> Option<usize> {
        let stored = self.claims.get(&task).copied();
        stored.or_else(|| self.parts.iter().position(|part| part.id == Some(task)))
    }
}

/// What a row's name led to.
enum Found {
    /// A stored task, which it is about now.
    Existing,
    /// Nothing.
    New,
    /// A task that is not to be told from others, or that another row is about.
    Bad(Fault),
}

/// A task that comes to a branch stands last in it.
fn placed_anew(mut task: ProjectTask, existing: Option<&ProjectTask>) -> ProjectTask {
    if existing.is_some_and(|it| it.lead_task_id != task.lead_task_id) {
        task.number = u32::MAX;
    }
    task
}

fn parent_member(reference: &Reference) -> &'static str {
    texts::member(reference, ["parentId", "parentExternalId", "parentName"])
}

fn row_path(steps: &[Step]) -> Option<Path> {
    matches!(steps, [Step::Member("leadTaskId")]).then(|| Path::of("parentId"))
}
