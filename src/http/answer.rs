//! Answers of the server itself, before or after a face has had its say: in the JSON
//! shape that the callers of each area read.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::area::Area;
use crate::app::Error;

/// How GraphQL over HTTP spells its answers.
const GRAPHQL: &str = "application/graphql-response+json";

/// Refuses with the error's status, code and text.
pub fn refuse(area: Area, error: &Error) -> Response {
    let mut response = fault(area, status(error), error.code(), &error.to_string());
    match error {
        Error::Unauthenticated => {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Error::RateLimited { retry_after_seconds } => {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        _ => {}
    }
    if let Some(cause) = error.cause() {
        tracing::error!(code = error.code(), cause, "a request failed");
    }
    response
}

/// Refuses in the media type that the request prefers.
pub fn refuse_to(area: Area, request: &HeaderMap, error: &Error) -> Response {
    let mut response = refuse(area, error);
    let accepts = request.get(ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
    if area == Area::GraphQl && has(accepts, GRAPHQL.as_bytes()) {
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(GRAPHQL));
    }
    response
}

/// Whether a list of media types has this one.
pub fn has(accepts: &[u8], kind: &[u8]) -> bool {
    accepts
        .windows(kind.len())
        .any(|part| part.eq_ignore_ascii_case(kind))
}

/// An answer of this status: `{"errors":[{"message":...,"extensions":{"code":...}}]}` where
/// GraphQL is spoken, else `{"error":{"code":...,"message":...}}`.
pub fn fault(area: Area, status: StatusCode, code: &str, message: &str) -> Response {
    let body = match area {
        Area::GraphQl => json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }),
        Area::OData | Area::Admin | Area::Metrics | Area::Sync | Area::Upload | Area::Page => {
            json!({ "error": { "code": code, "message": message } })
        }
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if area == Area::OData {
        response
            .headers_mut()
            .insert("odata-version", HeaderValue::from_static("4.01"));
    }
    response
}

/// An answer of plain text.
pub fn text(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The status that a refusal has over plain HTTP.
pub const fn status(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) => StatusCode::BAD_REQUEST,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::VersionConflict { .. }
        | Error::WrongState { .. }
        | Error::RulesBroken(_)
        | Error::Locked(_) => StatusCode::CONFLICT,
        Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unsupported(_) => StatusCode::NOT_IMPLEMENTED,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
