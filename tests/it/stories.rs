//! What people do with the product, from the first request to the last, over real HTTP.

use serde_json::{Value, json};

use crate::support::client::Client;

mod booking;
mod crash;
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

/// The id of a project that can be booked on the sheet.
async fn bookable_project(client: &Client, sheet: &Value) -> Value {
    let document = "query Offered($id: UUID!) { availableProjects(timesheetId: $id) { project { id } } }";
    let offered = data(client, document, json!({ "id": sheet["id"] })).await;
    let project = offered["availableProjects"][0]["project"]["id"].clone();
    assert!(project.is_string(), "{offered:#}");
    project
}

/// Saves lines on a version and answers the payload.
async fn save(client: &Client, sheet: &Value, version: &Value, lines: Value) -> Value {
    let document = "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
        timesheet { rowVersion totalHours lines { id orderNumber cells { id date hours comment } } }
        conflict { rowVersion timesheet { rowVersion totalHours } }
        faults { path code message } } }";
    let input = json!({ "id": sheet["id"], "rowVersion": version, "lines": lines });
    data(client, document, json!({ "input": input })).await["saveTimesheet"].clone()
}

/// One line with one cell on the sheet's first date.
fn one_line(sheet: &Value, project: &Value, hours: &str) -> Value {
    let cells = json!([{ "date": sheet["dateFrom"], "hours": hours, "comment": "Review" }]);
    json!([{ "orderNumber": 0, "projectId": project, "cells": cells }])
}

/// The sheet as it is stored.
async fn stored(client: &Client, sheet: &Value) -> Value {
    let document =
        "query Stored($id: UUID!) { timesheet(id: $id) { rowVersion totalHours billableHours nonBillableHours
        lines { id created project { id } cells { id date hours comment } } } }";
    data(client, document, json!({ "id": sheet["id"] })).await["timesheet"].clone()
}
