//! Which record a row is about, and which keys it may not take from others (I3, I7).

use std::sync::Arc;

use super::{Head, Imported, Lane, Match, ids, taken_from_stored, uuid_of};
use crate::domain::error::{Fault, FaultCode, Path};
use crate::domain::import::catalog::Shelf;
use crate::domain::import::row::{Place, Placed, Reference};
use crate::domain::import::statics::projects::told_apart;
use crate::domain::import::statics::texts;
use crate::domain::import::statics::verdict::{Verdict, duplicate, fault};

impl<E: Imported> Lane<'_, E> {
    /// I3: by id, else by external id, else by natural key.
    pub(super) fn matched(
        &self,
        known: &Shelf<E>,
        row: &E::Row,
        head: Head<'_>,
    ) -> Result<Match<E>, Box<Fault>> {
        if let Some(row) = ids(head).find_map(|id| self.told.get(&id)) {
            return Ok(Match::Row(*row));
        }
        if let Some(record) = ids(head).find_map(|id| known.find(&id).ok()) {
            return Ok(self.about(record, false));
        }
        let names = E::names(row);
        let Some((member, name)) = names.first() else {
            return Ok(Match::New);
        };
        match E::bearer(known, row) {
            Ok(Some(record)) => Ok(self.about(record, true)),
            Ok(None) => Ok(match self.told.get(name) {
                Some(row) => Match::Row(*row),
                None => Match::New,
            }),
            Err(missing) => {
                let message = missing.message(E::COLLECTION.noun(), name);
                Err(Box::new(fault(Path::of(member), FaultCode::Taken, message)))
            }
        }
    }

    fn about(&self, record: &Arc<E>, by_name: bool) -> Match<E> {
        match self.claims.get(&uuid_of(&**record)) {
            Some(row) => Match::Row(*row),
            None => Match::Record(Arc::clone(record), by_name),
        }
    }

    /// Another row about what the row at `first` is about (I7).
    pub(super) fn again(&mut self, index: usize, first: usize, placed: &Placed<E::Row>) -> Verdict {
        let Some(before) = self.rows.get(first) else {
            return Verdict::Twin(first);
        };
        if before.row == placed.row {
            if let (Some(target), Some(place)) =
                (self.targets.get(first).copied(), self.targets.get_mut(index))
            {
                *place = target;
            }
            return Verdict::Twin(first);
        }
        let (one, other) = (E::head(&before.row), E::head(&placed.row));
        let external = texts::given(one.external_id);
        let member = if one.id.is_some() && one.id == other.id {
            "id"
        } else if external.is_some() && external == texts::given(other.external_id) {
            "externalId"
        } else {
            E::names(&placed.row).first().map_or("id", |(member, _)| *member)
        };
        let fault = duplicate(member, E::COLLECTION.noun(), before.place, placed.place);
        Verdict::Bad(vec![fault])
    }

    /// The keys that the record would take from another.
    pub(super) fn rivals(
        &self,
        known: &Shelf<E>,
        existing: Option<&E>,
        record: &E,
        place: Place,
    ) -> Vec<Fault> {
        let target = uuid_of(record);
        let external = record
            .external_id()
            .and_then(|external| known.by_external(external))
            .map(|other| ("externalId", uuid_of(&**other)));
        let rivals = external.into_iter().chain(E::rival(known, existing, record));
        let taken = rivals.filter(|(_, other)| *other != target);
        let mut faults: Vec<Fault> = taken
            .map(
                |(member, other)| match self.claims.get(&other).and_then(|row| self.rows.get(*row)) {
                    Some(first) => duplicate(member, E::COLLECTION.noun(), first.place, place),
                    None => taken_from_stored(member, E::COLLECTION.noun(), other),
                },
            )
            .collect();
        let is_new_name = |name: &String| existing.is_none_or(|it| !it.natural_keys().contains(name));
        for name in record.natural_keys().into_iter().filter(is_new_name) {
            let named = self.called.get(&Reference::Key(name.into())).copied();
            let meant = named.and_then(|row| known.get(self.target(row)?));
            let competes = meant.is_some_and(|meant| record.rank() <= meant.rank());
            let first = named.and_then(|row| self.rows.get(row)).filter(|first| {
                let external = texts::given(E::head(&first.row).external_id);
                competes && !told_apart(external, record.external_id())
            });
            faults.extend(first.map(|first| duplicate("name", E::COLLECTION.noun(), first.place, place)));
        }
        faults
    }
}
