//! The pages: files that the program carries and answers at fixed paths. It knows no API, and has
//! no fallback: a path that is not in the table is somebody else's, or not found.

pub mod asset;

use axum::Router;
use axum::body::Body as ResponseBody;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use asset::{Asset, Body};

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page that needs styles of its own making, which its editor writes while it runs.
const PLAYGROUND: &str = "/graphiql";

/// Files under this path carry a hash of their content in their names.
const HASHED: &str = "/assets/";

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const PLAYGROUND_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Sent with every page and file.
const GUARDS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// One route for every file that the program carries, for GET and HEAD.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    routes(&ASSETS)
}

fn routes<S: Clone + Send + Sync + 'static>(assets: &'static [Asset]) -> Router<S> {
    assets.iter().fold(Router::new(), |router, asset| {
        router.route(
            asset.path,
            get(move |headers: HeaderMap| async move { answer(asset, &headers) }),
        )
    })
}

fn answer(asset: &'static Asset, request: &HeaderMap) -> Response {
    let mut response = if is_known(asset.tag, request) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match asset.body.encoded_for(&listed(request, &header::ACCEPT_ENCODING)) {
            Ok((bytes, encoding)) => content(asset, bytes.into(), encoding),
            Err(error) => {
                tracing::error!(path = asset.path, %error, "an embedded file is damaged");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    };
    let headers = response.headers_mut();
    headers.extend(GUARDS);
    headers.insert(header::ETAG, HeaderValue::from_static(asset.tag));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_hashed = asset.path.starts_with(HASHED);
    let lifetime = if is_hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    let policy = if asset.path == PLAYGROUND {
        PLAYGROUND_POLICY
    } else {
        POLICY
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn content(asset: &'static Asset, body: ResponseBody, encoding: Option<&'static str>) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether the client has this version: `If-None-Match` compares weakly.
fn is_known(tag: &str, request: &HeaderMap) -> bool {
    let opaque = tag.trim_start_matches("W/");
    listed(request, &header::IF_NONE_MATCH)
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == opaque)
}

/// A list header's values as one, since a list may be sent in several lines.
fn listed(request: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<&str> = request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    values.join(",")
}

#[cfg(test)]
mod tests;
