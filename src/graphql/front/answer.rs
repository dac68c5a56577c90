//! Running prepared operations, and their answers as JSON.

use std::sync::Arc;

use async_graphql::{
    Data, ObjectType, PathSegment, Request, Response, Schema, ServerError, SubscriptionType, Value, Variables,
};
use async_graphql_value::RAW_VALUE_TOKEN;
use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};

use super::plan::Plan;
use super::planned::{PLAN, Planned};
use super::refusal::{Code, Refusal, error, set_code};
use super::render::Renderer;
use super::shape::Shape;
use super::whole::Decoded;
use super::{Front, Kind, Prepared};
use crate::graphql::session::Session;

/// The answer to one request, or one event of a subscription.
#[derive(Debug)]
pub struct Answer {
    /// The GraphQL response, as JSON.
    pub json: Vec<u8>,
    /// Why nothing ran, if nothing did.
    pub refused: Option<Code>,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            json: refusal.to_json(),
            refused: Some(refusal.code),
        }
    }
}

/// A schema whose types are forgotten.
#[async_trait]
pub(super) trait Execute: Send + Sync {
    /// Runs a query or mutation.
    async fn execute(&self, request: Request) -> Response;
    /// Runs a subscription.
    fn stream(&self, request: Request) -> BoxStream<'static, Response>;
}

#[async_trait]
impl<Q, M, S> Execute for Schema<Planned<Q>, Planned<M>, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    async fn execute(&self, request: Request) -> Response {
        Self::execute(self, request).await
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request)
    }
}

impl Front {
    /// Runs a query or mutation as `session`. A mutation runs to its end even when nobody waits
    /// for the answer any more: a list of them is never cut in the middle by a lost connection.
    pub async fn answer(&self, prepared: Prepared, session: &Session) -> Answer {
        let Prepared {
            plan,
            variables,
            decoded,
            kind,
        } = prepared;
        let request = request(&plan, variables, decoded, kind, session);
        let executor = Arc::clone(&self.executor);
        let response = match kind {
            Kind::Query => executor.execute(request).await,
            Kind::Mutation => {
                let run = tokio::spawn(async move { executor.execute(request).await });
                run.await.unwrap_or_else(|_| failed())
            }
            Kind::Subscription => {
                let message = "a subscription needs a WebSocket or an event stream";
                return Refusal::new(Code::BadRequest, message).into();
            }
        };
        render(response, &plan.shape)
    }

    /// Runs an operation as `session` and gives every event; a query or mutation has one.
    pub fn events(self: &Arc<Self>, prepared: Prepared, session: &Session) -> BoxStream<'static, Answer> {
        if prepared.kind != Kind::Subscription {
            let (front, session) = (Arc::clone(self), session.clone());
            return futures_util::stream::once(async move { front.answer(prepared, &session).await }).boxed();
        }
        let Prepared {
            plan,
            variables,
            decoded,
            kind,
        } = prepared;
        let request = request(&plan, variables, decoded, kind, session);
        let events = self.executor.stream(request);
        events.map(move |response| render(response, &plan.shape)).boxed()
    }
}

fn request(
    plan: &Arc<Plan>,
    variables: Variables,
    decoded: Decoded,
    kind: Kind,
    session: &Session,
) -> Request {
    let mut data = Data::default();
    data.insert(Arc::clone(plan));
    data.insert(decoded);
    session.introduce(kind, &mut data);
    let mut request = Request::new(String::new()).variables(variables);
    request.data = data;
    request.set_parsed_query(plan.entry.clone());
    request
}

/// The answer to an execution that panicked.
fn failed() -> Response {
    Response::from_errors(vec![error(Code::Internal, "the server failed", None)])
}

fn render(response: Response, shape: &Shape) -> Answer {
    let Response { data, mut errors, .. } = response;
    for error in &mut errors {
        complete(error);
    }
    let data = unwrap(&data);
    let mut json = Vec::with_capacity(length(data) + 256);
    json.extend_from_slice(b"{\"data\":");
    let mut renderer = Renderer::new(json, &errors);
    let whole = renderer.root(data, shape);
    let mut json = renderer.into_bytes();
    if !whole && errors.is_empty() {
        tracing::error!("a resolver left out a value that may not be null");
        errors.push(error(Code::Internal, "the server failed", None));
    }
    if !errors.is_empty() {
        json.extend_from_slice(b",\"errors\":");
        let start = json.len();
        if serde_json::to_writer(&mut json, &errors).is_err() {
            json.truncate(start);
            json.extend_from_slice(b"[]");
        }
    }
    json.push(b'}');
    Answer { json, refused: None }
}

/// About as many bytes as the members of the root take that are JSON already.
fn length(data: &Value) -> usize {
    let Value::Object(members) = data else { return 0 };
    let raw = members.values().filter_map(|value| match value {
        Value::Object(raw) => raw.get(RAW_VALUE_TOKEN),
        _ => None,
    });
    raw.map(|text| match text {
        Value::String(text) => text.len(),
        _ => 0,
    })
    .sum()
}

/// The root object, without the field through which the plan was entered.
fn unwrap(data: &Value) -> &Value {
    match data {
        Value::Object(members) => members.get(PLAN).unwrap_or(data),
        _ => data,
    }
}

/// Takes the plan's field from the path, and sees to it that there is a code: what the resolvers
/// gave none is what async-graphql itself found wrong with an input, or a fault of the server.
fn complete(error: &mut ServerError) {
    let entered = matches!(error.path.first(), Some(PathSegment::Field(name)) if name == PLAN);
    if entered {
        error.path.remove(0);
    }
    let input = error.message.starts_with("Failed to parse") || error.message.starts_with("Invalid value");
    set_code(error, if input { Code::BadUserInput } else { Code::Internal });
}
