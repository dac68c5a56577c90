//! Section 13.1.2.

use serde_json::json;

use super::super::{booked, get, get_with};
use super::{count_is_a_segment, number, rows, schema, served, status};

#[tokio::test]
async fn v40_intermediate_01_the_level_below_is_met() {
    let (_server, client) = served().await;
    let level = &schema(&client).await["Container"]["@Capabilities.ConformanceLevel"];
    assert_eq!(level, "Advanced");
}

#[tokio::test]
async fn v40_intermediate_02_urls_are_parsed_or_not_implemented() {
    let (_server, client) = served().await;
    for (path, expected) in [
        (
            "Users?$filter=(name eq 'a' or name ne 'b') and not contains(name,'c')",
            200,
        ),
        ("Users?$filter=$these/aggregate($count) gt 1", 501),
        ("Users?$filter=@Core.Description eq 'a'", 501),
        ("Users?$filter=WP.GetProjects() eq null", 501),
        ("Users?$expand=$value", 501),
    ] {
        assert_eq!(status(&client, path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn v40_intermediate_03_select() {
    let (_server, client) = served().await;
    let row = rows(&client, "Users?$select=name,id&$top=1").await[0].clone();
    assert_eq!(
        row.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "name"]
    );
}

#[tokio::test]
async fn v40_intermediate_04_no_type_is_derived_and_casts_to_the_own_are_taken() {
    let (_server, client) = served().await;
    assert!(!get(&client, "$metadata").await.text.contains("BaseType"));
    assert_eq!(
        get(&client, "Users/WP.User/$count").await.text,
        get(&client, "Users/$count").await.text
    );
}

#[tokio::test]
async fn v40_intermediate_05_top() {
    let (_server, client) = served().await;
    assert_eq!(rows(&client, "Users?$top=2").await.len(), 2);
    assert_eq!(rows(&client, "Users?$top=0").await.len(), 0);
}

#[tokio::test]
async fn v40_intermediate_06_values_of_properties() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let value = get(&client, &format!("TimeSheets({sheet})/dateFrom/$value")).await;
    assert_eq!(
        (value.text.as_str(), value.header("content-type")),
        ("2027-03-22", "text/plain;charset=utf-8")
    );
    assert!(!get(&client, "$metadata").await.text.contains("HasStream"));
}

#[tokio::test]
async fn v40_intermediate_07_1_filter_by_equality() {
    let (_server, client) = served().await;
    let all = number(&client, "Users/$count").await;
    let (active, others) = (
        number(&client, "Users/$count?$filter=isActive eq true").await,
        number(&client, "Users/$count?$filter=isActive ne true").await,
    );
    assert_eq!(active + others, all);
}

#[tokio::test]
async fn v40_intermediate_07_2_filter_by_aliases() {
    let (_server, client) = served().await;
    let direct = rows(&client, "Users?$filter=isActive eq true").await;
    assert_eq!(
        rows(&client, "Users?$filter=isActive eq @a&@a=true").await,
        direct
    );
}

#[tokio::test]
async fn v40_intermediate_07_3_further_operators() {
    let (_server, client) = served().await;
    for filter in [
        "name gt 'a'",
        "name ge 'a'",
        "name lt 'z'",
        "name le 'z'",
        "not isActive",
        "isActive or true",
        "length(name) add 1 sub 1 mul 2 div 2 mod 7 ge 0",
        "length(name) divby 2 gt 0",
        "-length(name) lt 0",
        "name in ('a','b')",
    ] {
        assert_eq!(
            status(&client, &format!("Users?$filter={filter}")).await,
            200,
            "{filter}"
        );
    }
    assert_eq!(status(&client, "Users?$filter=name has 'a'").await, 501);
}

#[tokio::test]
async fn v40_intermediate_07_4_the_functions() {
    let (_server, client) = served().await;
    for filter in [
        "concat(name,'x') eq 'x'",
        "contains(name,'x')",
        "endswith(name,'x')",
        "indexof(name,'x') eq 1",
        "length(name) eq 1",
        "startswith(name,'x')",
        "substring(name,1) eq 'x'",
        "substring(name,0,1) eq 'x'",
        "hassubset([1,2],[1])",
        "hassubsequence([1,2],[1])",
        "matchespattern(name,'x')",
        "tolower(name) eq 'x'",
        "toupper(name) eq 'X'",
        "trim(name) eq 'x'",
        "year(created) eq 1",
        "month(created) eq 1",
        "day(created) eq 1",
        "hour(created) eq 1",
        "minute(created) eq 1",
        "second(created) eq 1",
        "fractionalseconds(created) eq 0",
        "date(created) eq 2021-01-01",
        "time(created) eq 00:00:00",
        "totaloffsetminutes(created) eq 0",
        "totalseconds(duration'PT1S') eq 1",
        "now() gt created",
        "mindatetime() lt created",
        "maxdatetime() gt created",
        "round(1.5) eq 2",
        "floor(1.5) eq 1",
        "ceiling(1.5) eq 2",
        "cast(name,Edm.String) eq 'x'",
        "isof(name,Edm.String)",
        "isof(WP.User)",
        "case(isActive:1,true:2) eq 1",
    ] {
        assert_eq!(
            status(&client, &format!("Users?$filter={filter}")).await,
            200,
            "{filter}"
        );
    }
    assert_eq!(status(&client, "Users?$filter=geo.length(name) eq 1").await, 501);
}

#[tokio::test]
async fn v40_intermediate_07_5_filter_of_what_is_expanded() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let none = format!("TimeSheets({sheet})?$expand=timeSheetLines($filter=orderNumber gt 0)");
    assert_eq!(get(&client, &none).await.good()["timeSheetLines"], json!([]));
}

#[tokio::test]
async fn v40_intermediate_08_metadata() {
    let (_server, client) = served().await;
    assert_eq!(
        get(&client, "$metadata").await.header("content-type"),
        "application/xml"
    );
}

#[tokio::test]
async fn v40_intermediate_09_json_with_its_context() {
    let (_server, client) = served().await;
    let read = get_with(&client, "Users?$top=1", &[("odata-maxversion", "4.0")])
        .await
        .good();
    assert!(
        read["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("/odata/$metadata#Users")
    );
}

#[tokio::test]
async fn v40_intermediate_10_who_calls_is_known_by_a_token() {
    let (server, _client) = served().await;
    let refused = get(&server.anonymous(), "Users").await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("www-authenticate")),
        (401, "Bearer")
    );
}

#[tokio::test]
async fn v40_intermediate_11_search() {
    let (_server, client) = served().await;
    let name = rows(&client, "Users?$top=1&$orderby=name").await[0]["name"].clone();
    let found = rows(&client, &format!("Users?$search=\"{}\"", name.as_str().unwrap())).await;
    assert!(found.iter().any(|row| row["name"] == name));
}

#[tokio::test]
async fn v40_intermediate_12_skip() {
    let (_server, client) = served().await;
    let all = rows(&client, "Users?$orderby=id").await;
    assert_eq!(rows(&client, "Users?$orderby=id&$skip=2").await, all[2..]);
}

#[tokio::test]
async fn v40_intermediate_13_count() {
    let (_server, client) = served().await;
    let counted = get(&client, "Users?$top=1&$count=true").await.good();
    assert_eq!(counted["@odata.count"], number(&client, "Users/$count").await);
}

#[tokio::test]
async fn v40_intermediate_14_expand() {
    let (_server, client) = served().await;
    let row = rows(&client, "TimeSheets?$top=1&$expand=user($select=id),template").await[0].clone();
    assert_eq!(row["user"], json!({ "id": row["userId"] }));
    assert_eq!(row["template"]["id"], row["templateId"]);
}

#[tokio::test]
async fn v40_intermediate_15_any_and_all() {
    let (_server, client) = served().await;
    let all = number(&client, "TimeSheets/$count").await;
    let some = number(&client, "TimeSheets/$count?$filter=timeSheetLines/any()").await;
    let of_all = number(
        &client,
        "TimeSheets/$count?$filter=timeSheetLines/all(l:l/orderNumber ge 0)",
    )
    .await;
    let days = number(
        &client,
        "TimeSheets/$count?$filter=schedule/any(d:d/duration ge 0)",
    )
    .await;
    assert!(some > 0 && some <= all);
    assert_eq!((of_all, days), (all, all));
}

#[tokio::test]
async fn v40_intermediate_16_count_as_a_segment() {
    count_is_a_segment().await;
}

#[tokio::test]
async fn v40_intermediate_17_order_both_ways() {
    let (_server, client) = served().await;
    let up = rows(&client, "Users?$orderby=name asc,id asc&$select=name").await;
    let mut down = rows(&client, "Users?$orderby=name desc,id desc&$select=name").await;
    down.reverse();
    assert_eq!(up, down);
}
