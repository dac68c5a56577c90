//! Variables of a request brought to the types that the operation declares, all of them before
//! anything runs (GraphQL specification, `CoerceVariableValues`). Every fault is found, not one.

use async_graphql::{Name, Value, indexmap::IndexMap};
use serde_json::Value as Json;

use super::inputs::{InputKind, InputObject, InputType, Inputs};
use super::scalars::{Format, Written};

/// A JSON object.
type JsonMap = serde_json::Map<String, Json>;

/// Where in the variables something is wrong, and what.
#[derive(Debug)]
pub struct Fault {
    /// The variable and the way into it: `input.lines[2].date`.
    pub at: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

/// Coerces the values of one request.
#[derive(Debug)]
pub struct Coercion<'a> {
    inputs: &'a Inputs,
    kept: usize,
    at: String,
    faults: Vec<Fault>,
}

impl<'a> Coercion<'a> {
    /// Starts with no faults, and keeps `kept` of them at most.
    pub const fn new(inputs: &'a Inputs, kept: usize) -> Self {
        Self {
            inputs,
            kept,
            at: String::new(),
            faults: Vec::new(),
        }
    }

    /// The faults that were found.
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// The value of the variable `name`; nothing when a fault was noted.
    pub fn variable(&mut self, name: &str, ty: &InputType, value: Json) -> Option<Value> {
        name.clone_into(&mut self.at);
        self.value(ty, value)
    }

    /// Notes that the variable `name` is absent or null but must not be.
    pub fn missing(&mut self, name: &str) {
        name.clone_into(&mut self.at);
        self.fault("a value is needed, and it must not be null");
    }

    fn fault(&mut self, message: impl Into<String>) {
        if self.faults.len() < self.kept {
            self.faults.push(Fault {
                at: self.at.clone(),
                message: message.into(),
            });
        }
    }

    fn value(&mut self, ty: &InputType, value: Json) -> Option<Value> {
        if value.is_null() {
            if ty.is_non_null() {
                self.fault("must not be null");
                return None;
            }
            return Some(Value::Null);
        }
        match (ty, value) {
            (InputType::List { item, .. }, Json::Array(items)) => self.items(item, items),
            // A single value stands for a list of one.
            (InputType::List { item, .. }, value) => Some(Value::List(vec![self.value(item, value)?])),
            (InputType::Named { index, .. }, value) => {
                let inputs = self.inputs;
                self.named(inputs.get(*index), value)
            }
        }
    }

    fn items(&mut self, ty: &InputType, items: Vec<Json>) -> Option<Value> {
        let outside = self.at.len();
        let mut coerced = Vec::with_capacity(items.len());
        let mut whole = true;
        for (position, item) in items.into_iter().enumerate() {
            self.at.push('[');
            self.at.push_str(&position.to_string());
            self.at.push(']');
            match self.value(ty, item) {
                Some(item) => coerced.push(item),
                None => whole = false,
            }
            self.at.truncate(outside);
        }
        whole.then_some(Value::List(coerced))
    }

    fn named(&mut self, kind: &InputKind, value: Json) -> Option<Value> {
        let expected = match (kind, value) {
            (InputKind::Int, Json::Number(number)) => {
                if let Some(integer) = whole_32_bits(&number) {
                    return Some(Value::from(integer));
                }
                "a whole number of 32 bits"
            }
            (InputKind::Float, Json::Number(number)) => return Some(Value::Number(number)),
            (InputKind::String | InputKind::Id, Json::String(text)) => return Some(Value::String(text)),
            (InputKind::Boolean, Json::Bool(boolean)) => return Some(Value::Boolean(boolean)),
            (InputKind::Id, Json::Number(number)) if !number.is_f64() => {
                return Some(Value::String(number.to_string()));
            }
            (InputKind::Formatted(format), value) => return self.formatted(format, &value),
            (InputKind::Anything, value) => return Some(anything(value)),
            (InputKind::Enum { name, values }, value) => {
                if let Some(known) = value.as_str().and_then(|text| values.get(text)) {
                    return Some(Value::Enum(known.clone()));
                }
                self.fault(format!("{} is no value of {name}", excerpt(&value)));
                return None;
            }
            (InputKind::Object(object), Json::Object(members)) => return self.object(object, members),
            (InputKind::Object(object), value) => {
                let found = excerpt(&value);
                self.fault(format!("expected an object of type {}, got {found}", object.name));
                return None;
            }
            (InputKind::Int, _) => "a whole number",
            (InputKind::Float, _) => "a number",
            (InputKind::String, _) => "a string",
            (InputKind::Boolean, _) => "true or false",
            (InputKind::Id, _) => "a string or a whole number",
        };
        self.fault(format!("expected {expected}"));
        None
    }

    fn formatted(&mut self, format: &Format, value: &Json) -> Option<Value> {
        let digits;
        let written = match value {
            Json::String(text) => Written::Text(text),
            Json::Number(number) => {
                digits = number.to_string();
                Written::Number(&digits)
            }
            _ => Written::Other,
        };
        format
            .read(written)
            .map_err(|message| self.fault(format!("{}: {message}", excerpt(value))))
            .ok()
    }

    fn object(&mut self, object: &InputObject, mut members: JsonMap) -> Option<Value> {
        let outside = self.at.len();
        let mut whole = true;
        let mut coerced = IndexMap::with_capacity(object.fields.len());
        for field in &object.fields {
            self.at.push('.');
            self.at.push_str(&field.name);
            match (members.remove(field.name.as_str()), &field.default) {
                (Some(value), _) => match self.value(&field.ty, value) {
                    Some(value) => drop(coerced.insert(field.name.clone(), value)),
                    None => whole = false,
                },
                (None, Some(default)) => drop(coerced.insert(field.name.clone(), default.clone())),
                (None, None) if field.ty.is_non_null() => {
                    self.fault("a value is needed");
                    whole = false;
                }
                (None, None) => {}
            }
            self.at.truncate(outside);
        }
        if let Some(unknown) = members.keys().next() {
            let unknown = excerpt(&Json::String(unknown.clone()));
            self.fault(format!("{} has no member {unknown}", object.name));
            whole = false;
        }
        if object.one_of && !is_one(&coerced) {
            self.fault(format!("{} takes exactly one member, not null", object.name));
            whole = false;
        }
        whole.then_some(Value::Object(coerced))
    }
}

/// Whether exactly one member was given and is not null.
fn is_one(members: &IndexMap<Name, Value>) -> bool {
    members.len() == 1 && members.values().all(|value| *value != Value::Null)
}

/// `1.0` is as whole as `1`: JSON does not tell them apart.
fn whole_32_bits(number: &serde_json::Number) -> Option<i32> {
    if let Some(integer) = number.as_i64() {
        return i32::try_from(integer).ok();
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    let in_range = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&float);
    in_range.then(|| float.to_string().parse().ok()).flatten()
}

fn anything(value: Json) -> Value {
    Value::from_json(value).unwrap_or_default()
}

/// The start of a value as it was sent: enough to find it, not enough to flood a log.
fn excerpt(value: &Json) -> String {
    const SHOWN: usize = 40;
    match value {
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::String(text) if text.chars().count() > SHOWN => {
            format!("\"{}...\"", text.chars().take(SHOWN).collect::<String>())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string(),
    }
}
