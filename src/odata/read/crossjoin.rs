//! Combinations of the members of sets: each is an object with the rows that are expanded, and the
//! addresses of those that are not.

use axum::http::StatusCode;

use super::list;
use crate::odata::bind::Binder;
use crate::odata::error::Refusal;
use crate::odata::http::Answer;
use crate::odata::http::negotiation::Media;
use crate::odata::load::tree::{self, Tree};
use crate::odata::plan::Shape;
use crate::odata::query::crossjoin::Joined;
use crate::odata::resource::Suffix;
use crate::odata::row::Row;
use crate::odata::schema::Set;
use crate::odata::service::{Exchange, PREFERENCE_APPLIED};
use crate::odata::url::ast::{Expanded, Options};

/// Answers with combinations of the members of sets.
pub async fn answer(
    exchange: &Exchange<'_>,
    sets: &[&'static Set],
    suffix: Option<Suffix>,
) -> Result<Answer, Refusal> {
    check(&exchange.options)?;
    let page_size = list::page_size(exchange);
    let joined = Joined::bind(sets, &exchange.options, page_size)?;
    if suffix == Some(Suffix::Count) {
        return Ok(exchange.text(joined.number(&exchange.reader).await?.to_string()));
    }
    exchange.terms.media_of(&[Media::Json])?;
    let shapes = shapes(sets, &exchange.options)?;
    let token = exchange.options.skip_token.as_deref();
    let page = joined.page(&exchange.reader, token).await?;
    let mut trees: Vec<Option<Tree>> = Vec::with_capacity(sets.len());
    for (place, shape) in shapes.iter().enumerate() {
        trees.push(match shape {
            Some(shape) => {
                let rows = page.rows.iter().filter_map(|rows| rows.get(place).cloned());
                Some(tree::expand(&exchange.reader, rows.collect(), shape).await?)
            }
            None => None,
        });
    }
    let form = exchange.form();
    let mut json = form.json();
    json.raw("{");
    form.context(&mut json, "Collection(Edm.ComplexType)");
    if let Some(total) = page.total {
        json.member("@odata.count");
        json.raw(&total.to_string());
    }
    json.member("value");
    json.raw("[");
    for (at, rows) in page.rows.iter().enumerate() {
        json.separate();
        json.raw("{");
        for (((set, row), shape), tree) in sets.iter().zip(rows).zip(&shapes).zip(&trees) {
            let node = tree
                .as_ref()
                .and_then(|tree| tree.nodes.get(at).map(|node| (tree, node)));
            if let (Some((tree, node)), Some(shape)) = (node, shape) {
                json.member(set.name);
                json.raw("{");
                form.row(&mut json, tree, node, shape, set.name);
                json.raw("}");
            } else {
                json.member(&format!("{}@odata.navigationLink", set.name));
                json.string(&address(set, row));
            }
        }
        json.raw("}");
    }
    json.raw("]");
    if let Some(next) = page.next {
        list::link(exchange, &mut json, "nextLink", &format!("$skiptoken={next}"));
    }
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    if let Some(applied) = list::applied(exchange, page_size, false) {
        answer.put(PREFERENCE_APPLIED, &applied);
    }
    Ok(answer)
}

fn address(set: &Set, row: &Row) -> String {
    format!("{}({})", set.name, row.id())
}

/// Refuses options that combinations do not have.
fn check(options: &Options) -> Result<(), Refusal> {
    let missing = [
        ("$select", !options.select.is_empty()),
        ("$search", options.search.is_some()),
        ("$compute", !options.compute.is_empty()),
        ("$apply", !options.apply.is_empty()),
        ("$deltatoken", options.delta_token.is_some()),
    ];
    match missing.iter().find(|(_, is_there)| *is_there) {
        Some((option, _)) => {
            Err(Refusal::not_supported(format!("{option} is not offered of $crossjoin")).about(*option))
        }
        None => Ok(()),
    }
}

/// What is shown of the members of each set; nothing but their addresses of those that are not expanded.
fn shapes(sets: &[&'static Set], options: &Options) -> Result<Vec<Option<Shape>>, Refusal> {
    let refused = |message: String| Refusal::bad_request(message).about("$expand");
    let mut shapes: Vec<Option<Shape>> = vec![None; sets.len()];
    let binder = Binder::of_join(sets, &options.aliases);
    for item in &options.expand {
        let name = match item.path.as_slice() {
            [] => None,
            [name] => Some(name),
            [name, ..] => {
                let message = format!("what is below {name} is expanded as {name}($expand=...)");
                return Err(refused(message));
            }
        };
        if item.what != Expanded::Entities {
            return Err(refused("of a joined set the entities are expanded".to_owned()));
        }
        if let Some(option) = list::first_of_lists_only(&item.options) {
            return Err(refused(format!(
                "{option} fits lists, and a joined set is one entity here"
            )));
        }
        let is_it = |set: &Set| name.is_none_or(|name| set.name.eq_ignore_ascii_case(name));
        let mut found = false;
        for (shape, set) in shapes.iter_mut().zip(sets).filter(|(_, set)| is_it(set)) {
            found = true;
            *shape = Some(binder.shape_of_joined(set.of, &item.options)?);
        }
        if let Some(name) = name.filter(|_| !found) {
            return Err(refused(format!("{name} is not joined here")));
        }
    }
    Ok(shapes)
}
