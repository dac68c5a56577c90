//! Change tracking: the delta link of a list tells what has changed in it since (X5), and what is gone
//! (X1), to who could see it (F11).

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, booked, demo, get, get_with, me, open, put, send};
use crate::support::client::Client;

const TRACKED: (&str, &str) = ("prefer", "track-changes");

/// The path of a link.
fn path(link: &Value) -> String {
    link.as_str().unwrap().split_once("/odata/").unwrap().1.to_owned()
}

/// All rows from a link on, and the delta link at the end.
async fn follow(client: &Client, first: Answer, headers: &[(&str, &str)]) -> (Vec<Value>, String) {
    let (mut answer, mut rows) = (first, Vec::new());
    loop {
        rows.extend(answer.rows());
        let json = answer.json();
        if json["@odata.deltaLink"].is_string() {
            assert_eq!(json["@odata.nextLink"], Value::Null);
            return (rows, path(&json["@odata.deltaLink"]));
        }
        answer = get_with(client, &path(&json["@odata.nextLink"]), headers).await;
    }
}

async fn delta(client: &Client, link: &str) -> (Vec<Value>, String) {
    follow(client, get(client, link).await, &[]).await
}

async fn rename(client: &Client, sheet: &str, name: &str) {
    let stored = get(client, &format!("TimeSheets({sheet})")).await.good();
    let body = json!({ "id": sheet, "rowVersion": stored["rowVersion"], "name": name });
    assert_eq!(
        put(client, &format!("TimeSheets({sheet})"), &body).await.status,
        204
    );
}

async fn delete(client: &Client, sheet: &str) {
    let answer = send(client, Method::DELETE, &format!("TimeSheets({sheet})"), &[], None).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

#[tokio::test]
async fn x5_a_delta_link_tells_what_changed_and_x1_what_is_gone() {
    let server = demo().await;
    let client = server.client();
    let (changed, _) = booked(&client, "2031-01-06", "2").await;
    let deleted = open(&client, "2031-02-03").await;
    let first = get_with(&client, "TimeSheets?$select=id,name", &[TRACKED]).await;
    assert_eq!(first.header("preference-applied"), "track-changes");
    let (rows, link) = follow(&client, first, &[]).await;
    assert!(rows.len() > 10);
    assert_eq!(delta(&client, &link).await.0, [Value::Null; 0]);

    rename(&client, &changed, "one").await;
    rename(&client, &changed, "two").await;
    delete(&client, &deleted).await;
    let new = open(&client, "2031-03-03").await;
    let answer = get(&client, &link).await.good();
    let rows = answer["value"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{answer}");
    assert_eq!(rows[0], json!({ "id": changed, "name": "two" }));
    assert_eq!(
        (&rows[1]["@removed"]["reason"], &rows[1]["id"]),
        (&json!("deleted"), &json!(deleted))
    );
    assert!(
        rows[1]["@odata.id"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/odata/TimeSheets({deleted})"))
    );
    assert_eq!(rows[2]["id"], new);
    let (again, _) = delta(&client, &path(&answer["@odata.deltaLink"])).await;
    assert_eq!(again, [Value::Null; 0]);

    let (rows, _) = follow(
        &client,
        get_with(&client, &link, &[("prefer", "maxpagesize=1")]).await,
        &[("prefer", "maxpagesize=1")],
    )
    .await;
    assert_eq!(rows.len(), 3, "page by page the same");

    let old = get_with(&client, &link, &[("odata-maxversion", "4.0")])
        .await
        .good();
    let context = old["@odata.context"].as_str().unwrap();
    assert!(
        context.ends_with("$metadata#TimeSheets(id,name)/$delta"),
        "{context}"
    );
    let gone = &old["value"][1];
    assert!(
        gone["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("$metadata#TimeSheets/$deletedEntity")
    );
    assert_eq!(gone["reason"], "deleted");
    assert!(
        gone["id"]
            .as_str()
            .unwrap()
            .ends_with(&format!("TimeSheets({deleted})"))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_filter_and_expanded_parts_are_those_of_the_list_that_was_tracked() {
    let server = demo().await;
    let client = server.client();
    let (stays, _) = booked(&client, "2031-01-06", "2").await;
    let (leaves, _) = booked(&client, "2031-01-13", "3").await;
    for sheet in [&stays, &leaves] {
        rename(&client, sheet, "watched").await;
    }
    let list = "TimeSheets?$filter=startswith(name,'watched') and timeSheetLines/any(l:l/timeAllocations/any())\
                &$expand=timeSheetLines($expand=timeAllocations)&$select=id,name&$count=true";
    let first = get_with(
        &client,
        list,
        &[("prefer", "odata.track-changes, odata.maxpagesize=1")],
    )
    .await;
    assert_eq!(
        first.header("preference-applied"),
        "odata.maxpagesize=1, track-changes"
    );
    let (rows, link) = follow(&client, first, &[("prefer", "maxpagesize=1")]).await;
    assert_eq!(rows.len(), 2);
    rename(&client, &stays, "watched still").await;
    rename(&client, &leaves, "not any more").await;
    let (rows, _) = delta(&client, &link).await;
    assert_eq!(rows[0]["name"], "watched still");
    assert_eq!(
        rows[0]["timeSheetLines"][0]["timeAllocations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        (&rows[1]["id"], &rows[1]["@removed"]["reason"]),
        (&json!(leaves), &json!("changed"))
    );
    assert_eq!(rows.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn x5_what_changes_while_the_pages_are_read_is_told_afterwards() {
    let server = demo().await;
    let client = server.client();
    let seen = open(&client, "2010-01-04").await;
    let first = get_with(
        &client,
        "TimeSheets?$select=id,name",
        &[("prefer", "track-changes,maxpagesize=3")],
    )
    .await;
    assert_eq!(first.rows()[0]["id"], seen, "it is on the first page");
    rename(&client, &seen, "meanwhile").await;
    let (_, link) = follow(&client, first, &[]).await;
    let (rows, _) = delta(&client, &link).await;
    assert_eq!(rows, [json!({ "id": seen, "name": "meanwhile" })]);
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_tracked_has_no_delta_link_and_a_foreign_token_is_refused() {
    let server = demo().await;
    let client = server.client();
    let user = me(&client).await;
    for list in [
        "TimeSheetLines?$top=1",
        "TimeSheetLines",
        "TimeSheets?$top=5",
        "TimeSheets?$expand=user",
        "TimeSheets?$filter=user/name eq 'x'",
        "TimeSheets?$filter=editAllowed",
        "TimeSheets?$apply=aggregate($count as n)",
        &format!("Users({user})/timeSheets"),
        "ApprovalStatuses",
    ] {
        let answer = get_with(&client, list, &[TRACKED]).await;
        if answer.status == 404 {
            continue;
        }
        assert_eq!(answer.good()["@odata.deltaLink"], Value::Null, "{list}");
        assert_eq!(answer.header("preference-applied"), "", "{list}");
    }
    for (list, status) in [
        ("TimeSheets?$deltatoken=x", 400),
        ("TimeSheets?$deltatoken=99999999", 410),
        ("TimeSheets?$deltatoken=18446744073709551616", 400),
        ("TimeSheets?$deltatoken=0&$expand=user", 501),
        ("TimeSheetLines?$deltatoken=0", 501),
        ("TimeSheets/$count?$deltatoken=0", 501),
        ("TimeSheets?$skiptoken=e30.x", 400),
        ("$metadata?$deltatoken=0", 400),
        ("Users?$deltatoken=0&$select=id", 200),
    ] {
        assert_eq!(get(&client, list).await.status, status, "{list}");
    }
    let metadata = get(&client, "$metadata").await.text;
    assert!(metadata.contains("Capabilities.ChangeTracking"));
    server.stop().await;
}

#[tokio::test]
async fn f11_a_stranger_is_not_told_that_anothers_sheet_changed_or_is_gone() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2031-01-06", "2").await;
    let people = client
        .graphql("{ users(first: 50) { nodes { id roles } } }", json!({}))
        .await;
    let own = me(&client).await;
    let plain = people["data"]["users"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["id"] != own && user["roles"] == json!(["EMPLOYEE"]))
        .unwrap()["id"]
        .clone();
    let create = "mutation ($user: UUID!) { createToken(input: { name: \"x\", userId: $user }) { secret } }";
    let made = client.graphql(create, json!({ "user": plain })).await;
    let stranger = server.client_with(made["data"]["createToken"]["secret"].as_str().unwrap());
    let (rows, link) = follow(
        &stranger,
        get_with(&stranger, "TimeSheets?$select=id", &[TRACKED]).await,
        &[],
    )
    .await;
    assert!(rows.iter().all(|row| row["id"] != sheet));
    rename(&client, &sheet, "changed").await;
    assert_eq!(delta(&stranger, &link).await.0, [Value::Null; 0]);
    delete(&client, &sheet).await;
    assert_eq!(delta(&stranger, &link).await.0, [Value::Null; 0]);
    assert_eq!(delta(&client, &link).await.0.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_filter_on_the_way_is_part_of_what_is_tracked() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2031-01-06").await;
    rename(&client, &sheet, "Watched").await;
    let list = "TimeSheets/$filter(startswith(name,'Watch'))?$select=id";
    let first = get_with(&client, list, &[TRACKED]).await;
    assert_eq!(first.header("preference-applied"), "track-changes");
    let (rows, link) = follow(&client, first, &[]).await;
    assert_eq!(rows, [json!({ "id": sheet })]);
    rename(&client, &sheet, "Watched still").await;
    let (changed, link) = delta(&client, &link).await;
    assert_eq!(changed, [json!({ "id": sheet })]);
    rename(&client, &sheet, "Not any more").await;
    let (changed, _) = delta(&client, &link).await;
    assert_eq!(changed[0]["@removed"]["reason"], "changed", "{changed:?}");
}
