//! The schema as the front needs it: for validation, for coercion, and for knowing which object
//! types an abstract one stands for.

use std::collections::HashMap;

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use super::inputs::Inputs;

/// A schema that documents are checked against.
#[derive(Debug)]
pub struct Types {
    /// For validation.
    pub schema: Valid<Schema>,
    /// For coercion.
    pub inputs: Inputs,
    /// The object types of each interface and union, in the schema's order.
    possible: HashMap<Name, Vec<Name>>,
}

/// The schema's own text is not valid, so no document can be checked against it.
#[derive(Debug, thiserror::Error)]
#[error("the schema is not valid: {0}")]
pub struct InvalidSchema(pub(super) String);

impl Types {
    /// Reads a schema from its definition language.
    pub fn from_sdl(sdl: &str) -> Result<Self, InvalidSchema> {
        let sdl = format!("{sdl}\nextend type __Type {{ isOneOf: Boolean }}");
        let schema = Schema::parse_and_validate(sdl, "schema.graphql")
            .map_err(|invalid| InvalidSchema(invalid.errors.to_string()))?;
        let mut possible: HashMap<Name, Vec<Name>> = HashMap::new();
        for (name, ty) in &schema.types {
            match ty {
                ExtendedType::Object(object) => {
                    for interface in &object.implements_interfaces {
                        possible
                            .entry(interface.name.clone())
                            .or_default()
                            .push(name.clone());
                    }
                }
                ExtendedType::Union(union) => {
                    let members = union.members.iter().map(|member| member.name.clone());
                    possible.insert(name.clone(), members.collect());
                }
                ExtendedType::Scalar(_)
                | ExtendedType::Interface(_)
                | ExtendedType::Enum(_)
                | ExtendedType::InputObject(_) => {}
            }
        }
        Ok(Self {
            inputs: Inputs::of(&schema),
            possible,
            schema,
        })
    }

    /// The object types that a value of type `name` may have, unless it is an object type itself.
    pub fn possible(&self, name: &str) -> Option<&[Name]> {
        self.possible.get(name).map(Vec::as_slice)
    }

    /// Whether every value of type `name` satisfies the condition `on`.
    pub fn always(&self, name: &Name, on: &Name) -> bool {
        name == on
            || match (self.possible(name), self.possible(on)) {
                (Some(own), Some(wanted)) => own.iter().all(|object| wanted.contains(object)),
                (Some(own), None) => own.iter().all(|object| object == on),
                (None, Some(wanted)) => wanted.contains(name),
                (None, None) => false,
            }
    }
}
