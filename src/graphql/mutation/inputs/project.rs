//! Projects.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, Saving, patch};
use crate::app::Error;
use crate::domain::error::Path;
use crate::domain::project::{Project, ProjectDraft, Terms};
use crate::graphql::scalars::{Date, DateTime, Decimal, RowVersion, Uuid};
use crate::graphql::types::enums::{BillingType, ProjectState};

/// A project to be made or changed. What is left out stays as it is; null clears it.
#[derive(InputObject)]
pub struct SaveProjectInput {
    /// The project to be changed; left out for a new one.
    id: Option<Uuid>,
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The name; a new one needs it.
    name: MaybeUndefined<String>,
    /// A short code, unique among projects.
    code: MaybeUndefined<String>,
    /// What it is about, in at most 4,000 characters.
    description: MaybeUndefined<String>,
    /// The client that it is for.
    organization_id: MaybeUndefined<Uuid>,
    /// How its hours are billed; a new one needs it.
    billing_type: MaybeUndefined<BillingType>,
    /// What its hours cost, as a whole.
    terms: MaybeUndefined<TermsInput>,
    /// Whether it takes bookings; open at first.
    state: MaybeUndefined<ProjectState>,
    /// Who leads it.
    manager_id: MaybeUndefined<Uuid>,
    /// The first date that may be booked.
    first_booking_date: MaybeUndefined<Date>,
    /// The last date that may be booked.
    last_booking_date: MaybeUndefined<Date>,
    /// How many hours it is thought to take.
    estimate: MaybeUndefined<Decimal>,
    /// The most hours that it is to take, more than 0.
    working_time_limit: MaybeUndefined<Decimal>,
    /// Whether the common tasks are not offered under it; offered at first.
    excludes_common_tasks: MaybeUndefined<bool>,
    /// The id in the system that imports it.
    external_id: MaybeUndefined<String>,
    /// When the importing system last changed it.
    last_update: MaybeUndefined<DateTime>,
}

/// What the hours of a project cost.
#[derive(InputObject)]
pub struct TermsInput {
    /// The price of an hour, 0 or more.
    price_per_hour: Decimal,
    /// Value-added tax, 0 to 100 percent.
    vat: Decimal,
    /// The currency of the price, in 1 to 10 characters.
    currency: String,
}

impl From<TermsInput> for Terms {
    fn from(input: TermsInput) -> Self {
        let TermsInput {
            price_per_hour,
            vat,
            currency,
        } = input;
        Self {
            price_per_hour: price_per_hour.into(),
            vat_percent: vat.into(),
            currency: currency.into(),
        }
    }
}

impl SaveProjectInput {
    /// As a command.
    pub fn read(self) -> Result<Saving<Project>, Error> {
        let Self {
            id,
            row_version,
            name,
            code,
            description,
            organization_id,
            billing_type,
            terms,
            state,
            manager_id,
            first_booking_date,
            last_booking_date,
            estimate,
            working_time_limit,
            excludes_common_tasks,
            external_id,
            last_update,
        } = self;
        let mut reading = Reading::default();
        let draft = ProjectDraft {
            name: reading.given(|| Path::of("name"), name),
            code: patch(code),
            description: patch(description),
            organization_id: patch(organization_id),
            billing_type: reading.given(|| Path::of("billingType"), billing_type),
            terms: patch(terms),
            state: reading.given(|| Path::of("state"), state),
            manager_id: patch(manager_id),
            first_booking_date: patch(first_booking_date),
            last_booking_date: patch(last_booking_date),
            estimate: patch(estimate),
            working_time_limit: patch(working_time_limit),
            excludes_common_tasks: reading.given(|| Path::of("excludesCommonTasks"), excludes_common_tasks),
            external_id: patch(external_id),
            last_update: patch(last_update),
        };
        reading.saving(id, row_version, draft)
    }
}
