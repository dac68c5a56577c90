//! Under which task a row wants its own: one of the payload, wherever it is listed, else a stored one.
//! What a stored task is called after the import counts, not what it was called before.

use std::collections::HashMap;

use super::{Branch, Part, UNKNOWN};
use crate::domain::error::{Fault, Path};
use crate::domain::id::TaskId;
use crate::domain::import::catalog::Missing;
use crate::domain::import::row::Reference;
use crate::domain::import::statics::verdict::fault;
use crate::domain::import::statics::{Planning, texts};

/// Where a row wants its task.
pub enum Parent {
    /// Where it is.
    Kept,
    /// Under the main task; common tasks have no parent.
    Main,
    /// Under the task of another row, or of the same one.
    Part(usize),
    /// Under a stored task that no row is about.
    Stored(TaskId),
    /// Nobody knows.
    Bad(Fault),
}

/// What tasks are called after the import, wherever they are.
struct Called<'n> {
    parts: HashMap<&'n str, Vec<usize>>,
    stored: HashMap<&'n str, Vec<TaskId>>,
}

impl Branch<'_> {
    /// Finds the parent of every row that names one.
    pub(super) fn find_parents(&mut self, planning: &Planning<'_>) {
        let mut called = Called {
            parts: HashMap::new(),
            stored: HashMap::new(),
        };
        for (place, part) in self.parts.iter().enumerate() {
            called.parts.entry(name_after(part)).or_default().push(place);
        }
        for task in self
            .stored
            .iter()
            .filter(|task| !self.claims.contains_key(&task.id))
        {
            called.stored.entry(&task.name).or_default().push(task.id);
        }
        let parents: Vec<Parent> = (0..)
            .zip(&self.parts)
            .map(|(place, part)| match (&part.parent, &part.row.parent) {
                (Parent::Kept, _) => Parent::Kept,
                _ if part.is_nothing() => Parent::Main,
                (_, Some(reference)) => self.parent_of(place, &texts::trimmed(reference), &called, planning),
                (_, None) if part.existing.is_some() => Parent::Kept,
                (_, None) => Parent::Main,
            })
            .collect();
        for (part, parent) in self.parts.iter_mut().zip(parents) {
            part.parent = parent;
        }
    }

    /// The task that this parent is, where that is known before anything is decided.
    pub(super) fn lead_for_certain(&self, parent: &Parent) -> Option<TaskId> {
        match parent {
            Parent::Main => self.main,
            Parent::Stored(id) => Some(*id),
            Parent::Part(above) => self.parts.get(*above)?.id,
            Parent::Kept | Parent::Bad(_) => None,
        }
    }

    fn parent_of(
        &self,
        place: usize,
        reference: &Reference,
        called: &Called<'_>,
        planning: &Planning<'_>,
    ) -> Parent {
        let found = match reference {
            Reference::Id(id) => self.by_id.get(&TaskId::new(*id)).map_or_else(
                || {
                    let task = planning.catalog.tasks.get(*id).map(|task| task.id);
                    self.known(task.unwrap_or(TaskId::new(*id)))
                },
                |part| Ok(Parent::Part(*part)),
            ),
            Reference::ExternalId(external) => match self.by_external.get(&**external) {
                Some(part) => Ok(Parent::Part(*part)),
                None => self.by_stored_external(reference, planning),
            },
            Reference::Key(name) => self.by_name(place, name, called),
            Reference::NameAndNumber(..) => Err(Missing::Unknown),
        };
        found.unwrap_or_else(|missing| {
            let member = texts::member(reference, ["parentId", "parentExternalId", "parentName"]);
            let message = missing.message("task in the project", reference);
            Parent::Bad(fault(Path::of(member), UNKNOWN, message))
        })
    }

    /// A stored task, or the row about it.
    fn known(&self, task: TaskId) -> Result<Parent, Missing> {
        match (self.claims.get(&task), self.places.contains_key(&task)) {
            (Some(part), _) => Ok(Parent::Part(*part)),
            (None, true) => Ok(Parent::Stored(task)),
            (None, false) => Err(Missing::Unknown),
        }
    }

    fn by_stored_external(&self, reference: &Reference, planning: &Planning<'_>) -> Result<Parent, Missing> {
        let project = self.project.map(|project| project.id);
        let task = planning.catalog.tasks.find(project, reference)?.id;
        // A row that gives its task another external id takes this one from it.
        let part = self.claims.get(&task).and_then(|part| self.parts.get(*part));
        let is_taken = part.is_some_and(|part| !part.is_stale && part.row.external_id.is_some());
        if is_taken {
            return Err(Missing::Unknown);
        }
        self.known(task)
    }

    fn by_name(&self, place: usize, name: &str, called: &Called<'_>) -> Result<Parent, Missing> {
        let parts = called.parts.get(name).map(Vec::as_slice).unwrap_or_default();
        let stored = called.stored.get(name).map(Vec::as_slice).unwrap_or_default();
        match (parts, stored) {
            ([one], _) if *one != place => Ok(Parent::Part(*one)),
            ([one, other] | [other, one], _) if *one == place => Ok(Parent::Part(*other)),
            ([], [one]) => Ok(Parent::Stored(*one)),
            ([own], [one]) if *own == place => Ok(Parent::Stored(*one)),
            ([own], []) if *own == place => Ok(Parent::Part(place)),
            // The one below the other is what this very row made before (I6).
            ([own], [one, other]) if *own == place && self.is_below(*other, *one) => Ok(Parent::Stored(*one)),
            ([own], [other, one]) if *own == place && self.is_below(*other, *one) => Ok(Parent::Stored(*one)),
            ([], []) => Err(Missing::Unknown),
            _ => Err(Missing::Ambiguous),
        }
    }
}

impl Branch<'_> {
    fn is_below(&self, task: TaskId, lead: TaskId) -> bool {
        self.stored(task)
            .is_some_and(|task| task.lead_task_id == Some(lead))
    }
}

/// What the task of a row is called after the import.
pub fn name_after<'n>(part: &'n Part<'_>) -> &'n str {
    let stored = part.existing.as_deref().map(|task| &*task.name);
    let given = texts::given(part.row.name.as_deref()).filter(|_| !part.is_stale);
    given.or(stored).unwrap_or_default()
}
