//! Batches as JSON: `{"requests":[...]}` and `{"responses":[...]}`.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Answer, Answered, Item, Outcome, Part, Refusal, Request, Version};
use crate::odata::json::Json;

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    requests: Vec<Asked<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: serde_json::Map<String, serde_json::Value>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(default)]
    atomicity_group: Option<String>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// The requests of a batch; those of a change set must stand together.
pub fn read(body: &[u8]) -> Result<Vec<Part>, Refusal> {
    let batch: Batch<'_> = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("the batch cannot be read: {error}")))?;
    let mut parts: Vec<Part> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for asked in batch.requests {
        let group = asked.atomicity_group.clone();
        for id in [
            Some(&asked.id),
            group.as_ref().filter(|group| !is_last_group(&parts, group)),
        ] {
            if let Some(id) = id.filter(|id| !ids.insert((*id).clone())) {
                let message =
                    format!("the id {id:?} is there twice; the requests of a change set stand together");
                return Err(Refusal::bad_request(message).about("requests"));
            }
        }
        let item = item(asked)?;
        match (group, parts.last_mut()) {
            (Some(group), Some(Part::Group(Some(name), items))) if *name == group => items.push(item),
            (Some(group), _) => parts.push(Part::Group(Some(group), vec![item])),
            (None, _) => parts.push(Part::Single(item)),
        }
    }
    Ok(parts)
}

fn is_last_group(parts: &[Part], group: &str) -> bool {
    matches!(parts.last(), Some(Part::Group(Some(name), _)) if name == group)
}

fn item(asked: Asked<'_>) -> Result<Item, Refusal> {
    let Asked {
        id,
        method,
        url,
        headers: told,
        body,
        atomicity_group: _,
        depends_on,
    } = asked;
    let about = |message: String| Refusal::bad_request(message).about(format!("requests/{id}"));
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes());
    let method = method.map_err(|_| about("the method is not one".to_owned()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &told {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let header = name
            .parse::<HeaderName>()
            .ok()
            .zip(HeaderValue::from_str(&text).ok());
        let (name, value) = header.ok_or_else(|| about(format!("the header {name} is not one")))?;
        headers.append(name, value);
    }
    let body = body_of(&headers, body).map_err(about)?;
    Ok(Item {
        request: Request {
            method,
            path: url,
            query: String::new(),
            headers,
            body,
        },
        id: Some(id),
        depends_on,
    })
}

/// JSON is there as it is, text as a string, all else as base64url.
fn body_of(headers: &HeaderMap, body: Option<&RawValue>) -> Result<Bytes, String> {
    let Some(body) = body else {
        return Ok(Bytes::new());
    };
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.unwrap_or("application/json").to_ascii_lowercase();
    if kind.starts_with("application/json") {
        return Ok(Bytes::copy_from_slice(body.get().as_bytes()));
    }
    let text: String =
        serde_json::from_str(body.get()).map_err(|_| "the body is to be a string".to_owned())?;
    if kind.starts_with("text/") {
        return Ok(Bytes::from(text));
    }
    let bytes = URL_SAFE
        .decode(text)
        .map_err(|_| "the body is to be base64url".to_owned())?;
    Ok(Bytes::from(bytes))
}

/// The answers of a batch.
pub fn write(outcomes: Vec<Outcome>, version: Version) -> Answer {
    let mut json = Json::new(false);
    json.raw("{\"responses\":[");
    for outcome in outcomes {
        match outcome {
            Outcome::Single(answered) => write_one(&mut json, &answered),
            Outcome::Group(each) | Outcome::Refused(_, each) => {
                for answered in &each {
                    write_one(&mut json, answered);
                }
            }
        }
    }
    json.raw("]}");
    Answer::of(StatusCode::OK, version, "application/json", json.into_text())
}

fn write_one(json: &mut Json, answered: &Answered) {
    let Answered { id, group, answer } = answered;
    json.separate();
    json.raw("{");
    for (name, value) in [("id", id), ("atomicityGroup", group)] {
        if let Some(value) = value {
            json.member(name);
            json.string(value);
        }
    }
    json.member("status");
    json.raw(&answer.status.as_u16().to_string());
    json.member("headers");
    json.raw("{");
    for (name, value) in answer.shown_headers() {
        json.member(name);
        json.string(value);
    }
    json.raw("}");
    if !answer.body.is_empty() {
        json.member("body");
        let kind = answer.headers.get(CONTENT_TYPE);
        let text = String::from_utf8_lossy(&answer.body);
        if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            json.raw(&text);
        } else {
            json.string(&text);
        }
    }
    json.raw("}");
}
