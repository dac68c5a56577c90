//! Lists: a page of rows with its count and the link to the next one, how many there are, or their
//! addresses.

use axum::http::StatusCode;

use crate::odata::bind::Binder;
use crate::odata::error::Refusal;
use crate::odata::expression::Column;
use crate::odata::http::Answer;
use crate::odata::http::negotiation::Media;
use crate::odata::json::Json;
use crate::odata::load::tree;
use crate::odata::plan::Shape;
use crate::odata::query::{self, Base, Page, Plan, Rows, Shown};
use crate::odata::render::{Form, projection};
use crate::odata::resource::Suffix;
use crate::odata::schema::Type;
use crate::odata::service::Exchange;
use crate::odata::url::ast::Options;
use crate::odata::value::Value;

use super::{delta, nested};

/// So many rows are in an answer unless fewer are preferred.
const PAGE_SIZE: usize = 1_000;

/// The first option that is about lists alone.
pub fn first_of_lists_only(options: &Options) -> Option<&'static str> {
    let lists_only = [
        ("$filter", options.filter.is_some()),
        ("$search", options.search.is_some()),
        ("$orderby", !options.order_by.is_empty()),
        ("$apply", !options.apply.is_empty()),
        ("$top", options.top.is_some()),
        ("$skip", options.skip.is_some()),
        ("$deltatoken", options.delta_token.is_some()),
        ("$count", options.count == Some(true)),
    ];
    let mut lists_only = lists_only.into_iter();
    lists_only
        .find(|(_, is_there)| *is_there)
        .map(|(option, _)| option)
}

/// What the options want of one row.
pub fn shape_of_one(exchange: &Exchange<'_>, of: &'static Type) -> Result<Shape, Refusal> {
    let options = &exchange.options;
    if let Some(option) = first_of_lists_only(options) {
        let message = format!("{option} fits lists, and this is one {}", of.name);
        return Err(Refusal::bad_request(message).about(option));
    }
    Ok(Binder::new(of, &options.aliases).shape(options)?)
}

/// Answers with rows of `base`, which are in `set`. Where `goes_on`, long collections within them come in
/// pages too, as the same request leads to each of the rows again.
pub async fn answer(
    exchange: &Exchange<'_>,
    base: Base,
    set: &str,
    suffix: Option<Suffix>,
    goes_on: bool,
) -> Result<Answer, Refusal> {
    let page_size = page_size(exchange);
    let plan = Plan::bind(base, &exchange.options, page_size)?;
    let reader = &exchange.reader;
    if suffix == Some(Suffix::Count) {
        return Ok(exchange.text(query::count(reader, &plan).await?.to_string()));
    }
    exchange.terms.media_of(&[Media::Json])?;
    let (skip_token, since) = delta::begin(exchange, &plan, suffix).await?;
    let Page { rows, total, next } = query::run(reader, &plan, skip_token).await?;
    let next_address = nested::address(exchange).filter(|_| goes_on);
    let form = Form {
        next: next_address.as_deref(),
        ..exchange.form()
    };
    let mut json = form.json();
    json.raw("{");
    form.context(&mut json, &context(&plan, set, suffix));
    if let Some(total) = total {
        json.member("@odata.count");
        json.raw(&total.to_string());
    }
    json.member("value");
    json.raw("[");
    match (rows, &plan.shape) {
        (Rows::Columns(columns, rows), _) => {
            for row in &rows {
                json.separate();
                nested(&mut json, &columns, row);
            }
        }
        (Rows::Entities(rows), Shown::Entities(shape)) if suffix.is_none() => {
            let tree = tree::expand_in_pages(reader, rows, shape, form.page_size(page_size)).await?;
            for node in &tree.nodes {
                json.separate();
                json.raw("{");
                form.row(&mut json, &tree, node, shape, set);
                json.raw("}");
            }
        }
        (Rows::Entities(rows), _) => {
            for row in &rows {
                json.separate();
                json.raw("{");
                form.reference(&mut json, row, set);
                json.raw("}");
            }
        }
    }
    json.raw("]");
    match (next, since) {
        (Some(next), since) => {
            let token = delta::carried(&next, since);
            link(exchange, &mut json, "nextLink", &format!("$skiptoken={token}"));
        }
        (None, Some(since)) => delta::link_since(exchange, &mut json, since),
        (None, None) => {}
    }
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    let is_tracked = since.is_some() && exchange.terms.preferences.track_changes;
    if let Some(applied) = applied(exchange, page_size, is_tracked) {
        answer.put(super::PREFERENCE_APPLIED, &applied);
    }
    Ok(answer)
}

/// How many rows are told of each collection at most.
pub fn page_size(exchange: &Exchange<'_>) -> usize {
    let preferred = exchange.terms.preferences.max_page_size;
    preferred.map_or(PAGE_SIZE, |size| size.min(PAGE_SIZE))
}

/// The preferences that were followed.
pub fn applied(exchange: &Exchange<'_>, page_size: usize, is_tracked: bool) -> Option<String> {
    let size = exchange.terms.preferences.max_page_size;
    let size = size.map(|_| format!("odata.maxpagesize={page_size}"));
    let tracked = is_tracked.then(|| delta::preference(exchange.terms.version).to_owned());
    let applied: Vec<String> = size.into_iter().chain(tracked).collect();
    (!applied.is_empty()).then(|| applied.join(", "))
}

fn context(plan: &Plan, set: &str, suffix: Option<Suffix>) -> String {
    match (&plan.shape, suffix) {
        (_, Some(Suffix::Reference)) => "Collection($ref)".to_owned(),
        (Shown::Entities(shape), _) => format!("{set}{}", projection(shape)),
        (Shown::Columns(columns), _) => {
            let names: Vec<String> = columns.iter().map(|(_, column)| column.path.join("/")).collect();
            format!("{set}({})", names.join(","))
        }
    }
}

/// The same request from another place on: a member of the answer with its address.
pub fn link(exchange: &Exchange<'_>, json: &mut Json, member: &str, place: &str) {
    json.member(&format!("@odata.{member}"));
    json.string(&address(exchange, place));
}

/// The address of the same request from another place on.
pub fn address(exchange: &Exchange<'_>, place: &str) -> String {
    let name_of = |option: &str| {
        let name = option.split('=').next().unwrap_or_default();
        name.replace("%24", "$")
            .trim_start_matches('$')
            .to_ascii_lowercase()
    };
    let is_place = |option: &str| matches!(name_of(option).as_str(), "skiptoken" | "deltatoken");
    let options = exchange.query.split('&');
    let kept = options.filter(|option| !option.is_empty() && !is_place(option));
    let all: Vec<&str> = kept.chain([place]).collect();
    format!(
        "{}{}?{}",
        exchange.conversation.root,
        exchange.path,
        all.join("&")
    )
}

/// A row that aggregation made: columns with a way are nested objects.
fn nested(json: &mut Json, columns: &[Column], values: &[Value<'_>]) {
    let cells: Vec<(&[String], &Value<'_>)> = columns
        .iter()
        .map(|column| column.path.as_slice())
        .zip(values)
        .collect();
    object(json, &cells);
}

fn object(json: &mut Json, cells: &[(&[String], &Value<'_>)]) {
    json.raw("{");
    let mut done: Vec<&String> = Vec::new();
    for (path, value) in cells {
        let Some((name, rest)) = path.split_first() else {
            continue;
        };
        if rest.is_empty() {
            json.member(name);
            json.value(value, None);
        } else if !done.contains(&name) {
            done.push(name);
            let below = cells.iter().filter_map(|(path, value)| match path.split_first() {
                Some((first, rest)) if first == name && !rest.is_empty() => Some((rest, *value)),
                _ => None,
            });
            let below: Vec<(&[String], &Value<'_>)> = below.collect();
            json.member(name);
            object(json, &below);
        }
    }
    json.raw("}");
}
