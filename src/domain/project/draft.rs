//! What is to become of a project.

use super::{BillingType, Project, ProjectState, Terms};
use crate::domain::amount::Amount;
use crate::domain::draft::{DraftReading, Drafted, MAX_ESTIMATE};
use crate::domain::error::{Error, FaultCode, Path};
use crate::domain::hours::Hours;
use crate::domain::id::{OrganizationId, ProjectId, UserId};
use crate::domain::patch::Patch;
use crate::domain::record::Meta;
use crate::domain::time::{Date, Instant};

/// What is to become of a project. Absent members stay as they are, null clears.
#[derive(Clone, Debug, Default)]
pub struct ProjectDraft {
    /// Its name; needed at first.
    pub name: Option<String>,
    /// A short code.
    pub code: Patch<String>,
    /// What it is about; nothing is said by an empty text too.
    pub description: Patch<String>,
    /// The client that it is for.
    pub organization_id: Patch<OrganizationId>,
    /// How its hours are billed; needed at first.
    pub billing_type: Option<BillingType>,
    /// What its hours cost, as a whole.
    pub terms: Patch<Terms>,
    /// Whether it takes bookings; open at first.
    pub state: Option<ProjectState>,
    /// Who leads it.
    pub manager_id: Patch<UserId>,
    /// The first date that may be booked.
    pub first_booking_date: Patch<Date>,
    /// The last date that may be booked.
    pub last_booking_date: Patch<Date>,
    /// How many hours it is thought to take.
    pub estimate: Patch<Hours>,
    /// The most hours that it is to take.
    pub working_time_limit: Patch<Hours>,
    /// Whether the common tasks are not offered under it; offered at first.
    pub excludes_common_tasks: Option<bool>,
    /// Its id in the system that imports it.
    pub external_id: Patch<String>,
    /// When the importing system last changed it.
    pub last_update: Patch<Instant>,
}

impl Drafted for Project {
    type Draft = ProjectDraft;

    /// The project that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &ProjectDraft,
        id: ProjectId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let billing_type = draft
            .billing_type
            .or(existing.map(|it| it.billing_type))
            .unwrap_or_else(|| {
                reading.fault(
                    Path::of("billingType"),
                    FaultCode::Required,
                    "a project needs a billing type",
                );
                BillingType::NonBillable
            });
        let project = Self {
            id,
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            name: reading.name("name", draft.name.as_deref(), existing.map(|it| &*it.name)),
            code: reading.code("code", &draft.code, existing.map(|it| &it.code)),
            description: read_description(
                &mut reading,
                draft.description.as_ref().map(Option::as_deref),
                existing.and_then(|it| it.description.as_deref()),
            ),
            organization_id: draft
                .organization_id
                .unwrap_or(existing.and_then(|it| it.organization_id)),
            billing_type,
            terms: match &draft.terms {
                None => existing.and_then(|it| it.terms.clone()),
                Some(terms) => terms
                    .as_ref()
                    .map(|terms| Box::new(read_terms(&mut reading, terms))),
            },
            state: draft
                .state
                .or(existing.map(|it| it.state))
                .unwrap_or(ProjectState::Open),
            manager_id: draft.manager_id.unwrap_or(existing.and_then(|it| it.manager_id)),
            first_booking_date: draft
                .first_booking_date
                .unwrap_or(existing.and_then(|it| it.first_booking_date)),
            last_booking_date: draft
                .last_booking_date
                .unwrap_or(existing.and_then(|it| it.last_booking_date)),
            estimate: reading.estimate(draft.estimate, existing.and_then(|it| it.estimate)),
            working_time_limit: read_limit(
                &mut reading,
                draft.working_time_limit,
                existing.and_then(|it| it.working_time_limit),
            ),
            excludes_common_tasks: draft
                .excludes_common_tasks
                .unwrap_or(existing.is_some_and(|it| it.excludes_common_tasks)),
            external_id: reading.code(
                "externalId",
                &draft.external_id,
                existing.map(|it| &it.external_id),
            ),
            last_update: draft
                .last_update
                .unwrap_or(existing.and_then(|it| it.last_update)),
        };
        reading.in_order(
            "lastBookingDate",
            project.first_booking_date,
            project.last_booking_date,
        );
        reading.finish(project)
    }
}

/// A description of at most 4,000 characters, or none.
fn read_description(
    reading: &mut DraftReading,
    draft: Patch<&str>,
    existing: Option<&str>,
) -> Option<Box<str>> {
    let Some(description) = draft else {
        return existing.map(Into::into);
    };
    let description = description.map(str::trim).filter(|text| !text.is_empty())?;
    if description.chars().count() > Project::MAX_DESCRIPTION_CHARS {
        let message = format!("at most {} characters", Project::MAX_DESCRIPTION_CHARS);
        reading.fault(Path::of("description"), FaultCode::TooLong, message);
    }
    Some(description.into())
}

/// A price that is not below 0, a tax of 0 to 100 percent, and a currency of 1 to 10 characters.
fn read_terms(reading: &mut DraftReading, terms: &Terms) -> Terms {
    let Terms {
        price_per_hour,
        vat_percent,
        currency,
    } = terms;
    let path = Path::of("terms");
    if *price_per_hour < Amount::ZERO {
        reading.fault(
            path.member("pricePerHour"),
            FaultCode::OutOfRange,
            "must be 0 or more",
        );
    }
    if *vat_percent < Amount::ZERO || *vat_percent > Terms::MAX_VAT_PERCENT {
        let message = format!("must be 0 to {} percent", Terms::MAX_VAT_PERCENT);
        reading.fault(path.member("vat"), FaultCode::OutOfRange, message);
    }
    Terms {
        price_per_hour: *price_per_hour,
        vat_percent: *vat_percent,
        currency: reading.text(&path.member("currency"), currency, Terms::MAX_CURRENCY_CHARS),
    }
}

/// More than 0 h, or no limit.
fn read_limit(reading: &mut DraftReading, draft: Patch<Hours>, existing: Option<Hours>) -> Option<Hours> {
    let limit = draft.unwrap_or(existing);
    if limit.is_some_and(|hours| hours <= Hours::ZERO || hours > MAX_ESTIMATE) {
        let message = format!("must be more than 0 hours and at most {MAX_ESTIMATE}");
        reading.fault(Path::of("workingTimeLimit"), FaultCode::OutOfRange, message);
    }
    limit
}
