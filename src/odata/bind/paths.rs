//! Paths: from a row along navigations to a property, a row, or the members of a collection.

use std::sync::Arc;

use super::{BindError, Binder, It, Of, Scope, functions, literals, lower};
use crate::odata::expression::{Class, Collection, Expr, Members, Place, Typed, target};
use crate::odata::schema::{Edm, Navigation, Property, Type};
use crate::odata::url::ast::{self, Lambda, Root, Step};

/// How many collections may be visited within one another: each multiplies the work.
const MAX_COLLECTIONS: usize = 4;

/// A row on the way.
struct Way<'a> {
    place: Place,
    of: Of<'a>,
}

impl<'a> Binder<'a> {
    pub(super) fn path(&mut self, path: &ast::Path) -> Result<Typed, BindError> {
        let mut steps = path.steps.as_slice();
        let depth = match (path.root, self.it) {
            (Root::Service, _) => {
                let message = "values of other resources by $root cannot be used here";
                return Err(self.unsupported(message.to_owned()));
            }
            (Root::It, It::Other(of)) => {
                let place = Place {
                    depth: Place::IT,
                    steps: Vec::new(),
                };
                return self.walk(Way { place, of }, steps);
            }
            (Root::It, It::Several) if self.joined == 0 => {
                let message = "$it is a combination of rows here, and no single one";
                return Err(self.unsupported(message.to_owned()));
            }
            (Root::It, It::Own) => 0,
            (Root::This, _) => self.current,
            (Root::Name | Root::It, _) => match steps {
                [Step::Name(name), rest @ ..] => {
                    if let Some(depth) = self.variable(name) {
                        steps = rest;
                        depth
                    } else if let Some(computed) = self.computed_value(name, rest)? {
                        return Ok(computed);
                    } else {
                        self.current
                    }
                }
                _ => self.current,
            },
        };
        let Some(scope) = self.scopes.get(depth) else {
            return Err(self.unknown("a path begins with the name of a joined set".to_owned()));
        };
        let way = Way {
            place: Place {
                depth,
                steps: Vec::new(),
            },
            of: scope.of,
        };
        self.walk(way, steps)
    }

    /// The row that names belong to, as a place.
    pub(super) fn own_row(&self) -> Expr {
        Expr::Exists(Place {
            depth: self.current,
            steps: Vec::new(),
        })
    }

    /// The depth of the lambda variable of this name; the innermost if there are several.
    fn variable(&self, name: &str) -> Option<usize> {
        let is_it = |scope: &Scope<'_>| scope.variable.as_deref() == Some(name);
        let is_set = |scope: &Scope<'_>| {
            let set = scope.variable.as_deref();
            set.is_some_and(|set| set.eq_ignore_ascii_case(name))
        };
        let mut sets = self.scopes.iter().take(self.joined);
        self.scopes
            .iter()
            .rposition(is_it)
            .or_else(|| sets.position(is_set))
    }

    fn computed_value(&mut self, name: &str, rest: &[Step]) -> Result<Option<Typed>, BindError> {
        if self.current != 0 {
            return Ok(None);
        }
        let is_it = |it: &&(String, Typed, usize)| it.0.eq_ignore_ascii_case(name);
        let Some((_, typed, nodes)) = self.computed.iter().find(is_it) else {
            return Ok(None);
        };
        let (typed, nodes) = (typed.clone(), *nodes);
        if !rest.is_empty() {
            return Err(self.unknown(format!("{name} has no parts")));
        }
        self.count_nodes(nodes)?;
        Ok(Some(typed))
    }

    fn walk(&mut self, mut way: Way<'a>, steps: &[Step]) -> Result<Typed, BindError> {
        let mut rest = steps;
        while let [step, after @ ..] = rest {
            rest = after;
            let name = match step {
                Step::Name(name) => name,
                Step::Call(name, _) => {
                    return Err(
                        self.unsupported(format!("{name}(...) cannot be called within an expression"))
                    );
                }
                Step::Count(..) | Step::Filter(_) | Step::Any(_) | Step::All(_) => {
                    let message = "$count, $filter, any and all stand behind what leads to many";
                    return Err(self.type_error(message.to_owned()));
                }
            };
            match way.of {
                Of::Columns(_) => {
                    let names = [step].into_iter().chain(rest);
                    return self.column(way.of, &names);
                }
                Of::ScheduleDay => return self.member(&way, name, rest),
                Of::Type(of) if name.contains('.') => {
                    if !functions::is_type(name, of.name) {
                        return Err(self.unknown(format!("{} is never a {name}", of.name)));
                    }
                }
                Of::Type(of) => {
                    if let Some(property) = of.property(name) {
                        return self.property(way.place, property, rest);
                    }
                    let Some(navigation) = of.navigation(name) else {
                        return Err(self.unknown(format!("{} has no property {name}", of.name)));
                    };
                    if navigation.is_collection() {
                        return self.many(way.place, navigation, rest);
                    }
                    way.place.steps.push(navigation);
                    way.of = Of::Type(target(navigation));
                }
            }
        }
        Ok(Typed::new(Expr::Exists(way.place), Class::Entity))
    }

    fn property(
        &mut self,
        place: Place,
        property: &'static Property,
        rest: &[Step],
    ) -> Result<Typed, BindError> {
        match (property.edm, rest) {
            (_, []) => Ok(Typed::new(
                Expr::Property(place, property),
                literals::class(property.edm),
            )),
            (Edm::ScheduleDays, _) => {
                self.collection(place, Collection::Property(property), property.name, rest)
            }
            _ => Err(self.unknown(format!("{} has no parts", property.name))),
        }
    }

    fn many(
        &mut self,
        place: Place,
        navigation: &'static Navigation,
        rest: &[Step],
    ) -> Result<Typed, BindError> {
        self.collection(place, Collection::Navigation(navigation), navigation.name, rest)
    }

    fn collection(
        &mut self,
        place: Place,
        of: Collection,
        name: &str,
        steps: &[Step],
    ) -> Result<Typed, BindError> {
        let depth = self.scopes.len();
        if depth > MAX_COLLECTIONS + self.joined.saturating_sub(1) {
            return Err(self.limit_error(format!(
                "collections may be nested {MAX_COLLECTIONS} deep in an expression"
            )));
        }
        let member = match of {
            Collection::Navigation(navigation) => Of::Type(target(navigation)),
            Collection::Property(_) => Of::ScheduleDay,
        };
        let mut members = Members {
            place,
            of,
            conditions: Vec::new(),
            depth,
        };
        let mut rest = steps;
        while let [Step::Filter(filter), after @ ..] = rest {
            let condition = self.condition(member, filter)?;
            members.conditions.push(condition);
            rest = after;
        }
        match rest {
            [Step::Count(filter, search)] => {
                if let Some(filter) = filter {
                    let condition = self.condition(member, filter)?;
                    members.conditions.push(condition);
                }
                if let Some(search) = search {
                    let search = Arc::new(lower(search));
                    let Of::Type(of) = member else {
                        return Err(self.unsupported(format!("there is no text in {name}")));
                    };
                    members.conditions.push(Expr::Search(depth, Some(of), search));
                }
                Ok(Typed::new(Expr::Count(members), Class::Int))
            }
            [Step::Any(lambda)] => {
                let predicate = match lambda {
                    Some(lambda) => Some(Box::new(self.lambda(member, lambda)?)),
                    None => None,
                };
                Ok(Typed::new(Expr::Any(members, predicate), Class::Boolean))
            }
            [Step::All(lambda)] => {
                let predicate = Box::new(self.lambda(member, lambda)?);
                Ok(Typed::new(Expr::All(members, predicate), Class::Boolean))
            }
            _ => Err(self.type_error(format!(
                "{name} leads to many: use {name}/any(...), {name}/all(...) or {name}/$count"
            ))),
        }
    }

    /// A predicate whose plain names belong to the member.
    fn condition(&mut self, of: Of<'a>, predicate: &ast::Expr) -> Result<Expr, BindError> {
        let before = self.current;
        self.current = self.scopes.len();
        self.scopes.push(Scope { variable: None, of });
        let bound = self.predicate(predicate);
        self.scopes.pop();
        self.current = before;
        bound
    }

    fn lambda(&mut self, of: Of<'a>, lambda: &Lambda) -> Result<Expr, BindError> {
        self.scopes.push(Scope {
            variable: Some(lambda.variable.clone()),
            of,
        });
        let bound = self.predicate(&lambda.predicate);
        self.scopes.pop();
        bound
    }

    fn member(&self, way: &Way<'_>, name: &str, rest: &[Step]) -> Result<Typed, BindError> {
        let (name, class) = match name.to_ascii_lowercase().as_str() {
            "date" => ("date", Class::Date),
            "duration" => ("duration", Class::Decimal),
            _ => return Err(self.unknown(format!("a day of a schedule has no property {name}"))),
        };
        if !rest.is_empty() {
            return Err(self.unknown(format!("{name} has no parts")));
        }
        Ok(Typed::new(Expr::Member(way.place.depth, name), class))
    }

    fn column<'s>(
        &self,
        of: Of<'_>,
        names: &(impl Iterator<Item = &'s Step> + Clone),
    ) -> Result<Typed, BindError> {
        let Of::Columns(columns) = of else {
            return Err(self.unknown("there are no columns".to_owned()));
        };
        let is_name = |step: &Step, name: &String| match step {
            Step::Name(step) => step.eq_ignore_ascii_case(name),
            _ => false,
        };
        let length = names.clone().count();
        let position = columns.iter().position(|column| {
            let mut pairs = names.clone().zip(&column.path);
            column.path.len() == length && pairs.all(|(step, name)| is_name(step, name))
        });
        let found = position.and_then(|position| columns.get(position).map(|column| (position, column)));
        if let Some((position, column)) = found {
            return Ok(Typed::new(Expr::Column(position), column.class));
        }
        let known: Vec<String> = columns.iter().map(|column| column.path.join("/")).collect();
        Err(self.unknown(if known.is_empty() {
            "a plain value is expected, not a name".to_owned()
        } else {
            format!("after $apply there are only {}", known.join(", "))
        }))
    }

    /// The names of a path as the types spell them; a computed name as it was given.
    pub(in crate::odata) fn spelt(&self, of: &'static Type, names: &[String]) -> Vec<String> {
        let mut of = of;
        let mut spelt = Vec::with_capacity(names.len());
        for name in names.iter().filter(|name| !name.contains('.')) {
            match (of.property(name), of.navigation(name)) {
                (Some(property), _) => spelt.push(property.name.to_owned()),
                (None, Some(navigation)) => {
                    spelt.push(navigation.name.to_owned());
                    of = target(navigation);
                }
                (None, None) => {
                    let mut computed = self.computed().map(|(known, _)| known);
                    let known = computed.find(|known| known.eq_ignore_ascii_case(name));
                    spelt.push(known.unwrap_or(name).to_owned());
                }
            }
        }
        spelt
    }
}
