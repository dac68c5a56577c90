//! F10: closed days and locked users, over saves, deletions, copies and imports.

use axum::http::Method;
use punchcard::domain::user::User;
use serde_json::{Value, json};

use super::{act, ask, clients, closed_up_to, week};
use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::records::{self, record};
use crate::support::staffed::Staffed;

const CELLS: &str =
    "rowVersion lines { id orderNumber projectId taskId activityId cells { id date hours comment } }";

/// The week's lines as they are stored.
async fn lines(client: &Client) -> (Value, Value) {
    let sheet = ask(client, CELLS).await;
    (sheet["rowVersion"].clone(), sheet["lines"].clone())
}

/// Saves the week; its hours, or the faults and codes.
async fn save(client: &Client, version: &Value, lines: &Value) -> Value {
    let document = "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
        timesheet { totalHours } faults { path code } } }";
    let input = json!({ "id": week(), "rowVersion": version, "lines": lines });
    let answer = client.graphql(document, json!({ "input": input })).await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return json!(code);
    }
    let payload = &answer["data"]["saveTimesheet"];
    match payload["timesheet"]["totalHours"].as_str() {
        Some(hours) => json!(hours),
        None => payload["faults"].clone(),
    }
}

/// A booking of Ivan's, imported; the state of its job and its faults.
async fn import(staffed: &Staffed, date: &str) -> (Value, Value) {
    let admin = staffed.client(Person::Admin);
    let row = json!({ "userEmail": "Ivan@example.com", "externalId": "E-1", "projectCode": "P2", "date": date, "hours": "2" });
    let response = admin
        .request(Method::POST, "/sync/time-entries")
        .header("content-type", "application/x-ndjson")
        .body(row.to_string())
        .send()
        .await
        .unwrap();
    let job: Value = response.json().await.unwrap();
    let events = format!(
        "/sync/jobs/{}/events",
        job["id"].as_str().unwrap_or_else(|| panic!("{job}"))
    );
    // The stream ends with the job.
    let _events = admin.get(&events).await.text().await.unwrap();
    let document = "query Job($id: UUID!) { syncJob(id: $id) { state report { faults { code message } } } }";
    let answer = admin.graphql(document, json!({ "id": job["id"] })).await;
    let job = &answer["data"]["syncJob"];
    (job["state"].clone(), job["report"]["faults"].clone())
}

#[tokio::test]
async fn f10_a_week_over_a_closed_day_is_saved_for_its_other_days() {
    let staffed = closed_up_to("2024-03-05", Vec::new()).await;
    let [_, _, ivan, _] = clients(&staffed);
    let (version, stored) = lines(&ivan).await;
    let mut open_day = stored.clone();
    open_day[1]["cells"][0]["hours"] = json!("5");
    assert_eq!(save(&ivan, &version, &open_day).await, "12.75");
    let (version, stored) = lines(&ivan).await;
    let mut closed_day = stored.clone();
    closed_day[0]["cells"][1]["hours"] = json!("1");
    assert_eq!(
        save(&ivan, &version, &closed_day).await,
        json!([{ "path": "lines[0].cells[1]", "code": "LOCKED" }])
    );
    let mut dropped = stored.clone();
    dropped[0]["cells"] = json!([]);
    assert_eq!(save(&ivan, &version, &dropped).await[0]["code"], "LOCKED");
    assert_eq!(lines(&ivan).await, (version, stored), "S15");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f10_a_user_may_be_locked_further_than_the_company() {
    let locked = User {
        locked_up_to: Some(records::date("2024-03-05")),
        ..records::user(Person::Ivan)
    };
    let staffed = closed_up_to("2024-03-03", vec![record(locked)]).await;
    let [_, _, ivan, _] = clients(&staffed);
    let (version, mut stored) = lines(&ivan).await;
    stored[0]["cells"][0]["hours"] = json!("1");
    assert_eq!(save(&ivan, &version, &stored).await[0]["code"], "LOCKED");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f10_a_week_that_is_closed_altogether_is_refused_and_its_flags_say_so() {
    let staffed = closed_up_to("2024-03-10", Vec::new()).await;
    let [admin, _, ivan, _] = clients(&staffed);
    let (version, stored) = lines(&ivan).await;
    let flags = ask(&ivan, "editAllowed deleteAllowed submitAllowed").await;
    assert_eq!(
        flags,
        json!({ "editAllowed": false, "deleteAllowed": false, "submitAllowed": true })
    );
    assert_eq!(save(&ivan, &version, &stored).await, "LOCKED");
    let delete = format!(
        "mutation {{ deleteTimesheet(id: \"{}\") {{ deletedId }} }}",
        week()
    );
    let answer = admin.graphql(&delete, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LOCKED");
    let path = format!("/odata/TimeSheets({})", week());
    let response = ivan.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(response.status(), 409);
    assert_eq!(
        act(&ivan, "submit", None).await,
        "SUBMITTED",
        "it can still be handed in"
    );
    assert_eq!(act(&ivan, "recall", None).await, "DRAFT");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f10_an_approved_week_with_hours_on_closed_days_stays_approved() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(act(&lead, "approve", None).await, "APPROVED");
    let close = |date: &str| {
        let document = format!(
            "mutation {{ saveSettings(input: {{ closedUpTo: {date} }}) {{ settings {{ closedUpTo }} faults {{ path }} }} }}"
        );
        let admin = admin.clone();
        async move { admin.graphql(&document, json!({})).await["data"]["saveSettings"]["settings"].clone() }
    };
    assert_eq!(
        close("\"2024-03-04\"").await,
        json!({ "closedUpTo": "2024-03-04" })
    );
    assert_eq!(act(&admin, "reopen", None).await, "LOCKED");
    assert_eq!(ask(&admin, "reopenAllowed").await["reopenAllowed"], false);
    assert_eq!(close("null").await, json!({ "closedUpTo": null }));
    assert_eq!(act(&admin, "reopen", None).await, "DRAFT");
    staffed.server.stop().await;
}

#[tokio::test]
async fn i12_imports_mind_closed_days_too() {
    let staffed = closed_up_to("2024-03-05", Vec::new()).await;
    let (state, faults) = import(&staffed, "2024-03-05").await;
    assert_eq!(
        (state, &faults[0]["code"]),
        (json!("FAILED"), &json!("LOCKED")),
        "{faults}"
    );
    let (state, faults) = import(&staffed, "2024-03-06").await;
    assert_eq!(state, "SUCCEEDED", "{faults}");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f10_copied_hours_skip_closed_days() {
    let next = records::sheet(2, Person::Ivan, "2024-03-11");
    let staffed = closed_up_to("2024-03-11", vec![record(next)]).await;
    let ivan = staffed.client(Person::Ivan);
    let copy = format!(
        "mutation {{ copyLinesFromPrevious(id: \"{}\", mode: ROWS_AND_HOURS) {{
            timesheet {{ lines {{ cells {{ date }} }} }} faults {{ code }} }} }}",
        records::sheet_id(2)
    );
    let answer = ivan.graphql(&copy, json!({})).await;
    assert_eq!(
        answer["data"]["copyLinesFromPrevious"]["timesheet"]["lines"],
        json!([{ "cells": [{ "date": "2024-03-12" }] }, { "cells": [{ "date": "2024-03-13" }] }]),
        "{answer}"
    );
    staffed.server.stop().await;
}
