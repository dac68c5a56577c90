//! GraphQL over HTTP: methods, media types, statuses, bodies and event streams.

use punchcard::graphql::session::Ended;
use reqwest::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};

use crate::graphql::toy::{Effort, SHORT_TOKEN, Server, TOKEN, code};

fn content_type(headers: &HeaderMap) -> &str {
    headers[CONTENT_TYPE].to_str().unwrap()
}

#[tokio::test]
async fn anonymous_callers_get_nothing_introspection_included() {
    let server = Server::start().await;
    for body in [
        r#"{"query":"{ saves }"}"#,
        r#"{"query":"{ __typename }"}"#,
        "nonsense",
    ] {
        let request = server
            .http
            .post(&server.url)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(code(&response.json().await.unwrap()), "UNAUTHENTICATED");
    }
    let response = server
        .http
        .get(&server.url)
        .bearer_auth("unknown")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn the_status_tells_under_the_newer_type_and_not_under_json() {
    let server = Server::start().await;
    for (query, newer, legacy) in [
        ("{ saves }", 200, 200),
        ("{", 400, 200),
        ("{ unknown }", 400, 200),
        ("query($d: Date!) { line(line: { date: $d }) }", 400, 200),
        ("{ me { shattered } }", 200, 200),
    ] {
        for (accept, expected) in [
            ("application/graphql-response+json", newer),
            ("application/json", legacy),
        ] {
            let body = json!({ "query": query }).to_string();
            let request = server
                .http
                .post(&server.url)
                .bearer_auth(TOKEN)
                .header(ACCEPT, accept);
            let response = request
                .header(CONTENT_TYPE, "application/json")
                .body(body)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), expected, "{query} {accept}");
            assert_eq!(
                content_type(response.headers()),
                format!("{accept}; charset=utf-8")
            );
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
    }
}

#[tokio::test]
async fn only_json_bodies_are_executed() {
    let server = Server::start().await;
    for (kind, body) in [
        ("text/plain", r#"{"query":"mutation { save }"}"#),
        ("application/x-www-form-urlencoded", "query=mutation{save}"),
        ("application/graphql", "mutation { save }"),
        (
            "application/json; charset=latin1",
            r#"{"query":"mutation { save }"}"#,
        ),
    ] {
        let request = server
            .http
            .post(&server.url)
            .bearer_auth(TOKEN)
            .header(CONTENT_TYPE, kind);
        let response = request.body(body).send().await.unwrap();
        assert_eq!(response.status(), 415, "{kind}");
    }
    let untyped = server
        .http
        .post(&server.url)
        .bearer_auth(TOKEN)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(untyped.status(), 415);
    let multipart = server
        .post()
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body("--x--");
    assert_eq!(multipart.send().await.unwrap().status(), 415);
    assert_eq!(server.saves(), 0);
}

#[tokio::test]
async fn get_reads_and_never_changes() {
    let server = Server::start().await;
    let get = |pairs: &[(&str, &str)]| {
        server
            .http
            .get(&server.url)
            .bearer_auth(TOKEN)
            .query(pairs)
            .send()
    };
    let response = get(&[("query", "{ saves }")]).await.unwrap();
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({ "data": { "saves": 0 } })
    );
    let both = "query A { a: saves } mutation B { save }";
    let response = get(&[("query", both), ("operationName", "A")]).await.unwrap();
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({ "data": { "a": 0 } })
    );
    for pairs in [
        vec![("query", both), ("operationName", "B")],
        vec![("query", "mutation { save }")],
    ] {
        let response = get(&pairs).await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[ALLOW], "POST");
    }
    let response = get(&[
        ("query", "query($g: [[Int!]!]!) { grid(grid: $g) }"),
        ("variables", r#"{"g":[[1]]}"#),
    ]);
    assert_eq!(
        response.await.unwrap().json::<Value>().await.unwrap()["data"]["grid"],
        json!([[1]])
    );
    for pairs in [
        vec![],
        vec![("query", "{ saves }"), ("variables", "[")],
        vec![("query", "")],
    ] {
        let response = get(&pairs).await.unwrap();
        assert!(response.status() == 400 || pairs == [("query", "")], "{pairs:?}");
    }
    let method = reqwest::Method::PUT;
    let response = server
        .http
        .request(method, &server.url)
        .bearer_auth(TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()[ALLOW]),
        (405, &"GET, POST".parse().unwrap())
    );
    assert_eq!(server.saves(), 0);
}

#[tokio::test]
async fn what_cannot_be_answered_is_not_acceptable() {
    let server = Server::start().await;
    let post = |accept: &str, query: &str| {
        let request = server
            .http
            .post(&server.url)
            .bearer_auth(TOKEN)
            .header(ACCEPT, accept);
        request
            .header(CONTENT_TYPE, "application/json")
            .body(json!({ "query": query }).to_string())
            .send()
    };
    assert_eq!(post("text/html", "{ saves }").await.unwrap().status(), 406);
    let response = post("application/json", "subscription { count(to: 1) }")
        .await
        .unwrap();
    assert_eq!(response.status(), 406);
    assert_eq!(
        post("text/html", "mutation { save }").await.unwrap().status(),
        406
    );
    assert_eq!(server.saves(), 0);
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused_quickly_and_do_no_harm() {
    let server = Server::start().await;
    let batch = format!("[{}]", vec![r#"{"query":"mutation { save }"}"#; 10_000].join(","));
    for (name, body) in [
        ("batch", batch.into_bytes()),
        ("invalid", b"{\"query\":\"{ saves \xff }\"}".to_vec()),
        ("marked", b"\xef\xbb\xbf{\"query\":\"{ saves }\"}".to_vec()),
        ("nested", "[".repeat(50_000).into_bytes()),
        (
            "deep",
            format!("{{\"query\":\"{{ saves }}\",\"x\":{}", "{\"a\":".repeat(50_000)).into_bytes(),
        ),
        ("empty", Vec::new()),
        ("null", b"null".to_vec()),
        (
            "number",
            b"{\"query\":\"{ saves }\",\"variables\":{\"a\":1e999}}".to_vec(),
        ),
    ] {
        let effort = Effort::begin();
        let response = server.post().body(body).send().await.unwrap();
        effort.was_small();
        assert_eq!(response.status(), 400, "{name}");
        assert_eq!(code(&response.json().await.unwrap()), "BAD_REQUEST", "{name}");
    }
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused_announced_or_not() {
    let server = Server::start().await;
    let large = vec![b' '; 20 * 1024 * 1024];
    let effort = Effort::begin();
    let response = server.post().body(large.clone()).send().await.unwrap();
    effort.was_small();
    assert_eq!(response.status(), 413);
    assert_eq!(code(&response.json().await.unwrap()), "LIMIT_EXCEEDED");
    let pieces = large
        .chunks(65_536)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
        .collect::<Vec<_>>();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    assert_eq!(server.post().body(body).send().await.unwrap().status(), 413);
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}

#[tokio::test]
async fn a_list_of_mutations_ends_even_when_nobody_waits() {
    let server = Server::start().await;
    let body = json!({ "query": "mutation { a: heldSave b: heldSave }" }).to_string();
    let asking = tokio::spawn(server.post().body(body).send());
    server.world.begun.notified().await;
    asking.abort();
    server.world.left.notified().await;
    server.world.held.add_permits(2);
    server.world.done.notified().await;
    server.world.done.notified().await;
    assert_eq!(server.saves(), 2);
}

/// A stream that has begun.
async fn begin(server: &Server, token: &str, query: &str) -> reqwest::Response {
    let request = server
        .http
        .post(&server.url)
        .bearer_auth(token)
        .header(ACCEPT, "text/event-stream");
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .body(json!({ "query": query }).to_string());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(content_type(response.headers()), "text/event-stream");
    response
}

/// The events of a stream, as text, until it ends.
async fn stream(server: &Server, token: &str, query: &str) -> String {
    begin(server, token, query).await.text().await.unwrap()
}

#[tokio::test]
async fn subscriptions_and_queries_come_as_events() {
    let server = Server::start().await;
    let events = stream(&server, TOKEN, "subscription { n: count(to: 2) }").await;
    assert_eq!(
        events,
        "event: next\ndata: {\"data\":{\"n\":1}}\n\nevent: next\ndata: {\"data\":{\"n\":2}}\n\nevent: complete\ndata:\n\n"
    );
    let events = stream(&server, TOKEN, "{ saves }").await;
    assert_eq!(
        events,
        "event: next\ndata: {\"data\":{\"saves\":0}}\n\nevent: complete\ndata:\n\n"
    );
    let events = stream(
        &server,
        TOKEN,
        "subscription { pets { ... on Cat { lives name } } }",
    )
    .await;
    assert!(
        events.starts_with("event: next\ndata: {\"data\":{\"pets\":{\"lives\":9,\"name\":\"Tom\"}}}\n\n"),
        "{events}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_streamed_request_is_an_event() {
    let server = Server::start().await;
    for query in [
        "subscription { unknown }",
        "{",
        "subscription { count(to: \"x\") }",
    ] {
        let events = stream(&server, TOKEN, query).await;
        assert!(events.starts_with("event: next\ndata: {\"errors\":["), "{events}");
        assert!(events.ends_with("event: complete\ndata:\n\n"));
    }
    let pairs = [("query", "subscription { count(to: 1) }")];
    let request = server
        .http
        .get(&server.url)
        .bearer_auth(TOKEN)
        .header(ACCEPT, "text/event-stream")
        .query(&pairs);
    assert!(
        request
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("{\"data\":{\"count\":1}}")
    );
    let pairs = [("query", "mutation { save }")];
    let request = server
        .http
        .get(&server.url)
        .bearer_auth(TOKEN)
        .header(ACCEPT, "text/event-stream")
        .query(&pairs);
    assert_eq!(request.send().await.unwrap().status(), 405);
    assert_eq!(server.saves(), 0);
}

#[tokio::test]
async fn streams_end_with_the_session_and_with_the_server() {
    let server = Server::start().await;
    let events = stream(&server, SHORT_TOKEN, "subscription { silence }").await;
    assert!(
        events.contains("UNAUTHENTICATED") && events.contains("the token has expired"),
        "{events}"
    );
    assert!(events.ends_with("event: complete\ndata:\n\n"));
    let begun = begin(&server, TOKEN, "subscription { silence }").await;
    server.revoke.send_replace(Some(Ended::Revoked));
    let events = begun.text().await.unwrap();
    assert!(events.contains("the token was withdrawn"), "{events}");

    let server = Server::start().await;
    let begun = begin(&server, TOKEN, "subscription { silence }").await;
    server.shutdown.send_replace(true);
    let events = begun.text().await.unwrap();
    assert_eq!(events, "", "no `complete`, so that the client comes back");
}
