//! Client companies. TimePunch calls them customers; name and number together are unique.

use serde::{Deserialize, Serialize};

use super::draft::{DraftReading, Drafted, MAX_NAME_CHARS};
use super::error::{Error, Path};
use super::id::OrganizationId;
use super::patch::Patch;
use super::record::Meta;
use super::time::Instant;

/// A client company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What every record has.
    pub meta: Meta,
    /// Its name.
    pub name: Box<str>,
    /// Its reference number.
    pub number: Option<Box<str>>,
    /// Its id in the system that imports it.
    pub external_id: Option<Box<str>>,
    /// How to reach it.
    pub contact: Option<Box<Contact>>,
    /// When the importing system last changed it (I5).
    pub last_update: Option<Instant>,
}

/// Contact data of an organization; absent parts are unknown.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The person to ask for.
    pub person: Option<Box<str>>,
    /// Street and house number.
    pub street: Option<Box<str>>,
    /// Postal code.
    pub postal_code: Option<Box<str>>,
    /// Town.
    pub city: Option<Box<str>>,
    /// Country.
    pub country: Option<Box<str>>,
    /// E-mail address.
    pub email: Option<Box<str>>,
    /// Telephone number.
    pub phone: Option<Box<str>>,
}

/// What is to become of an organization.
#[derive(Clone, Debug, Default)]
pub struct OrganizationDraft {
    /// Its name.
    pub name: Option<String>,
    /// Its reference number.
    pub number: Patch<String>,
    /// Its id in the system that imports it.
    pub external_id: Patch<String>,
    /// How to reach it, as a whole.
    pub contact: Patch<Contact>,
    /// When the importing system last changed it.
    pub last_update: Patch<Instant>,
}

impl Drafted for Organization {
    type Draft = OrganizationDraft;

    /// The organization that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &OrganizationDraft,
        id: OrganizationId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let organization = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            number: reading.code("number", &draft.number, existing.map(|it| &it.number)),
            external_id: reading.code(
                "externalId",
                &draft.external_id,
                existing.map(|it| &it.external_id),
            ),
            contact: match &draft.contact {
                None => existing.and_then(|it| it.contact.clone()),
                Some(contact) => contact
                    .as_ref()
                    .map(|contact| Box::new(read_contact(&mut reading, contact))),
            },
            last_update: draft
                .last_update
                .unwrap_or(existing.and_then(|it| it.last_update)),
        };
        reading.finish(organization)
    }
}

fn read_contact(reading: &mut DraftReading, contact: &Contact) -> Contact {
    let Contact {
        person,
        street,
        postal_code,
        city,
        country,
        email,
        phone,
    } = contact;
    let path = Path::of("contact");
    let mut part = |member, text: &Option<Box<str>>| {
        let text = text.as_deref()?;
        Some(reading.text(&path.member(member), text, MAX_NAME_CHARS))
    };
    Contact {
        person: part("person", person),
        street: part("street", street),
        postal_code: part("postalCode", postal_code),
        city: part("city", city),
        country: part("country", country),
        phone: part("phone", phone),
        email: email
            .as_deref()
            .map(|email| reading.address(&path.member("email"), email)),
    }
}
