//! What a row says of a customer, which is an organization here.

use std::sync::Arc;

use uuid::Uuid;

use super::lane::{Head, Imported, Known, uuid_of};
use super::texts;
use crate::domain::error::{Fault, Path, Step};
use crate::domain::import::catalog::{Catalog, Missing, Shelf, Shelved};
use crate::domain::import::row::{Collection, CustomerRow, Reference};
use crate::domain::organization::{Contact, Organization, OrganizationDraft};
use crate::domain::time::Instant;

impl Imported for Organization {
    type Row = CustomerRow;
    const COLLECTION: Collection = Collection::Customers;

    fn shelf(catalog: &mut Catalog) -> &mut Shelf<Self> {
        &mut catalog.organizations
    }

    fn last_update(&self) -> Option<Instant> {
        self.last_update
    }

    fn head(row: &CustomerRow) -> Head<'_> {
        Head {
            id: row.id.map(Into::into),
            external_id: row.external_id.as_deref(),
            deleted: row.deleted,
            last_update: row.last_update,
        }
    }

    /// Name and number are one key; a row without a number is about a customer without one.
    fn names(row: &CustomerRow) -> Vec<(&'static str, Reference)> {
        let Some(name) = texts::given(row.name.as_deref()) else {
            return Vec::new();
        };
        let number = texts::patched(row.number.as_ref()).unwrap_or_default();
        let pair = Reference::NameAndNumber(Box::new((name.into(), number.into())));
        vec![("name", pair), ("name", Reference::Key(name.into()))]
    }

    fn bearer<'s>(shelf: &'s Shelf<Self>, row: &CustomerRow) -> Result<Option<&'s Arc<Self>>, Missing> {
        let pair = Self::names(row).into_iter().next();
        match pair.map(|(_, pair)| shelf.find(&pair)) {
            Some(Ok(bearer)) => Ok(Some(bearer)),
            None | Some(Err(Missing::Unknown)) => Ok(None),
            Some(Err(Missing::Ambiguous)) => Err(Missing::Ambiguous),
        }
    }

    fn rival(shelf: &Shelf<Self>, existing: Option<&Self>, record: &Self) -> Option<(&'static str, Uuid)> {
        let is_kept = existing.is_some_and(|it| (&it.name, &it.number) == (&record.name, &record.number));
        let pair = record.natural_keys().into_iter().next().filter(|_| !is_kept)?;
        let rival = shelf.bearers(&pair).find(|other| other.id != record.id)?;
        Some(("name", uuid_of(&**rival)))
    }

    fn rank(&self) -> (bool, bool) {
        (false, false)
    }

    fn draft(
        row: &CustomerRow,
        existing: Option<&Self>,
        _known: &Known<'_>,
    ) -> (OrganizationDraft, Vec<Fault>) {
        let CustomerRow {
            id: _,
            external_id,
            name,
            number,
            contact,
            deleted: _,
            last_update,
        } = row;
        let stored = existing.and_then(|it| it.contact.as_deref());
        let draft = OrganizationDraft {
            name: name.clone(),
            number: number.clone(),
            external_id: external_id.clone().map(Some),
            contact: (*contact != Contact::default()).then(|| Some(merged(stored, contact))),
            last_update: last_update.map(Some),
        };
        (draft, Vec::new())
    }

    fn row_path(_steps: &[Step]) -> Option<Path> {
        None
    }
}

/// I4: the parts that are given, over those that are stored.
fn merged(stored: Option<&Contact>, given: &Contact) -> Contact {
    let Contact {
        person,
        street,
        postal_code,
        city,
        country,
        email,
        phone,
    } = given;
    let of = |part: fn(&Contact) -> Option<&str>| stored.and_then(part).map(Into::into);
    Contact {
        person: person.clone().or_else(|| of(|it| it.person.as_deref())),
        street: street.clone().or_else(|| of(|it| it.street.as_deref())),
        postal_code: postal_code.clone().or_else(|| of(|it| it.postal_code.as_deref())),
        city: city.clone().or_else(|| of(|it| it.city.as_deref())),
        country: country.clone().or_else(|| of(|it| it.country.as_deref())),
        email: email.clone().or_else(|| of(|it| it.email.as_deref())),
        phone: phone.clone().or_else(|| of(|it| it.phone.as_deref())),
    }
}
