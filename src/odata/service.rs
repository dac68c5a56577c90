//! A request to its answer: the path is resolved, the method decides. HTTP and batches both come in
//! here.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderName, Method, StatusCode};

use super::error::Refusal;
use super::http::negotiation::{Terms, Version};
use super::http::{Answer, Conversation, Request};
use super::operations::Action;
use super::resource::{self, One, Resource, Suffix, Target};
use super::row::Row;
use super::url::ast::Options;
use super::write::Write;
use super::{batch, each, read, roots, url, write};
use crate::app::Reader;
use crate::domain::record::Record;
use crate::domain::timesheet::Timesheet;

/// The preference that was followed.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The entity that an answer without a body is about.
const ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");

/// Answers a request; a refusal is an answer too.
pub async fn answer(conversation: &Conversation, request: &Request) -> Answer {
    let version = Terms::of(&request.headers, None).map_or(Version::V401, |terms| terms.version);
    let answered = if batch::is_batch(request) {
        Box::pin(batch::answer(conversation, request)).await
    } else {
        single(conversation, request).await
    };
    answered.unwrap_or_else(|refusal| Answer::refusal(&refusal, version))
}

async fn single(conversation: &Conversation, request: &Request) -> Result<Answer, Refusal> {
    let (exchange, target) = begin(conversation, request).await?;
    match &target.resource {
        Resource::Action(one, action) if request.method == Method::POST => {
            return exchange.act(one, action).await;
        }
        Resource::Each(many, action) if each::fits(&request.method, *action) => {
            return each::write(&exchange, many, *action, target.filters).await;
        }
        Resource::Action(..) | Resource::Each(..) => return Err(not_allowed(&target)),
        _ => {}
    }
    match request.method {
        Method::GET | Method::HEAD => read::answer(&exchange, target).await,
        Method::POST if is_query(request) => read::answer(&exchange, target).await,
        Method::PUT | Method::PATCH | Method::DELETE => exchange.write(target).await,
        Method::POST => Err(no_post(&target)),
        _ => Err(not_allowed(&target)),
    }
}

/// The path of the entity that `$entity?$id=...` asks for: an address as answers tell it, or one below
/// the service root.
fn identified<'a>(
    conversation: &Conversation,
    path: &'a str,
    options: &Options,
) -> Result<Cow<'a, str>, Refusal> {
    let (first, below) = path.split_once('/').unwrap_or((path, ""));
    if !first.eq_ignore_ascii_case("$entity") {
        return match (&options.id, options.index) {
            (Some(_), _) => Err(Refusal::bad_request("$id belongs to $entity").about("$id")),
            (None, Some(_)) => {
                Err(Refusal::not_supported("no collection has places that clients choose").about("$index"))
            }
            (None, None) => Ok(Cow::Borrowed(path)),
        };
    }
    let wrong = || Refusal::bad_request("$entity takes the $id of an entity, as in @odata.id").about("$id");
    let id = options.id.as_deref().ok_or_else(wrong)?;
    let root = conversation.root.as_str();
    let relative = id.strip_prefix(root).unwrap_or(id);
    if relative.contains("://") || relative.starts_with(['/', '$']) {
        return Err(wrong());
    }
    let ways = [relative, below].into_iter().filter(|way| !way.is_empty());
    Ok(Cow::Owned(ways.collect::<Vec<_>>().join("/")))
}

/// Reads the URL of a request, and finds what it is about.
pub async fn begin<'a>(
    conversation: &'a Conversation,
    request: &'a Request,
) -> Result<(Exchange<'a>, Target), Refusal> {
    let (path, query) = asked(request)?;
    let mut options = url::options(&query)?;
    let identified = identified(conversation, path, &options)?;
    let mut resource_path = url::resource_path(&identified)?;
    let terms = Terms::of(&request.headers, options.format.as_deref())?;
    let reader = conversation.app.reader(&conversation.caller).await?;
    roots::put_in_place(&reader, &mut resource_path, &mut options).await?;
    let target = resource::resolve(&reader, &resource_path, &options).await?;
    if !matches!(target.resource, Resource::Each(..)) {
        let first = resource::filtering(target.filters.clone());
        options.apply.splice(0..0, first);
    }
    let exchange = Exchange {
        conversation,
        request,
        reader,
        options,
        path,
        query,
        terms,
    };
    Ok((exchange, target))
}

/// A request whose URL is read.
pub struct Exchange<'a> {
    /// Who asks.
    pub conversation: &'a Conversation,
    /// What came.
    pub request: &'a Request,
    /// The picture on which it is answered.
    pub reader: Reader,
    /// Its query options.
    pub options: Options,
    /// The path below the service root, as it was spelt.
    pub path: &'a str,
    /// The query options, as they were spelt.
    pub query: String,
    /// The terms of the answer.
    pub terms: Terms,
}

/// The path and the query; a query that is too long for a URL comes as the body of a POST to
/// `/$query`.
fn asked(request: &Request) -> Result<(&str, String), Refusal> {
    let path = request.path.trim_end_matches('/');
    let Some(path) = path
        .strip_suffix("/$query")
        .filter(|_| request.method == Method::POST)
    else {
        return Ok((path, request.query.clone()));
    };
    let content_type = request.headers.get(CONTENT_TYPE);
    let is_text = content_type.is_some_and(|it| it.as_bytes().starts_with(b"text/plain"));
    if !is_text {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "the body of $query is text/plain",
        ));
    }
    let body = std::str::from_utf8(&request.body);
    let body = body.map_err(|_| Refusal::bad_request("the body of $query is not UTF-8"))?;
    let both = [request.query.as_str(), body.trim()];
    let both: Vec<&str> = both.into_iter().filter(|part| !part.is_empty()).collect();
    Ok((path, both.join("&")))
}

fn is_query(request: &Request) -> bool {
    request.path.trim_end_matches('/').ends_with("/$query")
}

impl Exchange<'_> {
    async fn write(&self, target: Target) -> Result<Answer, Refusal> {
        let (Resource::One(one), None) = (&target.resource, target.suffix) else {
            return Err(not_allowed(&target));
        };
        let write = Write::of(self.request, &one.row)?;
        let written = write.commit(self.conversation).await?;
        self.written(one, written).await
    }

    async fn act(&self, one: &One, action: &Action) -> Result<Answer, Refusal> {
        let write = Write::act(self.request, &one.row, action.does)?;
        let written = write.commit(self.conversation).await?;
        self.written(one, written).await
    }

    /// S16: nothing, or the entity for who prefers it.
    pub async fn written(&self, one: &One, sheet: Option<Arc<Timesheet>>) -> Result<Answer, Refusal> {
        let Some(sheet) = sheet else {
            return Ok(Answer::empty(StatusCode::NO_CONTENT, self.terms.version));
        };
        let saved = One {
            row: Row::Record(Record::Timesheet(sheet)),
            of: one.of,
            set: one.set,
        };
        let preferred = self.terms.preferences.representation;
        let mut answer = if preferred == Some(true) {
            let reader = self.conversation.app.reader(&self.conversation.caller).await?;
            read::entity(self, &reader, saved).await?
        } else {
            let mut answer = Answer::empty(StatusCode::NO_CONTENT, self.terms.version);
            let id = format!("{}{}({})", self.conversation.root, saved.set, saved.row.id());
            answer.put(ENTITY_ID, &id);
            if let Some(version) = write::version_of(&saved.row) {
                answer.put(ETAG, &write::etag(version));
            }
            answer
        };
        if let Some(preferred) = preferred {
            let applied = if preferred { "representation" } else { "minimal" };
            answer.put(PREFERENCE_APPLIED, &format!("return={applied}"));
        }
        Ok(answer)
    }
}

/// Sheets are opened, and what else there is comes over GraphQL and imports.
fn no_post(target: &Target) -> Refusal {
    let message = match &target.resource {
        Resource::Many(many) if many.set == "TimeSheets" => {
            "timesheets are not posted: TimeSheets/WP.GetIdForPeriod(date=...,userId=...) opens the one of a date"
        }
        Resource::Many(_) => {
            "nothing is posted to this set; reference data is saved over GraphQL or imported"
        }
        _ => return not_allowed(target),
    };
    Refusal::method_not_allowed(allowed(target), message)
}

fn not_allowed(target: &Target) -> Refusal {
    let allowed = allowed(target);
    Refusal::method_not_allowed(allowed, format!("this resource takes {allowed}"))
}

/// The methods that a resource takes.
fn allowed(target: &Target) -> &'static str {
    match (&target.resource, target.suffix) {
        (Resource::One(one), None) if one.set == "TimeSheets" => "GET, HEAD, PUT, PATCH, DELETE",
        (Resource::Action(..) | Resource::Each(_, Some(_)), _) => "POST",
        (Resource::Each(_, None), _) => "PATCH, DELETE",
        (Resource::Call(call), None | Some(Suffix::Value)) if call.creates() => "GET",
        _ => "GET, HEAD",
    }
}
