//! Options of selected properties: `$select=schedule($filter=duration gt 0)`, and parts of their
//! members: `$select=schedule/date`.

use std::sync::Arc;

use super::shape::Selection;
use super::{BindError, Binder, It, Of};
use crate::odata::plan::Narrowed;
use crate::odata::schema::{Edm, Property, SCHEDULE_DAY, Type};
use crate::odata::url::ast::{Options, SelectItem};

impl Narrowed {
    /// All of a property.
    pub const fn whole(property: &'static Property) -> Self {
        Self {
            property,
            filter: None,
            order: Vec::new(),
            skip: 0,
            top: None,
            with_count: false,
            members: None,
        }
    }

    const fn is_cut(&self) -> bool {
        self.filter.is_some()
            || !self.order.is_empty()
            || self.skip > 0
            || self.top.is_some()
            || self.with_count
    }
}

impl Binder<'_> {
    /// What `schedule/date` selects; nothing if the path leads to no member of a collection.
    pub(super) fn part(&self, of: &Type, path: &[&String]) -> Result<Option<Narrowed>, BindError> {
        let [name, member, rest @ ..] = path else {
            return Ok(None);
        };
        let Some(property) = of.property(name).filter(|it| it.edm == Edm::ScheduleDays) else {
            return Ok(None);
        };
        if let [rest, ..] = rest {
            return Err(self.unknown(format!("{member} has no property {rest}")));
        }
        Ok(Some(Narrowed {
            members: Some(vec![self.day_member(member)?]),
            ..Narrowed::whole(property)
        }))
    }

    /// What a property with options selects.
    pub(super) fn narrowed(
        &self,
        of: &Type,
        path: &[&String],
        options: &Options,
    ) -> Result<Narrowed, BindError> {
        let [name] = path else {
            return Err(self.type_error("options stand behind the name of a property".to_owned()));
        };
        if let Some(property) = of.property(name) {
            let inner = self.nested(Of::ScheduleDay, &options.aliases);
            return self.cut(inner, property, options);
        }
        Err(match of.navigation(name) {
            Some(navigation) => self.type_error(format!(
                "{name} is a navigation: its options belong to $expand={name}(...)",
                name = navigation.name
            )),
            None => self.unknown(format!("{} has no property {name} that takes options", of.name)),
        })
    }

    /// What options leave of a property that is asked for by itself: `$it` is each of its members.
    pub(in crate::odata) fn alone(
        &self,
        property: &'static Property,
        options: &Options,
    ) -> Result<Narrowed, BindError> {
        let inner = Binder {
            it: It::Own,
            ..self.nested(Of::ScheduleDay, &options.aliases)
        };
        self.cut(inner, property, options)
    }

    fn cut(
        &self,
        mut inner: Binder<'_>,
        property: &'static Property,
        options: &Options,
    ) -> Result<Narrowed, BindError> {
        if property.edm != Edm::ScheduleDays {
            let message = format!("{} is a plain value, and takes no options", property.name);
            return Err(self.type_error(message));
        }
        if options.search.is_some() {
            return Err(self.unsupported(format!("there is no text in {}", property.name)));
        }
        if !options.compute.is_empty() || !options.apply.is_empty() {
            let message = format!("nothing is computed of {}", property.name);
            return Err(self.unsupported(message));
        }
        if !options.expand.is_empty() {
            return Err(self.type_error(format!("{} has no navigations", property.name)));
        }
        let members = self.day_members(&options.select)?;
        Ok(Narrowed {
            filter: inner.restriction(options)?,
            order: inner.order(&options.order_by)?,
            skip: options.skip.unwrap_or_default(),
            top: options.top,
            with_count: options.count == Some(true),
            members,
            property,
        })
    }

    /// Adds what is narrowed to what is selected; parts of the same property go together.
    pub(super) fn narrow(&self, selection: &mut Selection, narrowed: Narrowed) -> Result<(), BindError> {
        let name = narrowed.property.name;
        let is_it = |it: &&mut Arc<Narrowed>| it.property.name == name;
        if let Some(known) = selection.narrowed.iter_mut().find(is_it) {
            let known = Arc::make_mut(known);
            return match (&mut known.members, &narrowed.members) {
                (Some(known_members), Some(members)) if !narrowed.is_cut() => {
                    known_members.extend(members);
                    Ok(())
                }
                _ => Err(self.type_error(format!("{name} is selected twice"))),
            };
        }
        selection.names.push(name.to_owned());
        selection.narrowed.push(Arc::new(narrowed));
        Ok(())
    }

    fn day_members(&self, select: &[SelectItem]) -> Result<Option<Vec<&'static str>>, BindError> {
        let mut members = Vec::new();
        for item in select {
            match item {
                SelectItem::All => return Ok(None),
                SelectItem::Operations(_) => {}
                SelectItem::Path(path) => match path.as_slice() {
                    [name] => members.push(self.day_member(name)?),
                    _ => return Err(self.unknown(format!("there is no {}", path.join("/")))),
                },
                SelectItem::Within(path, _) => {
                    return Err(self.type_error(format!("{} takes no options", path.join("/"))));
                }
            }
        }
        Ok(Some(members).filter(|members| !members.is_empty()))
    }

    fn day_member(&self, name: &str) -> Result<&'static str, BindError> {
        let mut members = SCHEDULE_DAY.iter().map(|(member, _)| *member);
        members
            .find(|member| member.eq_ignore_ascii_case(name))
            .ok_or_else(|| self.unknown(format!("a day of a schedule has no property {name}")))
    }
}
