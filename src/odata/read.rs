//! Answers to who reads: the service and its description, rows, properties, and what functions
//! come to.

use std::sync::Arc;

use axum::http::header::ETAG;
use axum::http::{Method, StatusCode};

use super::bind::Binder;
use super::error::Refusal;
use super::http::Answer;
use super::http::negotiation::{Media, Metadata};
use super::json::{self, Json};
use super::load::tree;
use super::nested::Nested;
use super::plan::Shape;
use super::query::Base;
use super::render::{Form, projection};
use super::resource::{Call, One, Resource, Suffix, Target};
use super::row::Row;
use super::schema::{Edm, Property};
use super::service::{Exchange, PREFERENCE_APPLIED};
use super::url::ast::{BinaryOp, Expr, Transformation};
use super::value::Value;
use super::write::{etag, if_match, if_none_match, version_of};
use super::{NAMESPACE, metadata};
use crate::app::Reader;
use call::Called;

mod call;
mod crossjoin;
mod delta;
pub mod list;
mod nested;

/// Answers a GET, or a query that was posted.
pub async fn answer(exchange: &Exchange<'_>, target: Target) -> Result<Answer, Refusal> {
    let token = exchange.options.skip_token.as_deref();
    if let Some(token) = token.filter(|token| Nested::is_one(token)) {
        return nested::answer(exchange, target, &Nested::parse(token)?).await;
    }
    match target.resource {
        Resource::Service => service(exchange),
        Resource::Metadata => description(exchange),
        Resource::Join(sets) => crossjoin::answer(exchange, &sets, target.suffix).await,
        Resource::Many(many) if exchange.options.delta_token.is_some() => {
            delta::answer(exchange, &many, target.suffix).await
        }
        Resource::Many(many) => {
            let base = many.base(&exchange.reader).await?;
            list::answer(exchange, base, many.set, target.suffix, true).await
        }
        Resource::One(one) if target.suffix == Some(Suffix::Reference) => reference(exchange, &one),
        Resource::One(one) => entity(exchange, &exchange.reader, one).await,
        Resource::Nothing => Ok(Answer::empty(StatusCode::NO_CONTENT, exchange.terms.version)),
        Resource::Property(one, property) => member(exchange, &one, property, target.suffix).await,
        Resource::Call(call) => called(exchange, call, target.suffix).await,
        Resource::Action(..) | Resource::Each(..) => {
            Err(Refusal::method_not_allowed("POST", "actions are posted"))
        }
    }
}

fn service(exchange: &Exchange<'_>) -> Result<Answer, Refusal> {
    exchange.no_options("the service document")?;
    exchange.terms.media_of(&[Media::Json])?;
    let form = exchange.form();
    let mut json = form.json();
    json.raw("{");
    // A service document is found by its context, so it always has one.
    json.member("@odata.context");
    json.string(&format!("{}$metadata", form.root));
    json.member("value");
    json.raw(&metadata::service().to_string());
    json.raw("}");
    Ok(exchange.json(StatusCode::OK, json))
}

fn description(exchange: &Exchange<'_>) -> Result<Answer, Refusal> {
    exchange.no_options("$metadata")?;
    let version = exchange.terms.version;
    let (kind, body) = match exchange.terms.media_of(&[Media::Xml, Media::Json])? {
        Media::Json => ("application/json", metadata::json(version)),
        Media::Xml | Media::Text => ("application/xml", metadata::xml(version)),
    };
    Ok(Answer::of(StatusCode::OK, version, kind, body))
}

/// One row, as the options want it.
pub async fn entity(exchange: &Exchange<'_>, reader: &Reader, one: One) -> Result<Answer, Refusal> {
    exchange.terms.media_of(&[Media::Json])?;
    let shape = list::shape_of_one(exchange, one.of)?;
    let version = version_of(&one.row);
    if matches!(exchange.request.method, Method::GET | Method::HEAD)
        && let Some(unchanged) = exchange.unchanged(&one.row)?
    {
        return Ok(unchanged);
    }
    let next_address = nested::address(exchange);
    let form = Form {
        next: next_address.as_deref(),
        ..exchange.form()
    };
    let page_size = form.page_size(list::page_size(exchange));
    let tree = tree::expand_in_pages(reader, vec![one.row], &shape, page_size).await?;
    let mut json = form.json();
    json.raw("{");
    let of_type = if one.of.has_key { "/$entity" } else { "" };
    form.context(&mut json, &format!("{}{}{of_type}", one.set, projection(&shape)));
    for node in &tree.nodes {
        form.row(&mut json, &tree, node, &shape, one.set);
    }
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    if let Some(applied) = list::applied(exchange, page_size, false).filter(|_| !shape.expanded.is_empty()) {
        answer.put(PREFERENCE_APPLIED, &applied);
    }
    if let Some(version) = version {
        answer.put(ETAG, &etag(version));
    }
    Ok(answer)
}

fn reference(exchange: &Exchange<'_>, one: &One) -> Result<Answer, Refusal> {
    exchange.no_options("$ref")?;
    let form = exchange.form();
    let mut json = form.json();
    json.raw("{");
    form.context(&mut json, "$ref");
    form.reference(&mut json, &one.row, one.set);
    json.raw("}");
    Ok(exchange.json(StatusCode::OK, json))
}

/// A property of a row, in JSON or as it is.
async fn member(
    exchange: &Exchange<'_>,
    one: &One,
    property: &'static Property,
    suffix: Option<Suffix>,
) -> Result<Answer, Refusal> {
    if property.edm == Edm::ScheduleDays {
        return members(exchange, one, property, suffix).await;
    }
    exchange.no_options(property.name)?;
    let shape = Shape {
        properties: vec![property],
        ..Shape::whole(one.of)
    };
    let tree = tree::expand(&exchange.reader, vec![one.row.clone()], &shape).await?;
    let value = tree.value(&one.row, property);
    exchange.value(&value, property.edm, suffix, &path_of(one, property))
}

/// A property with several values: those that the options leave, or how many.
async fn members(
    exchange: &Exchange<'_>,
    one: &One,
    property: &'static Property,
    suffix: Option<Suffix>,
) -> Result<Answer, Refusal> {
    let mut options = exchange.options.clone();
    // What the path filters by is one with the option.
    for transformation in options.apply.drain(..) {
        let Transformation::Filter(first) = transformation else {
            return Err(Refusal::not_supported("nothing is aggregated of a property").about("$apply"));
        };
        options.filter = Some(match options.filter.take() {
            Some(filter) => Expr::Binary(BinaryOp::And, Box::new(first), Box::new(filter)),
            None => first,
        });
    }
    if options.skip_token.is_some() || options.delta_token.is_some() {
        return Err(Refusal::bad_request("a property comes whole, without links"));
    }
    let narrowed = Binder::new(one.of, &options.aliases).alone(property, &options)?;
    let with_count = narrowed.with_count;
    let shape = Shape {
        properties: vec![property],
        narrowed: vec![Arc::new(narrowed)],
        ..Shape::whole(one.of)
    };
    let tree = tree::expand(&exchange.reader, vec![one.row.clone()], &shape).await?;
    let selected = tree
        .nodes
        .into_iter()
        .find_map(|node| node.selected.into_iter().next());
    let selected = selected.unwrap_or_default();
    if suffix.is_some() {
        return Ok(exchange.text(selected.total.to_string()));
    }
    exchange.terms.media_of(&[Media::Json])?;
    let form = exchange.form();
    let mut json = form.json();
    json.raw("{");
    form.context(&mut json, &path_of(one, property));
    if with_count {
        json.member("@odata.count");
        json.raw(&selected.total.to_string());
    }
    json.member("value");
    json.value(&Value::List(selected.values), Some(property.edm));
    json.raw("}");
    Ok(exchange.json(StatusCode::OK, json))
}

fn path_of(one: &One, property: &Property) -> String {
    format!("{}({})/{}", one.set, one.row.id(), property.name)
}

async fn called(exchange: &Exchange<'_>, call: Call, suffix: Option<Suffix>) -> Result<Answer, Refusal> {
    if call.creates() && exchange.request.method == Method::HEAD {
        let message = "a function that opens timesheets is called with GET";
        return Err(Refusal::method_not_allowed("GET", message));
    }
    match call::run(exchange, &call).await? {
        Called::Id(id) => exchange.value(&Value::Id(id), Edm::Guid, suffix, "Edm.Guid"),
        Called::Rows(rows, of) => {
            let set = format!("Collection({NAMESPACE}.{})", of.name);
            list::answer(exchange, Base::Rows(rows, of), &set, suffix, false).await
        }
    }
}

impl Exchange<'_> {
    /// How the answer is to look.
    pub fn form(&self) -> Form<'_> {
        Form {
            root: &self.conversation.root,
            metadata: self.terms.metadata,
            ieee754_compatible: self.terms.ieee754_compatible,
            next: None,
        }
    }

    /// An answer of JSON.
    pub fn json(&self, status: StatusCode, json: Json) -> Answer {
        let metadata = match self.terms.metadata {
            Metadata::None => "none",
            Metadata::Minimal => "minimal",
            Metadata::Full => "full",
        };
        let mut kind = format!("application/json;odata.metadata={metadata}");
        if self.terms.ieee754_compatible {
            kind.push_str(";IEEE754Compatible=true");
        }
        Answer::of(status, self.terms.version, &kind, json.into_text())
    }

    /// A value by itself: in JSON, as plain text, or how many there are in it.
    fn value(
        &self,
        value: &Value<'_>,
        edm: Edm,
        suffix: Option<Suffix>,
        context: &str,
    ) -> Result<Answer, Refusal> {
        if matches!(value, Value::Null) {
            return Ok(Answer::empty(StatusCode::NO_CONTENT, self.terms.version));
        }
        if let Some(suffix) = suffix {
            let text = match (suffix, value) {
                (Suffix::Count, Value::List(values)) => values.len().to_string(),
                _ => json::plain(value),
            };
            return Ok(self.text(text));
        }
        self.terms.media_of(&[Media::Json])?;
        let form = self.form();
        let mut json = form.json();
        json.raw("{");
        form.context(&mut json, context);
        json.member("value");
        json.value(value, Some(edm));
        json.raw("}");
        Ok(self.json(StatusCode::OK, json))
    }

    /// An answer of plain text.
    pub fn text(&self, text: String) -> Answer {
        let version = self.terms.version;
        Answer::of(
            StatusCode::OK,
            version,
            "text/plain;charset=utf-8",
            text.into_bytes(),
        )
    }

    /// The answer for who has the row as it is already, or wants another than it is.
    fn unchanged(&self, row: &Row) -> Result<Option<Answer>, Refusal> {
        let headers = &self.request.headers;
        let (wanted, known) = (if_match(headers)?, if_none_match(headers)?);
        let Some(version) = version_of(row) else {
            return Ok(None);
        };
        if wanted.is_some_and(|wanted| !wanted.names(version)) {
            let message = format!("the stored version is {version}");
            return Err(Refusal::new(
                StatusCode::PRECONDITION_FAILED,
                "PRECONDITION_FAILED",
                message,
            ));
        }
        if known.is_some_and(|known| known.names(version)) {
            let mut answer = Answer::empty(StatusCode::NOT_MODIFIED, self.terms.version);
            answer.put(ETAG, &etag(version));
            return Ok(Some(answer));
        }
        Ok(None)
    }

    /// Refuses options where there is nothing that they could be about.
    fn no_options(&self, what: &str) -> Result<(), Refusal> {
        let options = &self.options;
        let has_some = list::first_of_lists_only(options).is_some()
            || !options.select.is_empty()
            || !options.expand.is_empty()
            || !options.compute.is_empty();
        if has_some {
            return Err(Refusal::bad_request(format!(
                "{what} takes no query options but $format"
            )));
        }
        Ok(())
    }
}
