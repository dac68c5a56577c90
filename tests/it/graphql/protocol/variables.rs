//! Variables and literals: what is coerced, and that nothing runs when anything does not fit.

use serde_json::{Value, json};

use crate::graphql::toy::{Server, code};

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
        let (status, answer) = server.send(json!({ "query": document })).await;
        assert_eq!(
            (status, code(&answer)),
            (400, "GRAPHQL_VALIDATION_FAILED"),
            "{document}"
        );
        assert!(answer.get("data").is_none());
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
