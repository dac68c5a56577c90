//! The company's settings.

use async_graphql::{InputObject, MaybeUndefined};

use super::{Reading, patch};
use crate::app::Error;
use crate::domain::error::Path;
use crate::domain::id::TemplateId;
use crate::domain::settings::SettingsDraft;
use crate::domain::time;
use crate::domain::version;
use crate::graphql::scalars::{Date, RowVersion, Uuid};

/// The settings as they are to be. What is left out stays as it is.
#[derive(InputObject)]
pub struct SaveSettingsInput {
    /// The version on which the change is based; left out, it is not compared.
    row_version: Option<RowVersion>,
    /// The company's name.
    company_name: MaybeUndefined<String>,
    /// Which template new timesheets follow, from which date on: the whole history.
    templates: MaybeUndefined<Vec<EffectiveTemplateInput>>,
    /// Days up to this one, and including it, are closed for everybody; null opens them again.
    closed_up_to: MaybeUndefined<Date>,
}

/// Which template holds from a date on, until the next one takes over.
#[derive(InputObject)]
pub struct EffectiveTemplateInput {
    /// The first date on which it holds; left out, it always did.
    from: Option<Date>,
    /// The template.
    template_id: Uuid,
}

impl From<EffectiveTemplateInput> for (Option<time::Date>, TemplateId) {
    fn from(input: EffectiveTemplateInput) -> Self {
        let EffectiveTemplateInput { from, template_id } = input;
        (from.map(Into::into), template_id.into())
    }
}

impl SaveSettingsInput {
    /// As a command.
    pub fn read(self) -> Result<(Option<version::RowVersion>, SettingsDraft), Error> {
        let Self {
            row_version,
            company_name,
            templates,
            closed_up_to,
        } = self;
        let mut reading = Reading::default();
        let draft = SettingsDraft {
            company_name: reading.given(|| Path::of("companyName"), company_name),
            templates: reading.list(&Path::of("templates"), templates, |_, _, it| it.into()),
            closed_up_to: patch(closed_up_to),
        };
        reading.finish((row_version.map(Into::into), draft))
    }
}
