//! Documents and variables: what is merged, what is coerced, what is refused, and what it costs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::graphql::toy::{Server, code};

/// Sends and insists on an answer in well under a second, even unoptimized and on a busy machine.
async fn quickly(server: &Server, params: Value) -> (u16, Value) {
    let started = Instant::now();
    let answer = server.send(params).await;
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
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

#[tokio::test]
async fn a_response_key_is_resolved_once() {
    let server = Server::start().await;
    let answer = server
        .ask("mutation { save save ... on Mutation { save } ...F } fragment F on Mutation { save }")
        .await;
    assert_eq!(answer, json!({ "data": { "save": 1 } }));
    assert_eq!(server.saves(), 1);
    let answer = server.ask("mutation { a: save b: save a: save }").await;
    assert_eq!(answer, json!({ "data": { "a": 2, "b": 3 } }));
}

#[tokio::test]
async fn selections_of_one_key_are_joined() {
    let server = Server::start().await;
    let document =
        "{ me { friend { name } ...F friend { ...F } } } fragment F on Person { friend { n: name slow } }";
    let answer = server.ask(document).await;
    let nested = json!({ "name": "Ada's friend", "n": "Ada's friend", "slow": 1,
        "friend": { "n": "Ada's friend's friend", "slow": 1 } });
    assert_eq!(answer, json!({ "data": { "me": { "friend": nested } } }));
}

#[tokio::test]
async fn members_come_in_the_order_of_the_selection() {
    let server = Server::start().await;
    let response = server
        .post()
        .body(r#"{"query":"{ me { slow name a: __typename } saves }"}"#);
    let text = response.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        text,
        r#"{"data":{"me":{"slow":1,"name":"Ada","a":"Person"},"saves":0}}"#
    );
}

#[tokio::test]
async fn fragments_apply_by_type() {
    let server = Server::start().await;
    let document = "{ me { pets { __typename ... on Cat { name lives } ... on Dog { owner { name } ...D } }
        named { ...N } } }
        fragment D on Dog { title: name } fragment N on Named { name ... on Cat { lives } }";
    let answer = server.ask(document).await;
    let pets = json!([
        { "__typename": "Cat", "name": "Tom", "lives": 9 },
        { "__typename": "Dog", "owner": { "name": "Ada" }, "title": "Rex" },
    ]);
    assert_eq!(
        answer,
        json!({ "data": { "me": { "pets": pets, "named": { "name": "Tom", "lives": 9 } } } })
    );
    let answer = server.ask("{ me { pets { ... on Cat { lives } } } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "me": { "pets": [{ "lives": 9 }, {}] } } })
    );
}

#[tokio::test]
async fn conditions_are_decided_before_merging() {
    let server = Server::start().await;
    let document = "query($s: Boolean!, $i: Boolean = true) {
        me { name @skip(if: $s) ... @include(if: $i) { slow } friend @skip(if: true) { name } } }";
    for (variables, me) in [
        (json!({ "s": false }), json!({ "name": "Ada", "slow": 1 })),
        (json!({ "s": true }), json!({ "slow": 1 })),
        (json!({ "s": true, "i": false }), json!({})),
        (json!({ "s": false, "i": false }), json!({ "name": "Ada" })),
        (json!({ "s": false }), json!({ "name": "Ada", "slow": 1 })),
    ] {
        let (_, answer) = server
            .send(json!({ "query": document, "variables": variables }))
            .await;
        assert_eq!(answer, json!({ "data": { "me": me } }), "{variables}");
    }
    assert_eq!(
        server.ask("{ me @skip(if: true) { name } }").await,
        json!({ "data": {} })
    );
    assert_eq!(
        server.ask("mutation { save @skip(if: true) }").await,
        json!({ "data": {} })
    );
    assert_eq!(server.saves(), 0);
    let (status, answer) = server
        .send(json!({ "query": document, "variables": { "s": true, "i": null } }))
        .await;
    assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn null_goes_up_to_where_it_may_stand() {
    let server = Server::start().await;
    let answer = server.ask("{ me { name broken } }").await;
    assert_eq!(answer["data"], json!({ "me": { "name": "Ada", "broken": null } }));
    assert_eq!(answer["errors"][0]["path"], json!(["me", "broken"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    assert_eq!(
        answer["errors"][0]["locations"],
        json!([{ "line": 1, "column": 13 }])
    );
    let answer = server.ask("{ me { broken } }").await;
    assert_eq!(answer["data"], json!({ "me": { "broken": null } }));
    let answer = server
        .ask("{ me { name friend { name shattered } } saves }")
        .await;
    assert_eq!(
        answer["data"],
        json!({ "me": { "name": "Ada", "friend": null }, "saves": 0 })
    );
    let answer = server.ask("{ me { friends { shattered } } saves }").await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn mutations_run_in_turn_and_none_after_one_that_makes_the_answer_null() {
    let server = Server::start().await;
    let answer = server.ask("mutation { a: save stumble b: save }").await;
    assert_eq!(answer["data"], json!({ "a": 1, "stumble": null, "b": 2 }));
    let answer = server.ask("mutation { a: save fail b: save }").await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(server.saves(), 3, "the one behind the failure did not run");
}

#[tokio::test]
async fn a_bad_variable_anywhere_runs_nothing() {
    let server = Server::start().await;
    let document = "mutation($a: UUID, $b: UUID) { a: save(id: $a) b: save(id: $b) }";
    let good = "0190b5a0-0000-7000-8000-000000000000";
    for bad in [json!("0190b5a0"), json!(1), json!([]), json!({}), json!(true)] {
        let (status, answer) = server
            .send(json!({ "query": document, "variables": { "a": good, "b": bad } }))
            .await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{answer}");
        assert!(
            answer["errors"][0]["message"].as_str().unwrap().contains("`$b`"),
            "{answer}"
        );
        assert_eq!(
            answer["errors"][0]["locations"],
            json!([{ "line": 1, "column": 20 }])
        );
    }
    assert_eq!(server.saves(), 0);
    let (_, answer) = server
        .send(json!({ "query": document, "variables": { "a": good, "b": null } }))
        .await;
    assert_eq!(answer, json!({ "data": { "a": 1, "b": 2 } }));
}

#[tokio::test]
async fn a_bad_literal_anywhere_runs_nothing() {
    let server = Server::start().await;
    for document in [
        r#"mutation { a: save b: save(id: "0190b5a0") }"#,
        "mutation { a: save b: save(id: 5) }",
        "mutation { a: save b: save(id: TRUE) }",
        r#"{ line(line: { date: "2023-02-29" }) }"#,
        r#"{ line(line: { date: "2023-02-28", hours: 1.123456 }) }"#,
        r#"{ lines(lines: [{ date: "2023-02-28", below: { date: "x" } }]) }"#,
        r#"query($d: Date = "x") { line(line: { date: $d }) }"#,
        "query($d: Date) { line(line: { date: $d }) }",
        r#"{ pick(pick: { number: 1, text: "a" }) }"#,
        "query($n: Int) { pick(pick: { number: $n }) }",
    ] {
        assert_eq!(
            refused(&server, document).await,
            "GRAPHQL_VALIDATION_FAILED",
            "{document}"
        );
    }
    assert_eq!(server.saves(), 0);
}

const LINE: &str = "query($l: Line!) { line(line: $l) }";
const GRID: &str = "query($g: [[Int!]!]!) { grid(grid: $g) }";
const NUMBER: &str = "query($n: Int = 5) { number(number: $n) }";
const PICK: &str = "query($p: Pick!) { pick(pick: $p) }";
const ID: &str = "query($i: ID!) { byPlainId(id: $i) }";

#[tokio::test]
async fn variables_are_coerced_by_the_specification() {
    let server = Server::start().await;
    let full = json!({ "date": "2024-02-29", "hours": 7.25, "colour": "BLUE", "weight": 5.0,
        "below": { "date": "2024-01-01", "hours": null } });
    let optional = "query($n: Int) { number(number: $n) }";
    let within = "query($w: Int) { line(line: { date: \"2024-01-01\", weight: $w }) }";
    let exact = "{ line(line: { date: \"2024-01-01\", hours: 0.10000 }) }";
    for (document, variables, data) in [
        (
            LINE,
            json!({ "l": { "date": "2024-02-29" } }),
            json!({ "line": "2024-02-29 - - 3 0" }),
        ),
        (
            LINE,
            json!({ "l": full }),
            json!({ "line": "2024-02-29 7.25 blue 5 1" }),
        ),
        (GRID, json!({ "g": 1 }), json!({ "grid": [[1]] })),
        (
            GRID,
            json!({ "g": [[1, 2], 3] }),
            json!({ "grid": [[1, 2], [3]] }),
        ),
        (optional, json!({}), json!({ "number": 7 })),
        (optional, json!({ "n": 1 }), json!({ "number": 1 })),
        (NUMBER, json!({}), json!({ "number": 5 })),
        (within, json!({}), json!({ "line": "2024-01-01 - - 3 0" })),
        (within, json!({ "w": 4 }), json!({ "line": "2024-01-01 - - 4 0" })),
        (ID, json!({ "i": 17 }), json!({ "byPlainId": "17" })),
        ("{ byPlainId(id: 17) }", json!({}), json!({ "byPlainId": "17" })),
        (PICK, json!({ "p": { "text": "a" } }), json!({ "pick": "text a" })),
        (exact, json!({}), json!({ "line": "2024-01-01 0.10000 - 3 0" })),
        ("{ saves }", json!({ "undeclared": [1] }), json!({ "saves": 0 })),
    ] {
        let (_, answer) = server
            .send(json!({ "query": document, "variables": variables }))
            .await;
        assert_eq!(answer, json!({ "data": data }), "{document} {variables}");
    }
}

async fn misfit(server: &Server, document: &str, variables: Value, place: &str) {
    let (status, answer) = server
        .send(json!({ "query": document, "variables": variables }))
        .await;
    assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{answer}");
    let error = &answer["errors"][0];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with(&format!("variable `${place}`: ")),
        "{error}"
    );
    assert_eq!(error["extensions"]["variable"], place);
    assert_eq!(error["locations"], json!([{ "line": 1, "column": 7 }]));
}

#[tokio::test]
async fn variables_that_do_not_fit_are_named_with_their_place() {
    let server = Server::start().await;
    let big = 2_147_483_648_u32;
    for (member, value) in [
        ("date", json!("2023-02-29")),
        ("weight", Value::Null),
        ("weight", json!(big)),
        ("weight", json!("3")),
        ("weight", json!(1.5)),
        ("colour", json!("GREEN")),
        ("colour", json!(1)),
        ("hours", json!(1.123_456)),
        ("hours", json!([1])),
    ] {
        let mut line = json!({ "date": "2024-02-29" });
        line[member] = value;
        misfit(&server, LINE, json!({ "l": line }), &format!("l.{member}")).await;
    }
    let below = json!([{ "date": "2024-01-01" }, { "date": 5 }]);
    for (document, variables, place) in [
        (LINE, json!({}), "l"),
        (LINE, json!({ "l": null }), "l"),
        (LINE, json!({ "l": [{ "date": "2024-02-29" }] }), "l"),
        (LINE, json!({ "l": {} }), "l.date"),
        (LINE, json!({ "l": { "date": "2024-02-29", "extra": 1 } }), "l"),
        (
            LINE,
            json!({ "l": { "date": "2024-02-29", "below": below } }),
            "l.below[1].date",
        ),
        (GRID, json!({ "g": [[1], [2, null]] }), "g[1][1]"),
        (NUMBER, json!({ "n": null }), "n"),
        (PICK, json!({ "p": { "number": 1, "text": "a" } }), "p"),
        (PICK, json!({ "p": { "number": null } }), "p"),
        (ID, json!({ "i": 1.5 }), "i"),
    ] {
        misfit(&server, document, variables, place).await;
    }
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
        let started = Instant::now();
        let response = server.post().body(body).send().await.unwrap();
        assert_eq!(response.status(), 400, "{name}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(code(&answer), "BAD_REQUEST");
        assert!(started.elapsed() < Duration::from_millis(900));
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

#[tokio::test]
async fn pages_weigh_by_the_variables_too() {
    let server = Server::start().await;
    let query = "query($n: Int!, $m: Int) { people(first: $n) { friends(first: $m) { name } } }";
    let (status, answer) = server
        .send(json!({ "query": query, "variables": { "n": 2, "m": 3 } }))
        .await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        answer["data"]["people"][1]["friends"].as_array().unwrap().len(),
        3
    );
    let (_, answer) = server
        .send(json!({ "query": query, "variables": { "n": 1000, "m": 1000 } }))
        .await;
    assert_eq!(code(&answer), "LIMIT_EXCEEDED");
    let (_, answer) = server
        .send(json!({ "query": query, "variables": { "n": 2_147_483_647, "m": 2_147_483_647 } }))
        .await;
    assert_eq!(code(&answer), "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn operations_are_found_by_their_names() {
    let server = Server::start().await;
    let query = "query A { a: saves } query B { b: saves } mutation C { c: save }";
    for (name, data) in [
        ("A", json!({ "a": 0 })),
        ("B", json!({ "b": 0 })),
        ("C", json!({ "c": 1 })),
    ] {
        let (_, answer) = server
            .send(json!({ "query": query, "operationName": name }))
            .await;
        assert_eq!(answer, json!({ "data": data }));
    }
    for name in [Value::Null, json!("D")] {
        let (status, answer) = server
            .send(json!({ "query": query, "operationName": name }))
            .await;
        assert_eq!((status, code(&answer)), (400, "OPERATION_RESOLUTION_FAILURE"));
    }
    assert_eq!(
        refused(&server, "fragment F on Query { saves }").await,
        "GRAPHQL_VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn the_introspection_query_of_the_playground_passes() {
    let server = Server::start().await;
    let answer = server.ask(include_str!("introspection.graphql")).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
    let types = answer["data"]["__schema"]["types"].as_array().unwrap();
    assert!(
        types
            .iter()
            .any(|ty| ty["name"] == "Line" && ty["kind"] == "INPUT_OBJECT")
    );
    assert!(
        !answer.to_string().contains('~'),
        "the front's own names stay unseen"
    );
}
