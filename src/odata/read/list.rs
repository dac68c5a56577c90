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
use crate::odata::value::Value;

/// So many rows are in an answer unless fewer are preferred.
const PAGE_SIZE: usize = 1_000;

/// What the options want of one row.
pub fn shape_of_one(exchange: &Exchange<'_>, of: &'static Type) -> Result<Shape, Refusal> {
    let options = &exchange.options;
    let lists_only = [
        ("$filter", options.filter.is_some()),
        ("$search", options.search.is_some()),
        ("$orderby", !options.order_by.is_empty()),
        ("$apply", !options.apply.is_empty()),
        ("$top", options.top.is_some()),
        ("$skip", options.skip.is_some()),
        ("$count", options.count == Some(true)),
    ];
    if let Some((option, _)) = lists_only.iter().find(|(_, is_there)| *is_there) {
        return Err(
            Refusal::bad_request(format!("{option} fits lists, and this is one {}", of.name)).about(*option),
        );
    }
    Ok(Binder::new(of, &options.aliases).shape(options)?)
}

/// Answers with rows of `base`, which are in `set`.
pub async fn answer(
    exchange: &Exchange<'_>,
    base: Base,
    set: &str,
    suffix: Option<Suffix>,
) -> Result<Answer, Refusal> {
    let preferred = exchange.terms.preferences.max_page_size;
    let page_size = preferred.map_or(PAGE_SIZE, |size| size.min(PAGE_SIZE));
    let plan = Plan::bind(base, &exchange.options, page_size)?;
    let reader = &exchange.reader;
    if suffix == Some(Suffix::Count) {
        return Ok(exchange.text(query::count(reader, &plan).await?.to_string()));
    }
    exchange.terms.media_of(&[Media::Json])?;
    let Page { rows, total, next } =
        query::run(reader, &plan, exchange.options.skip_token.as_deref()).await?;
    let form = exchange.form();
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
            let tree = tree::expand(reader, rows, shape).await?;
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
    next_link(exchange, form, &mut json, next.as_deref());
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    if preferred.is_some() {
        answer.put(
            super::PREFERENCE_APPLIED,
            &format!("odata.maxpagesize={page_size}"),
        );
    }
    Ok(answer)
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

/// The same request behind what was answered.
fn next_link(exchange: &Exchange<'_>, form: Form<'_>, json: &mut Json, next: Option<&str>) {
    let Some(next) = next else { return };
    let name_of = |option: &str| {
        let name = option.split('=').next().unwrap_or_default();
        name.replace("%24", "$")
            .trim_start_matches('$')
            .to_ascii_lowercase()
    };
    let options = exchange.query.split('&');
    let mut kept: Vec<String> = options
        .filter(|option| !option.is_empty() && name_of(option) != "skiptoken")
        .map(str::to_owned)
        .collect();
    kept.push(format!("$skiptoken={next}"));
    json.member("@odata.nextLink");
    json.string(&format!("{}{}?{}", form.root, exchange.path, kept.join("&")));
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
