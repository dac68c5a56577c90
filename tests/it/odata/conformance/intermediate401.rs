//! Section 13.2.2.

use serde_json::json;

use super::super::{booked, get};
use super::{number, rows, schema, served};

#[tokio::test]
async fn v401_intermediate_01_the_level_below_is_met() {
    let (_server, client) = served().await;
    let level = &schema(&client).await["Container"]["@Capabilities.ConformanceLevel"];
    assert_eq!(level, "Advanced");
}

#[tokio::test]
async fn v401_intermediate_02_and_that_of_4_0() {
    let (_server, client) = served().await;
    assert_eq!(
        schema(&client).await["Container"]["@Core.ODataVersions"],
        "4.0 4.01"
    );
}

#[tokio::test]
async fn v401_intermediate_03_whether_a_navigation_leads_anywhere() {
    let (_server, client) = served().await;
    assert_eq!(
        number(&client, "Users/$count?$filter=manager eq null").await,
        number(&client, "Users/$count?$filter=managerId eq null").await
    );
}

#[tokio::test]
async fn v401_intermediate_04_in() {
    let (_server, client) = served().await;
    assert_eq!(
        number(
            &client,
            "TimeSheets/$count?$filter=approvalStatus/code in ('Draft','Approved')"
        )
        .await,
        number(
            &client,
            "TimeSheets/$count?$filter=approvalStatus/code eq 'Draft' or approvalStatus/code eq 'Approved'"
        )
        .await
    );
}

#[tokio::test]
async fn v401_intermediate_05_select_within_select() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let read = get(
        &client,
        &format!("TimeSheets({sheet})?$select=schedule($select=date)"),
    )
    .await
    .good();
    assert_eq!(read["schedule"][0], json!({ "date": "2027-03-22" }));
}

#[tokio::test]
async fn v401_intermediate_06_counts_of_filtered_collections() {
    let (_server, client) = served().await;
    let all = number(&client, "TimeSheets/$count").await;
    assert_eq!(
        number(
            &client,
            "TimeSheets/$count?$filter=schedule/$count($filter=duration lt 0) eq 0"
        )
        .await,
        all
    );
}

#[tokio::test]
async fn v401_intermediate_07_collections_are_compared() {
    let (_server, client) = served().await;
    let row = rows(
        &client,
        "Users?$compute=['a','b'] eq ['a','b'] as x,['a'] ne ['b'] as y&$select=x,y&$top=1",
    )
    .await;
    assert_eq!(row[0], json!({ "x": true, "y": true }));
}

#[tokio::test]
async fn v401_intermediate_08_compute() {
    let (_server, client) = served().await;
    let path = "TimeSheets?$compute=billableDuration add nonBillableDuration as hours&$orderby=hours desc&$select=hours&$top=2";
    let hours: Vec<f64> = rows(&client, path)
        .await
        .iter()
        .map(|row| row["hours"].as_f64().unwrap())
        .collect();
    assert!(hours[0] >= hours[1], "{hours:?}");
}

#[tokio::test]
async fn v401_intermediate_09_options_within_select() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let read = get(
        &client,
        &format!("TimeSheets({sheet})?$select=schedule($top=1;$skip=1)"),
    )
    .await
    .good();
    assert_eq!(read["schedule"][0]["date"], "2027-03-23");
}

#[tokio::test]
async fn v401_intermediate_10_aliases_within_select_and_expand() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!(
        "TimeSheets({sheet})?$select=schedule($filter=date eq @d;@d=2027-03-23;$select=date)\
        &$expand=timeSheetLines($filter=orderNumber eq @n;@n=0;$select=orderNumber)"
    );
    let read = get(&client, &path).await.good();
    assert_eq!(read["schedule"], json!([{ "date": "2027-03-23" }]));
    assert_eq!(read["timeSheetLines"], json!([{ "orderNumber": 0 }]));
}

#[tokio::test]
async fn v401_intermediate_11_filter_as_a_segment() {
    let (_server, client) = served().await;
    assert_eq!(
        rows(&client, "Users/$filter(@f)?@f=isActive&$orderby=name").await,
        rows(&client, "Users?$filter=isActive&$orderby=name").await
    );
}
