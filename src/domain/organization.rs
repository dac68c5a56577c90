//! Client companies. TimePunch calls them customers; name and number together are unique.

use serde::{Deserialize, Serialize};

use super::id::OrganizationId;
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
