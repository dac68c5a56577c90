//! What the properties of the model are called in GraphQL. The table's own names are the other
//! face's, which spells a few of them otherwise.

use async_graphql::registry::Registry;
use async_graphql::{InputType, Value};

use crate::domain::model::{Property, entities};
use crate::domain::{approval, import, project, sync_job};
use crate::graphql::types::enums::{ApprovalStatus, BillingType, ProjectState, SyncKind, SyncState};

/// An enumeration that a property's values are of.
pub struct Enumeration {
    /// What the property is called.
    pub property: &'static str,
    /// The enumeration's name.
    pub name: &'static str,
    /// Registers the enumeration.
    pub register: fn(&mut Registry) -> String,
    /// The code of the value with this name.
    pub code: fn(Value) -> Option<&'static str>,
}

/// The enumeration of a property's values, if it has one.
pub fn enumeration(property: &Property) -> Option<&'static Enumeration> {
    static STATUS: Enumeration = Enumeration {
        property: "status",
        name: "ApprovalStatus",
        register: <ApprovalStatus as InputType>::create_type_info,
        code: |name| read::<ApprovalStatus>(name).map(|it| approval::ApprovalStatus::from(it).code()),
    };
    static BILLING_TYPE: Enumeration = Enumeration {
        property: "billingType",
        name: "BillingType",
        register: <BillingType as InputType>::create_type_info,
        code: |name| read::<BillingType>(name).map(|it| project::BillingType::from(it).code()),
    };
    static STATE: Enumeration = Enumeration {
        property: "state",
        name: "ProjectState",
        register: <ProjectState as InputType>::create_type_info,
        code: |name| read::<ProjectState>(name).map(|it| project::ProjectState::from(it).code()),
    };
    static SYNC_KIND: Enumeration = Enumeration {
        property: "kind",
        name: "SyncKind",
        register: <SyncKind as InputType>::create_type_info,
        code: |name| read::<SyncKind>(name).map(|it| import::ImportKind::from(it).code()),
    };
    static SYNC_STATE: Enumeration = Enumeration {
        property: "state",
        name: "SyncState",
        register: <SyncState as InputType>::create_type_info,
        code: |name| read::<SyncState>(name).map(|it| sync_job::JobState::from(it).code()),
    };
    let known: [(&Property, &Enumeration); 5] = [
        (&entities::timesheet::STATUS, &STATUS),
        (&entities::project::BILLING_TYPE, &BILLING_TYPE),
        (&entities::project::STATE, &STATE),
        (&entities::sync_job::KIND, &SYNC_KIND),
        (&entities::sync_job::STATE, &SYNC_STATE),
    ];
    let found = known
        .into_iter()
        .find(|(known, _)| std::ptr::eq(*known, property));
    found.map(|(_, enumeration)| enumeration)
}

fn read<E: InputType>(name: Value) -> Option<E> {
    E::parse(Some(name)).ok()
}

/// What a property is called.
pub fn property_name(property: &Property) -> &'static str {
    enumeration(property).map_or(property.name, |it| it.property)
}

/// What a property is called among the values of an enumeration: `DATE_FROM` for `dateFrom`.
pub fn constant_name(property: &Property) -> String {
    let mut name = String::new();
    for character in property_name(property).chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{ValueType, entity};
    use crate::domain::record::Kind;

    #[test]
    fn every_enumeration_of_the_model_is_known_with_all_its_codes() {
        for property in Kind::ALL.iter().flat_map(|kind| entity(*kind).properties) {
            if let ValueType::Enum(codes) = property.value_type {
                let enumeration = enumeration(property).unwrap();
                for code in codes {
                    let mut name = String::new();
                    for character in code.replace("TM", "TimeAndMaterial").chars() {
                        if character.is_ascii_uppercase() && !name.is_empty() {
                            name.push('_');
                        }
                        name.push(character.to_ascii_uppercase());
                    }
                    let value = Value::Enum(async_graphql::Name::new(name));
                    assert_eq!((enumeration.code)(value), Some(*code));
                }
            } else {
                assert!(enumeration(property).is_none());
            }
        }
    }
}
