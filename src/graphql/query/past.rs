//! What was: the audit trail, the history of a timesheet, and a timesheet as it was.

use async_graphql::{Context, InputObject, Object};

use super::paging::{DEFAULT_PAGE, limit};
use crate::app::audit::PastQuery;
use crate::app::audit::Place;
use crate::app::changes::Changes;
use crate::app::{Error, Reader};
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::record::Key;
use crate::graphql::context::shared_reader;
use crate::graphql::render::{Answer, Answered};
use crate::graphql::scalars::{DateTime, RowVersion, Uuid};
use crate::graphql::types::audit::AuditRecordObject;
use crate::graphql::types::changes::ChangesObject;
use crate::graphql::types::enums::Face;
use crate::graphql::types::history::TimesheetHistoryEntryObject;
use crate::graphql::types::past::{PastConnection, PastPage, read_place};
use crate::graphql::types::timesheet::TimesheetObject;

/// Questions about the past.
#[derive(Default)]
pub struct Past;

/// Which writes to list: those of which everything that is given holds.
#[derive(InputObject, Default)]
pub struct AuditFilter {
    /// They touched this timesheet, which may be deleted.
    timesheet_id: Option<Uuid>,
    /// They changed things of this user.
    user_id: Option<Uuid>,
    /// This user did them.
    actor_id: Option<Uuid>,
    /// They were decided at this moment or later.
    from: Option<DateTime>,
    /// They were decided before this moment.
    to: Option<DateTime>,
    /// They are this verb of the business, such as `saveTimesheet`.
    action: Option<String>,
    /// They came in over this interface.
    face: Option<Face>,
}

#[Object]
impl Past {
    /// The writes that were accepted, the newest first. It takes the right `audit@read`; who may see a
    /// timesheet may see the writes that touched it, and for everybody else there are none.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which writes to list; all if nothing is said.")] filter: Option<AuditFilter>,
        #[graphql(desc = "How many items: 0 to 500, 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Answer<PastConnection<AuditRecordObject>> {
        Answer::from(audit_trail(ctx, filter.unwrap_or_default(), first, after).await)
    }

    /// What became of the timesheet, the newest first, also if it is deleted: who changed it, when, over
    /// which interface, what was and what is. Null if there never was one that the caller may see.
    async fn timesheet_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet.")] timesheet_id: Uuid,
        #[graphql(desc = "How many items: 0 to 500, 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Answer<PastConnection<TimesheetHistoryEntryObject>> {
        Answer::from(history(ctx, timesheet_id, first, after).await)
    }

    /// What has changed since a version, in the order of the versions: each record once, as it is now,
    /// and what is left of those that were deleted. Version 0, spelt `"0"`, begins at the beginning. Who
    /// goes on from `version` until there is no more misses nothing that is written meanwhile. What comes
    /// into the caller's sight or leaves it because rights change is not told.
    async fn changed_since(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version up to which everything is known.")] version: RowVersion,
        #[graphql(desc = "How many items: 0 to 500, 50 if nothing is said.")] first: Option<i32>,
    ) -> Answer<ChangesObject> {
        Answer::from(changes(ctx, version, first).await)
    }

    /// The timesheet as it was at this version, or at the last one before it; null if it was not there
    /// then, or if there never was one that the caller may see. What it refers to is shown as it is now,
    /// and nothing is allowed with it.
    async fn timesheet_as_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The timesheet.")] id: Uuid,
        #[graphql(desc = "The version.")] version: RowVersion,
    ) -> Answer<TimesheetObject> {
        Answer::from(as_of(ctx, id, version).await)
    }
}

/// Which page is asked for.
struct Page {
    limit: usize,
    before: Option<Place>,
}

fn page(first: Option<i32>, after: Option<&str>) -> Result<Page, Error> {
    let mut faults = Faults::default();
    let limit = first.map_or(DEFAULT_PAGE, |count| limit("first", count, &mut faults));
    let before = after.and_then(read_place);
    if after.is_some() && before.is_none() {
        let message = "this is no cursor of this list";
        faults.add(Path::of("after"), FaultCode::Malformed, message);
    }
    Ok(faults.into_result(Page { limit, before })?)
}

async fn audit_trail(
    ctx: &Context<'_>,
    filter: AuditFilter,
    first: Option<i32>,
    after: Option<String>,
) -> Result<(Reader, PastPage<AuditRecordObject>), Error> {
    let Page { limit, before } = page(first, after.as_deref())?;
    let AuditFilter {
        timesheet_id,
        user_id,
        actor_id,
        from,
        to,
        action,
        face,
    } = filter;
    let query = PastQuery {
        record: timesheet_id.map(|id| Key::Timesheet(id.into())),
        subject: user_id.map(Into::into),
        actor: actor_id.map(Into::into),
        from: from.map(Into::into),
        to: to.map(Into::into),
        action: action.map(Into::into),
        face: face.map(Into::into),
        before,
        limit,
    };
    let reader = shared_reader(ctx).await?;
    let past = reader.audit_trail(query).await?;
    let is_later = before.is_some();
    Ok((reader, PastPage { past, is_later }))
}

async fn changes(
    ctx: &Context<'_>,
    version: RowVersion,
    first: Option<i32>,
) -> Result<(Reader, Changes), Error> {
    let Page { limit, .. } = page(first, None)?;
    let reader = shared_reader(ctx).await?;
    let changes = reader.changed_since(version.into(), None, limit).await?;
    Ok((reader, changes))
}

/// A page of the history, if there is one to be seen.
type Found<O> = Option<(Reader, <PastConnection<O> as Answered>::Owned)>;

async fn history(
    ctx: &Context<'_>,
    id: Uuid,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Found<TimesheetHistoryEntryObject>, Error> {
    let Page { limit, before } = page(first, after.as_deref())?;
    let reader = shared_reader(ctx).await?;
    let past = reader.timesheet_history(id.into(), before, limit).await?;
    let is_later = before.is_some();
    Ok(past.map(|past| (reader, PastPage { past, is_later })))
}

async fn as_of(
    ctx: &Context<'_>,
    id: Uuid,
    version: RowVersion,
) -> Result<Option<(Reader, <TimesheetObject as Answered>::Owned)>, Error> {
    let reader = shared_reader(ctx).await?;
    let sheet = reader.timesheet_at(id.into(), version.into()).await?;
    Ok(sheet.map(|sheet| (reader.of_the_past(), sheet)))
}
