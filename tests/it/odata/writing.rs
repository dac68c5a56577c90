//! PUT, PATCH and DELETE of sheets, their tags, and what a refusal says.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, JSON, booked, demo, get, get_with, open, put, send};
use crate::support::client::Client;

async fn version(client: &Client, sheet: &str) -> String {
    let read = get(client, &format!("TimeSheets({sheet})")).await.good();
    read["rowVersion"].as_str().unwrap().to_owned()
}

async fn send_json(
    client: &Client,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([JSON]).collect();
    send(client, method, path, &headers, Some(body.to_string())).await
}

#[tokio::test]
async fn s1_a_version_comes_in_the_body_or_as_if_match() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let missing = put(&client, &path, &json!({ "name": "N" })).await;
    assert_eq!(
        missing.refusal(),
        (400, "BAD_USER_INPUT".to_owned(), "rowVersion".to_owned())
    );

    let read = get(&client, &path).await;
    let tag = read.header("etag").to_owned();
    assert_eq!(tag, format!("W/\"{}\"", version(&client, &sheet).await));
    let body = json!({ "name": "By its tag" });
    let saved = send_json(&client, Method::PUT, &path, &[("if-match", &tag)], &body).await;
    assert_eq!(saved.status, 204);
    assert_eq!(
        saved.header("etag"),
        format!("W/\"{}\"", version(&client, &sheet).await)
    );
    let stale = send_json(&client, Method::PUT, &path, &[("if-match", &tag)], &body).await;
    assert_eq!(stale.refusal().0, 412);
    assert_eq!(stale.refusal().1, "WpConcurrencyException");
    assert_eq!(
        stale.header("etag"),
        saved.header("etag"),
        "it tells the stored one"
    );
    let any = send_json(
        &client,
        Method::PUT,
        &path,
        &[("if-match", "*")],
        &json!({ "name": "Any" }),
    )
    .await;
    assert_eq!(any.status, 204);
    let lines = get(&client, &format!("{path}/timeSheetLines/$count")).await;
    assert_eq!(lines.text, "1", "S5: what is absent is untouched");

    let known = version(&client, &sheet).await;
    let unchanged = get_with(&client, &path, &[("if-none-match", &format!("W/\"{known}\""))]).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
}

#[tokio::test]
async fn s16_a_preferred_representation_is_the_entity_and_patch_changes_scalars_alone() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let body = json!({ "rowVersion": version(&client, &sheet).await, "name": "Whole" });
    let prefer = [("prefer", "return=representation")];
    let saved = send_json(&client, Method::PUT, &path, &prefer, &body).await;
    assert_eq!(
        (&saved.good()["name"], &saved.good()["id"]),
        (&json!("Whole"), &json!(sheet))
    );
    assert_eq!(saved.header("preference-applied"), "return=representation");

    let patched = send_json(&client, Method::PATCH, &path, &[], &json!({ "name": "Part" })).await;
    assert_eq!(patched.status, 204);
    let expanded = get(&client, &format!("{path}?$expand=timeSheetLines"))
        .await
        .good();
    assert_eq!(
        (
            &expanded["name"],
            expanded["timeSheetLines"].as_array().unwrap().len()
        ),
        (&json!("Part"), 1)
    );
    let lines = json!({ "timeSheetLines": [] });
    let refused = send_json(&client, Method::PATCH, &path, &[], &lines).await;
    assert_eq!(
        refused.refusal(),
        (400, "BAD_USER_INPUT".to_owned(), "timeSheetLines".to_owned())
    );
    let stale = json!({ "name": "Late", "rowVersion": body["rowVersion"] });
    let refused = send_json(&client, Method::PATCH, &path, &[], &stale).await;
    assert_eq!(refused.refusal().0, 409);
}

#[tokio::test]
async fn x1_delete_takes_the_version_that_it_is_told() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let wrong = [("if-match", "W/\"AAAAAAAAAAE=\"")];
    assert_eq!(
        send(&client, Method::DELETE, &path, &wrong, None).await.status,
        412
    );
    assert_eq!(send(&client, Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(get(&client, &path).await.refusal().0, 404);
    assert_eq!(send(&client, Method::DELETE, &path, &[], None).await.status, 404);
    let again = open(&client, "2027-03-22").await;
    assert_ne!(again, sheet);
}

#[tokio::test]
async fn faults_are_told_together_in_the_words_of_the_body() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let whole = format!("{path}?$expand=timeSheetLines($expand=timeAllocations)");
    let before = get(&client, &whole).await.good();
    let cell = |date: &str, hours: f64| json!({ "date": date, "duration": hours });
    let body = json!({
        "rowVersion": version(&client, &sheet).await,
        "timeSheetLines": [
            { "projectId": project, "orderNumber": 0, "timeAllocations": [cell("2027-03-22", 25.0), cell("2027-04-01", 1.0)] },
            { "projectId": project, "orderNumber": 2, "timeAllocations": [] },
        ],
    });
    let refused = put(&client, &path, &body).await;
    assert_eq!(refused.status, 400);
    let details = refused.json()["error"]["details"].as_array().unwrap().clone();
    let told: Vec<(&str, &str)> = details
        .iter()
        .map(|it| (it["target"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    for expected in [
        ("timeSheetLines/0/timeAllocations/0/duration", "OUT_OF_RANGE"),
        ("timeSheetLines/0/timeAllocations/1/date", "OUTSIDE_PERIOD"),
    ] {
        assert!(told.contains(&expected), "{told:?}");
    }
    assert!(
        told.iter().any(|(_, code)| *code == "ORDER_NUMBERS"),
        "S4: {told:?}"
    );
    let other = json!({ "id": project, "rowVersion": version(&client, &sheet).await });
    assert_eq!(
        put(&client, &path, &other).await.json()["error"]["target"],
        "id",
        "S6"
    );
    assert_eq!(
        get(&client, &whole).await.good(),
        before,
        "S15: nothing has changed"
    );
}

#[tokio::test]
async fn what_cannot_be_written_says_why() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let line = get(&client, &format!("TimeSheets({sheet})/timeSheetLines"))
        .await
        .rows();
    let line = line[0]["id"].as_str().unwrap();
    let posted = send_json(&client, Method::POST, "TimeSheets", &[], &json!({})).await;
    assert_eq!(posted.refusal().0, 405);
    assert!(posted.text.contains("WP.GetIdForPeriod"), "{}", posted.text);
    assert!(!posted.header("allow").is_empty());
    for (path, status) in [
        (format!("Projects({project})"), 501),
        (format!("TimeSheetLines({line})"), 501),
        ("TimeSheets".to_owned(), 405),
        (format!("TimeSheets({sheet})/name"), 405),
    ] {
        assert_eq!(
            put(&client, &path, &json!({})).await.refusal().0,
            status,
            "{path}"
        );
    }
    let path = format!("TimeSheets({sheet})");
    let text = send(
        &client,
        Method::PUT,
        &path,
        &[("content-type", "text/plain")],
        Some("{}".into()),
    )
    .await;
    assert_eq!(text.refusal().0, 415);
    let broken = send(&client, Method::PUT, &path, &[JSON], Some("{\"name\":".into())).await;
    assert_eq!(broken.refusal().0, 400);
}
