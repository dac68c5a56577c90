//! The schema's input types, compiled once into the form that variables are coerced by.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast;
use apollo_compiler::schema::ExtendedType;
use async_graphql::{Name, Value};

use super::scalars::{self, Format};
use super::types::InvalidSchema;
use super::values;
use super::whole::Decode;

/// Every input type of a schema.
#[derive(Debug, Default)]
pub struct Inputs {
    types: Vec<InputKind>,
    by_name: HashMap<String, TypeIndex>,
}

/// Names a type of an [`Inputs`].
pub type TypeIndex = usize;

/// What values a named input type takes.
#[derive(Debug)]
pub enum InputKind {
    /// 32-bit integers.
    Int,
    /// Finite numbers.
    Float,
    /// Text.
    String,
    /// `true` and `false`.
    Boolean,
    /// Text or an integer.
    Id,
    /// A custom scalar with a known format.
    Formatted(&'static Format),
    /// A custom scalar that takes anything.
    Anything,
    /// One of these names.
    Enum {
        /// The type's name, for messages.
        name: String,
        /// The names.
        values: HashMap<String, Name>,
    },
    /// An input object.
    Object(InputObject),
}

/// An input object's members.
#[derive(Debug)]
pub struct InputObject {
    /// The type's name, for messages.
    pub name: String,
    /// The members in the schema's order.
    pub fields: Vec<InputField>,
    /// Exactly one member is to be given.
    pub one_of: bool,
    /// Decodes a variable of the type as a whole.
    pub decode: Option<Decode>,
}

/// A member of an input object.
#[derive(Debug)]
pub struct InputField {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub ty: InputType,
    /// What it is when absent.
    pub default: Option<Value>,
}

/// A named input type, or a list of an input type, and whether null is refused.
#[derive(Debug, Clone)]
pub enum InputType {
    /// A type of the table.
    Named {
        /// Which.
        index: TypeIndex,
        /// Null is refused.
        non_null: bool,
    },
    /// A list.
    List {
        /// What its items are.
        item: Box<Self>,
        /// Null is refused.
        non_null: bool,
    },
}

impl InputType {
    /// Whether null is refused.
    pub const fn is_non_null(&self) -> bool {
        match self {
            Self::Named { non_null, .. } | Self::List { non_null, .. } => *non_null,
        }
    }

    /// The named type within lists.
    pub fn innermost(&self) -> TypeIndex {
        match self {
            Self::Named { index, .. } => *index,
            Self::List { item, .. } => item.innermost(),
        }
    }
}

impl Inputs {
    /// Compiles the input types of `schema`.
    pub fn of(schema: &Schema) -> Self {
        let mut inputs = Self::default();
        let named = schema.types.iter().filter(|(_, ty)| ty.is_input_type());
        for (index, (name, _)) in named.clone().enumerate() {
            inputs.by_name.insert(name.to_string(), index);
        }
        let types = named.map(|(name, ty)| inputs.kind(name, ty)).collect();
        inputs.types = types;
        inputs
    }

    /// What the type takes.
    pub fn get(&self, index: TypeIndex) -> &InputKind {
        self.types.get(index).unwrap_or(&InputKind::Anything)
    }

    /// What the type with this name takes.
    pub fn named(&self, name: &str) -> Option<&InputKind> {
        self.by_name.get(name).map(|index| self.get(*index))
    }

    /// The compiled form of a type as a document writes it, if it is an input type.
    pub fn resolve(&self, ty: &ast::Type) -> Option<InputType> {
        let non_null = ty.is_non_null();
        match ty {
            ast::Type::Named(name) | ast::Type::NonNullNamed(name) => Some(InputType::Named {
                index: *self.by_name.get(name.as_str())?,
                non_null,
            }),
            ast::Type::List(item) | ast::Type::NonNullList(item) => Some(InputType::List {
                item: Box::new(self.resolve(item)?),
                non_null,
            }),
        }
    }

    /// How a variable of type `ty` is decoded as a whole, if it is.
    pub fn decode(&self, ty: &InputType) -> Option<Decode> {
        match ty {
            InputType::Named { index, .. } => match self.get(*index) {
                InputKind::Object(object) => object.decode,
                _ => None,
            },
            InputType::List { .. } => None,
        }
    }

    /// Decodes variables of the input object `name` as a whole. Refuses a type that there is not,
    /// and one that is a part of others, whose values are not decoded.
    pub fn decode_whole(&mut self, name: &str, decode: Decode) -> Result<(), InvalidSchema> {
        let index = self.by_name.get(name).copied();
        let is_part =
            |object: &InputObject| (object.fields.iter()).any(|field| Some(field.ty.innermost()) == index);
        if let Some(whole) = self.types.iter().find_map(|kind| match kind {
            InputKind::Object(object) if is_part(object) => Some(&object.name),
            _ => None,
        }) {
            return Err(InvalidSchema(format!("{name} is a part of {whole}")));
        }
        match index.and_then(|index| self.types.get_mut(index)) {
            Some(InputKind::Object(object)) => {
                object.decode = Some(decode);
                Ok(())
            }
            _ => Err(InvalidSchema(format!("{name} is no input object"))),
        }
    }

    fn kind(&self, name: &str, ty: &ExtendedType) -> InputKind {
        match ty {
            ExtendedType::Scalar(_) => match name {
                "Int" => InputKind::Int,
                "Float" => InputKind::Float,
                "String" => InputKind::String,
                "Boolean" => InputKind::Boolean,
                "ID" => InputKind::Id,
                _ => scalars::format(name).map_or(InputKind::Anything, InputKind::Formatted),
            },
            ExtendedType::Enum(ty) => InputKind::Enum {
                name: name.to_owned(),
                values: (ty.values.keys())
                    .map(|value| (value.to_string(), Name::new(value)))
                    .collect(),
            },
            ExtendedType::InputObject(ty) => InputKind::Object(InputObject {
                name: name.to_owned(),
                one_of: ty.directives.has("oneOf"),
                decode: None,
                fields: (ty.fields.iter())
                    .filter_map(|(name, field)| {
                        Some(InputField {
                            name: Name::new(name),
                            ty: self.resolve(&field.ty)?,
                            default: field.default_value.as_ref().map(|value| values::constant(value)),
                        })
                    })
                    .collect(),
            }),
            // Only input types come here.
            ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => {
                InputKind::Anything
            }
        }
    }
}
