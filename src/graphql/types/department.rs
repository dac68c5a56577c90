//! Departments.

use std::sync::Arc;

use super::{EXTERNAL_ID, of_record};
use crate::domain::department::Department;
use crate::graphql::render::{Field, Object, Type};

/// A department.
pub struct DepartmentObject;

impl Object for DepartmentObject {
    type View<'a> = &'a Arc<Department>;
    const NAME: &'static str = "Department";
    const ABOUT: &'static str = "A department: people work in one at a time.";
    const FIELDS: &'static [Field<Self>] = of_record![
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
