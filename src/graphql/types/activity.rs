//! Activities.

use std::sync::Arc;

use super::{CREATED, EXTERNAL_ID, ID, IS_ACTIVE, ROW_VERSION};
use crate::domain::activity::Activity;
use crate::graphql::render::{Field, Object, Type};

/// A kind of work.
pub struct ActivityObject;

impl Object for ActivityObject {
    type View<'a> = &'a Arc<Activity>;
    const NAME: &'static str = "Activity";
    const ABOUT: &'static str = "A kind of work, such as design or travel, independent of projects.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id)),
        Field::leaf("rowVersion", ROW_VERSION, Type::VERSION, |it, json| {
            json.put(it.meta.version);
        }),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.meta.created);
        }),
        Field::leaf("isActive", IS_ACTIVE, Type::BOOLEAN, |it, json| {
            json.put(it.meta.is_active);
        }),
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "code",
            "A short code, unique among activities.",
            Type::STRING.nullable(),
            |it, json| json.put(it.code.as_deref()),
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
    ];
}

super::shows!(ActivityObject, Activity, Activity);
