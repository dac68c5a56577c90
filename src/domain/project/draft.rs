//! What is to become of a project.

use super::{BillingType, Project, ProjectState};
use crate::domain::draft::{DraftReading, Drafted};
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
    /// The client that it is for.
    pub organization_id: Patch<OrganizationId>,
    /// How its hours are billed; needed at first.
    pub billing_type: Option<BillingType>,
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
            organization_id: draft
                .organization_id
                .unwrap_or(existing.and_then(|it| it.organization_id)),
            billing_type,
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
