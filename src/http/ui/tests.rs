//! What a client gets, over a table of its own and over the one that is built in.

use std::io::Write;

use axum::http::{Method, Request};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

const SCRIPT: &str = "/assets/graphiql-1a2b3c.js";

/// A site of four files; what stands for Brotli is any bytes, since nothing here unpacks it.
fn site() -> Router {
    let packed = |plain: &str| Body::packed(b"as brotli", packed(plain).leak());
    let html = "text/html; charset=utf-8";
    let assets = vec![
        Asset {
            path: "/",
            media_type: html,
            tag: "W/\"01\"",
            body: packed("start"),
        },
        Asset {
            path: "/graphiql",
            media_type: html,
            tag: "W/\"02\"",
            body: packed("playground"),
        },
        Asset {
            path: SCRIPT,
            media_type: "text/javascript",
            tag: "W/\"03\"",
            body: packed("script"),
        },
        Asset {
            path: "/mark.svg",
            media_type: "image/svg+xml",
            tag: "W/\"04\"",
            body: Body::Plain(b"mark"),
        },
    ];
    routes(assets.leak())
}

fn packed(plain: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(router: Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router
        .oneshot(request.body(ResponseBody::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

async fn get_from_site(path: &str, headers: &[(&str, &str)]) -> Answer {
    ask(site(), Method::GET, path, headers).await
}

#[tokio::test]
async fn a_file_comes_in_the_encoding_that_the_client_takes() {
    let brotli = get_from_site("/", &[("accept-encoding", "gzip, deflate, br")]).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert_eq!(brotli.body, "as brotli");

    let gzip = get_from_site("/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.body, packed("start"));

    let plain = get_from_site("/", &[]).await;
    assert_eq!(plain.headers.get("content-encoding"), None);
    assert_eq!(plain.body, "start");
    assert_eq!(plain.header("content-type"), "text/html; charset=utf-8");

    for answer in [&brotli, &gzip, &plain] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("etag"), "W/\"01\"");
    }
}

#[tokio::test]
async fn encodings_listed_in_several_lines_all_count() {
    let answer = get_from_site("/", &[("accept-encoding", "deflate"), ("accept-encoding", "br")]).await;
    assert_eq!(answer.header("content-encoding"), "br");
}

#[tokio::test]
async fn a_page_is_asked_for_again_and_a_hashed_file_never() {
    assert_eq!(get_from_site("/", &[]).await.header("cache-control"), "no-cache");
    assert_eq!(
        get_from_site("/mark.svg", &[]).await.header("cache-control"),
        "no-cache"
    );
    let script = get_from_site(SCRIPT, &[]).await;
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    for known in ["W/\"01\"", "\"01\"", "\"00\", W/\"01\"", "*"] {
        let answer = get_from_site("/", &[("if-none-match", known)]).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(answer.body, "");
        assert_eq!(answer.header("etag"), "W/\"01\"");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    let other = get_from_site("/", &[("if-none-match", "W/\"02\"")]).await;
    assert_eq!((other.status, &other.body[..]), (StatusCode::OK, &b"start"[..]));
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let answer = ask(site(), Method::HEAD, "/", &[]).await;
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (StatusCode::OK, "5")
    );
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn other_methods_are_refused() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = ask(site(), method, "/", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "GET,HEAD");
    }
}

#[tokio::test]
async fn a_path_that_is_not_there_is_not_answered_with_a_page() {
    let missing = [
        "/assets/graphiql-000000.js",
        "/nothing",
        "/index.html",
        "/assets/",
        "/graphiql/deeper",
    ];
    let others = [
        "/graphql",
        "/graphql/x",
        "/odata",
        "/odata/x",
        "/health/x",
        "/metrics",
        "/sync/jobs",
    ];
    for path in missing.into_iter().chain(others) {
        let answer = get_from_site(path, &[("accept", "text/html")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body, "");
    }
}

#[tokio::test]
async fn every_file_is_guarded_and_only_the_playground_may_write_styles() {
    for path in ["/", "/graphiql", SCRIPT, "/mark.svg"] {
        let answer = get_from_site(path, &[]).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(
            policy.contains("'unsafe-inline'"),
            path == "/graphiql",
            "{path}: {policy}"
        );
        assert!(
            !policy.contains("unsafe-eval") && !policy.contains("http"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

/// Holds for the real pages and for the placeholder, whichever is built in.
#[tokio::test]
async fn what_is_built_in_answers_and_unpacks() {
    for asset in &ASSETS {
        let answer = ask(router(), Method::GET, asset.path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", asset.path);
        assert!(!answer.body.is_empty(), "{}", asset.path);
        assert_eq!(answer.header("content-type"), asset.media_type);
    }
    for page in ["/", "/graphiql"] {
        let answer = ask(router(), Method::GET, page, &[]).await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let html = str::from_utf8(&answer.body).unwrap();
        assert!(html.contains("Punchcard"));
        let others = html.replace("http://127.0.0.1:8080", "");
        assert!(!others.contains("://"), "{page} names another server");
    }
}
