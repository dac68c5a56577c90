//! The conformance section of OData 4.01, Part 1, clause by clause: section 13.1 (4.0) and 13.2 (4.01), each
//! with its minimal, intermediate and advanced level. A test's name has the level and the number; what
//! the clause says is to be read there. What is not offered is held to be said so.

use serde_json::Value;

use super::{booked, demo, get};
use crate::support::client::Client;
use crate::support::server::TestServer;

mod advanced;
mod advanced401;
mod intermediate;
mod intermediate401;
mod minimal;
mod minimal401;
mod updatable;

/// The demo company, and its administrator.
async fn served() -> (TestServer, Client) {
    let server = demo().await;
    let client = server.client();
    (server, client)
}

/// The rows of a list.
async fn rows(client: &Client, path: &str) -> Vec<Value> {
    get(client, path).await.rows()
}

async fn number(client: &Client, path: &str) -> usize {
    let answer = get(client, path).await;
    answer
        .text
        .parse()
        .unwrap_or_else(|_| panic!("{path}: {answer:?}"))
}

async fn status(client: &Client, path: &str) -> u16 {
    get(client, path).await.status.as_u16()
}

/// What two levels ask of `$count` behind collections of entities and of complex values.
async fn count_is_a_segment() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for (collection, expected) in [("timeSheetLines", 1), ("schedule", 7)] {
        let path = format!("TimeSheets({sheet})/{collection}/$count");
        assert_eq!(number(&client, &path).await, expected, "{collection}");
    }
}

/// `$metadata` in JSON: what the schema has.
async fn schema(client: &Client) -> Value {
    get(client, "$metadata?$format=json").await.good()["WP"].clone()
}

#[test]
fn every_clause_has_its_test() {
    let sections = [
        (
            "v40_minimal",
            33,
            [
                include_str!("conformance/minimal.rs"),
                include_str!("conformance/updatable.rs"),
            ],
        ),
        (
            "v40_intermediate",
            17,
            [include_str!("conformance/intermediate.rs"), ""],
        ),
        ("v40_advanced", 16, [include_str!("conformance/advanced.rs"), ""]),
        (
            "v401_minimal",
            27,
            [
                include_str!("conformance/minimal401.rs"),
                include_str!("conformance/updatable.rs"),
            ],
        ),
        (
            "v401_intermediate",
            11,
            [include_str!("conformance/intermediate401.rs"), ""],
        ),
        (
            "v401_advanced",
            10,
            [include_str!("conformance/advanced401.rs"), ""],
        ),
    ];
    for (level, last, sources) in sections {
        for clause in 1..=last {
            let name = format!("async fn {level}_{clause:02}_");
            assert!(
                sources.iter().any(|source| source.contains(&name)),
                "there is no test {name}"
            );
        }
    }
}
