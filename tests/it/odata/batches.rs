//! Batches of both forms: order, references, and change sets that take effect whole or not at all.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, JSON, booked, demo, get, send};
use crate::support::client::Client;

async fn post(client: &Client, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([JSON]).collect();
    send(client, Method::POST, "$batch", &headers, Some(body.to_string())).await
}

async fn versions(client: &Client, sheets: &[&str]) -> Vec<Value> {
    let mut versions = Vec::new();
    for sheet in sheets {
        versions.push(get(client, &format!("TimeSheets({sheet})")).await.good()["rowVersion"].clone());
    }
    versions
}

fn statuses(answer: &Answer) -> Vec<u64> {
    let responses = answer.good()["responses"].as_array().unwrap().clone();
    responses
        .iter()
        .map(|it| it["status"].as_u64().unwrap())
        .collect()
}

fn save(id: &str, sheet: &str, version: &Value, name: &str, group: Option<&str>) -> Value {
    let mut request = json!({
        "id": id,
        "method": "put",
        "url": format!("TimeSheets({sheet})"),
        "headers": { "content-type": "application/json" },
        "body": { "rowVersion": version, "name": name },
    });
    if let Some(group) = group {
        request["atomicityGroup"] = json!(group);
    }
    request
}

#[tokio::test]
async fn requests_are_answered_in_order_and_refer_to_each_other() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let version = versions(&client, &[&sheet]).await;
    let requests = json!([
        { "id": "read", "method": "get", "url": format!("/odata/TimeSheets({sheet})?$select=name") },
        save("save", &sheet, &version[0], "Renamed", None),
        { "id": "lines", "method": "get", "url": "$read/timeSheetLines", "dependsOn": ["read", "save"] },
        { "id": "count", "method": "get", "url": "TimeSheets/$count" },
    ]);
    let answer = post(&client, &json!({ "requests": requests }), &[]).await;
    assert_eq!(statuses(&answer), [200, 204, 200, 200]);
    let responses = answer.json()["responses"].clone();
    assert_eq!(responses[2]["body"]["value"].as_array().unwrap().len(), 1);
    assert_eq!(responses[1]["id"], "save");
    assert!(responses[3]["body"].is_string(), "text is a string: {responses}");
    assert_eq!(
        get(&client, &format!("TimeSheets({sheet})/name/$value"))
            .await
            .text,
        "Renamed"
    );
}

#[tokio::test]
async fn a_batch_stops_at_a_refusal_unless_it_is_to_go_on() {
    let server = demo().await;
    let client = server.client();
    let requests = json!([
        { "id": "1", "method": "get", "url": "Nothing" },
        { "id": "2", "method": "get", "url": "TimeSheets?$top=1" },
        { "id": "3", "method": "get", "url": "TimeSheets?$top=1", "dependsOn": ["1"] },
    ]);
    let body = json!({ "requests": requests });
    assert_eq!(statuses(&post(&client, &body, &[]).await), [404]);
    let on = [("prefer", "continue-on-error")];
    assert_eq!(statuses(&post(&client, &body, &on).await), [404, 200, 424]);
}

#[tokio::test]
async fn s15_a_change_set_takes_effect_whole_or_not_at_all() {
    let server = demo().await;
    let client = server.client();
    let (one, _) = booked(&client, "2027-03-22", "3").await;
    let (other, _) = booked(&client, "2027-03-29", "4").await;
    let before = versions(&client, &[&one, &other]).await;
    let stale = json!("AAAAAAAAAAE=");
    let requests = json!([
        save("1", &one, &before[0], "Good", Some("g")),
        save("2", &other, &stale, "Stale", Some("g")),
    ]);
    let refused = post(&client, &json!({ "requests": requests }), &[]).await;
    assert_eq!(statuses(&refused), [424, 409]);
    assert_eq!(
        versions(&client, &[&one, &other]).await,
        before,
        "nothing was written"
    );

    let requests = json!([
        save("1", &one, &before[0], "Good", Some("g")),
        save("2", &other, &before[1], "Too", Some("g")),
    ]);
    assert_eq!(
        statuses(&post(&client, &json!({ "requests": requests }), &[]).await),
        [204, 204]
    );
    for (sheet, name) in [(&one, "Good"), (&other, "Too")] {
        assert_eq!(
            get(&client, &format!("TimeSheets({sheet})/name/$value"))
                .await
                .text,
            name
        );
    }
    let now = versions(&client, &[&one]).await;
    let twice = json!([
        save("1", &one, &now[0], "A", Some("g")),
        save("2", &one, &now[0], "B", Some("g")),
    ]);
    assert_eq!(
        statuses(&post(&client, &json!({ "requests": twice }), &[]).await),
        [424, 400]
    );
    let reading = json!([{ "id": "1", "atomicityGroup": "g", "method": "get", "url": "TimeSheets" }]);
    assert_eq!(
        statuses(&post(&client, &json!({ "requests": reading }), &[]).await),
        [400]
    );
}

#[tokio::test]
async fn parts_are_answered_with_parts() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let version = versions(&client, &[&sheet]).await;
    let change = |version: &Value| {
        format!(
            "--b\r\nContent-Type: application/http\r\n\r\nGET TimeSheets({sheet})?$select=name HTTP/1.1\r\n\r\n\r\n\
             --b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\
             --c\r\nContent-Type: application/http\r\nContent-ID: 7\r\n\r\n\
             PUT TimeSheets({sheet}) HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
             {{\"name\":\"Parts\",\"rowVersion\":{version}}}\r\n--c--\r\n--b--\r\n"
        )
    };
    let kind = [("content-type", "multipart/mixed; boundary=b")];
    let answer = send(&client, Method::POST, "$batch", &kind, Some(change(&version[0]))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer
            .header("content-type")
            .starts_with("multipart/mixed; boundary=")
    );
    for part in ["HTTP/1.1 200 OK", "HTTP/1.1 204 No Content", "Content-ID: 7"] {
        assert!(answer.text.contains(part), "{part} in {}", answer.text);
    }
    let stale = send(&client, Method::POST, "$batch", &kind, Some(change(&version[0]))).await;
    assert!(stale.text.contains("HTTP/1.1 409 Conflict"), "{}", stale.text);
    assert!(stale.text.contains("WpConcurrencyException"));
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let server = demo().await;
    let client = server.client();
    let text = [("content-type", "text/plain")];
    assert_eq!(
        send(&client, Method::POST, "$batch", &text, Some(String::new()))
            .await
            .status,
        415
    );
    assert_eq!(get(&client, "$batch").await.status, 405);
    let one = json!({ "id": "1", "method": "get", "url": "Users" });
    for requests in [json!([one, one]), json!([{ "method": "get" }]), json!(7)] {
        assert_eq!(
            post(&client, &json!({ "requests": requests }), &[]).await.status,
            400,
            "{requests}"
        );
    }
    let nested = json!([{ "id": "1", "method": "post", "url": "$batch", "body": {} }]);
    assert_eq!(
        statuses(&post(&client, &json!({ "requests": nested }), &[]).await),
        [400]
    );
    let many: Vec<Value> = (0..201)
        .map(|id| json!({ "id": id.to_string(), "method": "get", "url": "Users" }))
        .collect();
    assert_eq!(post(&client, &json!({ "requests": many }), &[]).await.status, 413);
}
