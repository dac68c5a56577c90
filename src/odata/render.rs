//! Rows as JSON: control information as far as it is wanted, then properties, computed values and
//! what is expanded, in the order of the type.

use super::NAMESPACE;
use super::http::negotiation::Metadata;
use super::json::Json;
use super::load::tree::{Branch, Node, Tree};
use super::plan::{Expanded, Shape, What};
use super::row::Row;
use super::schema::{Edm, Navigation, Property, Type};
use super::value::Value;
use super::write::{etag, version_of};

/// How answers are to look.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The address of the service, with a slash at its end.
    pub root: &'a str,
    /// How much they say about themselves.
    pub metadata: Metadata,
    /// Whether decimals and 64-bit integers are strings.
    pub ieee754_compatible: bool,
}

impl Form<'_> {
    /// An empty text.
    pub fn json(&self) -> Json {
        Json::new(self.ieee754_compatible)
    }

    /// The context of an answer, such as `TimeSheets/$entity`.
    pub fn context(&self, json: &mut Json, fragment: &str) {
        if self.metadata != Metadata::None {
            json.member("@odata.context");
            json.string(&format!("{}$metadata#{fragment}", self.root));
        }
    }

    /// The members of a row; the braces are the caller's.
    pub fn row(&self, json: &mut Json, tree: &Tree, node: &Node, shape: &Shape, set: &str) {
        self.about(json, &node.row, shape.of, set);
        for property in &shape.properties {
            self.property(json, property, &tree.value(&node.row, property));
        }
        for (computed, value) in shape.computed.iter().zip(&node.computed) {
            json.member(&computed.name);
            json.value(value, None);
        }
        for branch in &node.branches {
            self.branch(json, tree, branch);
        }
        if self.metadata == Metadata::Full {
            links(json, &node.row, shape, set);
        }
    }

    /// What a row says of itself.
    fn about(&self, json: &mut Json, row: &Row, of: &Type, set: &str) {
        if self.metadata == Metadata::Full {
            json.member("@odata.type");
            json.string(&format!("#{NAMESPACE}.{}", of.name));
            if of.has_key {
                json.member("@odata.id");
                json.string(&self.id(row, set));
            }
        }
        let version = version_of(row).filter(|_| self.metadata != Metadata::None && of.has_key);
        if let Some(version) = version {
            json.member("@odata.etag");
            json.string(&etag(version));
        }
        if self.metadata == Metadata::Full && of.has_key {
            json.member("@odata.editLink");
            json.string(&format!("{set}({})", row.id()));
        }
    }

    /// The address of a row.
    pub fn id(&self, row: &Row, set: &str) -> String {
        format!("{}{set}({})", self.root, row.id())
    }

    fn property(&self, json: &mut Json, property: &Property, value: &Value<'_>) {
        if self.metadata == Metadata::Full
            && let Some(spelt) = annotated_type(property.edm)
        {
            json.member(&format!("{}@odata.type", property.name));
            json.string(spelt);
        }
        json.member(property.name);
        json.value(value, Some(property.edm));
    }

    fn branch(&self, json: &mut Json, tree: &Tree, branch: &Branch) {
        let plan = &*branch.plan;
        let name = plan.navigation.name;
        if let Some(count) = branch.count {
            json.member(&format!("{name}@odata.count"));
            json.raw(&count.to_string());
        }
        if plan.what == What::Count {
            return;
        }
        json.member(name);
        if plan.navigation.is_collection() {
            json.raw("[");
            for node in &branch.nodes {
                json.separate();
                self.target(json, tree, node, plan);
            }
            json.raw("]");
        } else {
            match branch.nodes.first() {
                Some(node) => self.target(json, tree, node, plan),
                None => json.raw("null"),
            }
        }
    }

    fn target(&self, json: &mut Json, tree: &Tree, node: &Node, plan: &Expanded) {
        json.raw("{");
        if plan.what == What::References {
            self.reference(json, &node.row, plan.navigation.set);
        } else {
            self.row(json, tree, node, &plan.shape, plan.navigation.set);
        }
        json.raw("}");
    }

    /// The address of a row as a member.
    pub fn reference(&self, json: &mut Json, row: &Row, set: &str) {
        json.member("@odata.id");
        json.string(&self.id(row, set));
    }
}

/// Where what is not expanded is to be found.
fn links(json: &mut Json, row: &Row, shape: &Shape, set: &str) {
    let is_expanded = |navigation: &Navigation| {
        let mut expanded = shape.expanded.iter();
        expanded.any(|it| std::ptr::eq(it.navigation, navigation))
    };
    for navigation in shape.of.navigations.iter().filter(|it| !is_expanded(it)) {
        json.member(&format!("{}@odata.navigationLink", navigation.name));
        json.string(&format!("{set}({})/{}", row.id(), navigation.name));
    }
}

/// The type of what JSON does not tell apart by itself.
const fn annotated_type(edm: Edm) -> Option<&'static str> {
    match edm {
        Edm::Boolean | Edm::String => None,
        Edm::Int32 => Some("#Int32"),
        Edm::Int64 => Some("#Int64"),
        Edm::Decimal(_) => Some("#Decimal"),
        Edm::Date => Some("#Date"),
        Edm::DateTimeOffset => Some("#DateTimeOffset"),
        Edm::Guid => Some("#Guid"),
        Edm::Binary => Some("#Binary"),
        Edm::ScheduleDays => Some("#Collection(WP.ScheduleDay)"),
    }
}

/// The part of a context that says what is selected and expanded, in parentheses; nothing if it is
/// everything.
pub fn projection(shape: &Shape) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !shape.is_whole {
        parts.extend(shape.properties.iter().map(|property| property.name.to_owned()));
    }
    if !shape.is_whole {
        parts.extend(shape.computed.iter().map(|computed| computed.name.clone()));
    }
    for expanded in shape.expanded.iter().filter(|it| it.what == What::Entities) {
        let within = projection(&expanded.shape);
        let within = if within.is_empty() {
            "()".to_owned()
        } else {
            within
        };
        parts.push(format!("{}{within}", expanded.navigation.name));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("({})", parts.join(","))
    }
}
