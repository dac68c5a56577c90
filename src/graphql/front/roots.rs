//! The roots of a schema, on which the front runs its plans: with the context that async-graphql
//! gives to resolvers, but past its executor, which would copy, check and box anew for every
//! request what is known of a plan already.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::Extensions;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Data, IntrospectionMode, Name, ObjectType, OutputType, Pos,
    Positioned, QueryEnv, QueryEnvInner, Request, Response, Schema, SchemaBuilder, SchemaEnv, ServerResult,
    SubscriptionType, ValidationMode, Value, Variables, indexmap::IndexMap,
};
use futures_util::FutureExt;

use super::plan::Plan;
use super::types::InvalidSchema;

/// The name of the field by which the front looks into a schema, once. It is no GraphQL name, so
/// no document can ask for it.
const INSIDE: &str = "~inside";

/// A root object that the front can run plans on.
#[derive(Debug)]
pub struct Root<T>(Arc<T>);

/// Starts a schema that a [`Front`](super::Front) can execute: validation is left to the front.
pub fn build<Q, M, S>(query: Q, mutation: M, subscription: S) -> SchemaBuilder<Root<Q>, Root<M>, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    Schema::build(Root(Arc::new(query)), Root(Arc::new(mutation)), subscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(1_000)
        .disable_suggestions()
}

/// What it takes to run plans on a root.
pub struct Inside<T> {
    root: Arc<T>,
    schema: SchemaEnv,
    extensions: Extensions,
    no_session: Arc<Data>,
}

/// Where a root leaves it.
type Place<T> = Arc<Mutex<Option<Inside<T>>>>;

impl<T: ObjectType + 'static> Inside<T> {
    /// Looks for the root into the schema that has it.
    pub fn of<Q, M, S>(schema: &Schema<Q, M, S>, kind: OperationType) -> Result<Self, InvalidSchema>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let place = Place::<T>::default();
        let mut request = Request::new(String::new()).data(Arc::clone(&place));
        let field = Selection::Field(at(plain(INSIDE, None)));
        request.set_parsed_query(document(OperationDefinition {
            ty: kind,
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: at(SelectionSet {
                items: vec![at(field)],
            }),
        }));
        // Nothing in it waits for anything.
        let _looked = schema.execute(request).now_or_never();
        let found = place.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.ok_or_else(|| InvalidSchema(format!("{} is not at hand", T::type_name())))
    }

    /// Runs a plan of this root.
    pub async fn run(&self, plan: &Plan, variables: Variables, data: Data) -> Response {
        let env = QueryEnv::new(QueryEnvInner {
            extensions: self.extensions.clone(),
            variables,
            operation_name: None,
            operation: at(plan.operation.clone()),
            fragments: HashMap::new(),
            uploads: Vec::new(),
            session_data: Arc::clone(&self.no_session),
            query_data: Arc::new(data),
            http_headers: Mutex::default(),
            introspection_mode: IntrospectionMode::Enabled,
            errors: Mutex::default(),
        });
        let ctx = env.create_context(&self.schema, None, &plan.selection, None);
        let in_turn = plan.operation.ty == OperationType::Mutation || plan.selection.node.items.len() == 1;
        let resolved = if in_turn {
            Ok(resolve_in_turn(&ctx, &*self.root, plan).await)
        } else {
            resolve_container(&ctx, &*self.root).await
        };
        let mut response = match resolved {
            Ok(value) => Response::new(value),
            Err(error) => Response::from_errors(vec![error]),
        };
        let mut errors = env.errors.lock().unwrap_or_else(PoisonError::into_inner);
        response.errors.append(&mut errors);
        drop(errors);
        response
    }
}

/// A document of one operation without fragments.
pub fn document(operation: OperationDefinition) -> ExecutableDocument {
    ExecutableDocument {
        operations: DocumentOperations::Single(at(operation)),
        fragments: HashMap::new(),
    }
}

/// A field without arguments and selections.
pub fn plain(name: &str, alias: Option<&str>) -> Field {
    Field {
        alias: alias.map(|alias| at(Name::new(alias))),
        name: at(Name::new(name)),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    }
}

fn at<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
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

impl<T: ObjectType + 'static> ContainerType for Root<T> {
    fn is_empty() -> bool {
        T::is_empty()
    }

    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if ctx.item.node.name.node.as_str() != INSIDE {
            return self.0.resolve_field(ctx).await;
        }
        if let Some(place) = ctx.data_opt::<Place<T>>() {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(Inside {
                root: Arc::clone(&self.0),
                schema: ctx.schema_env.clone(),
                extensions: ctx.query_env.extensions.clone(),
                no_session: Arc::default(),
            });
        }
        Ok(None)
    }
}

impl<T: ObjectType + 'static> OutputType for Root<T> {
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

impl<T: ObjectType + 'static> ObjectType for Root<T> {}
