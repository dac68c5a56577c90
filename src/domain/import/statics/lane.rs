//! A list of customers or projects, row after row: which record each is about, what becomes of it,
//! and what other rows may not take from it. What the members of a row mean is with its noun.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use uuid::Uuid;

use super::verdict::{self, Verdict, fault, of_draft};
use super::{Planning, texts};
use crate::domain::draft::Drafted;
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::import::catalog::Catalog;
use crate::domain::import::report::Outcome;
use crate::domain::import::row::{Place, Placed, Reference};
use crate::domain::time::Instant;

mod imported;
mod matching;

use imported::Missed;
pub use imported::{Failures, Head, Imported, Known};

/// A list that has been, or is being, taken in.
pub struct Lane<'a, E: Imported> {
    rows: &'a [Placed<E::Row>],
    /// What rows of earlier lists would have made.
    upstream: &'a Failures,
    verdicts: Vec<Verdict>,
    /// Which record each row is about.
    targets: Vec<Option<Uuid>>,
    /// The first row that gives an id, or that would have made what is called so.
    told: HashMap<Reference, usize>,
    /// The first row about a record.
    claims: HashMap<Uuid, usize>,
    /// The first row that found its record by this name alone: nothing else may be called so.
    called: HashMap<Reference, usize>,
    failures: Failures,
    /// By row: what the record was, and is to be.
    changes: HashMap<usize, Change<E>>,
}

struct Change<E> {
    before: Option<Arc<E>>,
    after: Arc<E>,
}

/// What a row is about.
enum Match<E> {
    /// A record that is there; and whether only its name tells so.
    Record(Arc<E>, bool),
    /// What an earlier row is about.
    Row(usize),
    /// Something new.
    New,
}

impl<'a, E: Imported> Lane<'a, E> {
    /// Takes in `rows`; `upstream` is what bad rows of earlier lists would have made.
    pub fn take(
        rows: &'a [Placed<E::Row>],
        upstream: &'a Failures,
        planning: &mut Planning<'_>,
    ) -> ControlFlow<(), Self> {
        let mut lane = Self {
            rows,
            upstream,
            verdicts: Vec::with_capacity(rows.len()),
            targets: vec![None; rows.len()],
            told: HashMap::new(),
            claims: HashMap::new(),
            called: HashMap::new(),
            failures: Failures::default(),
            changes: HashMap::new(),
        };
        for (index, placed) in rows.iter().enumerate() {
            let verdict = lane.verdict(index, placed, planning);
            lane.verdicts.push(verdict);
            if planning.step().is_break() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(lane)
    }

    /// What bad rows would have made.
    pub const fn failures(&self) -> &Failures {
        &self.failures
    }

    /// The record that the row at this position is about; `None` if it is bad.
    pub fn target(&self, index: usize) -> Option<Uuid> {
        let target = self.targets.get(index).copied().flatten();
        target.filter(|_| !verdict::is_bad(&self.verdicts, index))
    }

    /// Where the first row about a record is, if it is bad.
    pub fn failed(&self, target: Uuid) -> Option<Place> {
        let row = *self.claims.get(&target)?;
        let place = self.rows.get(row)?.place;
        verdict::is_bad(&self.verdicts, row).then_some(place)
    }

    /// Where the rows are, in order.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.rows.iter().map(|row| row.place)
    }

    /// Where the row at this position is.
    pub fn place(&self, index: usize) -> Option<Place> {
        self.rows.get(index).map(|row| row.place)
    }

    /// The records that rows make, in the order of the rows.
    pub fn made(&self) -> Vec<Arc<E>> {
        let mut made: Vec<(usize, &Arc<E>)> = Vec::new();
        for (row, change) in &self.changes {
            if change.before.is_none() {
                made.push((*row, &change.after));
            }
        }
        made.sort_by_key(|(row, _)| *row);
        made.into_iter().map(|(_, record)| Arc::clone(record)).collect()
    }

    /// Whether a row changes this record anyway.
    pub fn changes(&self, target: Uuid) -> bool {
        self.claims
            .get(&target)
            .is_some_and(|row| self.changes.contains_key(row))
    }

    /// Refuses what a row, if any, says of a record, and undoes it in the catalog.
    pub fn refuse(&mut self, target: Uuid, fault: Fault, catalog: &mut Catalog) {
        let Some(row) = self.claims.get(&target).copied() else {
            return;
        };
        match self.verdicts.get_mut(row) {
            Some(Verdict::Bad(faults)) => faults.push(fault),
            Some(verdict) => *verdict = Verdict::Bad(vec![fault]),
            None => {}
        }
        let Some(Change { before, after }) = self.changes.remove(&row) else {
            return;
        };
        match before {
            Some(before) => E::shelf(catalog).put(before),
            None => E::shelf(catalog).remove(&after),
        }
    }

    /// Tells the report of all rows, and writes down what changes.
    pub fn settle(&self, planning: &mut Planning<'_>) {
        let row = |index: usize| {
            let placed = self.rows.get(index)?;
            let head = E::head(&placed.row);
            let id = head.id.map(|id| id.to_string());
            Some((placed.place, id.or_else(|| head.external_id.map(str::to_owned))))
        };
        verdict::settle(&self.verdicts, row, planning.report);
        let mut changes: Vec<(&usize, &Change<E>)> = self.changes.iter().collect();
        changes.sort_by_key(|(row, _)| **row);
        for (_, Change { before, after }) in changes {
            planning.changes.put(before.as_deref(), Arc::clone(after));
        }
    }

    fn verdict(&mut self, index: usize, placed: &Placed<E::Row>, planning: &mut Planning<'_>) -> Verdict {
        let (row, head) = (&placed.row, E::head(&placed.row));
        let records = E::shelf(planning.catalog);
        let existing = match self.matched(records, row, head) {
            Err(fault) => {
                self.miss(index, placed, "which is faulty");
                return Verdict::Bad(vec![*fault]);
            }
            Ok(Match::Row(first)) => return self.again(index, first, placed),
            Ok(Match::Record(record, by_name)) => {
                // An external id that is not taken over does not tell it the next time either (I6).
                let stays_called = texts::given(head.external_id).is_none()
                    || is_older(head.last_update, record.last_update());
                if by_name
                    && stays_called
                    && let Some(("name", name)) = E::names(row).first()
                {
                    self.called.entry(name.clone()).or_insert(index);
                }
                if let Some(incoming) = head.id {
                    records.alias(incoming, uuid_of(&*record));
                }
                Some(record)
            }
            // What is unknown and gone cannot be taken out of use.
            Ok(Match::New) if head.deleted == Some(true) && E::names(row).is_empty() => {
                self.miss(index, placed, "which is deleted");
                return Verdict::Good(Outcome::Unchanged);
            }
            Ok(Match::New) => None,
        };
        let known = existing.as_deref().map(uuid_of).or(head.id);
        let target = known.unwrap_or_else(&mut *planning.ids);
        self.claims.insert(target, index);
        for reference in ids(head) {
            self.told.entry(reference).or_insert(index);
        }
        if let Some(place) = self.targets.get_mut(index) {
            *place = Some(target);
        }
        if existing
            .as_deref()
            .is_some_and(|it| is_older(head.last_update, it.last_update()))
        {
            return Verdict::Good(Outcome::Skipped);
        }
        self.apply(index, placed, existing, target, planning)
    }

    /// What the row makes of its record.
    fn apply(
        &mut self,
        index: usize,
        placed: &Placed<E::Row>,
        existing: Option<Arc<E>>,
        target: Uuid,
        planning: &mut Planning<'_>,
    ) -> Verdict {
        let (row, head) = (&placed.row, E::head(&placed.row));
        let known = Known {
            catalog: planning.catalog,
            failures: self.upstream,
        };
        let (draft, mut faults) = E::draft(row, existing.as_deref(), &known);
        let record = match E::drafted(existing.as_deref(), &draft, target.into(), planning.now) {
            Ok(record) => Some(activated(record, head.deleted)),
            Err(error) => {
                faults.extend(of_draft(error, E::row_path));
                None
            }
        };
        let records = E::shelf(planning.catalog);
        if let Some(record) = &record {
            faults.extend(self.rivals(records, existing.as_deref(), record, placed.place));
        }
        match record.filter(|_| faults.is_empty()) {
            None => {
                if existing.is_none() {
                    self.miss(index, placed, "which is faulty");
                }
                Verdict::Bad(faults)
            }
            Some(record) => {
                let outcome = outcome(existing.as_deref(), &record);
                if outcome != Outcome::Unchanged {
                    let after = Arc::new(record);
                    records.put(Arc::clone(&after));
                    let before = existing;
                    self.changes.insert(index, Change { before, after });
                }
                Verdict::Good(outcome)
            }
        }
    }

    /// The row makes nothing: what depends on that will say so.
    fn miss(&mut self, index: usize, placed: &Placed<E::Row>, why: &'static str) {
        let names = E::names(&placed.row).into_iter().map(|(_, name)| name);
        for reference in ids(E::head(&placed.row)).chain(names) {
            let place = placed.place;
            self.failures
                .0
                .entry(reference.clone())
                .or_insert(Missed { place, why });
            self.told.entry(reference).or_insert(index);
        }
    }
}

/// The ids that a row gives, the strongest first.
fn ids(head: Head<'_>) -> impl Iterator<Item = Reference> {
    let external = texts::given(head.external_id).map(|id| Reference::ExternalId(id.into()));
    head.id.map(Reference::Id).into_iter().chain(external)
}

/// The fault of a key that a stored record has.
pub fn taken_from_stored(member: &'static str, noun: &str, other: Uuid) -> Fault {
    let message = format!("the {noun} {other} has this already");
    fault(Path::of(member), FaultCode::Taken, message)
}

/// I5: what is older than what is stored does not overwrite it.
pub fn is_older(given: Option<Instant>, stored: Option<Instant>) -> bool {
    matches!((given, stored), (Some(given), Some(stored)) if given < stored)
}

/// I4: the flag archives, `false` restores, its absence does neither.
pub fn activated<E: Drafted>(mut record: E, deleted: Option<bool>) -> E {
    if let Some(deleted) = deleted {
        record.meta_mut().is_active = !deleted;
    }
    record
}

/// What became of a record.
pub fn outcome<E: Drafted + Clone + PartialEq>(existing: Option<&E>, record: &E) -> Outcome {
    let Some(existing) = existing else {
        return Outcome::Created;
    };
    let (was, is) = (existing.meta(), record.meta());
    let mut same = record.clone();
    *same.meta_mut() = *was;
    let is_same = same == *existing;
    match (was.is_active, is.is_active) {
        (true, false) => Outcome::Archived,
        (was, is) if was == is && is_same => Outcome::Unchanged,
        _ => Outcome::Updated,
    }
}

/// The plain id of a record.
pub fn uuid_of<E: Drafted>(record: &E) -> Uuid {
    E::key(record.id()).uuid()
}
