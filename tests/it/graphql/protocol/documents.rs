//! Documents: what is merged, in which order it is answered, and where null goes.

use serde_json::{Value, json};

use crate::graphql::toy::{Server, code};

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
    let answer = server.ask("fragment F on Query { saves }").await;
    assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
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
