//! Documents and variables that are made to do harm: each is refused in well under a second.

use serde_json::{Value, json};

use crate::graphql::toy::{Effort, Server, code};

/// Sends, and insists on a quick answer.
async fn quickly(server: &Server, params: Value) -> (u16, Value) {
    let effort = Effort::begin();
    let answer = server.send(params).await;
    effort.was_small();
    answer
}

/// The texts of `count` repetitions, one behind the other.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().concat()
}

async fn refused(server: &Server, document: &str) -> String {
    let (status, answer) = quickly(server, json!({ "query": document })).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer.get("data").is_none());
    code(&answer).to_owned()
}

/// Documents that ask for too much, each in its own way.
fn too_much() -> Vec<(&'static str, String)> {
    let twice = |n| {
        format!(
            "fragment F{n} on Person {{ a: friend {{ ...F{0} }} b: friend {{ ...F{0} }} }} ",
            n + 1
        )
    };
    let bomb = each(30, twice);
    let inner = "name ".repeat(900);
    let many = each(900, |n| format!("f{n}: friend {{ ...I }} "));
    let link = |n| {
        format!(
            "fragment C{n} on Query {{ {} ...C{} {} }} ",
            "... { ".repeat(60),
            n + 1,
            "} ".repeat(60)
        )
    };
    let operations = each(1_000, |n| format!("query Q{n} {{ ...F }} "));
    vec![
        (
            "bomb",
            format!("{{ me {{ ...F0 }} }} {bomb} fragment F30 on Person {{ name }}"),
        ),
        (
            "aliases",
            format!("{{ {} }}", each(10_000, |n| format!("a{n}: __typename "))),
        ),
        (
            "depth",
            format!(
                "{{ me {{ {}name{} }} }}",
                "friend { ".repeat(200),
                " }".repeat(200)
            ),
        ),
        (
            "shallower",
            format!("{{ me {{ {}name{} }} }}", "friend { ".repeat(20), " }".repeat(20)),
        ),
        ("nest", "{a".repeat(50_000)),
        ("lists", format!("{{ grid(grid: {}", "[".repeat(50_000))),
        ("objects", format!("{{ line(line: {}", "{below:".repeat(50_000))),
        ("types", format!("query($v: {}", "[".repeat(50_000))),
        (
            "work",
            format!("{{ me {{ {many} }} }} fragment I on Person {{ {inner} }}"),
        ),
        (
            "operations",
            format!(
                "{operations} fragment F on Query {{ {} }}",
                "saves ".repeat(4_000)
            ),
        ),
        (
            "chain",
            format!("{{ ...C0 }} {} fragment C90 on Query {{ saves }}", each(90, link)),
        ),
        (
            "page",
            "{ people(first: 1000) { friends(first: 1000) { name } } }".to_owned(),
        ),
        ("huge", format!("{{ number # {}\n}}", "x".repeat(300_000))),
        (
            "introspection",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".to_owned(),
        ),
    ]
}

#[tokio::test]
async fn documents_that_ask_for_too_much_are_refused_quickly_and_do_no_harm() {
    let server = Server::start().await;
    for (name, document) in too_much() {
        assert_eq!(refused(&server, &document).await, "LIMIT_EXCEEDED", "{name}");
    }
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}

#[tokio::test]
async fn documents_with_many_faults_are_refused_quickly_and_do_no_harm() {
    let server = Server::start().await;
    let cycle = "{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }";
    let unused = each(1_000, |n| format!("fragment U{n} on Person {{ name }} "));
    for (name, document) in [
        ("cycle", cycle.to_owned()),
        ("unused", format!("{{ saves }} {unused}")),
        (
            "differing",
            format!("{{ {} }}", each(1_500, |n| format!("x: number(number: {n}) "))),
        ),
        (
            "undefined",
            format!("{{ {} }}", each(4_000, |n| format!("u{n} "))),
        ),
        (
            "arguments",
            format!("{{ number({}) }}", "number: 1 ".repeat(3_000)),
        ),
        (
            "members",
            format!(
                "{{ line(line: {{ date: \"2024-01-01\" {} }}) }}",
                "weight: 1 ".repeat(3_000)
            ),
        ),
    ] {
        assert_eq!(
            refused(&server, &document).await,
            "GRAPHQL_VALIDATION_FAILED",
            "{name}"
        );
    }
    for garbage in [
        "",
        "{",
        "}",
        "\u{0}",
        "{ a(b: ",
        "query {",
        "{ \"",
        "{ ...",
        "@",
        "fragment on on on { a }",
    ] {
        assert_eq!(
            refused(&server, garbage).await,
            "GRAPHQL_PARSE_FAILED",
            "{garbage}"
        );
    }
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}

#[tokio::test]
async fn hostile_variables_are_refused_quickly_and_do_no_harm() {
    let server = Server::start().await;
    let query = r#""query":"query($g: [[Int!]!]!) { grid(grid: $g) }""#;
    for (name, open, close) in [("lists", "[", "]"), ("objects", "{\"a\":", "}")] {
        let nest = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        let body = format!("{{{query},\"variables\":{{\"g\":{nest}}}}}");
        let effort = Effort::begin();
        let response = server.post().body(body).send().await.unwrap();
        effort.was_small();
        assert_eq!(response.status(), 400, "{name}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(code(&answer), "BAD_REQUEST");
    }
    let wide: Vec<i32> = vec![0; 100_000];
    let (status, _) = quickly(
        &server,
        json!({ "query": "query($l: Line!) { line(line: $l) }", "variables": { "l": wide } }),
    )
    .await;
    assert_eq!(status, 400);
    let bad: Vec<&str> = vec!["x"; 50_000];
    let params = json!({ "query": "query($g: [[Int!]!]!) { grid(grid: $g) }", "variables": { "g": bad } });
    let (_, answer) = quickly(&server, params).await;
    assert_eq!(
        answer["errors"].as_array().unwrap().len(),
        20,
        "faults are counted, not all told"
    );
    assert_eq!(server.ask("{ saves }").await, json!({ "data": { "saves": 0 } }));
}
