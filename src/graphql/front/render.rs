//! Resolved values written as JSON along the shape of the answer. async-graphql gives the members
//! of an object in the order in which they were ready and leaves out what failed; here they get
//! the order of the selection, and a null that may not stand goes to the object above, as the
//! specification has it.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, ServerError, Value};

use super::shape::{Nulls, Shape, Slot, UNSEEN};

/// Null stands where it may not: what is above becomes null instead.
#[derive(Debug)]
struct Refused;

/// One step from the root of the answer to a value.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Writes values into a buffer.
#[derive(Debug)]
pub struct Renderer<'a> {
    out: Vec<u8>,
    errors: &'a [ServerError],
    path: Vec<Step<'a>>,
}

impl<'a> Renderer<'a> {
    /// Writes behind what `out` has; `errors` are those of the same answer.
    pub const fn new(out: Vec<u8>, errors: &'a [ServerError]) -> Self {
        Self {
            out,
            errors,
            path: Vec::new(),
        }
    }

    /// Writes the root object, or `null`; tells whether it is an object.
    pub fn root(&mut self, value: &'a Value, shape: &'a Shape) -> bool {
        let start = self.out.len();
        let written = match value {
            Value::Object(members) => self.object(members, shape),
            _ => self.nothing(shape),
        };
        if written.is_err() {
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
        }
        written.is_ok()
    }

    /// The buffer.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn object(&mut self, members: &'a IndexMap<Name, Value>, shape: &'a Shape) -> Result<(), Refused> {
        let ty = match members.get(UNSEEN) {
            Some(Value::String(ty)) if shape.marked => Some(ty.as_str()),
            _ => None,
        };
        let variant = shape.variants.iter().find(|(name, _)| Some(name.as_str()) == ty);
        let slots = variant.map_or(&shape.slots, |(_, slots)| slots);
        self.members(slots, usize::from(shape.marked), |at, key| {
            match members.get_index(at) {
                Some((name, value)) if name.as_str() == key => Some(value),
                _ => members.get(key),
            }
        })
    }

    /// An object of which nothing was resolved, because everything in it failed.
    fn nothing(&mut self, shape: &'a Shape) -> Result<(), Refused> {
        if !self.errors.iter().any(|error| self.is_below(error)) {
            return Err(Refused);
        }
        self.members(&shape.slots, 0, |_, _| None)
    }

    /// Writes slots with the values that `find` has at a position or by a key.
    fn members(
        &mut self,
        slots: &'a [Slot],
        from: usize,
        find: impl Fn(usize, &str) -> Option<&'a Value>,
    ) -> Result<(), Refused> {
        self.out.push(b'{');
        for (position, slot) in slots.iter().enumerate() {
            if position > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(slot.written.as_bytes());
            self.path.push(Step::Key(&slot.key));
            let value = find(position + from, &slot.key).unwrap_or(&Value::Null);
            self.value(value, &slot.nulls, slot.shape.as_ref())?;
            self.path.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    fn value(&mut self, value: &'a Value, nulls: &'a Nulls, shape: Option<&'a Shape>) -> Result<(), Refused> {
        let (start, depth) = (self.out.len(), self.path.len());
        match self.any(value, nulls, shape) {
            Err(Refused) if !nulls.is_non_null() => {
                self.out.truncate(start);
                self.path.truncate(depth);
                self.out.extend_from_slice(b"null");
                Ok(())
            }
            written => written,
        }
    }

    fn any(&mut self, value: &'a Value, nulls: &'a Nulls, shape: Option<&'a Shape>) -> Result<(), Refused> {
        match (value, nulls, shape) {
            (Value::Null, Nulls::Value { .. }, Some(shape)) => self.nothing(shape),
            (Value::Null, _, _) => Err(Refused),
            (Value::List(items), Nulls::List { item, .. }, shape) => self.list(items, item, shape),
            (Value::Object(members), _, Some(shape)) => self.object(members, shape),
            (value, _, _) => {
                self.leaf(value);
                Ok(())
            }
        }
    }

    fn list(
        &mut self,
        items: &'a [Value],
        nulls: &'a Nulls,
        shape: Option<&'a Shape>,
    ) -> Result<(), Refused> {
        self.out.push(b'[');
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.out.push(b',');
            }
            self.path.push(Step::Index(position));
            self.value(item, nulls, shape)?;
            self.path.pop();
        }
        self.out.push(b']');
        Ok(())
    }

    fn leaf(&mut self, value: &Value) {
        let start = self.out.len();
        let written = match value {
            // No scalar has bytes for its values: they are JSON text that a resolver has written.
            Value::Binary(written) => {
                self.out.extend_from_slice(written);
                Ok(())
            }
            Value::String(text) => serde_json::to_writer(&mut self.out, text),
            Value::Enum(name) => serde_json::to_writer(&mut self.out, name.as_str()),
            value => serde_json::to_writer(&mut self.out, value),
        };
        if written.is_err() {
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
        }
    }

    /// Whether the error is about something within the value at the present path.
    fn is_below(&self, error: &ServerError) -> bool {
        let same = |(step, segment): (&Step<'_>, &PathSegment)| match (step, segment) {
            (Step::Key(key), PathSegment::Field(name)) => key == name,
            (Step::Index(index), PathSegment::Index(position)) => index == position,
            (Step::Key(_), PathSegment::Index(_)) | (Step::Index(_), PathSegment::Field(_)) => false,
        };
        error.path.len() > self.path.len() && self.path.iter().zip(&error.path).all(same)
    }
}
