//! Rows as lines of JSON: one object a line, which says what it is by `kind`, unless the upload says
//! it for all.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::members::{Members, Written};
use crate::json::name::Name;

/// The members of the object that `text` holds; the error says where it is none.
pub fn object(text: &str) -> Result<Members<'_>, String> {
    let Object(members) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(members)
}

/// The texts of the objects in the list that `text` holds.
pub fn list(text: &str) -> Result<Vec<&str>, String> {
    let List(items) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(items)
}

struct Object<'a>(Members<'a>);

struct List<'a>(Vec<&'a str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;

        impl<'de> Visitor<'de> for Reads {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.add(name, written(value));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Reads)
    }
}

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;

        impl<'de> Visitor<'de> for Reads {
            type Value = List<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element::<&'de RawValue>()? {
                    list.push(item.get());
                }
                Ok(List(list))
            }
        }

        deserializer.deserialize_seq(Reads)
    }
}

/// The value that a valid piece of JSON stands for.
fn written(value: &RawValue) -> Written<'_> {
    let text = value.get();
    match text.as_bytes() {
        b"null" => Written::Null,
        b"true" => Written::Bool(true),
        b"false" => Written::Bool(false),
        [b'{' | b'[', ..] => Written::Nested(text),
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
            Written::Text(Cow::Borrowed(text.get(1..text.len() - 1).unwrap_or_default()))
        }
        // What is valid JSON but no valid text, such as half of a surrogate pair, is read as it is written.
        [b'"', ..] => Written::Text(serde_json::from_str(text).map_or(Cow::Borrowed(text), Cow::Owned)),
        _ => Written::Number(Cow::Borrowed(text)),
    }
}
