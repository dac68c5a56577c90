//! Reads the inputs of mutations into commands. What is absent stays as it is, null clears; null
//! for what cannot be without a value is a fault, told together with all the others.

use async_graphql::MaybeUndefined;

use crate::app::Error;
use crate::domain::draft::Drafted;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::patch::Patch;
use crate::domain::version::RowVersion;
use crate::graphql::scalars::{self, Uuid};

pub mod catalogs;
pub mod imports;
pub mod project;
pub mod schedule;
pub mod settings;
pub mod task;
pub mod template;
pub mod timesheet;
pub mod user;

/// Decodes input types from JSON objects, and from nothing else: the decoders that serde derives
/// take lists of the members too, of which GraphQL knows nothing.
macro_rules! decodes_from_object {
    ($($input:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $input {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members;

                impl<'de> serde::de::Visitor<'de> for Members {
                    type Value = $input;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$input, A::Error> {
                        $input::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(Members)
            }
        }
    )+};
}

use decodes_from_object;

/// Collects what is wrong with an input before it becomes a command.
#[derive(Default)]
pub struct Reading {
    faults: Faults,
}

impl Reading {
    /// A member that has a value once it is mentioned.
    pub fn given<T, U: From<T>>(
        &mut self,
        path: impl FnOnce() -> Path,
        value: MaybeUndefined<T>,
    ) -> Option<U> {
        match value {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Value(value) => Some(value.into()),
            MaybeUndefined::Null => {
                let message = "must not be null; left out, it stays as it is";
                self.faults.add(path(), FaultCode::Required, message);
                None
            }
        }
    }

    /// A list that is there once it is mentioned.
    pub fn list<L: IntoIterator, U>(
        &mut self,
        path: &Path,
        values: MaybeUndefined<L>,
        mut read: impl FnMut(&mut Self, Element<'_>, L::Item) -> U,
    ) -> Option<Vec<U>> {
        let values: L = self.given(|| path.clone(), values)?;
        let elements = (0..).map(|index| Element { list: path, index });
        Some(
            elements
                .zip(values)
                .map(|(element, value)| read(self, element, value))
                .collect(),
        )
    }

    /// Notes a fault.
    pub fn fault(&mut self, path: Path, code: FaultCode, message: impl Into<String>) {
        self.faults.add(path, code, message);
    }

    /// The command that makes or changes a record, if nothing was wrong with the input.
    pub fn saving<E: Drafted>(
        self,
        id: Option<Uuid>,
        version: Option<scalars::RowVersion>,
        draft: E::Draft,
    ) -> Result<Saving<E>, Error> {
        self.finish(Saving {
            id: id.map(|id| id.0.into()),
            version: version.map(Into::into),
            draft,
        })
    }

    /// The command, if nothing was wrong with the input.
    pub fn finish<T>(self, command: T) -> Result<T, Error> {
        Ok(self.faults.into_result(command)?)
    }
}

/// Where an element of a list is. Its path is made only for those that have faults.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    list: &'a Path,
    index: usize,
}

impl Element<'_> {
    /// A member of the element.
    pub fn member(self, member: &'static str) -> Path {
        self.list.index(self.index).member(member)
    }
}

/// A member as it is seen from outside.
pub fn by_ref<T>(value: &MaybeUndefined<T>) -> MaybeUndefined<&T> {
    match value {
        MaybeUndefined::Undefined => MaybeUndefined::Undefined,
        MaybeUndefined::Null => MaybeUndefined::Null,
        MaybeUndefined::Value(value) => MaybeUndefined::Value(value),
    }
}

/// A member that may be without a value.
pub fn patch<T, U: From<T>>(value: MaybeUndefined<T>) -> Patch<U> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value.into())),
    }
}

/// What is to become of a record, as a mutation names it.
pub struct Saving<E: Drafted> {
    /// The record; `None` for a new one.
    pub id: Option<E::Id>,
    /// The version on which the caller decided.
    pub version: Option<RowVersion>,
    /// What it is to be.
    pub draft: E::Draft,
}
