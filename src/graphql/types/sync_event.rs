//! What subscriptions tell of imports: a union, of which each event is one member.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field as Selected;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::enums::SyncPhase;
use super::sync_job::{SyncJobFaultObject, SyncJobObject, SyncReportObject};
use crate::app::imports::SyncEvent;
use crate::app::{Error, Reader};
use crate::domain::import::Progress;
use crate::domain::sync_job::SyncJob;
use crate::graphql::context::fresh_reader;
use crate::graphql::error::server_error;
use crate::graphql::front::{Common, Handover, bound};
use crate::graphql::render::{Answered, Field, Object, Plan, Type, own_part, part, register, text_of};
use crate::json::lately::{Lately, Same};

/// The union's name.
const UNION: &str = "SyncEvent";

/// Something that happened to an import, for whoever watches; a refusal takes its place.
pub struct ToldSync(Result<Arc<SyncEvent>, Error>);

impl From<Result<Arc<SyncEvent>, Error>> for ToldSync {
    fn from(told: Result<Arc<SyncEvent>, Error>) -> Self {
        Self(told)
    }
}

/// What was told last, in the words in which it was asked for: thousands may watch one import.
#[derive(Default)]
pub struct SyncWords(Lately<(Same<SyncEvent>, Same<Form>), Arc<Common>>);

/// What is asked of each member of the union; the same thing for everybody who asks alike.
struct Form {
    progress: Plan,
    succeeded: Plan,
    failed: Plan,
}

/// An import has come so far.
pub struct SyncProgressObject;

/// How far an import has come.
pub struct Reached {
    job: Arc<SyncJob>,
    progress: Progress,
    sequence: u8,
}

/// An import was applied.
pub struct SyncSucceededObject;

/// An import failed, or was called off.
pub struct SyncFailedObject;

const JOB_ID: &str = "Which import.";
const SEQUENCE: &str =
    "The event's place among those of its import, also over a restart of the server: it only rises.";

impl Object for SyncProgressObject {
    type View<'a> = &'a Reached;
    const NAME: &'static str = "SyncProgress";
    const ABOUT: &'static str = "An import has come so far.";
    const UNION: Option<&'static str> = Some(UNION);
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("jobId", JOB_ID, Type::ID, |it, json| json.put(it.job.id)),
        Field::leaf(
            "percent",
            "How far, 0 to 100; it never falls.",
            Type::INT,
            |it, json| {
                json.put(u16::from(it.progress.percent));
            },
        ),
        Field::leaf(
            "phase",
            "What is being done.",
            Type::input::<SyncPhase>(),
            |it, json| json.put(SyncPhase::from(it.progress.phase)),
        ),
        Field::leaf(
            "rowsDone",
            "How many rows have been through this phase.",
            Type::INT,
            |it, json| json.put(it.progress.rows_done),
        ),
        Field::leaf("rowsTotal", "How many rows it has.", Type::INT, |it, json| {
            json.put(it.job.rows);
        }),
        Field::leaf("sequence", SEQUENCE, Type::INT, |it, json| {
            json.put(u16::from(it.sequence));
        }),
    ];
}

macro_rules! last_event {
    ($object:ty, $name:literal, $about:literal $(, $more:expr)?) => {
        impl Object for $object {
            type View<'a> = &'a Last;
            const NAME: &'static str = $name;
            const ABOUT: &'static str = $about;
            const UNION: Option<&'static str> = Some(UNION);
            const FIELDS: &'static [Field<Self>] = &[
                Field::leaf("jobId", JOB_ID, Type::ID, |it, json| json.put(it.job.id)),
                own_part!(SyncJobObject, "job", "The import as it became.", |it| &it.job),
                part!(SyncReportObject, "report", "What came of its rows; null if it did not get so far.", |it| it
                    .job
                    .report
                    .as_deref()),
                $($more,)?
                Field::leaf("sequence", SEQUENCE, Type::INT, |it, json| {
                    json.put(u16::from(it.sequence));
                }),
            ];
        }

        impl Answered for $object {
            type Owned = Last;

            fn view(owned: &Last) -> &Last {
                owned
            }
        }
    };
}

/// An import that is over.
pub struct Last {
    job: Arc<SyncJob>,
    sequence: u8,
}

last_event!(
    SyncSucceededObject,
    "SyncSucceeded",
    "An import was applied. Nothing comes after it."
);
last_event!(
    SyncFailedObject,
    "SyncFailed",
    "An import failed or was called off, and nothing of it was applied. Nothing comes after it.",
    part!(SyncJobFaultObject, "fault", "Why.", |it| it.job.fault.as_deref())
);

impl Answered for SyncProgressObject {
    type Owned = Reached;

    fn view(owned: &Reached) -> &Reached {
        owned
    }
}

impl OutputType for ToldSync {
    fn type_name() -> Cow<'static, str> {
        UNION.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let members = vec![
            register::object::<SyncProgressObject>(registry),
            register::object::<SyncSucceededObject>(registry),
            register::object::<SyncFailedObject>(registry),
        ];
        let about = "Something that happened to an import.";
        format!("{}!", register::union(UNION, about, members, registry))
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Selected>,
    ) -> ServerResult<Value> {
        let refuse = |refusal: &Error| ctx.set_error_path(server_error(refusal, field.pos));
        let event = self.0.as_ref().map_err(&refuse)?;
        let form = Form::of(ctx)?;
        let answer = in_words(ctx, event, form).await.map_err(|error| refuse(&error))?;
        ctx.data::<Handover>()
            .map_err(|fault| fault.into_server_error(field.pos))?
            .leave(answer);
        Ok(Value::Null)
    }
}

/// The answer that tells of `event` in this form: the one that others were given a moment ago, unless
/// it depends on who asks.
async fn in_words(
    ctx: &ContextSelectionSet<'_>,
    event: &Arc<SyncEvent>,
    form: Arc<Form>,
) -> Result<Arc<Common>, Error> {
    let words = ctx.data_opt::<SyncWords>();
    let key = (Same(Arc::clone(event)), Same(form));
    if let Some(known) = words.and_then(|words| words.0.find(&key)) {
        return Ok(known);
    }
    let reader = fresh_reader(ctx).await?;
    let (text, is_for_everybody) = key.1.0.text_of(event, &reader).await?;
    let answer = Arc::new(Common::of(ctx, &text));
    if let Some(words) = words.filter(|_| is_for_everybody) {
        words.0.keep(key, Arc::clone(&answer));
    }
    Ok(answer)
}

impl Form {
    fn of(ctx: &ContextSelectionSet<'_>) -> ServerResult<Arc<Self>> {
        bound(ctx, || {
            Ok(Self {
                progress: Plan::of_member::<SyncProgressObject>(ctx)?,
                succeeded: Plan::of_member::<SyncSucceededObject>(ctx)?,
                failed: Plan::of_member::<SyncFailedObject>(ctx)?,
            })
        })
    }

    async fn text_of(&self, event: &SyncEvent, reader: &Reader) -> Result<(String, bool), Error> {
        let job = Arc::clone(event.job());
        let sequence = event.sequence();
        match event {
            SyncEvent::Progress { progress, .. } => {
                let progress = *progress;
                let reached = Reached {
                    job,
                    progress,
                    sequence,
                };
                text_of::<SyncProgressObject>(reader, &reached, &self.progress).await
            }
            SyncEvent::Succeeded { .. } => {
                text_of::<SyncSucceededObject>(reader, &Last { job, sequence }, &self.succeeded).await
            }
            SyncEvent::Failed { .. } => {
                text_of::<SyncFailedObject>(reader, &Last { job, sequence }, &self.failed).await
            }
        }
    }
}
