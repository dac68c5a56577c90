//! Answers of root fields: they know their selection, load what it needs and become one piece of
//! JSON text. A refusal becomes an error beside a null, so that the fields beside it are answered.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::load::gather;
use super::{Answered, Json, Plan, Scene, Today, Type, Wanted, write};
use crate::app::{Error, Reader};
use crate::graphql::error::server_error;

/// One object, or null.
pub struct Answer<O: Answered>(Result<Option<(Reader, O::Owned)>, Error>);

/// One object that is told of by a subscription; a refusal takes its place.
pub struct Told<O: Answered>(Answer<O>);

/// A list of objects, or null.
pub struct Answers<O: Answered>(Result<(Reader, Vec<O::Owned>), Error>);

impl<O: Answered> From<Result<Option<(Reader, O::Owned)>, Error>> for Answer<O> {
    fn from(result: Result<Option<(Reader, O::Owned)>, Error>) -> Self {
        Self(result)
    }
}

impl<O: Answered> From<Result<(Reader, O::Owned), Error>> for Answer<O> {
    fn from(result: Result<(Reader, O::Owned), Error>) -> Self {
        Self(result.map(Some))
    }
}

impl<O: Answered> From<Result<(Reader, O::Owned), Error>> for Told<O> {
    fn from(result: Result<(Reader, O::Owned), Error>) -> Self {
        Self(Answer::from(result))
    }
}

impl<O: Answered> From<Result<(Reader, Vec<O::Owned>), Error>> for Answers<O> {
    fn from(result: Result<(Reader, Vec<O::Owned>), Error>) -> Self {
        Self(result)
    }
}

/// JSON text as a value: bytes, as which the front takes over what is written already.
fn raw(json: Json) -> Value {
    Value::Binary(json.into_bytes().into())
}

/// Loads what these objects need for what `plan` asks of them.
async fn scene_of<O: Answered>(reader: &Reader, objects: &[&O::Owned], plan: &Plan) -> Result<Scene, Error> {
    let mut wanted = Wanted::new(Today(reader.today()));
    for object in objects {
        gather::<O>(O::view(object), plan, &mut wanted);
    }
    Scene::load(reader, wanted).await
}

fn settle(result: Result<Value, Error>, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Value {
    result.unwrap_or_else(|error| {
        ctx.add_error(ctx.set_error_path(server_error(&error, field.pos)));
        Value::Null
    })
}

impl<O: Answered> Answer<O> {
    async fn render(&self, plan: &Plan) -> Result<Value, Error> {
        let Some((reader, object)) = self.0.as_ref().map_err(Clone::clone)? else {
            return Ok(Value::Null);
        };
        let scene = scene_of::<O>(reader, &[object], plan).await?;
        let mut json = Json::new();
        write::<O>(O::view(object), plan, &scene, &mut json);
        Ok(raw(json))
    }
}

/// One object as JSON text, and whether it is the same whoever asks.
pub async fn text_of<O: Answered>(
    reader: &Reader,
    object: &O::Owned,
    plan: &Plan,
) -> Result<(String, bool), Error> {
    let mut wanted = Wanted::new(Today(reader.today()));
    gather::<O>(O::view(object), plan, &mut wanted);
    let is_for_everybody = wanted.is_for_everybody();
    let scene = Scene::load(reader, wanted).await?;
    let mut json = Json::new();
    write::<O>(O::view(object), plan, &scene, &mut json);
    Ok((json.into_text(), is_for_everybody))
}

impl<O: Answered> Answers<O> {
    async fn render(&self, plan: &Plan) -> Result<Value, Error> {
        let (reader, objects) = self.0.as_ref().map_err(Clone::clone)?;
        let objects: Vec<&O::Owned> = objects.iter().collect();
        let scene = scene_of::<O>(reader, &objects, plan).await?;
        let mut json = Json::new();
        json.list(objects, |object, json| {
            write::<O>(O::view(object), plan, &scene, json);
        });
        Ok(raw(json))
    }
}

impl<O: Answered> OutputType for Answer<O> {
    fn type_name() -> Cow<'static, str> {
        O::NAME.into()
    }

    fn qualified_type_name() -> String {
        O::NAME.to_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Type::object::<O>().nullable().register(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = Plan::of::<O>(ctx)?;
        Ok(settle(self.render(&plan).await, ctx, field))
    }
}

impl<O: Answered> OutputType for Answers<O> {
    fn type_name() -> Cow<'static, str> {
        O::NAME.into()
    }

    fn qualified_type_name() -> String {
        format!("[{}!]", O::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Type::object::<O>().list().nullable().register(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = Plan::of::<O>(ctx)?;
        Ok(settle(self.render(&plan).await, ctx, field))
    }
}

impl<O: Answered> OutputType for Told<O> {
    fn type_name() -> Cow<'static, str> {
        O::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Type::object::<O>().register(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = Plan::of::<O>(ctx)?;
        let value = self.0.render(&plan).await;
        value.map_err(|refusal| ctx.set_error_path(server_error(&refusal, field.pos)))
    }
}
