//! The shape of an answer: which keys in which order, and where null may stand. The renderer walks
//! it beside the resolved values.

use apollo_compiler::ast;
use async_graphql::Name;

/// The response key of a `__typename` that the front asks for itself and that no caller sees. It is
/// no GraphQL name, so no alias can be equal to it. A resolver that writes its own object from the
/// selection set skips a field with this key.
pub const UNSEEN: &str = "~type";

/// The members of one object.
#[derive(Debug, Default)]
pub struct Shape {
    /// The members, when they are the same whatever the object is.
    pub slots: Vec<Slot>,
    /// The members by object type, when they are not; `UNSEEN` tells the type.
    pub variants: Vec<(Name, Vec<Slot>)>,
    /// The object carries the member `UNSEEN`.
    pub marked: bool,
}

impl Shape {
    /// Whether the member with this key may not be null.
    pub fn refuses_null(&self, key: &Name) -> bool {
        let slot = self.slots.iter().find(|slot| slot.key == *key);
        slot.is_some_and(|slot| slot.nulls.is_non_null())
    }
}

/// One member.
#[derive(Debug)]
pub struct Slot {
    /// Its key.
    pub key: Name,
    /// `"key":`, ready to be written.
    pub written: Box<str>,
    /// Where null may stand.
    pub nulls: Nulls,
    /// What is below it, for objects.
    pub shape: Option<Shape>,
}

/// Lists around a value, and where null may stand.
#[derive(Debug)]
pub enum Nulls {
    /// No list.
    Value {
        /// Null goes to the object above instead.
        non_null: bool,
    },
    /// A list.
    List {
        /// The items.
        item: Box<Self>,
        /// Null goes to the object above instead.
        non_null: bool,
    },
}

impl Nulls {
    /// The nullability of a type.
    pub fn of(ty: &ast::Type) -> Self {
        let non_null = ty.is_non_null();
        match ty {
            ast::Type::Named(_) | ast::Type::NonNullNamed(_) => Self::Value { non_null },
            ast::Type::List(item) | ast::Type::NonNullList(item) => Self::List {
                item: Box::new(Self::of(item)),
                non_null,
            },
        }
    }

    /// Whether null is refused here.
    pub const fn is_non_null(&self) -> bool {
        match self {
            Self::Value { non_null } | Self::List { non_null, .. } => *non_null,
        }
    }
}
