//! Organizations: client companies.

use std::sync::Arc;

use super::{EXTERNAL_ID, LAST_UPDATE, of_record};
use crate::domain::organization::{Contact, Organization};
use crate::graphql::render::{Field, Object, Type, part};

/// A client company.
pub struct OrganizationObject;

/// How to reach an organization.
pub struct ContactObject;

impl Object for OrganizationObject {
    type View<'a> = &'a Arc<Organization>;
    const NAME: &'static str = "Organization";
    const ABOUT: &'static str = "A client company.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "number",
            "The reference number; unique together with the name.",
            Type::STRING.nullable(),
            |it, json| json.put(it.number.as_deref()),
        ),
        part!(
            ContactObject,
            "contact",
            "How to reach it, as far as it is known.",
            |it| it.contact.as_deref()
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
        Field::leaf(
            "lastUpdate",
            LAST_UPDATE,
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.last_update),
        ),
    ];
}

super::shows!(OrganizationObject, Organization, Organization);

impl Object for ContactObject {
    type View<'a> = &'a Contact;
    const NAME: &'static str = "Contact";
    const ABOUT: &'static str = "How to reach an organization; what is not known is null.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "person",
            "The person to ask for.",
            Type::STRING.nullable(),
            |it, json| json.put(it.person.as_deref()),
        ),
        Field::leaf(
            "street",
            "Street and house number.",
            Type::STRING.nullable(),
            |it, json| json.put(it.street.as_deref()),
        ),
        Field::leaf(
            "postalCode",
            "Postal code.",
            Type::STRING.nullable(),
            |it, json| json.put(it.postal_code.as_deref()),
        ),
        Field::leaf("city", "Town.", Type::STRING.nullable(), |it, json| {
            json.put(it.city.as_deref());
        }),
        Field::leaf("country", "Country.", Type::STRING.nullable(), |it, json| {
            json.put(it.country.as_deref());
        }),
        Field::leaf("email", "E-mail address.", Type::STRING.nullable(), |it, json| {
            json.put(it.email.as_deref());
        }),
        Field::leaf(
            "phone",
            "Telephone number.",
            Type::STRING.nullable(),
            |it, json| json.put(it.phone.as_deref()),
        ),
    ];
}
