//! Running prepared operations, and their answers as JSON.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{
    Data, ObjectType, Request, Response, Schema, ServerError, SubscriptionType, Value, Variables,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};

use super::common::{Common, Handover};
use super::plan::Plan;
use super::refusal::{Code, Refusal, error, set_code};
use super::render::Renderer;
use super::roots::{Inside, Root, document};
use super::shape::Shape;
use super::types::InvalidSchema;
use super::{Front, Kind, Prepared};
use crate::graphql::session::Session;

/// The answer to one request, or one event of a subscription.
#[derive(Debug)]
pub struct Answer {
    /// The GraphQL response, as JSON.
    pub json: Bytes,
    /// Why nothing ran, if nothing did.
    pub refused: Option<Code>,
    /// The same as others are given it, if they are.
    pub common: Option<Arc<Common>>,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            json: refusal.to_json().into(),
            refused: Some(refusal.code),
            common: None,
        }
    }
}

/// A schema whose types are forgotten.
#[async_trait]
pub(super) trait Execute: Send + Sync {
    /// Runs a query or mutation.
    async fn execute(&self, plan: &Plan, variables: Variables, data: Data) -> Response;
    /// Runs a subscription.
    fn stream(&self, plan: &Plan, variables: Variables, data: Data) -> BoxStream<'static, Response>;
}

/// A schema, and what it takes to run plans on its roots.
pub(super) struct Executor<Q, M, S> {
    schema: Schema<Root<Q>, Root<M>, S>,
    query: Inside<Q>,
    mutation: Inside<M>,
}

impl<Q, M, S> Executor<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Executes operations of this schema.
    pub(super) fn new(schema: Schema<Root<Q>, Root<M>, S>) -> Result<Self, InvalidSchema> {
        Ok(Self {
            query: Inside::of(&schema, OperationType::Query)?,
            mutation: Inside::of(&schema, OperationType::Mutation)?,
            schema,
        })
    }
}

#[async_trait]
impl<Q, M, S> Execute for Executor<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    async fn execute(&self, plan: &Plan, variables: Variables, data: Data) -> Response {
        match plan.operation.ty {
            _ if plan.is_left => self.schema.execute(request(plan, variables, data)).await,
            OperationType::Mutation => self.mutation.run(plan, variables, data).await,
            OperationType::Query | OperationType::Subscription => self.query.run(plan, variables, data).await,
        }
    }

    fn stream(&self, plan: &Plan, variables: Variables, data: Data) -> BoxStream<'static, Response> {
        self.schema.execute_stream(request(plan, variables, data))
    }
}

/// A request by which async-graphql executes a plan that is left to it.
fn request(plan: &Plan, variables: Variables, data: Data) -> Request {
    let mut request = Request::new(String::new()).variables(variables);
    request.data = data;
    request.set_parsed_query(document(plan.operation.clone()));
    request
}

impl Front {
    /// Runs a query or mutation as `session`. A mutation runs to its end even when nobody waits
    /// for the answer any more: a list of them is never cut in the middle by a lost connection.
    pub async fn answer(&self, prepared: Prepared, session: &Session) -> Answer {
        let kind = prepared.kind;
        let (plan, variables, data) = prepared.introduce(session);
        let response = match kind {
            Kind::Query => self.executor.execute(&plan, variables, data).await,
            Kind::Mutation => {
                let (executor, plan) = (Arc::clone(&self.executor), Arc::clone(&plan));
                let run = tokio::spawn(async move { executor.execute(&plan, variables, data).await });
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
        let (plan, variables, mut data) = prepared.introduce(session);
        let handover = Handover::default();
        data.insert(handover.clone());
        let events = self.executor.stream(&plan, variables, data);
        let answers = events.map(move |response| match handover.take() {
            Some(common) => common.into(),
            None => render(response, &plan.shape),
        });
        answers.boxed()
    }
}

impl Prepared {
    /// The plan, its variables, and what resolvers find beside their arguments.
    fn introduce(self, session: &Session) -> (Arc<Plan>, Variables, Data) {
        let Self {
            plan,
            variables,
            decoded,
            kind,
        } = self;
        let mut data = Data::default();
        data.insert(Arc::clone(&plan));
        if !decoded.is_empty() {
            data.insert(decoded);
        }
        session.introduce(kind, &mut data);
        (plan, variables, data)
    }
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
    let mut json = Vec::with_capacity(length(&data) + 256);
    json.extend_from_slice(b"{\"data\":");
    let mut renderer = Renderer::new(json, &errors);
    let whole = renderer.root(&data, shape);
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
    Answer {
        json: json.into(),
        refused: None,
        common: None,
    }
}

/// About as many bytes as the members of the root take that are JSON already.
fn length(data: &Value) -> usize {
    let Value::Object(members) = data else { return 0 };
    let written = members.values().map(|value| match value {
        Value::Binary(written) => written.len(),
        _ => 0,
    });
    written.sum()
}

/// Sees to it that there is a code: what the resolvers gave none is what async-graphql itself found
/// wrong with an input, or a fault of the server.
fn complete(error: &mut ServerError) {
    let input = error.message.starts_with("Failed to parse") || error.message.starts_with("Invalid value");
    set_code(error, if input { Code::BadUserInput } else { Code::Internal });
}
