//! Imports and a person at the same sheet at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{id, in_time, over};
use crate::support::client::Client;
use crate::support::server::TestServer;

const IMPORTS: u32 = 1_000;
const SHEET: &str = "id rowVersion lines { id orderNumber task { name } cells { id date hours } }";

async fn ask(client: &Client, document: &str, variables: Value) -> Value {
    let mut answer = client.graphql(document, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].take()
}

/// Sends one booking whose hours tell which it is, and does not wait for it.
async fn send(client: &Client, user: &str, number: u32) -> Value {
    let hours = format!("{}.{number:04}", 1 + number % 7);
    let row = json!({ "externalId": "a", "userId": user, "projectCode": "P1", "date": "2024-03-04", "hours": hours });
    let request = client.request(Method::POST, "/sync/time-entries");
    let request = request
        .header("content-type", "application/x-ndjson")
        .body(row.to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    answer.json().await.unwrap()
}

/// The hours of the cell on this date.
fn hours_of(sheet: &Value, date: &str) -> String {
    let lines = sheet["lines"].as_array().unwrap();
    let mut cells = lines.iter().flat_map(|line| line["cells"].as_array().unwrap());
    let cell = cells.find(|cell| cell["date"] == date).unwrap();
    cell["hours"].as_str().unwrap().to_owned()
}

/// The sheet's one line with other hours on Tuesday.
fn with_tuesday(sheet: &Value, hours: &str) -> Value {
    let line = &sheet["lines"][0];
    let cells = line["cells"].as_array().unwrap().iter();
    let mut cells: Vec<Value> = cells
        .filter(|cell| cell["date"] != "2024-03-05")
        .cloned()
        .collect();
    cells.push(json!({ "date": "2024-03-05", "hours": hours }));
    json!({ "id": sheet["id"], "rowVersion": sheet["rowVersion"], "lines": [{ "id": line["id"], "cells": cells }] })
}

/// Saves as often as it can until it is told to stop: how often it was taken, and what it saved last.
async fn person(client: Client, sheet: Value, stop: Arc<AtomicBool>) -> (u32, String) {
    let document = format!(
        "mutation ($input: SaveTimesheetInput!) {{ saveTimesheet(input: $input) {{
            timesheet {{ {SHEET} }} conflict {{ timesheet {{ {SHEET} }} }} faults {{ message }} }} }}"
    );
    let (mut sheet, mut saved, mut last) = (sheet, 0, String::new());
    while !stop.load(Ordering::Relaxed) || saved == 0 {
        let hours = format!("1.{saved:04}");
        let input = with_tuesday(&sheet, &hours);
        let mut told = ask(&client, &document, json!({ "input": input })).await["saveTimesheet"].take();
        assert_eq!(told["faults"], json!([]));
        if told["timesheet"].is_null() {
            // What the person saved before must be there still.
            sheet = told["conflict"]["timesheet"].take();
            if saved > 0 {
                assert_eq!(hours_value(&hours_of(&sheet, "2024-03-05")), hours_value(&last));
            }
        } else {
            sheet = told["timesheet"].take();
            (saved, last) = (saved + 1, hours);
        }
    }
    (saved, last)
}

fn hours_value(text: &str) -> punchcard::domain::hours::Hours {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn i13_nothing_is_lost_when_a_person_saves_beside_a_thousand_imports() {
    let server = TestServer::start().await;
    let admin = server.client();
    let project = "mutation { saveProject(input: {name: \"Website\", code: \"P1\", billingType: FIXED_BID}) { project { id } } }";
    ask(&admin, project, json!({})).await;
    let me = ask(&admin, "{ me { id } }", json!({})).await;
    let me = me["me"]["id"].as_str().unwrap();
    over(&admin, &id(&send(&admin, me, 0).await)).await;
    let read = format!(
        "query ($user: UUID!) {{ timesheetByPeriod(userId: $user, date: \"2024-03-04\") {{ {SHEET} }} }}"
    );
    let sheet = ask(&admin, &read, json!({ "user": me })).await["timesheetByPeriod"].take();

    let stop = Arc::new(AtomicBool::new(false));
    let saving = tokio::spawn(person(server.client(), sheet, Arc::clone(&stop)));
    let mut last = Value::Null;
    for number in 1..=IMPORTS {
        last = send(&admin, me, number).await;
    }
    let done = in_time(over(&admin, &id(&last))).await;
    stop.store(true, Ordering::Relaxed);
    let (saved, last_saved) = saving.await.unwrap();
    assert_eq!(done["state"], "SUCCEEDED", "{done}");
    assert!(saved > 10, "{saved} saves came through");
    let sheet = ask(&admin, &read, json!({ "user": me })).await["timesheetByPeriod"].take();
    let imported = format!("{}.{IMPORTS:04}", 1 + IMPORTS % 7);
    assert_eq!(
        hours_value(&hours_of(&sheet, "2024-03-04")),
        hours_value(&imported)
    );
    assert_eq!(
        hours_value(&hours_of(&sheet, "2024-03-05")),
        hours_value(&last_saved)
    );
    let failed = ask(
        &admin,
        "{ syncJobs(filter: {state: {ne: SUCCEEDED}}) { totalCount } }",
        json!({}),
    )
    .await;
    assert_eq!(failed["syncJobs"]["totalCount"], 0);
}
