//! Further pages of what is expanded: the request is the same, and its token leads from one of its rows
//! to the collection that goes on.

use axum::http::StatusCode;

use super::list;
use crate::odata::error::Refusal;
use crate::odata::failure::Failure;
use crate::odata::http::Answer;
use crate::odata::http::negotiation::Media;
use crate::odata::load::tree;
use crate::odata::nested::Nested;
use crate::odata::plan::What;
use crate::odata::query::{Base, Plan, Shown};
use crate::odata::render::{Form, projection};
use crate::odata::resource::{Resource, Target};
use crate::odata::service::{Exchange, PREFERENCE_APPLIED};

/// How long a query may be for its pages to be linked to, in bytes: every row of an answer may have a
/// link.
const MAX_QUERY: usize = 4_096;

/// The address of the request as far as the token of another page, if there can be one.
pub fn address(exchange: &Exchange<'_>) -> Option<String> {
    (exchange.query.len() <= MAX_QUERY).then(|| list::address(exchange, "$skiptoken="))
}

/// Answers with a further page.
pub async fn answer(exchange: &Exchange<'_>, target: Target, nested: &Nested) -> Result<Answer, Refusal> {
    exchange.terms.media_of(&[Media::Json])?;
    let (one, shape) = match target.resource {
        Resource::Many(many) if target.suffix.is_none() => {
            let plan = Plan::bind(Base::Rows(Vec::new(), many.of), &exchange.options, 1)?;
            let Shown::Entities(shape) = plan.shape else {
                return Err(Failure::SkipToken.into());
            };
            (many.one(&exchange.reader, nested.root).await?, shape)
        }
        Resource::One(one) if target.suffix.is_none() && one.row.id() == nested.root => {
            let shape = list::shape_of_one(exchange, one.of)?;
            (one, shape)
        }
        _ => return Err(Failure::SkipToken.into()),
    };
    let address = address(exchange);
    let form = Form {
        next: address.as_deref(),
        ..exchange.form()
    };
    let page_size = form.page_size(list::page_size(exchange));
    let (tree, branch) = tree::further(&exchange.reader, one.row, &shape, nested, page_size).await?;
    let plan = &*branch.plan;
    let mut json = form.json();
    json.raw("{");
    let context = match plan.what {
        What::References => "Collection($ref)".to_owned(),
        What::Entities | What::Count => format!("{}{}", plan.navigation.set, projection(&plan.shape)),
    };
    form.context(&mut json, &context);
    if let Some(count) = branch.count {
        json.member("@odata.count");
        json.raw(&count.to_string());
    }
    json.member("value");
    json.raw("[");
    let trail = nested.trail();
    form.rows_of(&mut json, &tree, &branch, trail.clone());
    json.raw("]");
    if let Some(next) = form.next_of(&branch, &trail) {
        json.member("@odata.nextLink");
        json.string(&next);
    }
    json.raw("}");
    let mut answer = exchange.json(StatusCode::OK, json);
    if let Some(applied) = list::applied(exchange, page_size, false) {
        answer.put(PREFERENCE_APPLIED, &applied);
    }
    Ok(answer)
}
