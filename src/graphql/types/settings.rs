//! The company's settings.

use std::sync::Arc;

use super::template::TimesheetTemplateObject;
use super::{CREATED, ROW_VERSION};
use crate::domain::id::TemplateId;
use crate::domain::record::Entity;
use crate::domain::settings::Settings;
use crate::domain::template::TimesheetTemplate;
use crate::domain::time::Date;
use crate::graphql::render::{Field, Object, Type, parts};

/// Settings of the whole company.
pub struct SettingsObject;

/// Which template holds from a date on.
pub struct EffectiveTemplateObject;

impl Object for SettingsObject {
    type View<'a> = &'a Arc<Settings>;
    const NAME: &'static str = "Settings";
    const ABOUT: &'static str = "Settings of the whole company.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("rowVersion", ROW_VERSION, Type::VERSION, |it, json| {
            json.put(it.meta.version);
        }),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.meta.created);
        }),
        Field::leaf("companyName", "The company's name.", Type::STRING, |it, json| {
            json.put(&*it.company_name);
        }),
        Field::leaf(
            "closedUpTo",
            "Days up to this one, and including it, are closed for everybody; null if none are.",
            Type::DATE.nullable(),
            |it, json| json.put(it.closed_up_to),
        ),
        Field::reference::<TimesheetTemplateObject>(
            "template",
            "The template that a timesheet of today would follow.",
            |it, today| it.templates.at(today.0).copied().map(TimesheetTemplate::key),
        ),
        parts!(
            EffectiveTemplateObject,
            "templates",
            "Which template new timesheets follow, from which date on; never rewrites what is there.",
            |it| it.templates.entries().iter()
        ),
    ];
}

super::shows!(SettingsObject, Settings, Settings);

impl Object for EffectiveTemplateObject {
    type View<'a> = &'a (Date, TemplateId);
    const NAME: &'static str = "EffectiveTemplate";
    const ABOUT: &'static str = "Which template holds from a date on, until the next one takes over.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("from", super::FROM, Type::DATE.nullable(), |(from, _), json| {
            json.put(super::from_date(*from));
        }),
        Field::leaf("templateId", "The template.", Type::ID, |(_, id), json| {
            json.put(*id);
        }),
        Field::reference::<TimesheetTemplateObject>("template", "The template.", |(_, id), _| {
            Some(TimesheetTemplate::key(*id))
        }),
    ];
}
