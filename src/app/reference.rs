//! Saving, archiving and restoring reference data: one way for every kind. What a kind asks for
//! beyond that, it says in its own module as a [`Maintained`].

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::{App, Caller, Decision, Error, Planned, Reader};
use crate::domain::access::Permission;
use crate::domain::change::Guard;
use crate::domain::draft::Drafted;
use crate::domain::error::{FaultCode, Faults};
use crate::domain::record::{Key, Meta, Record};
use crate::domain::references::references;
use crate::domain::version::RowVersion;

pub mod catalogs;
pub mod projects;
pub mod settings;
pub mod users;

/// A kind of reference data that is maintained through the faces.
#[async_trait]
pub trait Maintained: Drafted + Clone + PartialEq {
    /// The right that it takes, over everything.
    const PERMISSION: Permission;
    /// The names of the verbs in the audit trail.
    const VERBS: Verbs;

    /// What else must change and hold when `existing` becomes `changed`.
    async fn consequences(
        _reader: &Reader,
        _existing: Option<&Self>,
        _changed: &mut Self,
        _new_id: uuid::Uuid,
    ) -> Result<Consequences, Error> {
        Ok(Consequences::default())
    }

    /// Why the record may not be archived, if so.
    async fn archivable(_reader: &Reader, _existing: &Self) -> Result<(), Error> {
        Ok(())
    }
}

/// What else is written with a record.
#[derive(Debug, Default)]
pub struct Consequences {
    /// Further records.
    pub puts: Vec<Record>,
    /// Further conditions.
    pub guards: Vec<Guard>,
}

/// The names of the verbs over a kind, in the audit trail.
#[derive(Clone, Copy, Debug)]
pub struct Verbs {
    /// Made or changed.
    pub save: &'static str,
    /// Taken out of use.
    pub archive: &'static str,
    /// Taken into use again.
    pub restore: &'static str,
}

impl App {
    /// Makes a record (without an id) or changes one; with a version, only if that is the stored
    /// one. A draft that changes nothing takes no version.
    pub async fn save<E: Maintained>(
        &self,
        caller: &Caller,
        id: Option<E::Id>,
        draft: E::Draft,
        version: Option<RowVersion>,
    ) -> Result<Arc<E>, Error> {
        let draft = Arc::new(draft);
        let new_ids = (self.new_id(), self.new_id());
        self.write(caller, |reader| {
            Box::pin(plan_saving::<E>(reader, id, Arc::clone(&draft), version, new_ids))
        })
        .await?
        .into_record()
    }

    /// Takes a record out of use; its history stays. Doing so twice changes nothing.
    pub async fn archive<E: Maintained>(
        &self,
        caller: &Caller,
        id: E::Id,
        version: Option<RowVersion>,
    ) -> Result<Arc<E>, Error> {
        self.write(caller, |reader| {
            Box::pin(plan_activity::<E>(reader, id, version, false))
        })
        .await?
        .into_record()
    }

    /// Takes an archived record into use again. Doing so twice changes nothing.
    pub async fn restore<E: Maintained>(
        &self,
        caller: &Caller,
        id: E::Id,
        version: Option<RowVersion>,
    ) -> Result<Arc<E>, Error> {
        self.write(caller, |reader| {
            Box::pin(plan_activity::<E>(reader, id, version, true))
        })
        .await?
        .into_record()
    }
}

async fn plan_saving<E: Maintained>(
    reader: Reader,
    id: Option<E::Id>,
    draft: Arc<E::Draft>,
    version: Option<RowVersion>,
    (new_id, further_id): (uuid::Uuid, uuid::Uuid),
) -> Result<Decision, Error> {
    entitled::<E>(&reader)?;
    let existing = match id {
        Some(id) => Some(maintained::<E>(&reader, id, version).await?),
        None => None,
    };
    let id = existing
        .as_ref()
        .map_or_else(|| E::Id::from(new_id), |existing| existing.id());
    let mut changed = E::drafted(existing.as_deref(), &draft, id, reader.now())?;
    check_references(&reader, existing.as_ref(), &changed).await?;
    let further = E::consequences(&reader, existing.as_deref(), &mut changed, further_id).await?;
    if let Some(existing) = &existing {
        let mut same = changed.clone();
        *same.meta_mut() = *existing.meta();
        if same == **existing && further.puts.is_empty() {
            return Ok(Decision::Already(E::into_record(Arc::clone(existing))));
        }
    }
    let mut planned = Planned::new(E::VERBS.save);
    planned.guards.push(match &existing {
        Some(existing) => Guard::Version(E::key(id), existing.meta().version),
        None => Guard::Absent(E::key(id)),
    });
    planned.puts.push(E::into_record(Arc::new(changed)));
    planned.puts.extend(further.puts);
    planned.guards.extend(further.guards);
    Ok(Decision::Change(planned))
}

async fn plan_activity<E: Maintained>(
    reader: Reader,
    id: E::Id,
    version: Option<RowVersion>,
    active: bool,
) -> Result<Decision, Error> {
    let existing = maintained::<E>(&reader, id, version).await?;
    if existing.meta().is_active == active {
        return Ok(Decision::Already(E::into_record(existing)));
    }
    if !active {
        E::archivable(&reader, &existing).await?;
    }
    let mut changed = E::clone(&existing);
    *changed.meta_mut() = Meta {
        is_active: active,
        ..existing.meta().changed()
    };
    let mut planned = Planned::new(if active {
        E::VERBS.restore
    } else {
        E::VERBS.archive
    });
    planned
        .guards
        .push(Guard::Version(E::key(id), existing.meta().version));
    planned.puts.push(E::into_record(Arc::new(changed)));
    Ok(Decision::Change(planned))
}

/// The record that is to be changed, if the caller may change its kind and decided on its
/// present version.
async fn maintained<E: Maintained>(
    reader: &Reader,
    id: E::Id,
    version: Option<RowVersion>,
) -> Result<Arc<E>, Error> {
    let existing = reader
        .get::<E>(id)
        .await?
        .ok_or(Error::NotFound(E::KIND.noun()))?;
    entitled::<E>(reader)?;
    let current = existing.meta().version;
    match version {
        Some(given) if given != current => Err(Error::VersionConflict {
            given,
            current,
            stored: Some(E::into_record(existing)),
        }),
        _ => Ok(existing),
    }
}

fn entitled<E: Maintained>(reader: &Reader) -> Result<(), Error> {
    if reader.actor().has(E::PERMISSION) {
        return Ok(());
    }
    let (noun, right) = (E::KIND.noun(), E::PERMISSION.as_str());
    Err(Error::Forbidden(format!(
        "to change a {noun} takes the right {right} over everything"
    )))
}

/// What a record newly points to must be there and in use; what it pointed to before may have
/// been archived since.
async fn check_references<E: Maintained>(
    reader: &Reader,
    existing: Option<&Arc<E>>,
    changed: &E,
) -> Result<(), Error> {
    let before: BTreeSet<Key> = existing
        .map(|existing| references(&E::into_record(Arc::clone(existing))))
        .unwrap_or_default()
        .into_iter()
        .map(|(_, key)| key)
        .collect();
    let mut named = references(&E::into_record(Arc::new(changed.clone())));
    named.retain(|(_, key)| !before.contains(key));
    let keys: Vec<Key> = named.iter().map(|(_, key)| *key).collect();
    let found = reader.unlimited().records(&keys).await?;
    let mut faults = Faults::default();
    for ((path, key), record) in named.into_iter().zip(found) {
        let noun = key.kind().noun();
        match record.filter(|record| reader.shows(record)) {
            None => faults.add(
                path,
                FaultCode::UnknownReference,
                format!("there is no {noun} {}", key.uuid()),
            ),
            Some(record) if !record.meta().is_active => {
                faults.add(
                    path,
                    FaultCode::NotOpen,
                    format!("the {noun} {} is archived", key.uuid()),
                );
            }
            Some(_) => {}
        }
    }
    Ok(faults.into_result(())?)
}
