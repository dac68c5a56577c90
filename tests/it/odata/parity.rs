//! One rule, two faces: the same sheet to the last digit, and the same refusals.

use axum::http::Method;
use serde_json::{Value, json};

use super::{JSON, booked, demo, get, put, send};
use crate::support::client::Client;

mod codes;

/// The sheet over GraphQL.
async fn over_graphql(client: &Client, sheet: &str) -> Value {
    let document = "query Sheet($id: UUID!) { timesheet(id: $id) {
        id rowVersion created isActive dueDate dateFrom dateTo submitted approved name userId departmentId templateId
        billableHours nonBillableHours schedule { date hours }
        editAllowed deleteAllowed submitAllowed forceSubmitAllowed reopenAllowed executeAllowed forceExecuteAllowed
        lines { id created rowVersion orderNumber projectId taskId activityId
            cells { id created date hours comment } } } }";
    let answer = client.graphql(document, json!({ "id": sheet })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["timesheet"].clone()
}

/// Saves over GraphQL; the codes of its faults, errors and conflict.
async fn save_over_graphql(client: &Client, input: &Value) -> Vec<String> {
    let document = "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
        conflict { rowVersion } faults { code } } }";
    let answer = client.graphql(document, json!({ "input": input })).await;
    let mut codes: Vec<String> = Vec::new();
    for error in answer["errors"].as_array().into_iter().flatten() {
        codes.push(error["extensions"]["code"].as_str().unwrap().to_owned());
    }
    let payload = &answer["data"]["saveTimesheet"];
    if payload["conflict"].is_object() {
        codes.push("WpConcurrencyException".to_owned());
    }
    for fault in payload["faults"].as_array().into_iter().flatten() {
        codes.push(fault["code"].as_str().unwrap().to_owned());
    }
    codes.sort();
    codes
}

#[tokio::test]
async fn m5_a_sheet_is_the_same_over_both_faces_to_the_last_digit() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3.12345").await;
    let path = format!("TimeSheets({sheet})?$expand=timeSheetLines($expand=timeAllocations)");
    let exact = [("accept", "application/json;IEEE754Compatible=true")];
    let odata = super::get_with(&client, &path, &exact).await.good();
    let graphql = over_graphql(&client, &sheet).await;
    for name in [
        "id",
        "rowVersion",
        "created",
        "isActive",
        "dueDate",
        "dateFrom",
        "dateTo",
        "submitted",
        "approved",
        "name",
        "userId",
        "departmentId",
        "templateId",
        "editAllowed",
        "deleteAllowed",
        "submitAllowed",
        "forceSubmitAllowed",
        "reopenAllowed",
        "executeAllowed",
        "forceExecuteAllowed",
    ] {
        assert_eq!(odata[name], graphql[name], "{name}");
    }
    let places = |value: &Value, places: usize| {
        let text = value.as_str().unwrap();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}.{fraction:0<places$}")
    };
    for (hours, duration) in [
        ("billableHours", "billableDuration"),
        ("nonBillableHours", "nonBillableDuration"),
    ] {
        assert_eq!(odata[duration], json!(places(&graphql[hours], 5)), "{hours}");
    }
    for (day, other) in odata["schedule"]
        .as_array()
        .unwrap()
        .iter()
        .zip(graphql["schedule"].as_array().unwrap())
    {
        assert_eq!(
            (&day["date"], &day["duration"]),
            (&other["date"], &json!(places(&other["hours"], 2)))
        );
    }
    same_rows(&odata, &graphql);
}

/// The first line and its first cell are the same.
fn same_rows(odata: &Value, graphql: &Value) {
    let (line, other) = (&odata["timeSheetLines"][0], &graphql["lines"][0]);
    for (name, theirs) in [
        ("id", "id"),
        ("created", "created"),
        ("rowVersion", "rowVersion"),
        ("orderNumber", "orderNumber"),
        ("projectId", "projectId"),
        ("projectTaskId", "taskId"),
        ("activityId", "activityId"),
    ] {
        assert_eq!(line[name], other[theirs], "{name}");
    }
    let (cell, other) = (&line["timeAllocations"][0], &other["cells"][0]);
    assert_eq!(cell["duration"], "3.12345");
    for (name, theirs) in [
        ("id", "id"),
        ("created", "created"),
        ("date", "date"),
        ("duration", "hours"),
        ("comments", "comment"),
    ] {
        assert_eq!(cell[name], other[theirs], "{name}");
    }
}

/// What breaks a rule: the rule, a version, and lines in the words of GraphQL. The last two of the ids
/// are of the sheet's own line and of another's.
fn cases(version: &Value, [project, sheet, line, foreign]: [&Value; 4]) -> Vec<(&'static str, Value, Value)> {
    let new = |cells: Value| json!([{ "orderNumber": 0, "projectId": project, "cells": cells }]);
    let cell = |date: &str, hours: &str| json!({ "date": date, "hours": hours });
    vec![
        ("S1", json!("AAAAAAAAAAE="), new(json!([]))),
        (
            "S4",
            version.clone(),
            json!([{ "orderNumber": 1, "projectId": project }]),
        ),
        (
            "S4",
            version.clone(),
            json!([{ "id": line, "orderNumber": 0 }, { "orderNumber": 0, "projectId": project }]),
        ),
        (
            "S6",
            version.clone(),
            json!([{ "id": foreign, "orderNumber": 0, "projectId": project }]),
        ),
        (
            "S6",
            version.clone(),
            json!([{ "id": line, "orderNumber": 0 }, { "id": line, "orderNumber": 1 }]),
        ),
        ("S8", version.clone(), new(json!([cell("2027-04-22", "1")]))),
        (
            "S9",
            version.clone(),
            new(json!([cell("2027-03-22", "1"), cell("2027-03-22", "2")])),
        ),
        ("S10", version.clone(), new(json!([cell("2027-03-22", "25")]))),
        ("S10", version.clone(), new(json!([cell("2027-03-22", "-1")]))),
        (
            "S11",
            version.clone(),
            json!([{ "orderNumber": 0, "projectId": sheet }]),
        ),
        (
            "S11",
            version.clone(),
            json!([{ "orderNumber": 0, "projectId": project, "taskId": sheet }]),
        ),
        (
            "S11",
            version.clone(),
            json!([{ "orderNumber": 0, "projectId": project, "activityId": sheet }]),
        ),
    ]
}

#[tokio::test]
async fn a_refusal_of_one_face_is_the_same_on_the_other() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let (foreign, _) = booked(&client, "2027-03-29", "3").await;
    let read = get(&client, &format!("TimeSheets({sheet})?$expand=timeSheetLines"))
        .await
        .good();
    let line = read["timeSheetLines"][0]["id"].clone();
    let foreign = get(&client, &format!("TimeSheets({foreign})/timeSheetLines"))
        .await
        .rows()[0]["id"]
        .clone();
    let version = read["rowVersion"].clone();
    for (rule, version, lines) in cases(&version, [&json!(project), &json!(sheet), &line, &foreign]) {
        let input = json!({ "id": sheet, "rowVersion": version, "lines": lines });
        let told = save_over_graphql(&client, &input).await;
        assert!(!told.is_empty(), "{rule}: {input}");
        let body = input.to_string();
        let body = body
            .replace("\"lines\"", "\"timeSheetLines\"")
            .replace("\"cells\"", "\"timeAllocations\"")
            .replace("\"hours\"", "\"duration\"")
            .replace("\"taskId\"", "\"projectTaskId\"");
        let answer = put(
            &client,
            &format!("TimeSheets({sheet})"),
            &serde_json::from_str(&body).unwrap(),
        )
        .await;
        let error = answer.json()["error"].clone();
        let mut codes: Vec<String> = match error["code"].as_str().unwrap() {
            "BAD_USER_INPUT" => error["details"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["code"].as_str().unwrap().to_owned())
                .collect(),
            code => vec![code.to_owned()],
        };
        codes.sort();
        assert_eq!(codes, told, "{rule}: {error}");
    }
    let after = get(&client, &format!("TimeSheets({sheet})?$expand=timeSheetLines"))
        .await
        .good();
    assert_eq!(after, read, "S15: no refusal has changed anything");
    let gone = json!({ "id": project, "rowVersion": version, "lines": [] });
    assert_eq!(save_over_graphql(&client, &gone).await, ["NOT_FOUND"]);
    assert_eq!(
        put(&client, &format!("TimeSheets({project})"), &json!({}))
            .await
            .refusal()
            .1,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn what_one_face_writes_the_other_reads() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let read = over_graphql(&client, &sheet).await;
    let input = json!({
        "id": sheet,
        "rowVersion": read["rowVersion"],
        "lines": [{ "orderNumber": 0, "projectId": project,
            "cells": [{ "date": "2027-03-23", "hours": "0.00001", "comment": "Тест \"x\"\n" }] }],
    });
    assert_eq!(save_over_graphql(&client, &input).await, [""; 0]);
    let cells = get(
        &client,
        &format!("TimeAllocations?$filter=timeSheetLine/timeSheet/id eq {sheet}"),
    )
    .await;
    assert!(
        cells
            .text
            .contains("\"duration\":0.00001,\"comments\":\"Тест \\\"x\\\"\\n\""),
        "{}",
        cells.text
    );
    let path = format!("TimeSheets({sheet})");
    assert_eq!(
        send(&client, Method::DELETE, &path, &[JSON], None).await.status,
        204
    );
    let gone = client
        .graphql(
            "query S($id: UUID!) { timesheet(id: $id) { id } }",
            json!({ "id": sheet }),
        )
        .await;
    assert_eq!(gone["data"]["timesheet"], json!(null));
}
