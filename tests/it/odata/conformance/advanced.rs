//! Section 13.1.3.

use axum::http::Method;
use serde_json::json;

use super::super::{JSON, booked, get, get_with, me, send};
use super::{count_is_a_segment, number, rows, schema, served, status};

#[tokio::test]
async fn v40_advanced_01_the_level_below_is_met() {
    let (_server, client) = served().await;
    let level = &schema(&client).await["Container"]["@Capabilities.ConformanceLevel"];
    assert_eq!(level, "Advanced");
}

#[tokio::test]
async fn v40_advanced_02_metadata_as_xml() {
    let (_server, client) = served().await;
    let old = get_with(&client, "$metadata", &[("odata-maxversion", "4.0")]).await;
    assert!(old.text.contains("<edmx:Edmx Version=\"4.0\""));
}

#[tokio::test]
async fn v40_advanced_03_json_at_every_level_of_detail() {
    let (_server, client) = served().await;
    for level in ["none", "minimal", "full"] {
        let format = format!("application/json;odata.metadata={level}");
        let answer = get(&client, &format!("Users?$top=1&$format={format}")).await;
        assert_eq!(answer.header("content-type"), format);
    }
}

#[tokio::test]
async fn v40_advanced_04_count_as_a_segment() {
    count_is_a_segment().await;
}

#[tokio::test]
async fn v40_advanced_05_any_and_all() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for (filter, expected) in [
        (
            "timeSheetLines/any(l:l/timeAllocations/any(a:a/duration eq 3))",
            1,
        ),
        (
            "timeSheetLines/all(l:l/timeAllocations/all(a:a/duration eq 3))",
            1,
        ),
        (
            "timeSheetLines/all(l:l/timeAllocations/any(a:a/duration eq 4))",
            0,
        ),
        ("schedule/all(d:d/date ge 2027-03-22 and d/date le 2027-03-28)", 1),
    ] {
        let path = format!("TimeSheets/$count?$filter=id eq {sheet} and {filter}");
        assert_eq!(number(&client, &path).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn v40_advanced_06_skip() {
    let (_server, client) = served().await;
    let all = rows(&client, "Projects?$orderby=name").await;
    assert_eq!(
        rows(&client, "Projects?$orderby=name&$skip=1&$top=1").await,
        all[1..2]
    );
}

#[tokio::test]
async fn v40_advanced_07_count() {
    let (_server, client) = served().await;
    let counted = get(&client, "Projects?$count=true&$top=0").await.good();
    assert_eq!(counted["@odata.count"], number(&client, "Projects/$count").await);
    assert!(
        get(&client, "Projects?$count=false")
            .await
            .good()
            .get("@odata.count")
            .is_none()
    );
}

#[tokio::test]
async fn v40_advanced_08_order_both_ways() {
    let (_server, client) = served().await;
    let up = rows(&client, "Projects?$orderby=name,id&$select=id").await;
    let mut down = rows(&client, "Projects?$orderby=name desc,id desc&$select=id").await;
    down.reverse();
    assert_eq!(up, down);
}

#[tokio::test]
async fn v40_advanced_09_1_expanded_references() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    let row = rows(&client, "TimeSheets?$top=1&$expand=user/$ref").await[0].clone();
    assert!(
        row["user"]["@odata.id"]
            .as_str()
            .unwrap()
            .contains("/odata/Users("),
        "{row} {me}"
    );
}

#[tokio::test]
async fn v40_advanced_09_2_filtered_expansions() {
    let (_server, client) = served().await;
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    for (filter, expected) in [
        (format!("projectId eq {project}"), 1),
        (format!("projectId ne {project}"), 0),
    ] {
        let path = format!("TimeSheets({sheet})?$expand=timeSheetLines($filter={filter})");
        let lines = get(&client, &path).await.good()["timeSheetLines"].clone();
        assert_eq!(lines.as_array().unwrap().len(), expected);
    }
}

#[tokio::test]
async fn v40_advanced_09_3_no_type_is_derived_and_the_own_is_taken() {
    let (_server, client) = served().await;
    assert_eq!(
        status(&client, "TimeSheets?$top=1&$expand=WP.TimeSheet/user").await,
        200
    );
}

#[tokio::test]
async fn v40_advanced_09_4_ordered_expansions() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    for date in ["2027-03-22", "2027-03-29"] {
        booked(&client, date, "1").await;
    }
    let path =
        |way: &str| format!("Users({me})?$expand=timeSheets($orderby=dateFrom {way};$select=dateFrom)");
    let up = get(&client, &path("asc")).await.good()["timeSheets"].clone();
    let down = get(&client, &path("desc")).await.good()["timeSheets"].clone();
    let mut up = up.as_array().unwrap().clone();
    up.reverse();
    assert_eq!(json!(up), down);
}

#[tokio::test]
async fn v40_advanced_09_5_counted_expansions() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})?$expand=timeSheetLines($count=true;$top=0)");
    let read = get(&client, &path).await.good();
    assert_eq!(
        (&read["timeSheetLines@odata.count"], &read["timeSheetLines"]),
        (&json!(1), &json!([]))
    );
    let count = get(
        &client,
        &format!("TimeSheets({sheet})?$expand=timeSheetLines/$count"),
    )
    .await
    .good();
    assert_eq!(count["timeSheetLines@odata.count"], 1);
}

#[tokio::test]
async fn v40_advanced_09_6_cut_expansions() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    let sheets = open_two(&client, &me).await;
    let path = format!("Users({me})?$expand=timeSheets($orderby=id;$skip=1;$top=1;$select=id)");
    assert_eq!(get(&client, &path).await.good()["timeSheets"], json!([sheets[1]]));
}

async fn open_two(client: &crate::support::client::Client, me: &str) -> Vec<serde_json::Value> {
    for date in ["2027-03-22", "2027-03-29"] {
        super::super::open(client, date).await;
    }
    rows(client, &format!("Users({me})/timeSheets?$orderby=id&$select=id")).await
}

#[tokio::test]
async fn v40_advanced_09_7_searched_expansions() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for (word, expected) in [("Review", 1), ("Nothingofthekind", 0)] {
        let path =
            format!("TimeSheets({sheet})?$expand=timeSheetLines($expand=timeAllocations($search={word}))");
        let read = get(&client, &path).await.good();
        let cells = read["timeSheetLines"][0]["timeAllocations"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(cells, expected, "{word}");
    }
}

#[tokio::test]
async fn v40_advanced_09_8_levels() {
    let (_server, client) = served().await;
    let path = "Users?$filter=manager/manager ne null&$top=1&$expand=manager($levels=2;$select=name)";
    let row = rows(&client, path).await[0].clone();
    assert!(row["manager"]["manager"]["name"].is_string(), "{row}");
    assert_eq!(
        status(&client, "Users?$top=1&$expand=manager($levels=max)").await,
        200
    );
}

#[tokio::test]
async fn v40_advanced_09_9_computed_expansions() {
    let (_server, client) = served().await;
    let path = "TimeSheets?$top=1&$expand=user($compute=length(name) as letters;$select=name,letters)";
    let row = rows(&client, path).await[0].clone();
    let letters = row["user"]["name"].as_str().unwrap().chars().count();
    assert_eq!(row["user"]["letters"], letters);
}

#[tokio::test]
async fn v40_advanced_10_search() {
    let (_server, client) = served().await;
    booked(&client, "2027-03-22", "3").await;
    assert!(
        !rows(&client, "TimeAllocations?$search=review AND NOT nothing&$top=1")
            .await
            .is_empty()
    );
    assert!(
        rows(&client, "TimeAllocations?$search=Nothingofthekind")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn v40_advanced_11_batches_of_parts() {
    let (_server, client) = served().await;
    let body = "--b\r\ncontent-type: application/http\r\n\r\nGET Users/$count HTTP/1.1\r\n\r\n\r\n--b--\r\n";
    let kind = [("content-type", "multipart/mixed;boundary=b")];
    let answer = send(&client, Method::POST, "$batch", &kind, Some(body.to_owned())).await;
    assert!(answer.header("content-type").starts_with("multipart/mixed"));
    assert!(answer.text.contains("HTTP/1.1 200"), "{answer:?}");
}

#[tokio::test]
async fn v40_advanced_12_resource_paths() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let me = me(&client).await;
    for (path, expected) in [
        (
            format!("TimeSheets({sheet})/user/timeSheets({sheet})/user/id/$value"),
            200,
        ),
        (format!("TimeSheets({sheet})/timeSheetLines/$ref"), 200),
        (format!("TimeSheets({sheet})/WP.GetProjects"), 200),
        (format!("Users/{me}"), 200),
        (format!("$entity?$id=Users({me})"), 200),
        ("Users/$filter(isActive)/$count".to_owned(), 200),
        ("$crossjoin(Users,Departments)/$count".to_owned(), 200),
        ("$all".to_owned(), 501),
    ] {
        assert_eq!(status(&client, &path).await, expected, "{path}");
    }
    let query = [("content-type", "text/plain")];
    let posted = send(
        &client,
        Method::POST,
        "Users/$query",
        &query,
        Some("$top=1".to_owned()),
    )
    .await;
    assert_eq!(posted.rows().len(), 1);
}

#[tokio::test]
async fn v40_advanced_13_nothing_is_answered_asynchronously_and_that_is_said() {
    let (_server, client) = served().await;
    let schema = schema(&client).await;
    assert_eq!(
        schema["Container"]["@Capabilities.AsynchronousRequestsSupported"],
        false
    );
    let answer = get_with(&client, "Users?$top=1", &[("prefer", "respond-async, wait=0")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn v40_advanced_14_changes() {
    let (_server, client) = served().await;
    let first = get_with(&client, "TimeSheets", &[("prefer", "odata.track-changes")]).await;
    assert!(first.header("preference-applied").contains("track-changes"));
    let link = first.good()["@odata.deltaLink"].as_str().unwrap().to_owned();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let changed = rows(&client, link.split_once("/odata/").unwrap().1).await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["id"], json!(sheet));
}

#[tokio::test]
async fn v40_advanced_15_cross_joins() {
    let (_server, client) = served().await;
    let joined = number(
        &client,
        "$crossjoin(Users,TimeSheets)/$count?$filter=Users/id eq TimeSheets/userId",
    )
    .await;
    assert_eq!(joined, number(&client, "TimeSheets/$count").await);
    assert_eq!(
        schema(&client).await["Container"]["@Capabilities.CrossJoinSupported"],
        true
    );
}

#[tokio::test]
async fn v40_advanced_16_compute() {
    let (_server, client) = served().await;
    let path = "Users?$compute=length(name) as n&$filter=n gt 0&$orderby=n desc&$select=name,n&$top=1";
    let row = rows(&client, path).await[0].clone();
    assert_eq!(row["n"], row["name"].as_str().unwrap().chars().count());
    let batch = json!({ "requests": [{ "id": "1", "method": "GET", "url": "Users/$count" }] });
    let answer = send(&client, Method::POST, "$batch", &[JSON], Some(batch.to_string())).await;
    assert_eq!(answer.json()["responses"][0]["status"], 200);
}
