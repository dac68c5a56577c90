//! Rows as JSON: control information as far as it is wanted, then properties, computed values and
//! what is expanded, in the order of the type.

use std::borrow::Cow;

use super::NAMESPACE;
use super::http::negotiation::Metadata;
use super::json::Json;
use super::load::selected::Selected;
use super::load::tree::{Branch, Node, Tree};
use super::nested::{Hop, Nested};
use super::plan::{Expanded, Narrowed, Shape, What};
use super::row::Row;
use super::schema::{Edm, Navigation, Property, Type};
use super::value::Value;
use super::write::{etag, version_of};
use crate::json::key::Key;

const ETAG: Key = Key::of_member("@odata.etag");

/// How answers are to look.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The address of the service, with a slash at its end.
    pub root: &'a str,
    /// How much they say about themselves.
    pub metadata: Metadata,
    /// Whether decimals and 64-bit integers are strings.
    pub ieee754_compatible: bool,
    /// The address of the request as far as the token of another page; where none can be asked for,
    /// collections within others are told whole.
    pub next: Option<&'a str>,
}

/// Rows that are being written.
struct Writing<'w> {
    json: &'w mut Json,
    tree: &'w Tree,
    /// The rows that led to the one at hand.
    trail: Vec<Hop>,
}

impl Form<'_> {
    /// How many rows are told of a collection within another at most.
    pub const fn page_size(&self, page_size: usize) -> usize {
        match self.next {
            Some(_) => page_size,
            None => usize::MAX,
        }
    }

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
        let trail = Vec::new();
        let mut writing = Writing { json, tree, trail };
        self.reached(&mut writing, "", node, (shape, set));
    }

    /// The rows of a page of what is expanded, behind those of `trail`; the brackets are the caller's.
    pub fn rows_of(&self, json: &mut Json, tree: &Tree, branch: &Branch, trail: Vec<Hop>) {
        let mut writing = Writing { json, tree, trail };
        for node in &branch.nodes {
            writing.json.separate();
            self.target(&mut writing, node, &branch.plan);
        }
    }

    /// A row that `navigation` led to.
    fn reached(&self, writing: &mut Writing<'_>, navigation: &'static str, node: &Node, of: (&Shape, &str)) {
        let (shape, set) = of;
        self.about(writing.json, &node.row, shape.of, set);
        for property in &shape.properties {
            let mut narrowed = shape.narrowed.iter().zip(&node.selected);
            match narrowed.find(|(it, _)| std::ptr::eq(it.property, *property)) {
                Some((narrowed, selected)) => self.selected(writing.json, narrowed, selected),
                None => self.property(writing.json, property, &writing.tree.value(&node.row, property)),
            }
        }
        for (computed, value) in shape.computed.iter().zip(&node.computed) {
            writing.json.member(&computed.name);
            writing.json.value(value, None);
        }
        if !node.branches.is_empty() {
            writing.trail.push((Cow::Borrowed(navigation), node.row.id()));
            for branch in &node.branches {
                self.branch(writing, branch);
            }
            writing.trail.pop();
        }
        if self.metadata == Metadata::Full {
            links(writing.json, &node.row, shape, set);
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
            json.key(&ETAG);
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
        json.key(&property.key);
        json.value(value, Some(property.edm));
    }

    fn selected(&self, json: &mut Json, narrowed: &Narrowed, selected: &Selected) {
        let property = narrowed.property;
        if narrowed.with_count {
            json.member(&format!("{}@odata.count", property.name));
            json.raw(&selected.total.to_string());
        }
        self.property(json, property, &Value::List(selected.values.clone()));
    }

    fn branch(&self, writing: &mut Writing<'_>, branch: &Branch) {
        let plan = &*branch.plan;
        let name = plan.navigation.name;
        if let Some(count) = branch.count {
            writing.json.member(&format!("{name}@odata.count"));
            writing.json.raw(&count.to_string());
        }
        if plan.what == What::Count {
            return;
        }
        writing.json.member(name);
        if plan.navigation.is_collection() {
            writing.json.raw("[");
            for node in &branch.nodes {
                writing.json.separate();
                self.target(writing, node, plan);
            }
            writing.json.raw("]");
            let next = self.next_of(branch, &writing.trail);
            if let Some(next) = next {
                writing.json.member(&format!("{name}@odata.nextLink"));
                writing.json.string(&next);
            }
        } else {
            match branch.nodes.first() {
                Some(node) => self.target(writing, node, plan),
                None => writing.json.raw("null"),
            }
        }
    }

    /// The address of the next page of what is expanded, if there is one.
    pub fn next_of(&self, branch: &Branch, trail: &[Hop]) -> Option<String> {
        let (address, taken) = (self.next?, branch.next?);
        let nested = Nested::behind(trail, branch.plan.navigation.name, taken)?;
        Some(format!("{address}{}", nested.print()))
    }

    fn target(&self, writing: &mut Writing<'_>, node: &Node, plan: &Expanded) {
        writing.json.raw("{");
        let navigation = plan.navigation;
        if plan.what == What::References {
            self.reference(writing.json, &node.row, navigation.set);
        } else {
            self.reached(writing, navigation.name, node, (&plan.shape, navigation.set));
        }
        writing.json.raw("}");
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
        for property in &shape.properties {
            let mut narrowed = shape.narrowed.iter();
            let narrowed = narrowed.find(|it| std::ptr::eq(it.property, *property));
            match narrowed.and_then(|it| it.members.as_ref()) {
                Some(members) => parts.extend(members.iter().map(|it| format!("{}/{it}", property.name))),
                None => parts.push(property.name.to_owned()),
            }
        }
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
