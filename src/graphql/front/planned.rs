//! The roots of a schema, wrapped so that they can be entered through a plan: a request then
//! carries one field and a shared plan in place of its own copy of the whole document.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::{Field, OperationType, Selection};
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
        let selection = ctx.with_selection_set(&plan.selection);
        let in_turn = ctx.query_env.operation.node.ty == OperationType::Mutation;
        if in_turn || plan.selection.node.items.len() == 1 {
            return Ok(Some(resolve_in_turn(&selection, &self.0, plan).await));
        }
        resolve_container(&selection, &self.0).await.map(Some)
    }
}

/// Resolves one field after the other, and none after one that failed although it may not be null:
/// the answer is null then, and must not hide that something was done.
async fn resolve_in_turn<T: ObjectType>(ctx: &ContextSelectionSet<'_>, root: &T, plan: &Plan) -> Value {
    let mut resolved = IndexMap::with_capacity(plan.shape.slots.len());
    for field in ctx.item.node.items.iter().filter_map(as_field) {
        let key = &field.node.response_key().node;
        match resolve_field(ctx, root, field).await {
            Ok(value) => drop(resolved.insert(key.clone(), value)),
            Err(error) => {
                ctx.add_error(error);
                if plan.shape.refuses_null(key) {
                    break;
                }
            }
        }
    }
    if resolved.is_empty() {
        return Value::Null;
    }
    Value::Object(resolved)
}

async fn resolve_field<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    root: &T,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    if field.node.name.node.as_str() == "__typename" {
        return Ok(Value::String(root.introspection_type_name().into_owned()));
    }
    let resolved = root.resolve_field(&ctx.with_field(field)).await?;
    Ok(resolved.unwrap_or_default())
}

/// A plan has no fragments on the root: the root has one type.
const fn as_field(selection: &Positioned<Selection>) -> Option<&Positioned<Field>> {
    match &selection.node {
        Selection::Field(field) => Some(field),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    }
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
