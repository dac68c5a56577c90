//! Batches: several requests in one, in order. Those of a change set take effect together or not at
//! all. How a batch is written, as parts or as JSON, is below.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{Method, StatusCode};

use super::error::Refusal;
use super::http::negotiation::{Terms, Version};
use super::http::{Answer, Conversation, Request};
use super::resource::Resource;
use super::service::{self, Exchange};
use super::write::Write;
use crate::app::context::ACT_FOR;
use crate::app::timesheets::together::TimesheetWrite;
use crate::domain::timesheet::Timesheet;

mod json;
mod multipart;

/// The most requests in a batch.
const MAX_REQUESTS: usize = 200;

/// A request of a batch.
#[derive(Debug)]
struct Item {
    /// What other requests call it, and its answer is called.
    id: Option<String>,
    /// The requests that must have gone well before.
    depends_on: Vec<String>,
    request: Request,
}

/// A part of a batch.
#[derive(Debug)]
enum Part {
    /// A request by itself.
    Single(Item),
    /// A change set, by its name.
    Group(Option<String>, Vec<Item>),
}

/// The answer of a request.
struct Answered {
    id: Option<String>,
    /// The change set that it was in.
    group: Option<String>,
    answer: Answer,
}

/// What came of a part.
enum Outcome {
    /// Of a request by itself.
    Single(Answered),
    /// Of a change set: an answer for each of its requests.
    Group(Vec<Answered>),
    /// Of a change set that was refused: an answer for each, the first refusal by itself.
    Refused(Answer, Vec<Answered>),
}

/// How the batch is written.
enum Form {
    Multipart,
    Json,
}

/// Whether a request is a batch.
pub fn is_batch(request: &Request) -> bool {
    request.path.trim_end_matches('/').eq_ignore_ascii_case("$batch")
}

/// Answers a batch.
pub async fn answer(conversation: &Conversation, request: &Request) -> Result<Answer, Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::method_not_allowed("POST", "a batch is posted"));
    }
    let terms = Terms::of(&request.headers, None)?;
    let content_type = request.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let (form, parts) = if kind.eq_ignore_ascii_case("multipart/mixed") {
        (Form::Multipart, multipart::read(content_type, &request.body)?)
    } else if kind.eq_ignore_ascii_case("application/json") {
        (Form::Json, json::read(&request.body)?)
    } else {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "a batch is multipart/mixed or application/json",
        ));
    };
    check(&parts)?;
    let outcomes = Batch::new(conversation, terms.preferences.continue_on_error)
        .run(parts)
        .await;
    Ok(match form {
        Form::Multipart => multipart::write(outcomes, terms.version),
        Form::Json => json::write(outcomes, terms.version),
    })
}

fn check(parts: &[Part]) -> Result<(), Refusal> {
    let size = |part: &Part| match part {
        Part::Single(_) => 1,
        Part::Group(_, items) => items.len(),
    };
    if parts.iter().map(size).sum::<usize>() > MAX_REQUESTS {
        let message = format!("a batch has at most {MAX_REQUESTS} requests");
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "LIMIT_EXCEEDED",
            message,
        ));
    }
    Ok(())
}

/// A batch that is being run.
struct Batch<'a> {
    conversation: &'a Conversation,
    goes_on: bool,
    /// Where earlier requests led to, and whether they went well.
    earlier: HashMap<String, (String, bool)>,
}

impl<'a> Batch<'a> {
    fn new(conversation: &'a Conversation, goes_on: bool) -> Self {
        Self {
            conversation,
            goes_on,
            earlier: HashMap::new(),
        }
    }

    async fn run(mut self, parts: Vec<Part>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(parts.len());
        for part in parts {
            let outcome = match part {
                Part::Single(item) => Outcome::Single(self.single(item).await),
                Part::Group(name, items) => self.group(name, items).await,
            };
            let went_well = outcome.went_well();
            outcomes.push(outcome);
            if !went_well && !self.goes_on {
                break;
            }
        }
        outcomes
    }

    async fn single(&mut self, mut item: Item) -> Answered {
        let ready = self.prepare(&mut item);
        let answer = match ready.and_then(|()| within(self.conversation, &item.request)) {
            Ok(conversation) => service::answer(&conversation, &item.request).await,
            Err(refusal) => Answer::refusal(&refusal, Version::V401),
        };
        self.remember(&item, &answer);
        Answered {
            id: item.id,
            group: None,
            answer,
        }
    }

    /// A change set: everything is decided on one picture and committed as one.
    async fn group(&mut self, name: Option<String>, mut items: Vec<Item>) -> Outcome {
        let mut refused = None;
        for (place, item) in items.iter_mut().enumerate() {
            if let Err(refusal) = self.prepare(item) {
                refused = Some((place, refusal));
                break;
            }
        }
        let answered = match refused {
            Some(refused) => Err(refused),
            None => together(self.conversation, &items).await,
        };
        let answers = match &answered {
            Ok(answers) => answers.clone(),
            Err((place, refusal)) => (0..items.len())
                .map(|at| answer_within(at, *place, refusal))
                .collect(),
        };
        for (item, answer) in items.iter().zip(&answers) {
            self.remember(item, answer);
        }
        let each = items
            .into_iter()
            .zip(answers)
            .map(|(item, answer)| Answered {
                id: item.id,
                group: name.clone(),
                answer,
            })
            .collect();
        match answered {
            Ok(_) => Outcome::Group(each),
            Err((_, refusal)) => Outcome::Refused(Answer::refusal(&refusal, Version::V401), each),
        }
    }

    /// Puts the addresses of earlier requests where this one refers to them.
    fn prepare(&self, item: &mut Item) -> Result<(), Refusal> {
        for id in &item.depends_on {
            if !self.earlier.get(id).is_some_and(|(_, went_well)| *went_well) {
                return Err(failed_dependency(id));
            }
        }
        let request = &mut item.request;
        let (path, query) = self.local(&request.path)?;
        request.path = path;
        if request.query.is_empty() {
            request.query = query;
        }
        if is_batch(request) {
            return Err(Refusal::bad_request("a batch has no batch in it"));
        }
        Ok(())
    }

    /// The path and query below the service root of a URL as a batch gives it.
    fn local(&self, url: &str) -> Result<(String, String), Refusal> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let root = &self.conversation.root;
        let root_path = root.split_once("://").map_or(root.as_str(), |(_, rest)| {
            rest.find('/').map_or("/", |at| rest.split_at(at).1)
        });
        let path = match path.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| rest.split_at(at).1),
            None => path,
        };
        let path = if path.starts_with('/') {
            path.strip_prefix(root_path)
                .ok_or_else(|| Refusal::not_found(format!("resource here: {url}")))?
        } else {
            path
        };
        let path = match path.strip_prefix('$') {
            Some(rest) => {
                let (id, below) = rest.split_once('/').unwrap_or((rest, ""));
                match self.earlier.get(id) {
                    Some((earlier, true)) => [earlier.as_str(), below].join("/"),
                    Some((_, false)) => return Err(failed_dependency(id)),
                    None => path.to_owned(),
                }
            }
            None => path.to_owned(),
        };
        Ok((path.trim_end_matches('/').to_owned(), query.to_owned()))
    }

    fn remember(&mut self, item: &Item, answer: &Answer) {
        if let Some(id) = &item.id {
            let went_well = answer.status.as_u16() < 400;
            self.earlier
                .insert(id.clone(), (item.request.path.clone(), went_well));
        }
    }
}

/// The conversation of a request of a batch: that of the batch, unless the request says for itself whom
/// its caller acts for.
fn within<'a>(conversation: &'a Conversation, request: &Request) -> Result<Cow<'a, Conversation>, Refusal> {
    let mut given = request.headers.get_all(ACT_FOR).iter();
    let Some(first) = given.next() else {
        return Ok(Cow::Borrowed(conversation));
    };
    let user_id = first.to_str().ok().filter(|_| given.next().is_none());
    let caller = conversation.caller.clone();
    Ok(Cow::Owned(Conversation {
        caller: caller.acting_for(user_id.unwrap_or_default())?,
        ..conversation.clone()
    }))
}

/// Decides the writes of a change set and commits them as one; the place of the refused one, if one is.
async fn together(conversation: &Conversation, items: &[Item]) -> Result<Vec<Answer>, (usize, Refusal)> {
    // A change set is one person's, acting for one.
    let mut whole = Cow::Borrowed(conversation);
    for (place, item) in items.iter().enumerate() {
        let own = within(conversation, &item.request).map_err(|refusal| (place, refusal))?;
        if place > 0 && own.caller != whole.caller {
            let message = "the requests of a change set act for one user";
            return Err((place, Refusal::bad_request(message)));
        }
        whole = own;
    }
    let conversation = &*whole;
    let mut prepared: Vec<(Exchange<'_>, super::resource::One, Write)> = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let of_item = prepared_write(conversation, &item.request).await;
        prepared.push(of_item.map_err(|refusal| (place, refusal))?);
    }
    let writes: Vec<TimesheetWrite> = prepared.iter().map(|(_, _, write)| write.write.clone()).collect();
    let written = conversation
        .app
        .write_timesheets(&conversation.caller, &writes)
        .await;
    let written: Vec<Option<Arc<Timesheet>>> = written.map_err(|(place, error)| {
        let place = place.unwrap_or_default();
        let write = prepared.get(place).map(|(_, _, write)| write);
        let refusal = write.map_or_else(|| Refusal::from(error.clone()), |write| write.refusal(&error));
        (place, refusal)
    })?;
    let mut answers = Vec::with_capacity(items.len());
    for (place, ((exchange, one, _), sheet)) in prepared.iter().zip(written).enumerate() {
        let answer = exchange.written(one, sheet).await;
        answers.push(answer.map_err(|refusal| (place, refusal))?);
    }
    Ok(answers)
}

async fn prepared_write<'a>(
    conversation: &'a Conversation,
    request: &'a Request,
) -> Result<(Exchange<'a>, super::resource::One, Write), Refusal> {
    let is_action = request.method == Method::POST;
    if !is_action && !matches!(request.method, Method::PUT | Method::PATCH | Method::DELETE) {
        return Err(Refusal::bad_request(
            "a change set has PUT, PATCH, DELETE and actions alone",
        ));
    }
    let (exchange, target) = service::begin(conversation, request).await?;
    match (target.resource, target.suffix) {
        (Resource::One(one), None) if !is_action => {
            let write = Write::of(request, &one.row)?;
            Ok((exchange, one, write))
        }
        (Resource::Action(one, action), None) if is_action => {
            let write = Write::act(request, &one.row, action.does)?;
            Ok((exchange, one, write))
        }
        (Resource::Each(..), _) => Err(Refusal::not_supported(
            "$each is written whole by itself, and stands in no change set",
        )),
        _ => Err(Refusal::method_not_allowed(
            "GET, HEAD",
            "only entities are written",
        )),
    }
}

/// The answer of one request of a refused change set.
fn answer_within(at: usize, refused: usize, refusal: &Refusal) -> Answer {
    if at == refused {
        return Answer::refusal(refusal, Version::V401);
    }
    let message = "not applied, because another request of the change set was refused";
    let refusal = Refusal::new(StatusCode::FAILED_DEPENDENCY, "FAILED_DEPENDENCY", message);
    Answer::refusal(&refusal, Version::V401)
}

fn failed_dependency(id: &str) -> Refusal {
    let message = format!("it depends on the request {id}, which is not there before it or was refused");
    Refusal::new(StatusCode::FAILED_DEPENDENCY, "FAILED_DEPENDENCY", message)
}

impl Outcome {
    fn went_well(&self) -> bool {
        match self {
            Self::Single(answered) => answered.answer.status.as_u16() < 400,
            Self::Group(_) => true,
            Self::Refused(..) => false,
        }
    }
}

impl Answer {
    /// Its headers as a batch shows them.
    fn shown_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        const SHOWN: [&str; 6] = [
            "content-type",
            "odata-version",
            "odata-entityid",
            "preference-applied",
            "allow",
            "retry-after",
        ];
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| SHOWN.contains(&name.as_str()) || *name == ETAG);
        headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }
}
