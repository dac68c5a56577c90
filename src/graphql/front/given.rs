//! The values of a request's variables as they came: JSON texts, each looked into once it is known
//! what it is to be, or one that was decoded as a whole already.

use std::borrow::Cow;
use std::fmt;

use ahash::AHashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::refusal::{Code, Refusal};
use super::whole::Kept;

/// Values by the names of their variables. Of a name that is given twice the last value counts.
#[derive(Debug, Default)]
pub struct Given<'a>(AHashMap<Cow<'a, str>, Value<'a>>);

/// A value of a variable.
#[derive(Debug)]
pub enum Value<'a> {
    /// As it came.
    Text(Cow<'a, RawValue>),
    /// Decoded into the type of its argument.
    Whole(Kept),
}

impl<'a> Given<'a> {
    /// Reads a JSON object.
    pub fn read(text: &'a str) -> Result<Self, Refusal> {
        let not_an_object = |fault| {
            Refusal::new(
                Code::BadRequest,
                format!("the variables are no JSON object: {fault}"),
            )
        };
        serde_json::from_str(text).map_err(not_an_object)
    }

    /// One variable, whose value was decoded.
    pub fn whole(name: &'a str, decoded: Kept) -> Self {
        Self(
            [(Cow::Borrowed(name), Value::Whole(decoded))]
                .into_iter()
                .collect(),
        )
    }

    /// The same, for longer than the text they were read from.
    pub fn into_owned(self) -> Given<'static> {
        let owned = self.0.into_iter().map(|(name, value)| {
            let value = match value {
                Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
                Value::Whole(decoded) => Value::Whole(decoded),
            };
            (Cow::Owned(name.into_owned()), value)
        });
        Given(owned.collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the value of the variable `name`.
    pub fn take(&mut self, name: &str) -> Option<Value<'a>> {
        self.0.remove(name)
    }

    /// Refuses what no JSON parser could read: the texts are known to be of JSON's grammar, but
    /// not that they are within the limits of numbers and nesting.
    pub fn check(&self) -> Result<(), Refusal> {
        (self.0.iter()).try_for_each(|(name, value)| match value {
            Value::Text(text) => parse(name, text).map(drop),
            Value::Whole(_) => Ok(()),
        })
    }
}

/// The value of the variable `name`.
pub fn parse(name: &str, value: &RawValue) -> Result<Json, Refusal> {
    serde_json::from_str(value.get()).map_err(|fault| {
        let message = format!("not a GraphQL request: the variable `{name}` cannot be read: {fault}");
        Refusal::new(Code::BadRequest, message)
    })
}

impl<'de> Deserialize<'de> for Given<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(GivenVisitor)
    }
}

/// The name of a variable, which is not copied unless it has escapes.
#[derive(Debug, serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut given = AHashMap::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            given.insert(name, Value::Text(Cow::Borrowed(value)));
        }
        Ok(Given(given))
    }
}
