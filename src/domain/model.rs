//! The one table of the entities: what each is called, which properties it has, of which type,
//! and where its references lead. Filters, orders and, in every face, the description of the
//! data come from it.

use super::query::Value;
use super::record::{Kind, Record};

pub mod entities;

pub use entities::entity;

/// An entity as clients see it.
#[derive(Debug)]
pub struct EntityModel {
    /// The kind of its records.
    pub kind: Kind,
    /// The name of one.
    pub name: &'static str,
    /// The name of the list of all.
    pub set: &'static str,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// Its properties.
    pub properties: &'static [&'static Property],
    /// Its references.
    pub navigations: &'static [Navigation],
}

/// A property that can be read, filtered by and ordered by.
pub struct Property {
    /// Its name, camel case.
    pub name: &'static str,
    /// The type of its values.
    pub value_type: ValueType,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// Its value in a record of the entity; null in any other.
    pub read: fn(&Record) -> Value<'_>,
}

/// The type of a property's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Hours.
    Hours,
    /// A date.
    Date,
    /// A point in time.
    Instant,
    /// An id.
    Id,
    /// A text.
    Text,
    /// One of these codes.
    Enum(&'static [&'static str]),
}

/// A reference from one entity to another.
#[derive(Debug)]
pub struct Navigation {
    /// Its name, camel case.
    pub name: &'static str,
    /// The property that holds the other's id.
    pub by: &'static str,
    /// The kind of the other.
    pub to: Kind,
}

impl Property {
    /// Its value in `record`.
    pub fn value<'a>(&self, record: &'a Record) -> Value<'a> {
        (self.read)(record)
    }
}

impl std::fmt::Debug for Property {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Property {
    /// Properties are the entries of the table: the same entry, the same property.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl EntityModel {
    /// The property of this name.
    pub fn property(&'static self, name: &str) -> Option<&'static Property> {
        self.properties
            .iter()
            .copied()
            .find(|property| property.name == name)
    }
}
