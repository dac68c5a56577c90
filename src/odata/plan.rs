//! What a request wants of the rows that it gets: which properties, which computed values, which
//! related rows, and how those are chosen.

use std::sync::Arc;

use super::expression::{Class, Expr, OrderKey};
use super::schema::{Navigation, Property, Type};
pub use super::url::ast::Expanded as What;

/// What answers show of each row.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The type of the rows.
    pub of: &'static Type,
    /// Whether no `$select` narrows it.
    pub is_whole: bool,
    /// The properties to show, in the order of the type.
    pub properties: Vec<&'static Property>,
    /// Which of the members of some of the properties, which are collections.
    pub narrowed: Vec<Arc<Narrowed>>,
    /// The computed values to show.
    pub computed: Vec<Computed>,
    /// The navigations to expand, in the order of the type.
    pub expanded: Vec<Arc<Expanded>>,
}

/// A computed value.
#[derive(Clone, Debug)]
pub struct Computed {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub expr: Expr,
    /// What kind of values it comes to.
    pub class: Class,
}

/// What of a property that is a collection of complex values is to be shown.
#[derive(Clone, Debug)]
pub struct Narrowed {
    /// The property.
    pub property: &'static Property,
    /// Which of its values.
    pub filter: Option<Expr>,
    /// In which order; empty for their own.
    pub order: Vec<OrderKey>,
    /// So many are left out.
    pub skip: u64,
    /// At most so many.
    pub top: Option<u64>,
    /// Whether to say how many there are, whatever the cut.
    pub with_count: bool,
    /// Which members of each; all if nothing says so.
    pub members: Option<Vec<&'static str>>,
}

/// A navigation to expand.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The navigation.
    pub navigation: &'static Navigation,
    /// What of it.
    pub what: What,
    /// Whether to say how many there are, whatever the page.
    pub with_count: bool,
    /// Which of them.
    pub filter: Option<Expr>,
    /// In which order; empty for their own.
    pub order: Vec<OrderKey>,
    /// So many are left out.
    pub skip: u64,
    /// At most so many.
    pub top: Option<u64>,
    /// How often the navigation is expanded within what it leads to; 1 for once.
    pub levels: u32,
    /// What is shown of each.
    pub shape: Shape,
}

impl Narrowed {
    /// What has to be evaluated for it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.filter.iter().chain(self.order.iter().map(|key| &key.by))
    }
}

impl Shape {
    /// Everything of a type, with nothing expanded.
    pub fn whole(of: &'static Type) -> Self {
        Self {
            of,
            is_whole: true,
            properties: of.properties.iter().collect(),
            narrowed: Vec::new(),
            computed: Vec::new(),
            expanded: Vec::new(),
        }
    }
}
