//! `$select`, `$compute` and `$expand`: what is shown of rows.

use std::sync::Arc;

use super::{BindError, Binder, Of, functions};
use crate::odata::expression::{Expr, target};
use crate::odata::plan::{Computed, Expanded, Narrowed, Shape, What};
use crate::odata::schema::{Navigation, Type};
use crate::odata::url::ast::{ExpandItem, Levels, Options, SelectItem};

/// How deep `$levels` goes.
const MAX_LEVELS: u32 = 10;
/// How deep expansions may be nested.
const MAX_EXPANSIONS: usize = 12;

/// What `$select` says.
#[derive(Default)]
pub(super) struct Selection {
    all: bool,
    pub(super) names: Vec<String>,
    pub(super) narrowed: Vec<Arc<Narrowed>>,
}

impl Binder<'_> {
    /// What `options` want of each row. Binds `$compute` first, so that the other options may use
    /// its names.
    pub fn shape(&mut self, options: &Options) -> Result<Shape, BindError> {
        self.compute(&options.compute)?;
        self.shown(options, 0)
    }

    /// The same where `$compute` is already bound.
    pub(in crate::odata) fn shown(&mut self, options: &Options, depth: usize) -> Result<Shape, BindError> {
        let Some(Of::Type(of)) = self.scopes.first().map(|scope| scope.of) else {
            return Err(self.unsupported("aggregated rows have no shape".to_owned()));
        };
        let selection = self.selection(of, &options.select)?;
        let mut shape = Shape::whole(of);
        if let Some(selection) = &selection {
            shape.is_whole = false;
            shape.narrowed.clone_from(&selection.narrowed);
            shape
                .properties
                .retain(|it| selection.all || selection.names.iter().any(|name| name == it.name));
        }
        let is_shown = |name: &str| match &selection {
            None => true,
            Some(selection) => {
                selection.all || selection.names.iter().any(|it| it.eq_ignore_ascii_case(name))
            }
        };
        let computed = self.computed().filter(|(name, _)| is_shown(name));
        shape.computed = computed
            .map(|(name, typed)| Computed {
                name: name.to_owned(),
                expr: typed.expr.clone(),
                class: typed.class,
            })
            .collect();
        shape.expanded = self.expansions(of, &options.expand, depth)?;
        Ok(shape)
    }

    fn selection(&mut self, of: &'static Type, items: &[SelectItem]) -> Result<Option<Selection>, BindError> {
        self.about("$select");
        if items.is_empty() {
            return Ok(None);
        }
        let mut selection = Selection::default();
        for item in items {
            match item {
                SelectItem::All => selection.all = true,
                SelectItem::Operations(_) => {}
                SelectItem::Path(path) => {
                    let path = without_types(of, path);
                    match self.part(of, &path)? {
                        Some(part) => self.narrow(&mut selection, part)?,
                        None => selection.names.extend(self.selected(of, &path)?),
                    }
                }
                SelectItem::Within(path, options) => {
                    let path = without_types(of, path);
                    let narrowed = self.narrowed(of, &path, options)?;
                    self.about("$select");
                    self.narrow(&mut selection, narrowed)?;
                }
            }
        }
        Ok(Some(selection))
    }

    /// The property that an item selects, by the type's spelling; nothing for a navigation.
    fn selected(&self, of: &'static Type, path: &[&String]) -> Result<Option<String>, BindError> {
        let [name, rest @ ..] = path else {
            return Ok(None);
        };
        if let Some(property) = of.property(name) {
            return match rest {
                [] => Ok(Some(property.name.to_owned())),
                _ => Err(self.unsupported(format!("parts of {} cannot be selected", property.name))),
            };
        }
        if let Some(navigation) = of.navigation(name) {
            return match rest {
                [] => Ok(None),
                [part, ..] => Err(self.type_error(format!(
                    "to select parts of {name}, use $expand={name}($select={part})",
                    name = navigation.name
                ))),
            };
        }
        if rest.is_empty() && self.computed().any(|(it, _)| it.eq_ignore_ascii_case(name)) {
            return Ok(Some((*name).clone()));
        }
        Err(self.unknown(format!("{} has no property {name}", of.name)))
    }

    fn expansions(
        &mut self,
        of: &'static Type,
        items: &[ExpandItem],
        depth: usize,
    ) -> Result<Vec<Arc<Expanded>>, BindError> {
        self.about("$expand");
        if depth >= MAX_EXPANSIONS && !items.is_empty() {
            return Err(self.limit_error(format!("expansions may be nested {MAX_EXPANSIONS} deep")));
        }
        let mut expanded: Vec<Expanded> = Vec::new();
        let (stars, named): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.path.is_empty());
        for item in named {
            let path = without_types(of, &item.path);
            let bound = self.expansion(of, &path, item, depth)?;
            self.about("$expand");
            if expanded
                .iter()
                .any(|it| std::ptr::eq(it.navigation, bound.navigation))
            {
                return Err(self.type_error(format!("{} is expanded twice", bound.navigation.name)));
            }
            expanded.push(bound);
        }
        if let [star, ..] = stars.as_slice() {
            for navigation in of.navigations {
                if !expanded.iter().any(|it| std::ptr::eq(it.navigation, navigation)) {
                    expanded.push(self.bound(navigation, star, depth)?);
                }
            }
        }
        let place = |it: &Expanded| {
            of.navigations
                .iter()
                .position(|one| std::ptr::eq(one, it.navigation))
        };
        expanded.sort_by_key(place);
        Ok(expanded.into_iter().map(Arc::new).collect())
    }

    fn expansion(
        &mut self,
        of: &'static Type,
        path: &[&String],
        item: &ExpandItem,
        depth: usize,
    ) -> Result<Expanded, BindError> {
        let [name, rest @ ..] = path else {
            return Err(self.unknown("a navigation is expected".to_owned()));
        };
        let Some(navigation) = of.navigation(name) else {
            let known: Vec<&str> = of.navigations.iter().map(|it| it.name).collect();
            return Err(self.unknown(format!(
                "{} has no navigation {name}; it has {}",
                of.name,
                known.join(", ")
            )));
        };
        if rest.is_empty() {
            return self.bound(navigation, item, depth);
        }
        if depth >= MAX_EXPANSIONS {
            return Err(self.limit_error(format!("expansions may be nested {MAX_EXPANSIONS} deep")));
        }
        // `a/b`, as older clients spell `a($expand=b)`.
        let to = target(navigation);
        let mut inner = self.nested(Of::Type(to), &[]);
        let within = inner.expansion(to, rest, item, depth + 1)?;
        let mut shape = Shape::whole(to);
        shape.expanded.push(Arc::new(within));
        Ok(Expanded {
            navigation,
            what: What::Entities,
            with_count: false,
            filter: None,
            order: Vec::new(),
            skip: 0,
            top: None,
            levels: 1,
            shape,
        })
    }

    /// A navigation with the options in its parentheses.
    fn bound(
        &mut self,
        navigation: &'static Navigation,
        item: &ExpandItem,
        depth: usize,
    ) -> Result<Expanded, BindError> {
        let options = item.options.as_ref();
        if !options.apply.is_empty() {
            return Err(self.unsupported("$apply within $expand is not supported".to_owned()));
        }
        let levels = self.levels(navigation, options.levels)?;
        let mut inner = self.nested(Of::Type(target(navigation)), &options.aliases);
        inner.compute(&options.compute)?;
        let filter = inner.restriction(options)?;
        let order = inner.order(&options.order_by)?;
        let shape = inner.shown(options, depth + 1)?;
        Ok(Expanded {
            navigation,
            what: item.what,
            with_count: options.count == Some(true),
            filter,
            order,
            skip: options.skip.unwrap_or_default(),
            top: options.top,
            levels,
            shape,
        })
    }

    /// `$filter` and `$search` together.
    pub(in crate::odata) fn restriction(&mut self, options: &Options) -> Result<Option<Expr>, BindError> {
        let filter = match &options.filter {
            Some(filter) => Some(self.filter(filter)?),
            None => None,
        };
        let search = options.search.as_ref().map(|search| self.search(search));
        Ok(match (filter, search) {
            (Some(filter), Some(search)) => Some(filter.and(search)),
            (filter, search) => filter.or(search),
        })
    }

    fn levels(&self, navigation: &'static Navigation, levels: Option<Levels>) -> Result<u32, BindError> {
        let levels = match levels {
            None | Some(Levels::Number(1)) => return Ok(1),
            Some(Levels::Number(0)) => {
                return Err(self.type_error("$levels is a number from 1 on, or max".to_owned()));
            }
            Some(Levels::Number(levels)) if levels > MAX_LEVELS => {
                return Err(self.limit_error(format!("$levels goes {MAX_LEVELS} deep at most")));
            }
            Some(Levels::Number(levels)) => levels,
            Some(Levels::Max) => MAX_LEVELS,
        };
        let repeats = target(navigation)
            .navigation(navigation.name)
            .is_some_and(|again| again.name == navigation.name);
        Ok(if repeats { levels } else { 1 })
    }
}

/// The names of a path without casts to the type that it begins at.
fn without_types<'p>(of: &Type, path: &'p [String]) -> Vec<&'p String> {
    path.iter()
        .filter(|name| !functions::is_type(name, of.name))
        .collect()
}
