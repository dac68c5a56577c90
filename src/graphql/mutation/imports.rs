//! The verbs of imports: apply, cancel. Each answers at once with the import; the work goes on
//! behind.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::answer;
use super::inputs::imports::{ApplyStaticDataInput, ApplyTimeEntriesInput, Import};
use crate::app::Error;
use crate::domain::sync_job::SyncJob;
use crate::graphql::context::{app, caller};
use crate::graphql::front::whole::Whole;
use crate::graphql::render::Answer;
use crate::graphql::scalars::Uuid;
use crate::graphql::types::sync_job::{Accepted, SyncJobPayload};

/// The verbs of imports.
#[derive(Default)]
pub struct Imports;

#[Object]
impl Imports {
    /// Brings customers, common tasks and projects into line with another system.
    async fn apply_static_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be applied, and how.")] input: Whole<ApplyStaticDataInput>,
    ) -> Answer<SyncJobPayload> {
        let import = input.get(ctx).cloned().map(ApplyStaticDataInput::read);
        answer(ctx, Accepted::of(accept(ctx, import).await)).await
    }

    /// Brings time entries, and what they refer to, into line with another system.
    async fn apply_time_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be applied, and how.")] input: Whole<ApplyTimeEntriesInput>,
    ) -> Answer<SyncJobPayload> {
        let import = input.get(ctx).cloned().map(ApplyTimeEntriesInput::read);
        answer(ctx, Accepted::of(accept(ctx, import).await)).await
    }

    /// Calls an import off that is not over: nothing of it is applied. For its owner, and for who
    /// may see the imports of others and import.
    async fn cancel_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import.")] id: Uuid,
    ) -> Answer<SyncJobPayload> {
        let result = async { app(ctx)?.cancel_import(caller(ctx)?, id.into()).await };
        answer(ctx, Accepted::of(result.await)).await
    }
}

async fn accept(ctx: &Context<'_>, import: Option<Import>) -> Result<Arc<SyncJob>, Error> {
    let lost = || Error::Internal("the decoded input is lost".to_owned());
    let Import { order, rows } = import.ok_or_else(lost)?;
    app(ctx)?.import(caller(ctx)?, order, rows).await
}
