//! Change tracking: a list ends with a link, and the link answers what has changed in the list since.
//! A list is tracked if what is in it follows from its own records alone: a sheet with its lines and
//! cells is one record, what it points to are others.

use std::collections::HashMap;

use axum::http::StatusCode;
use uuid::Uuid;

use super::list::link;
use crate::app::changes::Change;
use crate::app::reader::facts::Asked;
use crate::domain::query::Filter;
use crate::domain::version::RowVersion;
use crate::odata::error::Refusal;
use crate::odata::failure::Failure;
use crate::odata::http::Answer;
use crate::odata::http::negotiation::{Media, Version};
use crate::odata::json::Json;
use crate::odata::load::Needs;
use crate::odata::load::tree::{self, Node};
use crate::odata::plan::Shape;
use crate::odata::query::{self, Base, Plan, Rows, Shown};
use crate::odata::render::{Form, projection};
use crate::odata::resource::{Many, Origin, Suffix};
use crate::odata::row::Row;
use crate::odata::schema::{Navigation, Source, Via};
use crate::odata::service::Exchange;

/// So many changes are in an answer unless fewer are preferred.
const PAGE_SIZE: usize = 1_000;

/// The place in the list where the answer begins, and since which version its changes are wanted, if
/// they are: the first page sets it, and the links to the others carry it.
pub async fn begin<'e>(
    exchange: &'e Exchange<'_>,
    plan: &Plan,
    suffix: Option<Suffix>,
) -> Result<(Option<&'e str>, Option<RowVersion>), Refusal> {
    let Some(token) = exchange.options.skip_token.as_deref() else {
        let is_wanted = exchange.terms.preferences.track_changes && suffix.is_none();
        let since = if is_wanted && is_tracked(plan) {
            Some(exchange.reader.newest_version().await?)
        } else {
            None
        };
        return Ok((None, since));
    };
    match token.split_once('.') {
        None => Ok((Some(token), None)),
        Some((token, since)) => {
            let since = since.parse().map_err(|_| Failure::SkipToken)?;
            Ok((Some(token), Some(RowVersion::new(since))))
        }
    }
}

/// The token of a next page, with the version that it carries.
pub fn carried(token: &str, since: Option<RowVersion>) -> String {
    match since {
        Some(since) => format!("{token}.{}", since.value()),
        None => token.to_owned(),
    }
}

/// The link by which the changes since a version are asked for.
pub fn link_since(exchange: &Exchange<'_>, json: &mut Json, since: RowVersion) {
    let place = format!("$deltatoken={}", since.value());
    link(exchange, json, "deltaLink", &place);
}

/// How the preference is spelt that was followed.
pub const fn preference(version: Version) -> &'static str {
    match version {
        Version::V4 => "odata.track-changes",
        Version::V401 => "track-changes",
    }
}

/// Answers with what has changed in a set since the version of the link.
pub async fn answer(exchange: &Exchange<'_>, many: &Many, suffix: Option<Suffix>) -> Result<Answer, Refusal> {
    let untracked =
        || Refusal::not_supported("the changes of this list are not tracked").about("$deltatoken");
    let Origin::Set(set) = many.origin else {
        return Err(untracked());
    };
    let (Source::Records(kind), None) = (set.source, suffix) else {
        return Err(untracked());
    };
    let preferred = exchange.terms.preferences.max_page_size;
    let page_size = preferred.map_or(PAGE_SIZE, |size| size.min(PAGE_SIZE));
    let plan = Plan::bind(Base::of_set(set), &exchange.options, page_size)?;
    let (Shown::Entities(shape), true) = (&plan.shape, is_tracked(&plan)) else {
        return Err(untracked());
    };
    exchange.terms.media_of(&[Media::Json])?;
    let since = since(exchange).await?;
    let reader = &exchange.reader;
    let changes = reader.changed_since(since, Some(kind), page_size).await?;
    let rows = changes.items.iter().filter_map(|change| match change {
        Change::Record(record) => Some(Row::Record(record.clone())),
        Change::Gone(..) => None,
    });
    let listed = Plan {
        base: Base::Rows(rows.collect(), set.of),
        order: Vec::new(),
        count: false,
        ..plan.clone()
    };
    let rows = match query::run(reader, &listed, None).await?.rows {
        Rows::Entities(rows) => rows,
        Rows::Columns(..) => Vec::new(),
    };
    let tree = tree::expand(reader, rows, shape).await?;
    let nodes: HashMap<Uuid, &Node> = tree.nodes.iter().map(|node| (node.row.id(), node)).collect();
    let form = exchange.form();
    let mut json = form.json();
    json.raw("{");
    form.context(&mut json, &format!("{}{}/$delta", set.name, projection(shape)));
    json.member("value");
    json.raw("[");
    for change in &changes.items {
        json.separate();
        json.raw("{");
        let (id, reason) = match change {
            Change::Record(record) => (record.key().uuid(), "changed"),
            Change::Gone(key, _) => (key.uuid(), "deleted"),
        };
        match nodes.get(&id) {
            Some(node) => form.row(&mut json, &tree, node, shape, set.name),
            None => removed(exchange, form, &mut json, set.name, id, reason),
        }
        json.raw("}");
    }
    json.raw("]");
    if changes.has_more {
        let place = format!("$deltatoken={}", changes.version.value());
        link(exchange, &mut json, "nextLink", &place);
    } else {
        link_since(exchange, &mut json, changes.version);
    }
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    if preferred.is_some() {
        let applied = format!("odata.maxpagesize={page_size}");
        answer.put(super::PREFERENCE_APPLIED, &applied);
    }
    Ok(answer)
}

/// The version of the link that was followed.
async fn since(exchange: &Exchange<'_>) -> Result<RowVersion, Refusal> {
    let token = exchange.options.delta_token.as_deref().unwrap_or_default();
    let since = token.parse().map(RowVersion::new);
    let since = since.map_err(|_| {
        Refusal::bad_request("the $deltatoken is not one of this server; read the list anew")
            .about("$deltatoken")
    })?;
    if since > exchange.reader.newest_version().await? {
        let message = "what has changed since is not known; read the list anew";
        return Err(Refusal::new(StatusCode::GONE, "GONE", message).about("$deltatoken"));
    }
    Ok(since)
}

/// An entity that is no longer in the list, as each version of the format spells it.
fn removed(exchange: &Exchange<'_>, form: Form<'_>, json: &mut Json, set: &str, id: Uuid, reason: &str) {
    match exchange.terms.version {
        Version::V4 => {
            json.member("@odata.context");
            json.string(&format!("{}$metadata#{set}/$deletedEntity", form.root));
            json.member("id");
            json.string(&format!("{}{set}({id})", form.root));
            json.member("reason");
            json.string(reason);
        }
        Version::V401 => {
            json.member("@removed");
            json.raw("{");
            json.member("reason");
            json.string(reason);
            json.raw("}");
            json.member("@odata.id");
            json.string(&format!("{}{set}({id})", form.root));
            json.member("id");
            json.string(&id.to_string());
        }
    }
}

/// Whether what is in the list, and what is shown of it beside what is computed for its reader, follows
/// from its own records alone.
fn is_tracked(plan: &Plan) -> bool {
    let Shown::Entities(shape) = &plan.shape else {
        return false;
    };
    let Base::Records(_, within, _) = &plan.base else {
        return false;
    };
    let is_the_set = matches!(within, Filter::And(parts) if parts.is_empty());
    is_the_set
        && plan.pipeline.is_none()
        && plan.skip == 0
        && plan.top.is_none()
        && is_own(&Needs::of(&plan.filter))
        && is_whole(shape)
}

fn is_whole(shape: &Shape) -> bool {
    let mut of_it = Needs::default();
    tree::need_of_it(shape, &mut of_it);
    let expanded = shape
        .expanded
        .iter()
        .all(|it| is_part(it.navigation) && is_own(&Needs::of(&it.filter)) && is_whole(&it.shape));
    expanded && is_own(&of_it) && is_own(&Needs::of(shape.computed.iter().map(|it| &it.expr)))
}

/// Whether nothing but the record itself is needed.
fn is_own(needs: &Needs) -> bool {
    let mut along = needs.along.iter();
    needs.asked == Asked::default() && along.all(|(navigation, within)| is_part(navigation) && is_own(within))
}

/// Whether it leads to a part of the record, or from a part to the whole.
const fn is_part(navigation: &Navigation) -> bool {
    match navigation.via {
        Via::Lines | Via::Cells | Via::SheetOfLine | Via::LineOfCell | Via::Status => true,
        Via::Id(..) | Via::IdAt(..) | Via::Referring(..) => false,
    }
}
