//! What people do with the product, from the first request to the last, over real HTTP.

use serde_json::{Value, json};

use crate::support::client::Client;

mod opening;

/// The data of an answer without errors.
async fn data(client: &Client, document: &str, variables: Value) -> Value {
    let answer = client.graphql(document, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"].clone()
}

/// Opens the caller's sheet of a date.
async fn open(client: &Client, date: &str) -> Value {
    let document = "mutation Open($date: Date!) { openTimesheet(date: $date) {
        timesheet { id rowVersion dateFrom dateTo userId schedule { date hours } } faults { path code message } } }";
    let opened = data(client, document, json!({ "date": date })).await;
    assert_eq!(opened["openTimesheet"]["faults"], json!([]), "{opened:#}");
    opened["openTimesheet"]["timesheet"].clone()
}
