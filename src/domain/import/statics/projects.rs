//! What a row says of a project: whose it is, what its hours cost, when and how much it may take.

use std::sync::Arc;

use uuid::Uuid;

use super::lane::{Head, Imported, Known, uuid_of};
use super::texts;
use super::verdict::fault;
use crate::domain::error::{Fault, FaultCode, Path, Step};
use crate::domain::import::catalog::{Catalog, Missing, Shelf};
use crate::domain::import::row::{Collection, ProjectRow, Reference};
use crate::domain::project::{Project, ProjectDraft};
use crate::domain::time::Instant;

mod conditions;
mod references;

impl Imported for Project {
    type Row = ProjectRow;
    const COLLECTION: Collection = Collection::Projects;

    fn shelf(catalog: &mut Catalog) -> &mut Shelf<Self> {
        &mut catalog.projects
    }

    fn last_update(&self) -> Option<Instant> {
        self.last_update
    }

    fn head(row: &ProjectRow) -> Head<'_> {
        Head {
            id: row.id.map(Into::into),
            external_id: row.external_id.as_deref(),
            deleted: row.deleted,
            last_update: row.last_update,
        }
    }

    /// The code, else the name.
    fn names(row: &ProjectRow) -> Vec<(&'static str, Reference)> {
        let code = texts::patched(row.code.as_ref()).map(|code| ("code", Reference::Key(code.into())));
        let name = texts::given(row.name.as_deref());
        let name = name.map(|name| ("name", Reference::Key(name.into())));
        code.into_iter().chain(name).collect()
    }

    /// Codes are unique. Names are not: external ids tell apart what is named alike, and what has
    /// neither code nor external id is meant first by a row that gives neither.
    fn bearer<'s>(shelf: &'s Shelf<Self>, row: &ProjectRow) -> Result<Option<&'s Arc<Self>>, Missing> {
        if let Some(code) = texts::patched(row.code.as_ref()) {
            return Ok(shelf.bearers(code).find(|it| it.code.as_deref() == Some(code)));
        }
        let Some(name) = texts::given(row.name.as_deref()) else {
            return Ok(None);
        };
        let external = texts::given(row.external_id.as_deref());
        let named = shelf
            .bearers(name)
            .filter(|it| *it.name == *name && !told_apart(external, it.external_id.as_deref()));
        let mut bearers: Vec<_> = named.collect();
        bearers.sort_by_key(|it| it.rank());
        match bearers.as_slice() {
            [] => Ok(None),
            [first, second, ..] if first.rank() == second.rank() => Err(Missing::Ambiguous),
            [first, ..] => Ok(Some(first)),
        }
    }

    fn rival(shelf: &Shelf<Self>, existing: Option<&Self>, record: &Self) -> Option<(&'static str, Uuid)> {
        let is_kept = existing.is_some_and(|it| (&it.name, &it.code) == (&record.name, &record.code));
        if is_kept {
            return None;
        }
        let others = |key| {
            let bearers = shelf.bearers(key);
            bearers.filter(|it| it.id != record.id && it.code == record.code)
        };
        if let Some(code) = record.code.as_deref() {
            return others(code).next().map(|it| ("code", uuid_of(&**it)));
        }
        let rival = others(&record.name).find(|it| {
            it.name == record.name && !told_apart(record.external_id.as_deref(), it.external_id.as_deref())
        });
        rival.map(|it| ("name", uuid_of(&**it)))
    }

    fn rank(&self) -> (bool, bool) {
        (self.code.is_some(), self.external_id.is_some())
    }

    fn draft(row: &ProjectRow, existing: Option<&Self>, known: &Known<'_>) -> (ProjectDraft, Vec<Fault>) {
        let mut faults = Vec::new();
        let references = references::read(row, existing, known, &mut faults);
        let conditions = conditions::read(row, existing, &mut faults);
        let draft = ProjectDraft {
            name: row.name.clone(),
            code: row.code.clone(),
            description: row.description.clone(),
            organization_id: references.customer,
            billing_type: Some(conditions.billing_type),
            terms: conditions.terms,
            state: row.state,
            manager_id: references.manager,
            first_booking_date: conditions.start_date,
            last_booking_date: conditions.end_date,
            estimate: row.estimate,
            working_time_limit: conditions.working_time_limit,
            excludes_common_tasks: row.dont_inherit_common_tasks,
            external_id: row.external_id.clone().map(Some),
            last_update: row.last_update.map(Some),
        };
        (draft, faults)
    }

    fn row_path(steps: &[Step]) -> Option<Path> {
        let member = match steps {
            [Step::Member("terms"), Step::Member(part)] => part,
            [Step::Member("firstBookingDate")] => "startDate",
            [Step::Member("lastBookingDate")] => "endDate",
            [Step::Member("workingTimeLimit")] => "maxWorkingTime",
            _ => return None,
        };
        Some(Path::of(member))
    }
}

/// Whether two external ids say that these are two things, whatever they are called.
pub fn told_apart(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// A member is needed here.
fn required(member: &'static str, message: &str) -> Fault {
    fault(Path::of(member), FaultCode::Required, message)
}
