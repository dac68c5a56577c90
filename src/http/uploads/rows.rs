//! Which members each kind of row has: one table for JSON and for tables.

use super::members::{MemberFault, Members, Written};
use crate::domain::id::{OrganizationId, ProjectId, TaskId, TimeEntryId};
use crate::domain::import::{
    Collection, CustomerRow, EntryRow, Place, Placed, ProjectRow, Reference, Row, TaskRow,
};
use crate::domain::organization::Contact;
use crate::domain::patch::Patch;
use crate::domain::project::{BillingType, ProjectState};

/// The members of a row of this kind, in the order in which the documentation has them.
pub fn members_of(collection: Collection) -> Vec<&'static str> {
    let members = match collection {
        Collection::Customers => {
            "id externalId name number person street postalCode city country email phone deleted lastUpdate"
        }
        Collection::CommonTasks => {
            "id externalId name isOpen allowsEntry firstBookingDate lastBookingDate estimate deleted \
             lastUpdate"
        }
        Collection::Projects => {
            "id externalId name code description customerId customerExternalId customerName \
             customerNumber managerId managerExternalId managerEmail billingType isPaid pricePerHour vat \
             currency isTimeLimited startDate endDate isWorkingTimeRestricted maxWorkingTime estimate \
             dontInheritCommonTasks state deleted lastUpdate tasks"
        }
        Collection::Tasks => {
            "id externalId projectId projectExternalId projectCode parentId parentExternalId parentName \
             name isOpen allowsEntry firstBookingDate lastBookingDate estimate deleted lastUpdate"
        }
        Collection::TimeEntries => {
            "id externalId userId userExternalId userEmail customerId customerExternalId customerName \
             customerNumber projectId projectExternalId projectCode taskId taskExternalId taskName \
             activityId activityExternalId activityCode logon logoff breakHours date hours description \
             deleted lastUpdate"
        }
    };
    members.split_whitespace().collect()
}

/// The row that the members make, or what is wrong with them.
pub fn read(collection: Collection, place: Place, mut members: Members<'_>) -> Result<Row, Vec<MemberFault>> {
    let it = &mut members;
    let row = match collection {
        Collection::Customers => Row::Customer(Placed {
            place,
            row: customer(it),
        }),
        Collection::CommonTasks => Row::CommonTask(Placed { place, row: task(it) }),
        Collection::Projects => Row::Project(Box::new(Placed {
            place,
            row: project(it),
        })),
        Collection::Tasks => Row::Task(Placed {
            place,
            row: task_of_project(it),
        }),
        Collection::TimeEntries => Row::Entry(Box::new(Placed {
            place,
            row: entry(it),
        })),
    };
    let faults = members.finish(|| members_of(collection));
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

fn customer(it: &mut Members<'_>) -> CustomerRow {
    let mut part = |name| it.text(name).map(String::into_boxed_str);
    let contact = Contact {
        person: part("person"),
        street: part("street"),
        postal_code: part("postalCode"),
        city: part("city"),
        country: part("country"),
        email: part("email"),
        phone: part("phone"),
    };
    CustomerRow {
        id: it.id("id").map(OrganizationId::new),
        external_id: it.text("externalId"),
        name: it.text("name"),
        number: it.text_or_null("number"),
        contact,
        deleted: it.flag("deleted"),
        last_update: it.instant("lastUpdate"),
    }
}

fn task(it: &mut Members<'_>) -> TaskRow {
    TaskRow {
        id: it.id("id").map(TaskId::new),
        external_id: it.text("externalId"),
        project: None,
        parent: None,
        name: it.text("name"),
        is_open: it.flag("isOpen"),
        allows_entry: it.flag("allowsEntry"),
        first_booking_date: it.date_or_null("firstBookingDate"),
        last_booking_date: it.date_or_null("lastBookingDate"),
        estimate: it.decimal_or_null("estimate"),
        deleted: it.flag("deleted"),
        last_update: it.instant("lastUpdate"),
    }
}

fn task_of_project(it: &mut Members<'_>) -> TaskRow {
    TaskRow {
        project: it.reference("projectId", "projectExternalId", "projectCode"),
        parent: it.reference("parentId", "parentExternalId", "parentName"),
        ..task(it)
    }
}

fn project(it: &mut Members<'_>) -> ProjectRow {
    const BILLING: &[(&str, BillingType)] = &[
        ("TM", BillingType::TimeAndMaterial),
        ("TIME_AND_MATERIAL", BillingType::TimeAndMaterial),
        ("FixedBid", BillingType::FixedBid),
        ("FIXED_BID", BillingType::FixedBid),
        ("NonBillable", BillingType::NonBillable),
        ("NON_BILLABLE", BillingType::NonBillable),
    ];
    const STATES: &[(&str, ProjectState)] = &[
        ("Planned", ProjectState::Planned),
        ("Open", ProjectState::Open),
        ("Suspended", ProjectState::Suspended),
        ("Closed", ProjectState::Closed),
    ];
    ProjectRow {
        id: it.id("id").map(ProjectId::new),
        external_id: it.text("externalId"),
        name: it.text("name"),
        code: it.text_or_null("code"),
        description: it.text_or_null("description"),
        customer: customer_reference(it),
        manager: it.reference_or_null("managerId", "managerExternalId", "managerEmail"),
        billing_type: it.word("billingType", BILLING, "TM, FixedBid or NonBillable is expected"),
        is_paid: it.flag("isPaid"),
        price_per_hour: it.decimal_or_null("pricePerHour"),
        vat: it.decimal_or_null("vat"),
        currency: it.text_or_null("currency"),
        is_time_limited: it.flag("isTimeLimited"),
        start_date: it.date_or_null("startDate"),
        end_date: it.date_or_null("endDate"),
        is_working_time_restricted: it.flag("isWorkingTimeRestricted"),
        max_working_time: it.decimal_or_null("maxWorkingTime"),
        estimate: it.decimal_or_null("estimate"),
        dont_inherit_common_tasks: it.flag("dontInheritCommonTasks"),
        state: it.word("state", STATES, "Planned, Open, Suspended or Closed is expected"),
        deleted: it.flag("deleted"),
        last_update: it.instant("lastUpdate"),
    }
}

fn entry(it: &mut Members<'_>) -> EntryRow {
    let boxed = String::into_boxed_str;
    EntryRow {
        id: it.id("id").map(TimeEntryId::new),
        external_id: it.text("externalId").map(boxed),
        user: it.reference("userId", "userExternalId", "userEmail"),
        customer: customer_reference(it).flatten(),
        project: it.reference("projectId", "projectExternalId", "projectCode"),
        task: it.reference_or_null("taskId", "taskExternalId", "taskName"),
        activity: it.reference_or_null("activityId", "activityExternalId", "activityCode"),
        logon: it.moment("logon"),
        logoff: it.moment("logoff"),
        break_hours: it.decimal("breakHours"),
        date: it.date("date"),
        hours: it.decimal("hours"),
        description: it.text_or_null("description").map(|text| text.map(boxed)),
        deleted: it.flag("deleted"),
        last_update: it.instant("lastUpdate"),
    }
}

fn customer_reference(it: &mut Members<'_>) -> Patch<Reference> {
    let named = it.reference_or_null("customerId", "customerExternalId", "customerName");
    let number = it.text("customerNumber");
    named.map(|customer| customer.map(|customer| customer.with_number(number)))
}

/// The tasks that are listed with a project, as the text of a JSON list.
pub fn nested_tasks<'a>(members: &mut Members<'a>) -> Option<&'a str> {
    match members.take("tasks") {
        Some(Written::Nested(list)) if list.starts_with('[') => Some(list),
        None | Some(Written::Null) => None,
        Some(_) => {
            let code = crate::domain::error::FaultCode::Malformed;
            members.fault("tasks", code, "a list of tasks is expected");
            None
        }
    }
}
