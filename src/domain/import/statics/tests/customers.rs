//! Customers, and what holds of every list: matching, merging, twice the same.

use super::kit::*;
use crate::domain::import::{Collection, CustomerRow, Payload};
use crate::domain::organization::Contact;
use crate::domain::record::{Key, Record};

const LIST: Collection = Collection::Customers;

fn numbered(name: &str, number: &str) -> CustomerRow {
    CustomerRow {
        number: Some(Some(number.to_owned())),
        ..customer(name)
    }
}

fn known(external_id: &str, name: &str) -> CustomerRow {
    CustomerRow {
        external_id: Some(external_id.to_owned()),
        ..customer(name)
    }
}

#[test]
fn i3_a_match_is_by_id_else_by_external_id_else_by_name_and_number() {
    let mut world = World::default();
    world
        .customer(1, "A", None, Some("x"))
        .customer(2, "B", Some("7"), None)
        .customer(3, "B", None, None);
    let by_id = CustomerRow {
        id: Some(org(1)),
        ..customer("A2")
    };
    let ran = world.import(&customers([by_id]));
    assert_eq!(ran.counts(LIST), [0, 1, 0, 0, 0, 0]);
    assert_eq!(&*world.organization_of(1).name, "A2");
    world.import(&customers([
        known(" x ", "A3"),
        numbered("B ", "7"),
        customer("B"),
    ]));
    assert_eq!(&*world.organization_of(1).name, "A3");
    assert_eq!(world.records.len(), 3);
}

#[test]
fn i3_a_match_maps_the_incoming_id_and_an_unknown_id_is_kept() {
    let mut world = World::default();
    world.customer(1, "A", None, None);
    let (same, new) = (
        CustomerRow {
            id: Some(org(50)),
            ..customer("A")
        },
        CustomerRow {
            id: Some(org(51)),
            ..customer("C")
        },
    );
    let ran = world.import(&customers([same, new, customer("D")]));
    assert_eq!(ran.counts(LIST), [2, 0, 1, 0, 0, 0]);
    assert_eq!(ran.catalog.organizations.get(uuid(50)).unwrap().id, org(1));
    assert_eq!(&*world.organization_of(51).name, "C");
    assert_eq!(&*world.organization_of(1_000_001).name, "D");
}

#[test]
fn i4_what_is_absent_stays_and_contact_parts_merge_one_by_one() {
    let mut world = World::default();
    world.customer(1, "A", Some("7"), Some("x"));
    let with = |contact: Contact| CustomerRow {
        id: Some(org(1)),
        contact,
        ..CustomerRow::default()
    };
    let riga = Contact {
        city: Some("Riga".into()),
        phone: Some("1".into()),
        ..Contact::default()
    };
    world.import(&customers([with(riga)]));
    let email = Contact {
        email: Some("a@b".into()),
        phone: Some("2".into()),
        ..Contact::default()
    };
    world.import(&customers([with(email)]));
    let stored = world.organization_of(1);
    let expected = Contact {
        city: Some("Riga".into()),
        phone: Some("2".into()),
        email: Some("a@b".into()),
        ..Contact::default()
    };
    assert_eq!(stored.contact.as_deref(), Some(&expected));
    assert_eq!(
        (stored.number.as_deref(), stored.external_id.as_deref()),
        (Some("7"), Some("x"))
    );
}

#[test]
fn i4_deleted_archives_its_absence_restores_nothing_and_false_does() {
    let mut world = World::default();
    world.customer(1, "A", None, None);
    let deleted = |deleted| {
        customers([CustomerRow {
            deleted,
            ..customer("A")
        }])
    };
    for (flag, counts, is_active) in [
        (Some(true), [0, 0, 0, 1, 0, 0], false),
        (Some(true), [0, 0, 1, 0, 0, 0], false),
        (None, [0, 0, 1, 0, 0, 0], false),
        (Some(false), [0, 1, 0, 0, 0, 0], true),
        (Some(false), [0, 0, 1, 0, 0, 0], true),
    ] {
        assert_eq!(world.import(&deleted(flag)).counts(LIST), counts, "{flag:?}");
        assert_eq!(world.organization_of(1).meta.is_active, is_active, "{flag:?}");
    }
}

#[test]
fn x2_what_the_payload_leaves_out_stays_and_what_is_gone_and_unknown_is_no_fault() {
    let mut world = World::default();
    world.customer(1, "A", None, None);
    let gone = CustomerRow {
        id: Some(org(9)),
        deleted: Some(true),
        ..CustomerRow::default()
    };
    let named = CustomerRow {
        deleted: Some(true),
        ..customer("C")
    };
    let ran = world.import(&customers([gone, named]));
    assert_eq!(ran.counts(LIST), [1, 0, 1, 0, 0, 0]);
    assert!(world.organization_of(1).meta.is_active);
    assert!(!world.organization_of(1_000_001).meta.is_active);
}

#[test]
fn i5_an_older_row_changes_nothing_and_an_equal_one_applies() {
    let mut world = World::default();
    let row = |name: &str, micros: i64| {
        customers([CustomerRow {
            last_update: Some(at(micros)),
            id: Some(org(1)),
            ..customer(name)
        }])
    };
    world.import(&row("A", 20));
    for (name, micros, counts, stored) in [
        ("B", 19, [0, 0, 0, 0, 1, 0], ("A", 20)),
        ("C", 20, [0, 1, 0, 0, 0, 0], ("C", 20)),
        // The newer time is kept, so that one in between does not overwrite.
        ("C", 30, [0, 1, 0, 0, 0, 0], ("C", 30)),
        ("D", 25, [0, 0, 0, 0, 1, 0], ("C", 30)),
        ("C", 30, [0, 0, 1, 0, 0, 0], ("C", 30)),
    ] {
        assert_eq!(
            world.import(&row(name, micros)).counts(LIST),
            counts,
            "{name} {micros}"
        );
        let found = world.organization_of(1);
        assert_eq!((&*found.name, found.last_update), (stored.0, Some(at(stored.1))));
    }
    let timeless = CustomerRow {
        id: Some(org(1)),
        ..customer("E")
    };
    world.import(&customers([timeless]));
    assert_eq!(
        (
            &*world.organization_of(1).name,
            world.organization_of(1).last_update
        ),
        ("E", Some(at(30)))
    );
}

#[test]
fn i6_the_same_payload_twice_changes_nothing() {
    let mut world = World::default();
    let payload = customers([numbered(" A", "1"), numbered("A", "2"), known("x", "B")]);
    assert_eq!(world.import(&payload).counts(LIST), [3, 0, 0, 0, 0, 0]);
    let again = world.import(&payload);
    assert_eq!(again.counts(LIST), [0, 0, 3, 0, 0, 0]);
    assert_eq!(again.changes, super::super::Changes::default());
}

fn refused(world: &World, payload: &Payload, faults: &[&str]) -> String {
    let mut tried = world.clone();
    let ran = tried.import(payload);
    assert_eq!(ran.faults(), faults);
    assert!(ran.changes.puts.is_empty() && ran.changes.guards.is_empty());
    ran.message().to_owned()
}

#[test]
fn i7_equal_rows_collapse_and_different_ones_are_an_error_that_names_both() {
    let mut world = World::default();
    world.customer(1, "A", None, Some("x"));
    let row = |name: &str| CustomerRow {
        id: Some(org(5)),
        ..customer(name)
    };
    let ran = world.clone().import(&customers([row("N"), row("N")]));
    assert_eq!(ran.counts(LIST), [1, 0, 1, 0, 0, 0]);
    let message = refused(
        &world,
        &customers([row("N"), row("M")]),
        &["customers[1].id DUPLICATE"],
    );
    assert_eq!(
        message,
        "customers[0] and customers[1] are about the same customer, but differ"
    );
    refused(
        &world,
        &customers([known("x", "A"), known("x", "B")]),
        &["customers[1].externalId DUPLICATE"],
    );
    // Also where the first is faulty itself.
    let nameless = CustomerRow {
        external_id: Some("y".to_owned()),
        ..CustomerRow::default()
    };
    refused(
        &world,
        &customers([nameless.clone(), known("y", "B"), nameless]),
        &[
            "customers[0].name REQUIRED",
            "customers[1].externalId DUPLICATE",
            "customers[2] DUPLICATE",
        ],
    );
}

#[test]
fn i7_two_ids_with_one_natural_key_are_an_error() {
    let world = World::default();
    let row = |id| CustomerRow {
        id: Some(org(id)),
        ..numbered("N", "1")
    };
    let message = refused(
        &world,
        &customers([row(5), row(6)]),
        &["customers[1].name DUPLICATE"],
    );
    assert!(message.contains("customers[0]") && message.contains("customers[1]"));
}

#[test]
fn i7_a_key_of_another_stored_customer_is_taken() {
    let mut world = World::default();
    world
        .customer(1, "A", Some("1"), Some("x"))
        .customer(2, "B", Some("1"), Some("y"));
    let row = |name: &str, external_id: Option<&str>| CustomerRow {
        id: Some(org(2)),
        external_id: external_id.map(str::to_owned),
        ..customer(name)
    };
    refused(&world, &customers([row("A", None)]), &["customers[0].name TAKEN"]);
    refused(
        &world,
        &customers([row("B", Some("x"))]),
        &["customers[0].externalId TAKEN"],
    );
}

#[test]
fn i15_all_faults_are_found_and_skip_lands_the_good_rows() {
    let mut world = World::default();
    let bad = CustomerRow {
        contact: Contact {
            email: Some("nobody".into()),
            ..Contact::default()
        },
        external_id: Some("bad".to_owned()),
        ..customer("")
    };
    let payload = customers([bad, customer("Good"), customer("\u{7}")]);
    let faults = [
        "customers[0].name REQUIRED",
        "customers[0].contact.email MALFORMED",
        "customers[2].name MALFORMED",
    ];
    refused(&world, &payload, &faults);
    let ran = world.skip(&payload);
    assert_eq!(ran.counts(LIST), [1, 0, 0, 0, 0, 2]);
    assert_eq!(ran.faults(), faults);
    assert_eq!(ran.report.faults[0].id.as_deref(), Some("bad"));
    let [Record::Organization(only)] = world.records.as_slice() else {
        panic!()
    };
    assert_eq!(&*only.name, "Good");
    assert!(matches!(only_key(&world), Key::Organization(_)));
}

fn only_key(world: &World) -> Key {
    world.records[0].key()
}
