//! The types that OData clients see: which properties and navigations each has and how they are
//! read from a row. `$metadata`, the binder, the evaluation and the answers are made from it. What
//! belongs to an entity of the data model is taken from its table.

use uuid::Uuid;

use super::row::Row;
use super::value::Value;
use crate::app::reader::facts::{Asked, Facts};
use crate::domain::model::{self, ValueType};
use crate::domain::record::Kind;
use crate::domain::time::Date;
use crate::json::key::Key;

/// A type of the entity data model: an entity, or a complex type that functions answer.
pub struct Type {
    /// Its name, without the namespace.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// Whether it has the key `id`; a complex type has none.
    pub has_key: bool,
    /// Its properties in the order in which answers show them.
    pub properties: &'static [Property],
    /// Its navigations in the order in which answers show them.
    pub navigations: &'static [Navigation],
}

/// A set of entities.
pub struct Set {
    /// Its name.
    pub name: &'static str,
    /// The type of its members.
    pub of: &'static Type,
    /// Where they come from.
    pub source: Source,
}

/// Where the members of a set come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// They are records of this kind.
    Records(Kind),
    /// They are the lines of all sheets.
    Lines,
    /// They are the cells of all sheets.
    Cells,
    /// They are the states of approval.
    Statuses,
}

/// A property.
pub struct Property {
    /// Its name, camel case.
    pub name: &'static str,
    /// Its name, as it is written before its value.
    pub key: Key,
    /// The type of its values.
    pub edm: Edm,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// Where its values come from.
    pub read: Read,
}

/// Where the values of a property come from.
#[derive(Clone, Copy)]
pub enum Read {
    /// From the record; the store can filter and order by it.
    Stored(&'static model::Property),
    /// From the row.
    Row(for<'a> fn(&'a Row) -> Value<'a>),
    /// From what a sheet comes to for its reader.
    Fact(Asked, for<'a> fn(&'a Facts) -> Value<'a>),
}

/// The type of a property's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edm {
    /// `Edm.Boolean`
    Boolean,
    /// `Edm.Int32`
    Int32,
    /// `Edm.Int64`
    Int64,
    /// `Edm.Decimal` with so many decimals, all of which are printed.
    Decimal(u8),
    /// `Edm.Date`
    Date,
    /// `Edm.DateTimeOffset`
    DateTimeOffset,
    /// `Edm.Guid`
    Guid,
    /// `Edm.String`
    String,
    /// `Edm.Binary`: a row version.
    Binary,
    /// `Collection(WP.ScheduleDay)`: dates with hours.
    ScheduleDays,
}

impl Edm {
    /// The type of a member of a complex value.
    pub fn of_member(self, name: &str) -> Option<Self> {
        let member = match self {
            Self::ScheduleDays => SCHEDULE_DAY.iter().find(|(member, _)| *member == name),
            _ => None,
        };
        member.map(|(_, edm)| *edm)
    }
}

/// The members of a `WP.ScheduleDay`: a date and the hours to work on it.
pub const SCHEDULE_DAY: [(&str, Edm); 2] = [("date", Edm::Date), ("duration", Edm::Decimal(2))];

/// A way from a row to others.
pub struct Navigation {
    /// Its name, camel case.
    pub name: &'static str,
    /// Where it leads.
    pub to: fn() -> &'static Type,
    /// The set in which its targets are.
    pub set: &'static str,
    /// The navigation that leads back.
    pub partner: Option<&'static str>,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// How its targets are found.
    pub via: Via,
}

/// How the targets of a navigation are found.
#[derive(Clone, Copy)]
pub enum Via {
    /// One record at most, whose id is in the row, under this property.
    Id(&'static str, Kind, for<'a> fn(&'a Row) -> Option<Uuid>),
    /// One record at most, whose id the row has for a date: the reader's today.
    IdAt(Kind, for<'a> fn(&'a Row, Date) -> Option<Uuid>),
    /// All records whose property has the row's id.
    Referring(Kind, &'static model::Property),
    /// The state of approval whose id is in the row.
    Status,
    /// The lines of a sheet.
    Lines,
    /// The cells of a line.
    Cells,
    /// The sheet of a line.
    SheetOfLine,
    /// The line of a cell.
    LineOfCell,
}

impl Property {
    /// The property of the data model with this entry in its table.
    pub const fn of(property: &'static model::Property) -> Self {
        Self {
            name: property.name,
            key: Key::of_member(property.name),
            edm: match property.value_type {
                ValueType::Bool => Edm::Boolean,
                ValueType::Int => Edm::Int64,
                ValueType::Hours => Edm::Decimal(5),
                ValueType::Date => Edm::Date,
                ValueType::Instant => Edm::DateTimeOffset,
                ValueType::Id => Edm::Guid,
                ValueType::Text | ValueType::Enum(_) => Edm::String,
            },
            nullable: property.nullable,
            description: property.description,
            read: Read::Stored(property),
        }
    }

    /// A property that is read from the row.
    pub const fn row(
        name: &'static str,
        edm: Edm,
        nullable: bool,
        description: &'static str,
        read: for<'a> fn(&'a Row) -> Value<'a>,
    ) -> Self {
        Self {
            name,
            key: Key::of_member(name),
            edm,
            nullable,
            description,
            read: Read::Row(read),
        }
    }

    /// A property of what a sheet comes to.
    pub const fn fact(
        name: &'static str,
        edm: Edm,
        description: &'static str,
        asked: Asked,
        read: for<'a> fn(&'a Facts) -> Value<'a>,
    ) -> Self {
        Self {
            name,
            key: Key::of_member(name),
            edm,
            nullable: false,
            description,
            read: Read::Fact(asked, read),
        }
    }
}

impl Navigation {
    /// Whether it leads to many.
    pub const fn is_collection(&self) -> bool {
        matches!(self.via, Via::Referring(..) | Via::Lines | Via::Cells)
    }
}

impl Type {
    /// The property of this name; names are told apart whatever the case of their letters.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties
            .iter()
            .find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// The navigation of this name, whatever the case of its letters.
    pub fn navigation(&self, name: &str) -> Option<&'static Navigation> {
        self.navigations
            .iter()
            .find(|navigation| navigation.name.eq_ignore_ascii_case(name))
    }
}
