//! `$metadata` as XML.

use std::fmt::Write as _;

use super::annotations::{self, Annotation, Term};
use super::{CONTAINER, VOCABULARIES, precision, scale, type_name, vocabulary_url};
use crate::odata::NAMESPACE;
use crate::odata::http::negotiation::Version;
use crate::odata::operations::{
    ACTION_PARAMETERS, ACTIONS, Action, OPERATIONS, Operation, Parameter, Returns,
};
use crate::odata::schema::{Edm, Navigation, Property, SCHEDULE_DAY, Set, Type};
use crate::odata::types::{SETS, TYPES, timesheet};

/// XML text that is being written, element within element.
#[derive(Default)]
struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// The document.
pub fn document(version: Version) -> String {
    let mut xml = Xml::default();
    xml.text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.begin(
        "edmx:Edmx",
        &[
            ("Version", version.as_str()),
            ("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx"),
        ],
    );
    for (namespace, alias) in VOCABULARIES {
        xml.begin("edmx:Reference", &[("Uri", &vocabulary_url(namespace))]);
        xml.empty("edmx:Include", &[("Namespace", namespace), ("Alias", alias)]);
        xml.end();
    }
    xml.begin("edmx:DataServices", &[]);
    xml.begin(
        "Schema",
        &[
            ("Namespace", NAMESPACE),
            ("xmlns", "http://docs.oasis-open.org/odata/ns/edm"),
        ],
    );
    xml.begin("ComplexType", &[("Name", "ScheduleDay")]);
    for (name, edm) in SCHEDULE_DAY {
        xml.begin_property(name, edm, false);
        xml.end();
    }
    xml.end();
    for of in TYPES {
        xml.type_of(of);
    }
    for operation in &OPERATIONS {
        for parameters in operation.overloads() {
            xml.function(operation, parameters);
        }
    }
    for action in &ACTIONS {
        xml.action(action);
    }
    xml.container();
    while !xml.open.is_empty() {
        xml.end();
    }
    xml.text
}

impl Xml {
    fn begin(&mut self, element: &'static str, attributes: &[(&str, &str)]) {
        self.tag(element, attributes, ">");
        self.open.push(element);
    }

    fn empty(&mut self, element: &'static str, attributes: &[(&str, &str)]) {
        self.tag(element, attributes, "/>");
    }

    fn tag(&mut self, element: &str, attributes: &[(&str, &str)], end: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(element);
        for (name, value) in attributes {
            // Writing to a string cannot fail.
            let _written = write!(self.text, " {name}=\"{}\"", escaped(value));
        }
        self.text.push_str(end);
        self.text.push('\n');
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        self.indent();
        let _written = writeln!(self.text, "</{element}>");
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
    }

    fn type_of(&mut self, of: &Type) {
        if of.has_key {
            self.begin("EntityType", &[("Name", of.name)]);
            self.begin("Key", &[]);
            self.empty("PropertyRef", &[("Name", "id")]);
            self.end();
        } else {
            self.begin("ComplexType", &[("Name", of.name)]);
        }
        for property in of.properties {
            self.property(of, property);
        }
        for navigation in of.navigations {
            self.navigation(navigation);
        }
        self.annotate(&[annotations::description(of.description)]);
        self.end();
    }

    fn property(&mut self, of: &Type, property: &Property) {
        self.begin_property(property.name, property.edm, property.nullable);
        self.annotate(&annotations::of_property(of, property));
        self.end();
    }

    fn begin_property(&mut self, name: &str, edm: Edm, nullable: bool) {
        let plain = type_name(edm);
        let collection = format!("Collection({plain})");
        let of = if matches!(edm, Edm::ScheduleDays) {
            &collection
        } else {
            plain
        };
        let scale = scale(edm).map(|scale| scale.to_string());
        let precision = precision(edm).map(|precision| precision.to_string());
        let mut attributes = vec![("Name", name), ("Type", of)];
        if !nullable {
            attributes.push(("Nullable", "false"));
        }
        attributes.extend(scale.as_deref().map(|scale| ("Scale", scale)));
        attributes.extend(precision.as_deref().map(|precision| ("Precision", precision)));
        self.begin("Property", &attributes);
    }

    fn navigation(&mut self, navigation: &Navigation) {
        let to = (navigation.to)().name;
        let of = if navigation.is_collection() {
            format!("Collection({NAMESPACE}.{to})")
        } else {
            format!("{NAMESPACE}.{to}")
        };
        let mut attributes = vec![("Name", navigation.name), ("Type", &*of)];
        attributes.extend(navigation.partner.map(|partner| ("Partner", partner)));
        self.begin("NavigationProperty", &attributes);
        self.annotate(&[annotations::description(navigation.description)]);
        self.end();
    }

    fn function(&mut self, operation: &Operation, parameters: &[Parameter]) {
        self.begin("Function", &[("Name", operation.name), ("IsBound", "true")]);
        let on = operation.on.name;
        let binding = if operation.on_set {
            format!("Collection({NAMESPACE}.{on})")
        } else {
            format!("{NAMESPACE}.{on}")
        };
        self.empty(
            "Parameter",
            &[
                ("Name", "bindingParameter"),
                ("Type", &binding),
                ("Nullable", "false"),
            ],
        );
        for parameter in parameters {
            let attributes = [
                ("Name", parameter.name),
                ("Type", type_name(parameter.edm)),
                ("Nullable", "false"),
            ];
            self.empty("Parameter", &attributes);
        }
        let returned = match &operation.returns {
            Returns::Value(edm) => type_name(*edm).to_owned(),
            Returns::List(of) => format!("Collection({NAMESPACE}.{})", of.name),
        };
        self.empty("ReturnType", &[("Type", &*returned), ("Nullable", "false")]);
        self.annotate(&[annotations::description(operation.description)]);
        self.end();
    }

    fn action(&mut self, action: &Action) {
        self.begin("Action", &[("Name", action.name), ("IsBound", "true")]);
        let binding = format!("{NAMESPACE}.{}", timesheet::SHEET.name);
        let attributes = [
            ("Name", "bindingParameter"),
            ("Type", &*binding),
            ("Nullable", "false"),
        ];
        self.empty("Parameter", &attributes);
        for parameter in &ACTION_PARAMETERS {
            let attributes = [("Name", parameter.name), ("Type", type_name(parameter.edm))];
            self.begin("Parameter", &attributes);
            self.empty("Annotation", &[("Term", "Core.OptionalParameter")]);
            self.end();
        }
        self.annotate(&[annotations::description(action.description)]);
        self.end();
    }

    fn container(&mut self) {
        self.begin("EntityContainer", &[("Name", CONTAINER)]);
        for set in &SETS {
            self.set(set);
        }
        self.annotate(&annotations::of_service());
        self.end();
    }

    fn set(&mut self, set: &Set) {
        let of = format!("{NAMESPACE}.{}", set.of.name);
        self.begin("EntitySet", &[("Name", set.name), ("EntityType", &of)]);
        for navigation in set.of.navigations {
            self.empty(
                "NavigationPropertyBinding",
                &[("Path", navigation.name), ("Target", navigation.set)],
            );
        }
        self.annotate(&annotations::of_set(set));
        self.end();
    }

    fn annotate(&mut self, annotations: &[Annotation]) {
        for Annotation { term, value } in annotations {
            match value {
                Term::Record(members) => {
                    self.begin("Annotation", &[("Term", term)]);
                    self.record(members);
                    self.end();
                }
                Term::Paths(_) | Term::Texts(_) => {
                    self.begin("Annotation", &[("Term", term)]);
                    self.list(value);
                    self.end();
                }
                scalar => {
                    let (attribute, text) = scalar_attribute(scalar);
                    self.empty("Annotation", &[("Term", term), (attribute, &text)]);
                }
            }
        }
    }

    fn record(&mut self, members: &[(&'static str, Term)]) {
        self.begin("Record", &[]);
        for (name, term) in members {
            match term {
                Term::Record(members) => {
                    self.begin("PropertyValue", &[("Property", name)]);
                    self.record(members);
                    self.end();
                }
                Term::Paths(_) | Term::Texts(_) => {
                    self.begin("PropertyValue", &[("Property", name)]);
                    self.list(term);
                    self.end();
                }
                scalar => {
                    let (attribute, text) = scalar_attribute(scalar);
                    self.empty("PropertyValue", &[("Property", name), (attribute, &text)]);
                }
            }
        }
        self.end();
    }

    fn list(&mut self, list: &Term) {
        self.begin("Collection", &[]);
        match list {
            Term::Paths(paths) => self.leaves("PropertyPath", paths),
            Term::Texts(texts) => self.leaves("String", texts),
            Term::Bool(_) | Term::Int(_) | Term::Text(_) | Term::Member(..) | Term::Record(_) => {}
        }
        self.end();
    }

    fn leaves(&mut self, element: &str, texts: &[&str]) {
        for text in texts {
            self.indent();
            let _written = writeln!(self.text, "<{element}>{}</{element}>", escaped(text));
        }
    }
}

fn scalar_attribute(term: &Term) -> (&'static str, String) {
    match term {
        Term::Bool(it) => ("Bool", it.to_string()),
        Term::Int(it) => ("Int", it.to_string()),
        Term::Text(it) => ("String", (*it).to_owned()),
        Term::Member(of, name) => ("EnumMember", format!("{of}/{name}")),
        Term::Paths(_) | Term::Texts(_) | Term::Record(_) => ("String", String::new()),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
