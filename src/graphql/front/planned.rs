//! The roots of a schema, wrapped so that they can be entered through a plan: a request then
//! carries one field and a shared plan in place of its own copy of the whole document.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::{Field, OperationType};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Schema, SchemaBuilder,
    ServerResult, SubscriptionType, ValidationMode, Value, indexmap::IndexMap,
};

use super::plan::Plan;

/// The name of the field through which a plan is entered. It is no GraphQL name, so no document
/// can ask for it.
pub const PLAN: &str = "~plan";

/// A root object that plans can be entered through.
#[derive(Debug)]
pub struct Planned<T>(T);

/// Starts a schema that a [`Front`](super::Front) can execute: validation is left to the front.
pub fn build<Q, M, S>(query: Q, mutation: M, subscription: S) -> SchemaBuilder<Planned<Q>, Planned<M>, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    Schema::build(Planned(query), Planned(mutation), subscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(1_000)
        .disable_suggestions()
}

impl<T: ObjectType> ContainerType for Planned<T> {
    fn is_empty() -> bool {
        T::is_empty()
    }

    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if ctx.item.node.name.node.as_str() != PLAN {
            return self.0.resolve_field(ctx).await;
        }
        let Some(plan) = ctx.data_opt::<Arc<Plan>>() else {
            return Ok(None);
        };
        if ctx.query_env.operation.node.ty == OperationType::Mutation {
            return resolve_in_turn(ctx, &self.0, plan).await.map(Some);
        }
        let selection = ctx.with_selection_set(&plan.selection);
        resolve_container(&selection, &self.0).await.map(Some)
    }
}

/// Resolves one field after the other, and none after one that failed although it may not be null:
/// the answer is null then, and must not hide that something was done.
async fn resolve_in_turn<T: ObjectType>(ctx: &Context<'_>, root: &T, plan: &Plan) -> ServerResult<Value> {
    let mut resolved = IndexMap::with_capacity(plan.steps.len());
    for (step, non_null) in &plan.steps {
        match resolve_container(&ctx.with_selection_set(step), root).await? {
            Value::Object(member) => resolved.extend(member),
            _ if *non_null => break,
            _ => {}
        }
    }
    Ok(Value::Object(resolved))
}

impl<T: ObjectType> OutputType for Planned<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<T: ObjectType> ObjectType for Planned<T> {}
