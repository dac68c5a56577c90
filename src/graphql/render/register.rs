//! The entries of the object types in the schema, out of their tables.

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{Deprecation, MetaField, MetaType, Registry};
use async_graphql::{CacheControl, InputType};

use super::{Field, Object, Type, Wrap};
use crate::graphql::scalars;

/// Registers the object type and what it refers to, and names it.
pub fn object<O: Object>(registry: &mut Registry) -> String {
    if !registry.types.contains_key(O::NAME) {
        // First without fields, so that types that refer to each other come to an end.
        registry
            .types
            .insert(O::NAME.to_owned(), entry::<O>(IndexMap::new()));
        let fields = O::FIELDS
            .iter()
            .map(|field| (field.name.to_owned(), meta(field, registry)))
            .collect();
        registry.types.insert(O::NAME.to_owned(), entry::<O>(fields));
    }
    O::NAME.to_owned()
}

/// Registers a union of the object types with these names, which are registered before.
pub fn union(name: &str, about: &str, members: Vec<String>, registry: &mut Registry) -> String {
    let entry = MetaType::Union {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        possible_types: members.into_iter().collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
    };
    registry.types.insert(name.to_owned(), entry);
    name.to_owned()
}

fn entry<O: Object>(fields: IndexMap<String, MetaField>) -> MetaType {
    MetaType::Object {
        name: O::NAME.to_owned(),
        description: Some(O::ABOUT.to_owned()),
        fields,
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: Some(std::any::type_name::<O>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn meta<O: Object>(field: &Field<O>, registry: &mut Registry) -> MetaField {
    MetaField {
        name: field.name.to_owned(),
        description: Some(field.about.to_owned()),
        args: IndexMap::new(),
        ty: field.ty.register(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

impl Type {
    /// True or false.
    pub const BOOLEAN: Self = Self::input::<bool>();
    /// A whole number.
    pub const INT: Self = Self::input::<i32>();
    /// A text.
    pub const STRING: Self = Self::input::<String>();
    /// A date.
    pub const DATE: Self = Self::input::<scalars::Date>();
    /// A point in time.
    pub const DATE_TIME: Self = Self::input::<scalars::DateTime>();
    /// An exact number.
    pub const DECIMAL: Self = Self::input::<scalars::Decimal>();
    /// An id.
    pub const ID: Self = Self::input::<scalars::Uuid>();
    /// A version.
    pub const VERSION: Self = Self::input::<scalars::RowVersion>();

    /// A type that is taken too: a scalar or an enumeration.
    pub const fn input<T: InputType>() -> Self {
        Self::named(|registry| {
            T::create_type_info(registry);
            T::type_name().into_owned()
        })
    }

    /// Registers the type and spells it.
    pub fn register(self, registry: &mut Registry) -> String {
        let base = (self.base)(registry);
        match self.wrap {
            Wrap::Required => format!("{base}!"),
            Wrap::Nullable => base,
            Wrap::List => format!("[{base}!]!"),
            Wrap::NullableList => format!("[{base}!]"),
        }
    }
}
