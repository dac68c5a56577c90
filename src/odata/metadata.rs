//! The description of the service: the service document, and `$metadata` as XML and JSON with
//! annotations of what is offered, all out of the tables of types, sets and operations.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::NAMESPACE;
use super::http::negotiation::Version;
use super::operations::{ACTION_PARAMETERS, ACTIONS, Action, OPERATIONS, Operation, Parameter, Returns};
use super::schema::{Edm, Navigation, Property, SCHEDULE_DAY, Set, Type};
use super::types::{SETS, TYPES, timesheet};

mod annotations;
mod xml;

use annotations::Annotation;

/// The name of the container.
pub const CONTAINER: &str = "Container";

/// The vocabularies that the annotations are of: namespace and short name.
const VOCABULARIES: [(&str, &str); 2] = [
    ("Org.OData.Core.V1", "Core"),
    ("Org.OData.Capabilities.V1", "Capabilities"),
];

/// `$metadata` as XML.
pub fn xml(version: Version) -> &'static str {
    static XML: Written = Written::new();
    XML.of(version, || xml::document(version))
}

/// `$metadata` as JSON.
pub fn json(version: Version) -> &'static str {
    static JSON: Written = Written::new();
    JSON.of(version, || document(version).to_string())
}

/// A document in each version: the same for everybody, so it is written when it is first asked for.
struct Written {
    v4: OnceLock<String>,
    v401: OnceLock<String>,
}

impl Written {
    const fn new() -> Self {
        Self {
            v4: OnceLock::new(),
            v401: OnceLock::new(),
        }
    }

    fn of(&self, version: Version, write: impl FnOnce() -> String) -> &str {
        let written = match version {
            Version::V4 => &self.v4,
            Version::V401 => &self.v401,
        };
        written.get_or_init(write)
    }
}

/// The service document: where each set is.
pub fn service() -> Value {
    let sets = SETS
        .iter()
        .map(|set| json!({ "name": set.name, "kind": "EntitySet", "url": set.name }));
    Value::Array(sets.collect())
}

fn document(version: Version) -> Value {
    let references = VOCABULARIES.iter().map(|(namespace, alias)| {
        let include = json!([{ "$Namespace": namespace, "$Alias": alias }]);
        (vocabulary_url(namespace), json!({ "$Include": include }))
    });
    let mut schema = Map::new();
    schema.insert("ScheduleDay".to_owned(), schedule_day());
    for of in TYPES {
        schema.insert(of.name.to_owned(), entity(of));
    }
    for operation in &OPERATIONS {
        let overloads = operation
            .overloads()
            .map(|parameters| function(operation, parameters));
        schema.insert(operation.name.to_owned(), Value::Array(overloads.collect()));
    }
    for it in &ACTIONS {
        schema.insert(it.name.to_owned(), json!([action(it)]));
    }
    schema.insert(CONTAINER.to_owned(), container());
    let mut document = Map::new();
    document.insert("$Version".to_owned(), json!(version.as_str()));
    document.insert(
        "$EntityContainer".to_owned(),
        json!(format!("{NAMESPACE}.{CONTAINER}")),
    );
    document.insert("$Reference".to_owned(), Value::Object(references.collect()));
    document.insert(NAMESPACE.to_owned(), Value::Object(schema));
    Value::Object(document)
}

fn vocabulary_url(namespace: &str) -> String {
    format!("https://oasis-tcs.github.io/odata-vocabularies/vocabularies/{namespace}.xml")
}

/// How a type is named.
fn type_name(edm: Edm) -> &'static str {
    match edm {
        Edm::Boolean => "Edm.Boolean",
        Edm::Int32 => "Edm.Int32",
        Edm::Int64 => "Edm.Int64",
        Edm::Decimal(_) => "Edm.Decimal",
        Edm::Date => "Edm.Date",
        Edm::DateTimeOffset => "Edm.DateTimeOffset",
        Edm::Guid => "Edm.Guid",
        Edm::String => "Edm.String",
        Edm::Binary => "Edm.Binary",
        Edm::ScheduleDays => "WP.ScheduleDay",
    }
}

fn scale(edm: Edm) -> Option<u8> {
    match edm {
        Edm::Decimal(places) => Some(places),
        _ => None,
    }
}

/// The decimals of an instant are those of a microsecond.
fn precision(edm: Edm) -> Option<u8> {
    matches!(edm, Edm::DateTimeOffset).then_some(6)
}

fn value_type(edm: Edm, nullable: bool) -> Map<String, Value> {
    let mut member = Map::new();
    if !matches!(edm, Edm::String) {
        member.insert("$Type".to_owned(), json!(type_name(edm)));
    }
    if matches!(edm, Edm::ScheduleDays) {
        member.insert("$Collection".to_owned(), json!(true));
    }
    if nullable {
        member.insert("$Nullable".to_owned(), json!(true));
    }
    if let Some(scale) = scale(edm) {
        member.insert("$Scale".to_owned(), json!(scale));
    }
    if let Some(precision) = precision(edm) {
        member.insert("$Precision".to_owned(), json!(precision));
    }
    member
}

fn schedule_day() -> Value {
    let mut day = Map::new();
    day.insert("$Kind".to_owned(), json!("ComplexType"));
    for (name, edm) in SCHEDULE_DAY {
        day.insert(name.to_owned(), Value::Object(value_type(edm, false)));
    }
    Value::Object(day)
}

fn entity(of: &Type) -> Value {
    let mut entity = Map::new();
    let kind = if of.has_key { "EntityType" } else { "ComplexType" };
    entity.insert("$Kind".to_owned(), json!(kind));
    if of.has_key {
        entity.insert("$Key".to_owned(), json!(["id"]));
    }
    for property in of.properties {
        entity.insert(property.name.to_owned(), property_json(of, property));
    }
    for navigation in of.navigations {
        entity.insert(navigation.name.to_owned(), navigation_json(navigation));
    }
    annotate(&mut entity, &[annotations::description(of.description)]);
    Value::Object(entity)
}

fn property_json(of: &Type, property: &Property) -> Value {
    let mut member = value_type(property.edm, property.nullable);
    annotate(&mut member, &annotations::of_property(of, property));
    Value::Object(member)
}

fn navigation_json(navigation: &Navigation) -> Value {
    let mut member = Map::new();
    member.insert("$Kind".to_owned(), json!("NavigationProperty"));
    if navigation.is_collection() {
        member.insert("$Collection".to_owned(), json!(true));
    } else {
        member.insert("$Nullable".to_owned(), json!(true));
    }
    let to = (navigation.to)().name;
    member.insert("$Type".to_owned(), json!(format!("{NAMESPACE}.{to}")));
    if let Some(partner) = navigation.partner {
        member.insert("$Partner".to_owned(), json!(partner));
    }
    annotate(&mut member, &[annotations::description(navigation.description)]);
    Value::Object(member)
}

fn function(operation: &Operation, parameters: &[Parameter]) -> Value {
    let mut all = vec![json!({
        "$Name": "bindingParameter",
        "$Type": format!("{NAMESPACE}.{}", operation.on.name),
        "$Collection": operation.on_set,
    })];
    all.extend(
        parameters
            .iter()
            .map(|parameter| json!({ "$Name": parameter.name, "$Type": type_name(parameter.edm) })),
    );
    let returned = match &operation.returns {
        Returns::Value(edm) => json!({ "$Type": type_name(*edm) }),
        Returns::List(of) => json!({ "$Type": format!("{NAMESPACE}.{}", of.name), "$Collection": true }),
    };
    json!({
        "$Kind": "Function",
        "$IsBound": true,
        "$Parameter": all,
        "$ReturnType": returned,
        "@Core.Description": operation.description,
    })
}

fn action(action: &Action) -> Value {
    let mut all = vec![json!({
        "$Name": "bindingParameter",
        "$Type": format!("{NAMESPACE}.{}", timesheet::SHEET.name),
    })];
    all.extend(ACTION_PARAMETERS.iter().map(|parameter| {
        json!({
            "$Name": parameter.name,
            "$Type": type_name(parameter.edm),
            "$Nullable": true,
            "@Core.OptionalParameter": {},
        })
    }));
    json!({
        "$Kind": "Action",
        "$IsBound": true,
        "$Parameter": all,
        "@Core.Description": action.description,
    })
}

fn container() -> Value {
    let mut container = Map::new();
    container.insert("$Kind".to_owned(), json!("EntityContainer"));
    for set in &SETS {
        container.insert(set.name.to_owned(), set_json(set));
    }
    annotate(&mut container, &annotations::of_service());
    Value::Object(container)
}

fn set_json(set: &Set) -> Value {
    let mut member = Map::new();
    member.insert("$Collection".to_owned(), json!(true));
    member.insert("$Type".to_owned(), json!(format!("{NAMESPACE}.{}", set.of.name)));
    let bindings = set
        .of
        .navigations
        .iter()
        .map(|navigation| (navigation.name.to_owned(), json!(navigation.set)));
    let bindings: Map<String, Value> = bindings.collect();
    if !bindings.is_empty() {
        member.insert("$NavigationPropertyBinding".to_owned(), Value::Object(bindings));
    }
    annotate(&mut member, &annotations::of_set(set));
    Value::Object(member)
}

fn annotate(member: &mut Map<String, Value>, annotations: &[Annotation]) {
    for annotation in annotations {
        member.insert(format!("@{}", annotation.term), annotation.value.to_json());
    }
}
