//! Registers input objects that are made out of tables rather than written down.

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{Deprecation, MetaInputValue, MetaType};

/// A member of an input object.
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its type as the schema spells it.
    pub ty: String,
    /// Its default value as the schema spells it.
    pub default: Option<String>,
}

impl Member {
    /// A member without a default.
    pub fn new(name: impl Into<String>, about: impl Into<String>, ty: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            ty: ty.into(),
            default: None,
        }
    }
}

/// The entry of an input object.
pub fn input_object(name: &str, about: &str, members: Vec<Member>, rust_typename: &'static str) -> MetaType {
    let input_fields: IndexMap<String, MetaInputValue> = members
        .into_iter()
        .map(|member| (member.name.clone(), meta(member)))
        .collect();
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        input_fields,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(rust_typename),
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

fn meta(member: Member) -> MetaInputValue {
    let Member {
        name,
        about,
        ty,
        default,
    } = member;
    MetaInputValue {
        name,
        description: Some(about),
        ty,
        deprecation: Deprecation::NoDeprecated,
        default_value: default,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}
