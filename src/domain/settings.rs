//! The company's settings: one record.

use serde::{Deserialize, Serialize};

use super::draft::{DraftReading, Drafted};
use super::effective::Effective;
use super::error::{Error, FaultCode, Path};
use super::id::TemplateId;
use super::patch::Patch;
use super::record::{Meta, SettingsId};
use super::time::{Date, Instant};

/// Settings of the whole company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// What every record has.
    pub meta: Meta,
    /// The company's name.
    pub company_name: Box<str>,
    /// Which template new sheets follow, from which date on (P3, P10).
    pub templates: Effective<TemplateId>,
    /// Days up to this one, and including it, are closed for everybody (F10).
    pub closed_up_to: Option<Date>,
}

/// What is to become of the settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsDraft {
    /// The company's name.
    pub company_name: Option<String>,
    /// Which template new sheets follow, from which date on; without a date, from the beginning.
    pub templates: Option<Vec<(Option<Date>, TemplateId)>>,
    /// Days up to this one are closed for everybody.
    pub closed_up_to: Patch<Date>,
}

impl Drafted for Settings {
    type Draft = SettingsDraft;

    /// The settings that `draft` makes of `existing`, or of none.
    fn drafted(
        existing: Option<&Self>,
        draft: &SettingsDraft,
        _id: SettingsId,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut reading = DraftReading::default();
        let name = existing.map(|it| &*it.company_name);
        let settings = Self {
            meta: existing.map_or(Meta::new(now), |it| it.meta.changed()),
            company_name: reading.name("companyName", draft.company_name.as_deref(), name),
            templates: reading.effective(
                "templates",
                draft.templates.as_ref(),
                existing.map(|it| &it.templates),
            ),
            closed_up_to: draft
                .closed_up_to
                .unwrap_or(existing.and_then(|it| it.closed_up_to)),
        };
        if settings.templates.entries().is_empty() {
            reading.fault(
                Path::of("templates"),
                FaultCode::Required,
                "at least one template is needed",
            );
        }
        reading.finish(settings)
    }
}
