//! Departments.

use std::sync::Arc;

use super::{CREATED, EXTERNAL_ID, ID, IS_ACTIVE, ROW_VERSION};
use crate::domain::department::Department;
use crate::graphql::render::{Field, Object, Type};

/// A department.
pub struct DepartmentObject;

impl Object for DepartmentObject {
    type View<'a> = &'a Arc<Department>;
    const NAME: &'static str = "Department";
    const ABOUT: &'static str = "A department: people work in one at a time.";
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
            "A short code, unique among departments.",
            Type::STRING.nullable(),
            |it, json| json.put(it.code.as_deref()),
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
    ];
}

super::shows!(DepartmentObject, Department, Department);
