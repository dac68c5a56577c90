//! The schema as it is committed: clients and checks read that file.

use std::fs;
use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == punchcard::graphql::sdl(),
        "schema.graphql is stale: write the schema anew with `cargo run -- schema > schema.graphql`"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let document = parse_schema(punchcard::graphql::sdl()).unwrap();
    let mut silent = Vec::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let name = ty.node.name.node.as_str();
        let mut check = |described: bool, what: &str| {
            if !described {
                silent.push(format!("{name}{what}"));
            }
        };
        check(ty.node.description.is_some(), "");
        match &ty.node.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    check(
                        field.node.description.is_some(),
                        &format!(".{}", field.node.name.node),
                    );
                    for argument in &field.node.arguments {
                        let path = format!(".{}({})", field.node.name.node, argument.node.name.node);
                        check(argument.node.description.is_some(), &path);
                    }
                }
            }
            TypeKind::InputObject(object) => {
                for field in &object.fields {
                    check(
                        field.node.description.is_some(),
                        &format!(".{}", field.node.name.node),
                    );
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    check(
                        value.node.description.is_some(),
                        &format!(".{}", value.node.value.node),
                    );
                }
            }
            TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) => {}
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}
