//! Large inputs on a short way: a variable whose type is an input object that the front was told
//! of is decoded from its JSON text straight into the type of the resolver's argument, not through
//! a tree of values. Whatever does not decode goes the ordinary way, which tells every fault.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::registry::Registry;
use async_graphql::{Context, InputType, InputValueError, InputValueResult, Value};
use bytes::Bytes;
use serde::de::DeserializeOwned;

/// A decoded variable, whose type its argument knows.
pub type Kept = Arc<dyn Any + Send + Sync>;

/// Decodes the text of a variable; nothing if it is not exactly what is expected.
pub type Decode = fn(&str) -> Option<Kept>;

/// Decodes a `T`.
pub fn decode<T: DeserializeOwned + Send + Sync + 'static>(text: &str) -> Option<Kept> {
    let decoded: T = serde_json::from_str(text).ok()?;
    Some(Arc::new(decoded))
}

/// The decoded variables of one request.
#[derive(Debug, Clone, Default)]
pub struct Decoded(Vec<Kept>);

impl Decoded {
    /// Keeps a decoded variable. Its value is the place where it is kept, in a form that no
    /// document and no JSON has.
    pub fn keep(&mut self, decoded: Kept) -> Value {
        let place = Bytes::copy_from_slice(&self.0.len().to_le_bytes());
        self.0.push(decoded);
        Value::Binary(place)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn at(&self, place: usize) -> Option<&Kept> {
        self.0.get(place)
    }
}

/// An argument of type `T`, for which a variable may have been decoded as a whole. In the schema it
/// is a `T`.
#[derive(Debug)]
pub enum Whole<T> {
    /// It is kept there among the request's decoded variables.
    Kept(usize),
    /// It was a literal, or a variable that did not decode.
    Parsed(T),
}

impl<T: Send + Sync + 'static> Whole<T> {
    /// The argument; nothing if the request's decoded variables are lost. It stays for another field
    /// that uses the same variable.
    pub fn get<'a>(&'a self, ctx: &'a Context<'_>) -> Option<&'a T> {
        self.get_from(ctx.data_opt::<Decoded>())
    }

    /// The argument of a request with these decoded variables.
    pub fn get_from<'a>(&'a self, decoded: Option<&'a Decoded>) -> Option<&'a T> {
        match self {
            Self::Kept(place) => decoded?.at(*place)?.downcast_ref(),
            Self::Parsed(parsed) => Some(parsed),
        }
    }
}

impl<T: InputType> InputType for Whole<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        if let Some(Value::Binary(place)) = &value
            && let Ok(place) = <[u8; size_of::<usize>()]>::try_from(place.as_ref())
        {
            return Ok(Self::Kept(usize::from_le_bytes(place)));
        }
        T::parse(value)
            .map(Self::Parsed)
            .map_err(InputValueError::propagate)
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Kept(_) => Value::Null,
            Self::Parsed(parsed) => parsed.to_value(),
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

#[cfg(test)]
mod tests;
