//! Booking hours: a sheet is saved as a whole, on the version that one saw.

use axum::http::Method;
use futures_util::future::join_all;
use punchcard::config::Settings;
use serde_json::{Value, json};

use super::{bookable_project, data, one_line, open, save, stored};
use crate::support::client::Client;
use crate::support::server::{Folder, TestServer};

async fn demo() -> TestServer {
    let folder = Folder::empty();
    let settings = Settings {
        demo: true,
        ..Settings::over(folder.data())
    };
    TestServer::start_with(folder, settings).await
}

#[tokio::test]
async fn a_week_is_opened_booked_read_back_and_copied() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    assert_eq!(
        sheet["schedule"].as_array().unwrap().len(),
        7,
        "M4: one entry a date"
    );
    let project = bookable_project(&client, &sheet).await;
    let saved = save(
        &client,
        &sheet,
        &sheet["rowVersion"],
        one_line(&sheet, &project, "7.12345"),
    )
    .await;
    assert_eq!(saved["timesheet"]["totalHours"], "7.12345", "{saved:#}");
    let read = stored(&client, &sheet).await;
    assert_eq!(read["rowVersion"], saved["timesheet"]["rowVersion"]);
    assert_eq!(read["lines"][0]["cells"][0]["comment"], "Review");
    let sums =
        ["billableHours", "nonBillableHours"].map(|sum| read[sum].as_str().unwrap().parse::<f64>().unwrap());
    assert!((sums[0] + sums[1] - 7.12345).abs() < 1e-9, "M1: {read:#}");

    let next = open(&client, "2027-03-10").await;
    let copy = "mutation Copy($id: UUID!) { copyLinesFromPrevious(id: $id, mode: ROWS_AND_HOURS) {
        timesheet { rowVersion totalHours lines { project { id } cells { date hours } } } } }";
    let once = data(&client, copy, json!({ "id": next["id"] })).await;
    assert_eq!(
        once["copyLinesFromPrevious"]["timesheet"]["totalHours"],
        "7.12345"
    );
    let twice = data(&client, copy, json!({ "id": next["id"] })).await;
    assert_eq!(once, twice, "twice adds nothing twice, and takes no version");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_of_two_savers_with_one_version_one_wins_and_the_other_gets_the_current_sheet() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    let project = bookable_project(&client, &sheet).await;
    let mut version = sheet["rowVersion"].clone();
    for round in 0..20 {
        let savers = ["1", "2"].map(|hours| {
            let (client, sheet, version) = (server.client(), &sheet, &version);
            let lines = one_line(sheet, &project, hours);
            async move { save(&client, sheet, version, lines).await }
        });
        let outcomes = join_all(savers).await;
        let winners: Vec<&Value> = outcomes
            .iter()
            .filter(|outcome| outcome["timesheet"].is_object())
            .collect();
        let losers: Vec<&Value> = outcomes
            .iter()
            .filter(|outcome| outcome["conflict"].is_object())
            .collect();
        assert_eq!(
            (winners.len(), losers.len()),
            (1, 1),
            "round {round}: {outcomes:#?}"
        );
        let (won, conflict) = (&winners[0]["timesheet"], &losers[0]["conflict"]);
        assert_eq!(conflict["rowVersion"], won["rowVersion"]);
        assert_eq!(conflict["timesheet"]["totalHours"], won["totalHours"]);
        version = won["rowVersion"].clone();
        assert_eq!(
            stored(&client, &sheet).await["totalHours"],
            won["totalHours"],
            "nothing of the loser is stored"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn s15_a_faulty_save_reports_every_fault_and_changes_nothing() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    let project = bookable_project(&client, &sheet).await;
    let saved = save(
        &client,
        &sheet,
        &sheet["rowVersion"],
        one_line(&sheet, &project, "4"),
    )
    .await;
    let before = stored(&client, &sheet).await;
    let date = sheet["dateFrom"].clone();
    let lines = json!([
        { "orderNumber": 1, "projectId": project, "cells": [{ "date": date, "hours": "25" }, { "date": date, "hours": "1" }] },
        { "orderNumber": 3, "projectId": "01890a5d-ac96-774b-bcce-b302099a8057", "cells": [{ "date": "2027-04-01", "hours": "1" }] },
    ]);
    let refused = save(&client, &sheet, &saved["timesheet"]["rowVersion"], lines).await;
    assert_eq!(
        (&refused["timesheet"], &refused["conflict"]),
        (&Value::Null, &Value::Null)
    );
    let faults = refused["faults"].as_array().unwrap();
    let codes: Vec<&str> = faults
        .iter()
        .map(|fault| fault["code"].as_str().unwrap())
        .collect();
    for code in [
        "ORDER_NUMBERS",
        "OUT_OF_RANGE",
        "DUPLICATE",
        "UNKNOWN_REFERENCE",
        "OUTSIDE_PERIOD",
    ] {
        assert!(codes.contains(&code), "{code} in {faults:#?}");
    }
    assert!(
        faults
            .iter()
            .any(|fault| fault["path"] == "lines[0].cells[0].hours"),
        "{faults:#?}"
    );
    assert_eq!(stored(&client, &sheet).await, before);
    server.stop().await;
}

#[tokio::test]
async fn an_object_of_which_everything_is_left_out_is_empty_but_there() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    let query = "query Sheet($id: UUID!, $all: Boolean!) {
        me { name @include(if: $all) }
        timesheet(id: $id) { user { id @skip(if: true) ... @include(if: $all) { name } } name @include(if: $all) }
        timesheets(first: 1) { nodes { id @include(if: $all) } }
    }";
    for _ in 0..2 {
        let read = data(&client, query, json!({ "id": sheet["id"], "all": false })).await;
        let bare = r#"{"me":{},"timesheet":{"user":{}},"timesheets":{"nodes":[{}]}}"#;
        assert_eq!(read.to_string(), bare);
    }
    let read = data(&client, query, json!({ "id": sheet["id"], "all": true })).await;
    assert_eq!(read["me"]["name"], read["timesheet"]["user"]["name"]);
    assert!(read["timesheet"]["name"].is_string());
    assert!(read["timesheets"]["nodes"][0]["id"].is_string());
}

#[tokio::test]
async fn saves_in_one_operation_each_take_their_input_from_a_variable_or_a_literal() {
    let server = demo().await;
    let client = server.client();
    let (sheet, next) = (
        open(&client, "2027-03-03").await,
        open(&client, "2027-03-10").await,
    );
    let named = |sheet: &Value, name: &str| json!({ "id": sheet["id"], "rowVersion": sheet["rowVersion"], "name": name });
    let outcome = "{ timesheet { name } conflict { timesheet { name } } }";
    let both = format!(
        "mutation Both($one: SaveTimesheetInput!, $other: SaveTimesheetInput!) {{
            first: saveTimesheet(input: $one) {outcome}
            second: saveTimesheet(input: $other) {outcome}
            again: saveTimesheet(input: $one) {outcome}
            literal: saveTimesheet(input: {{ id: {}, rowVersion: {}, name: \"Mine\" }}) {outcome} }}",
        sheet["id"], sheet["rowVersion"]
    );
    let wrong = json!({ "one": named(&sheet, "One"), "other": [named(&next, "Other")] });
    let answer = client.graphql(&both, wrong).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["variable"], "other",
        "{answer:#}"
    );
    assert_eq!(
        stored(&client, &sheet).await["rowVersion"],
        sheet["rowVersion"],
        "nothing ran"
    );

    let right = json!({ "one": named(&sheet, "One"), "other": named(&next, "Other") });
    let saved = data(&client, &both, right).await;
    let changed = json!({ "timesheet": null, "conflict": { "timesheet": { "name": "One" } } });
    assert_eq!(
        saved,
        json!({
            "first": { "timesheet": { "name": "One" }, "conflict": null },
            "second": { "timesheet": { "name": "Other" }, "conflict": null },
            "again": changed,
            "literal": changed,
        })
    );
    server.stop().await;
}

#[tokio::test]
async fn s15_a_save_is_the_same_wherever_the_variable_stands_in_the_request() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    let document = json!(
        "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
            timesheet { name } conflict { timesheet { name } } faults { path code } } }"
    );
    let named =
        |version: &Value, name: Value| json!({ "id": sheet["id"], "rowVersion": version, "name": name });
    for (input, expected) in [
        (named(&json!("AAAAAAAAAAE="), json!("Mine")), "\"conflict\":{"),
        (named(&sheet["rowVersion"], json!("x".repeat(401))), "TOO_LONG"),
        (named(&sheet["rowVersion"], json!(7)), "BAD_USER_INPUT"),
        (
            json!({ "id": sheet["id"], "rowVersion": sheet["rowVersion"], "color": "red" }),
            "BAD_USER_INPUT",
        ),
        (json!(null), "BAD_USER_INPUT"),
    ] {
        let mut answers = Vec::new();
        for body in [
            format!(r#"{{"query":{document},"variables":{{"input":{input}}}}}"#),
            format!(r#"{{"operationName":"Save","query":{document},"variables":{{"input":{input}}}}}"#),
            format!(r#"{{"variables":{{"input":{input}}},"query":{document}}}"#),
            format!(r#"{{"query":{document},"variables":{{"input":{input}}},"extensions":{{}}}}"#),
        ] {
            answers.push(posted(&client, body).await);
        }
        assert!(answers[0].contains(expected), "{}", answers[0]);
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{input}: {answers:#?}"
        );
    }
    let input = named(&sheet["rowVersion"], json!("Mine"));
    let cut = format!(r#"{{"query":{document},"variables":{{"input":{input}}}"#);
    assert!(posted(&client, cut).await.contains("BAD_REQUEST"));
    let unchanged = stored(&client, &sheet).await;
    assert_eq!(unchanged["rowVersion"], sheet["rowVersion"], "nothing ran");
    server.stop().await;
}

async fn posted(client: &Client, body: String) -> String {
    let request = client.request(Method::POST, "/graphql");
    let request = request.header("content-type", "application/json").body(body);
    request.send().await.unwrap().text().await.unwrap()
}
