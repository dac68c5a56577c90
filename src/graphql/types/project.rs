//! Projects.

use std::sync::Arc;

use super::enums::{BillingType, ProjectState};
use super::organization::OrganizationObject;
use super::user::UserObject;
use super::{EXTERNAL_ID, LAST_UPDATE, of_record};
use crate::domain::organization::Organization;
use crate::domain::project::{Project, Terms};
use crate::domain::record::Entity;
use crate::domain::user::User;
use crate::graphql::render::{Field, Object, Type, part};

/// What time is booked on.
pub struct ProjectObject;

/// What the hours of a project cost.
pub struct TermsObject;

const ORGANIZATION: &str = "The client that it is for; null for none.";
const MANAGER: &str = "Who leads it; null for nobody.";

impl Object for ProjectObject {
    type View<'a> = &'a Arc<Project>;
    const NAME: &'static str = "Project";
    const ABOUT: &'static str = "What time is booked on.";
    const FIELDS: &'static [Field<Self>] = of_record![
        Field::leaf("name", "The name.", Type::STRING, |it, json| json.put(&*it.name)),
        Field::leaf(
            "code",
            "A short code, unique among projects.",
            Type::STRING.nullable(),
            |it, json| json.put(it.code.as_deref()),
        ),
        Field::leaf(
            "description",
            "What it is about.",
            Type::STRING.nullable(),
            |it, json| json.put(it.description.as_deref()),
        ),
        Field::leaf("organizationId", ORGANIZATION, Type::ID.nullable(), |it, json| {
            json.put(it.organization_id);
        }),
        Field::reference::<OrganizationObject>("organization", ORGANIZATION, |it, _| {
            it.organization_id.map(Organization::key)
        }),
        Field::leaf(
            "billingType",
            "How its hours are billed.",
            Type::input::<BillingType>(),
            |it, json| json.put(BillingType::from(it.billing_type)),
        ),
        part!(
            TermsObject,
            "terms",
            "What its hours cost; null where that is not known.",
            |it| it.terms.as_deref()
        ),
        Field::leaf(
            "state",
            "Whether it takes bookings.",
            Type::input::<ProjectState>(),
            |it, json| json.put(ProjectState::from(it.state)),
        ),
        Field::leaf("managerId", MANAGER, Type::ID.nullable(), |it, json| {
            json.put(it.manager_id);
        }),
        Field::reference::<UserObject>("manager", MANAGER, |it, _| it.manager_id.map(User::key)),
        Field::leaf(
            "firstBookingDate",
            "The first date that may be booked.",
            Type::DATE.nullable(),
            |it, json| json.put(it.first_booking_date),
        ),
        Field::leaf(
            "lastBookingDate",
            "The last date that may be booked.",
            Type::DATE.nullable(),
            |it, json| json.put(it.last_booking_date),
        ),
        Field::leaf(
            "estimate",
            "How many hours it is thought to take.",
            Type::DECIMAL.nullable(),
            |it, json| json.put(it.estimate),
        ),
        Field::leaf(
            "workingTimeLimit",
            "The most hours that it is to take; null for no limit.",
            Type::DECIMAL.nullable(),
            |it, json| json.put(it.working_time_limit),
        ),
        Field::leaf(
            "excludesCommonTasks",
            "Whether the common tasks are not offered under it.",
            Type::BOOLEAN,
            |it, json| json.put(it.excludes_common_tasks),
        ),
        Field::leaf("externalId", EXTERNAL_ID, Type::STRING.nullable(), |it, json| {
            json.put(it.external_id.as_deref());
        }),
        Field::leaf(
            "lastUpdate",
            LAST_UPDATE,
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.last_update),
        ),
    ];
}

super::shows!(ProjectObject, Project, Project);

impl Object for TermsObject {
    type View<'a> = &'a Terms;
    const NAME: &'static str = "Terms";
    const ABOUT: &'static str = "What the hours of a project cost.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "pricePerHour",
            "The price of an hour.",
            Type::DECIMAL,
            |it, json| json.put(it.price_per_hour),
        ),
        Field::leaf(
            "vat",
            "Value-added tax, in percent.",
            Type::DECIMAL,
            |it, json| {
                json.put(it.vat_percent);
            },
        ),
        Field::leaf(
            "currency",
            "The currency of the price.",
            Type::STRING,
            |it, json| json.put(&*it.currency),
        ),
    ];
}
