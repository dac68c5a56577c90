//! Activities, departments and organizations.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Deserialize;

use super::{Reading, Saving, decodes_from_object, patch};
use crate::app::Error;
use crate::domain::activity::{Activity, ActivityDraft};
use crate::domain::department::{Department, DepartmentDraft};
use crate::domain::error::Path;
use crate::domain::organization::{Contact, Organization, OrganizationDraft};
use crate::graphql::scalars::{DateTime, RowVersion, Uuid};

/// An activity to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveActivityInput {
    /// The activity to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// A short code, unique among activities.
    code: MaybeUndefined<String>,
    /// The id in the system that imports it.
    external_id: MaybeUndefined<String>,
}

impl SaveActivityInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<Activity>, Error> {
        let Self {
            id,
            row_version,
            name,
            code,
            external_id,
        } = self;
        let mut reading = Reading::default();
        let draft = ActivityDraft {
            name: reading.given(|| Path::of("name"), name),
            code: patch(code),
            external_id: patch(external_id),
        };
        reading.saving(id, row_version, draft)
    }
}

/// A department to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveDepartmentInput {
    /// The department to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// A short code, unique among departments.
    code: MaybeUndefined<String>,
    /// The id in the system that imports it.
    external_id: MaybeUndefined<String>,
}

impl SaveDepartmentInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<Department>, Error> {
        let Self {
            id,
            row_version,
            name,
            code,
            external_id,
        } = self;
        let mut reading = Reading::default();
        let draft = DepartmentDraft {
            name: reading.given(|| Path::of("name"), name),
            code: patch(code),
            external_id: patch(external_id),
        };
        reading.saving(id, row_version, draft)
    }
}

/// A client company to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveOrganizationInput {
    /// The organization to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// The reference number; unique together with the name.
    number: MaybeUndefined<String>,
    /// How to reach it, as a whole.
    contact: MaybeUndefined<ContactInput>,
    /// The id in the system that imports it.
    external_id: MaybeUndefined<String>,
    /// When the importing system last changed it.
    last_update: MaybeUndefined<DateTime>,
}

/// How to reach an organization; what is left out is not known.
#[derive(Clone, PartialEq, Debug, InputObject, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactInput {
    /// The person to ask for.
    #[serde(default)]
    person: Option<String>,
    /// Street and house number.
    #[serde(default)]
    street: Option<String>,
    /// Postal code.
    #[serde(default)]
    postal_code: Option<String>,
    /// Town.
    #[serde(default)]
    city: Option<String>,
    /// Country.
    #[serde(default)]
    country: Option<String>,
    /// E-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    phone: Option<String>,
}

decodes_from_object!(ContactInput);

impl From<ContactInput> for Contact {
    fn from(input: ContactInput) -> Self {
        let ContactInput {
            person,
            street,
            postal_code,
            city,
            country,
            email,
            phone,
        } = input;
        Self {
            person: person.map(Into::into),
            street: street.map(Into::into),
            postal_code: postal_code.map(Into::into),
            city: city.map(Into::into),
            country: country.map(Into::into),
            email: email.map(Into::into),
            phone: phone.map(Into::into),
        }
    }
}

impl SaveOrganizationInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<Organization>, Error> {
        let Self {
            id,
            row_version,
            name,
            number,
            contact,
            external_id,
            last_update,
        } = self;
        let mut reading = Reading::default();
        let draft = OrganizationDraft {
            name: reading.given(|| Path::of("name"), name),
            number: patch(number),
            contact: patch(contact),
            external_id: patch(external_id),
            last_update: patch(last_update),
        };
        reading.saving(id, row_version, draft)
    }
}
