//! Projects: what they are matched by, what they point to, what their flags need.

use super::kit::*;
use crate::domain::amount::Amount;
use crate::domain::hours::Hours;
use crate::domain::import::{Collection, CustomerRow, Payload, ProjectRow, Reference};
use crate::domain::organization::Organization;
use crate::domain::project::{BillingType, ProjectState, Terms};
use crate::domain::record::{Entity, Key};
use crate::domain::time::Date;
use crate::domain::user::User;

const LIST: Collection = Collection::Projects;

fn coded(code: &str, name: &str) -> ProjectRow {
    ProjectRow {
        code: Some(Some(code.to_owned())),
        ..project(name)
    }
}

fn known(external_id: &str, name: &str) -> ProjectRow {
    ProjectRow {
        external_id: Some(external_id.to_owned()),
        ..project(name)
    }
}

fn one(row: ProjectRow) -> Payload {
    projects([row])
}

fn faults(world: &World, row: ProjectRow) -> Vec<String> {
    world.clone().import(&one(row)).faults()
}

#[test]
fn i3_a_project_is_matched_by_id_external_id_code_else_name() {
    let mut world = World::default();
    world
        .project(1, "A", Some("P1"), Some("x"))
        .project(2, "A", Some("P2"), None)
        .project(3, "A", None, None);
    let estimate = |row: ProjectRow, hours| ProjectRow {
        estimate: Some(Some(Hours::whole(hours))),
        ..row
    };
    let by_id = ProjectRow {
        id: Some(prj(2)),
        ..ProjectRow::default()
    };
    let ran = world.import(&projects([
        estimate(by_id, 2),
        estimate(
            ProjectRow {
                name: None,
                ..known("x", "")
            },
            1,
        ),
        estimate(project("A"), 3),
        coded("P4", "A"),
    ]));
    assert_eq!(ran.counts(LIST), [1, 3, 0, 0, 0, 0]);
    for id in 1..=3 {
        assert_eq!(
            world.project_of(id).estimate,
            Some(Hours::whole(i32::try_from(id).unwrap()))
        );
    }
    world.import(&one(estimate(coded("P1", "A"), 9)));
    assert_eq!(world.project_of(1).estimate, Some(Hours::whole(9)));
}

#[test]
fn i3_external_ids_tell_apart_what_is_named_alike() {
    let mut world = World::default();
    let payload = projects([known("x", "Support"), known("y", "Support")]);
    assert_eq!(world.import(&payload).counts(LIST), [2, 0, 0, 0, 0, 0]);
    assert_eq!(world.import(&payload).counts(LIST), [0, 0, 2, 0, 0, 0]);
    // The name alone does not say which.
    assert_eq!(faults(&world, project("Support")), ["projects[0].name TAKEN"]);
    // Nor may a row that knows its project by name alone be followed by another of that name.
    let mut world = World::default();
    world.project(1, "Support", None, Some("x"));
    let ran = world.import(&projects([project("Support"), known("y", "Support")]));
    assert_eq!(ran.faults(), ["projects[1].name DUPLICATE"]);
}

#[test]
fn i6_what_an_outdated_row_found_by_its_name_it_finds_again() {
    let mut world = World::default();
    world.import(&one(ProjectRow {
        last_update: Some(at(20)),
        ..coded("P1", "A")
    }));
    let outdated = ProjectRow {
        last_update: Some(at(10)),
        ..known("x", "A")
    };
    let with = |second: ProjectRow| projects([outdated.clone(), second]);
    // Its external id is not taken over, so a second project of the name would leave open which it means.
    let ran = world.clone().import(&with(coded("P2", "A")));
    assert_eq!(ran.faults(), ["projects[1].name DUPLICATE"]);
    // One with another external id does not.
    world.project(2, "B", None, Some("y"));
    let told_apart = with(known("y", "A"));
    assert_eq!(world.import(&told_apart).counts(LIST), [0, 1, 0, 0, 1, 0]);
    assert_eq!(world.import(&told_apart).counts(LIST), [0, 0, 1, 0, 1, 0]);
}

#[test]
fn i7_codes_and_names_of_other_projects_are_taken() {
    let mut world = World::default();
    world
        .project(1, "A", Some("P1"), Some("x"))
        .project(2, "B", None, None);
    let row = |row: ProjectRow| ProjectRow {
        id: Some(prj(2)),
        ..row
    };
    assert_eq!(faults(&world, row(coded("P1", "B"))), ["projects[0].code TAKEN"]);
    assert_eq!(
        faults(&world, row(known("x", "B"))),
        ["projects[0].externalId TAKEN"]
    );
    world.project(3, "C", None, None);
    assert_eq!(faults(&world, row(project("C"))), ["projects[0].name TAKEN"]);
    // Codes tell apart what is named alike.
    assert_eq!(faults(&world, row(project("A"))), [""; 0]);
    let ids = [5, 6].map(|id| ProjectRow {
        id: Some(prj(id)),
        ..coded("N", "N")
    });
    assert_eq!(
        world.import(&projects(ids)).faults(),
        ["projects[1].code DUPLICATE"]
    );
}

#[test]
fn t1_a_new_project_comes_with_its_main_task() {
    let mut world = World::default();
    let ran = world.import(&one(ProjectRow {
        id: Some(prj(7)),
        ..project("A")
    }));
    assert_eq!(ran.changes.puts.len(), 2);
    let main = world.tasks().next().unwrap();
    assert_eq!(
        (main.project_id, main.lead_task_id, &*main.name),
        (Some(prj(7)), None, "A")
    );
    assert!(ran.catalog.tasks.get(main.id.uuid()).is_some());
}

fn date(day: u32) -> Date {
    Date::from_ymd(2024, 3, day).unwrap()
}

fn paid(price: Option<i32>, vat: Option<i32>, currency: Option<&str>) -> ProjectRow {
    ProjectRow {
        is_paid: Some(true),
        price_per_hour: price.map(|it| Some(Amount::whole(it))),
        vat: vat.map(|it| Some(Amount::whole(it))),
        currency: currency.map(|it| Some(it.to_owned())),
        ..project("A")
    }
}

#[test]
fn i8_paid_needs_price_vat_and_currency_given_or_stored_and_false_clears_them() {
    let mut world = World::default();
    let needed = [
        "projects[0].pricePerHour REQUIRED",
        "projects[0].vat REQUIRED",
        "projects[0].currency REQUIRED",
    ];
    assert_eq!(faults(&world, paid(None, None, None)), needed);
    assert_eq!(faults(&world, paid(Some(1), None, Some("EUR"))), needed[1..2]);
    assert_eq!(
        faults(&world, paid(Some(-1), Some(101), Some("01234567890"))),
        [
            "projects[0].pricePerHour OUT_OF_RANGE",
            "projects[0].vat OUT_OF_RANGE",
            "projects[0].currency TOO_LONG"
        ]
    );
    world.import(&one(paid(Some(90), Some(19), Some("EUR"))));
    world.import(&one(paid(Some(95), None, None)));
    let terms = |world: &World| world.projects().next().unwrap().terms.as_deref().cloned();
    let expected = Terms {
        price_per_hour: Amount::whole(95),
        vat_percent: Amount::whole(19),
        currency: "EUR".into(),
    };
    assert_eq!(terms(&world), Some(expected.clone()));
    // A part cannot go alone; without the flag the price may still be given anew.
    assert_eq!(
        faults(
            &world,
            ProjectRow {
                vat: Some(None),
                ..project("A")
            }
        ),
        needed[1..2]
    );
    world.import(&one(ProjectRow {
        is_paid: None,
        ..paid(Some(95), None, None)
    }));
    assert_eq!(terms(&world), Some(expected));
    world.import(&one(ProjectRow {
        is_paid: Some(false),
        ..paid(Some(95), None, None)
    }));
    assert_eq!(terms(&world), None);
}

#[test]
fn i8_time_limited_needs_both_dates_in_order_and_false_clears_them() {
    let mut world = World::default();
    let limited = |start: Option<u32>, end: Option<u32>| ProjectRow {
        is_time_limited: Some(true),
        start_date: start.map(|day| Some(date(day))),
        end_date: end.map(|day| Some(date(day))),
        ..project("A")
    };
    assert_eq!(
        faults(&world, limited(None, None)),
        ["projects[0].startDate REQUIRED", "projects[0].endDate REQUIRED"]
    );
    assert_eq!(
        faults(&world, limited(Some(2), Some(1))),
        ["projects[0].endDate CONTRADICTION"]
    );
    world.import(&one(limited(Some(2), Some(9))));
    world.import(&one(limited(Some(3), None)));
    let dates = |world: &World| {
        let project = world.projects().next().unwrap();
        (project.first_booking_date, project.last_booking_date)
    };
    assert_eq!(dates(&world), (Some(date(3)), Some(date(9))));
    assert_eq!(
        faults(&world, limited(Some(10), None)),
        ["projects[0].endDate CONTRADICTION"]
    );
    world.import(&one(ProjectRow {
        is_time_limited: Some(false),
        ..limited(Some(4), None)
    }));
    assert_eq!(dates(&world), (None, None));
}

#[test]
fn i8_restricted_working_time_needs_its_maximum_and_false_clears_it() {
    let mut world = World::default();
    let restricted = |hours: Option<i32>| ProjectRow {
        is_working_time_restricted: Some(true),
        max_working_time: hours.map(|it| Some(Hours::whole(it))),
        ..project("A")
    };
    assert_eq!(
        faults(&world, restricted(None)),
        ["projects[0].maxWorkingTime REQUIRED"]
    );
    assert_eq!(
        faults(&world, restricted(Some(0))),
        ["projects[0].maxWorkingTime OUT_OF_RANGE"]
    );
    world.import(&one(restricted(Some(80))));
    world.import(&one(restricted(None)));
    let limit = |world: &World| world.projects().next().unwrap().working_time_limit;
    assert_eq!(limit(&world), Some(Hours::whole(80)));
    world.import(&one(ProjectRow {
        is_working_time_restricted: Some(false),
        ..project("A")
    }));
    assert_eq!(limit(&world), None);
}

#[test]
fn i8_whether_it_is_paid_decides_the_billing_type_where_the_row_does_not() {
    use BillingType::{FixedBid, NonBillable, TimeAndMaterial};
    let flag = |is_paid| ProjectRow {
        is_paid,
        ..paid(Some(1), Some(1), Some("EUR"))
    };
    let typed = |billing_type| ProjectRow {
        billing_type: Some(billing_type),
        ..flag(Some(true))
    };
    for (rows, expected) in [
        (vec![flag(None)], NonBillable),
        (vec![flag(Some(true))], TimeAndMaterial),
        (vec![flag(Some(false))], NonBillable),
        (vec![typed(FixedBid)], FixedBid),
        (vec![typed(FixedBid), flag(Some(true))], FixedBid),
        (vec![typed(FixedBid), flag(None)], FixedBid),
        (vec![typed(FixedBid), flag(Some(false))], NonBillable),
        (vec![typed(NonBillable), flag(Some(true))], TimeAndMaterial),
    ] {
        let mut world = World::default();
        for row in rows {
            world.import(&one(row));
        }
        assert_eq!(world.projects().next().unwrap().billing_type, expected);
    }
}

#[test]
fn i2_references_point_into_the_payload_or_the_store() {
    let mut world = World::default();
    world.customer(1, "A", Some("7"), Some("x"));
    let manager = world.user(1);
    let new = customers([CustomerRow {
        id: Some(org(9)),
        ..customer("New")
    }]);
    let row = |reference: Reference, name: &str| ProjectRow {
        customer: Some(Some(reference)),
        manager: Some(Some(by_id(manager.uuid().as_u128()))),
        ..project(name)
    };
    let pair = Reference::NameAndNumber(Box::new(("A".into(), "7".into())));
    let rows = [
        (external(" x"), "1"),
        (key("A"), "2"),
        (pair, "3"),
        (by_id(9), "4"),
    ];
    world.import(&joined(
        new,
        projects(rows.map(|(reference, name)| row(reference, name))),
    ));
    let mut clients: Vec<_> = world
        .projects()
        .map(|it| (&*it.name, it.organization_id, it.manager_id))
        .collect();
    clients.sort_unstable();
    let manager = Some(manager);
    assert_eq!(
        clients,
        [
            ("1", Some(org(1)), manager),
            ("2", Some(org(1)), manager),
            ("3", Some(org(1)), manager),
            ("4", Some(org(9)), manager)
        ]
    );
    world.import(&one(ProjectRow {
        customer: Some(None),
        ..project("1")
    }));
    assert_eq!(
        world.projects().filter(|it| it.organization_id.is_none()).count(),
        1
    );
}

#[test]
fn i10_orphans_are_faults_with_path_and_id_and_never_placeholders() {
    let mut world = World::default();
    let row = ProjectRow {
        customer: Some(Some(by_id(404))),
        manager: Some(Some(key("nobody@example.com"))),
        external_id: Some("P".to_owned()),
        ..project("A")
    };
    let ran = world.skip(&one(row));
    assert_eq!(
        ran.faults(),
        [
            "projects[0].customerId UNKNOWN_REFERENCE",
            "projects[0].managerEmail UNKNOWN_REFERENCE"
        ]
    );
    assert_eq!(ran.report.faults[0].id.as_deref(), Some("P"));
    assert!(
        ran.message().contains(&uuid(404).to_string()),
        "{}",
        ran.message()
    );
    assert!(world.records.is_empty());
}

#[test]
fn i10_what_depends_on_a_faulty_row_says_so() {
    let mut world = World::default();
    let bad = customers([CustomerRow {
        external_id: Some("x".to_owned()),
        name: None,
        ..customer("")
    }]);
    let row = ProjectRow {
        customer: Some(Some(external("x"))),
        ..project("A")
    };
    let ran = world.skip(&joined(bad, one(row)));
    assert_eq!(
        ran.faults(),
        [
            "customers[0].name REQUIRED",
            "projects[0].customerExternalId UNKNOWN_REFERENCE"
        ]
    );
    assert_eq!(
        ran.report.faults[1].message,
        "the customer is in customers[0], which is faulty"
    );
}

#[test]
fn i10_what_is_newly_named_must_be_in_use_unless_the_payload_restores_it() {
    let mut world = World::default();
    world.customer(1, "C", None, None).project(5, "A", None, None);
    let manager = world.user(1);
    world
        .archive(Organization::key(org(1)))
        .archive(User::key(manager));
    let row = ProjectRow {
        customer: Some(Some(by_id(1))),
        manager: Some(Some(by_id(manager.uuid().as_u128()))),
        ..project("A")
    };
    assert_eq!(
        faults(&world, row.clone()),
        [
            "projects[0].customerId NOT_OPEN",
            "projects[0].managerId NOT_OPEN"
        ]
    );
    let row = ProjectRow { manager: None, ..row };
    let restored = customers([CustomerRow {
        deleted: Some(false),
        ..customer("C")
    }]);
    assert!(
        world
            .import(&joined(restored, one(row.clone())))
            .faults()
            .is_empty()
    );
    // What it pointed to before may have been archived since.
    world.archive(Key::Organization(org(1)));
    assert_eq!(faults(&world, row), [""; 0]);
}

#[test]
fn i4_every_member_of_a_project_is_taken_over_and_then_stays() {
    let mut world = World::default();
    let full = ProjectRow {
        code: Some(Some("P".to_owned())),
        description: Some(Some("About".to_owned())),
        estimate: Some(Some(Hours::whole(5))),
        dont_inherit_common_tasks: Some(true),
        state: Some(ProjectState::Suspended),
        last_update: Some(at(5)),
        ..project("A")
    };
    world.import(&one(full));
    let stored = world.projects().next().unwrap().as_ref().clone();
    assert_eq!(
        (stored.code.as_deref(), stored.description.as_deref()),
        (Some("P"), Some("About"))
    );
    assert_eq!(
        (stored.estimate, stored.excludes_common_tasks),
        (Some(Hours::whole(5)), true)
    );
    assert_eq!(
        (stored.state, stored.last_update),
        (ProjectState::Suspended, Some(at(5)))
    );
    let ran = world.import(&one(ProjectRow {
        id: Some(stored.id),
        ..ProjectRow::default()
    }));
    assert_eq!(ran.counts(LIST), [0, 0, 1, 0, 0, 0]);
    let cleared = ProjectRow {
        id: Some(stored.id),
        description: Some(None),
        code: Some(None),
        ..ProjectRow::default()
    };
    world.import(&one(cleared));
    let stored = world.projects().next().unwrap();
    assert_eq!((&stored.code, &stored.description), (&None, &None));
}
