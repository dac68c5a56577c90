//! Section 13.2.3.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::{JSON, booked, get, send};
use super::{number, rows, schema, served, status};
use crate::support::client::Client;

/// What `$select` with these options shows of the schedule of a week with five working days.
async fn selected(client: &Client, options: &str) -> Value {
    let (sheet, _) = booked(client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})?$select=schedule({options})");
    get(client, &path).await.good()
}

#[tokio::test]
async fn v401_advanced_01_the_level_below_is_met() {
    let (_server, client) = served().await;
    let level = &schema(&client).await["Container"]["@Capabilities.ConformanceLevel"];
    assert_eq!(level, "Advanced");
}

#[tokio::test]
async fn v401_advanced_02_and_that_of_4_0() {
    let (_server, client) = served().await;
    assert_eq!(
        schema(&client).await["Container"]["@Core.ODataVersions"],
        "4.0 4.01"
    );
}

#[tokio::test]
async fn v401_advanced_03_counts_of_filtered_and_searched_collections() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for (count, expected) in [
        ("timeSheetLines/$count($filter=orderNumber eq 0) eq 1", 1),
        (
            "timeSheetLines/any(l:l/timeAllocations/$count($search=review) eq 1)",
            1,
        ),
        (
            "timeSheetLines/any(l:l/timeAllocations/$count($filter=duration gt 1;$search=nothing) eq 1)",
            0,
        ),
        ("timeSheetLines/$filter(orderNumber eq 0)/$count eq 1", 1),
    ] {
        let path = format!("TimeSheets/$count?$filter=id eq {sheet} and {count}");
        assert_eq!(number(&client, &path).await, expected, "{count}");
    }
}

#[tokio::test]
async fn v401_advanced_04_compute() {
    let (_server, client) = served().await;
    let row = rows(
        &client,
        "Users?$compute=toupper(name) as upper&$select=name,upper&$top=1",
    )
    .await[0]
        .clone();
    assert_eq!(row["upper"], row["name"].as_str().unwrap().to_uppercase());
}

#[tokio::test]
async fn v401_advanced_05_1_filter_within_select() {
    let (_server, client) = served().await;
    let read = selected(&client, "$filter=duration gt 0").await;
    assert_eq!(read["schedule"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn v401_advanced_05_2_order_within_select() {
    let (_server, client) = served().await;
    let read = selected(&client, "$orderby=duration asc,date desc").await;
    assert_eq!(read["schedule"][0]["date"], "2027-03-28");
}

#[tokio::test]
async fn v401_advanced_05_3_count_within_select() {
    let (_server, client) = served().await;
    assert_eq!(
        selected(&client, "$count=true;$top=0").await["schedule@odata.count"],
        7
    );
}

#[tokio::test]
async fn v401_advanced_05_4_top_and_skip_within_select() {
    let (_server, client) = served().await;
    let read = selected(&client, "$skip=2;$top=1;$select=date").await;
    assert_eq!(read, json!({ "schedule": [{ "date": "2027-03-24" }] }));
}

#[tokio::test]
async fn v401_advanced_05_5_there_is_no_text_to_search_within_select_and_that_is_said() {
    let (_server, client) = served().await;
    assert_eq!(
        status(&client, "TimeSheets?$select=schedule($search=a)").await,
        501
    );
    let support = &schema(&client).await["Container"]["@Capabilities.SelectSupport"];
    assert_eq!(
        (&support["Searchable"], &support["Filterable"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn v401_advanced_06_metadata_as_json() {
    let (_server, client) = served().await;
    let described = get(&client, "$metadata?$format=json").await.good();
    assert_eq!(described["$EntityContainer"], "WP.Container");
}

#[tokio::test]
async fn v401_advanced_07_batches_of_both_forms() {
    let (_server, client) = served().await;
    let batch = json!({ "requests": [{ "id": "a", "method": "GET", "url": "Users/$count" }] });
    let answer = send(&client, Method::POST, "$batch", &[JSON], Some(batch.to_string())).await;
    assert_eq!(answer.json()["responses"][0]["status"], 200);
    let parts = "--b\r\ncontent-type: application/http\r\n\r\nGET Users/$count HTTP/1.1\r\n\r\n\r\n--b--\r\n";
    let kind = [("content-type", "multipart/mixed;boundary=b")];
    let answer = send(&client, Method::POST, "$batch", &kind, Some(parts.to_owned())).await;
    assert!(answer.text.contains("HTTP/1.1 200"), "{answer:?}");
}

#[tokio::test]
async fn v401_advanced_08_filter_as_a_segment() {
    let (_server, client) = served().await;
    assert_eq!(
        get(&client, "Users/$filter(isActive)/$count").await.text,
        get(&client, "Users/$count?$filter=isActive").await.text
    );
}

#[tokio::test]
async fn v401_advanced_09_aliases_within_select_and_expand() {
    let (_server, client) = served().await;
    let read = selected(&client, "$filter=date eq @d;@d=2027-03-23").await;
    assert_eq!(read["schedule"].as_array().unwrap().len(), 1);
    let path = "Users?$expand=manager($compute=@x as x;@x=7;$select=x)&$filter=managerId ne null&$top=1";
    assert_eq!(rows(&client, path).await[0]["manager"], json!({ "x": 7 }));
}

#[tokio::test]
async fn v401_advanced_10_names_in_any_case() {
    let (_server, client) = served().await;
    assert_eq!(
        rows(&client, "timesheets?$select=NAME&$orderby=DateFrom&$top=3").await,
        rows(&client, "TimeSheets?$select=name&$orderby=dateFrom&$top=3").await
    );
}
