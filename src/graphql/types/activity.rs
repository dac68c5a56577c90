//! Activities.

use std::sync::Arc;

use super::{EXTERNAL_ID, of_record};
use crate::domain::activity::Activity;
use crate::graphql::render::{Field, Object, Type};

/// A kind of work.
pub struct ActivityObject;

impl Object for ActivityObject {
    type View<'a> = &'a Arc<Activity>;
    const NAME: &'static str = "Activity";
    const ABOUT: &'static str = "A kind of work, such as design or travel, independent of projects.";
    const FIELDS: &'static [Field<Self>] = of_record![
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
