//! Sections 13.1.1 and 13.2.1 for services that are written.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::{Answer, JSON, booked, get, get_with, put, send};
use super::{schema, served};
use crate::support::client::Client;

const NOBODY: &str = "00000000-0000-4000-8000-000000000001";

async fn write(client: &Client, method: Method, path: &str, body: &Value) -> Answer {
    send(client, method, path, &[JSON], Some(body.to_string())).await
}

/// What a set says of its writes.
async fn said(client: &Client, set: &str, term: &str, member: &str) -> Value {
    schema(client).await["Container"][set][format!("@Capabilities.{term}")][member].clone()
}

#[tokio::test]
async fn v40_minimal_18_edit_links() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let full = [("accept", "application/json;odata.metadata=full")];
    let read = get_with(&client, &format!("TimeSheets({sheet})"), &full)
        .await
        .good();
    let link = read["@odata.editLink"].as_str().unwrap();
    assert_eq!(
        write(&client, Method::PATCH, link, &json!({ "name": "By its link" }))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn v40_minimal_19_no_set_takes_new_entities() {
    let (_server, client) = served().await;
    for set in [
        "TimeSheets",
        "TimeSheetLines",
        "Users",
        "Projects",
        "TimeSheetTemplates",
    ] {
        assert_eq!(
            said(&client, set, "InsertRestrictions", "Insertable").await,
            false,
            "{set}"
        );
        assert_eq!(
            write(&client, Method::POST, set, &json!({})).await.status,
            405,
            "{set}"
        );
    }
}

#[tokio::test]
async fn v40_minimal_20_nor_does_a_navigation() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let lines = format!("TimeSheets({sheet})/timeSheetLines");
    assert_eq!(write(&client, Method::POST, &lines, &json!({})).await.status, 405);
}

#[tokio::test]
async fn v40_minimal_21_references_are_not_posted() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let lines = format!("TimeSheets({sheet})/timeSheetLines/$ref");
    assert_eq!(write(&client, Method::POST, &lines, &json!({})).await.status, 405);
}

#[tokio::test]
async fn v40_minimal_22_nor_put() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let user = format!("TimeSheets({sheet})/user/$ref");
    let refused = write(&client, Method::PUT, &user, &json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("allow")),
        (405, "GET, HEAD")
    );
}

#[tokio::test]
async fn v40_minimal_23_patch_to_what_is_updatable() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for path in [format!("TimeSheets({sheet})"), format!("TimeSheets/{sheet}")] {
        assert_eq!(
            write(&client, Method::PATCH, &path, &json!({ "name": path }))
                .await
                .status,
            204
        );
        let name = get(&client, &format!("TimeSheets({sheet})/name")).await.good();
        assert_eq!(name["value"], json!(path));
    }
    assert_eq!(
        said(&client, "Users", "UpdateRestrictions", "Updatable").await,
        false
    );
}

#[tokio::test]
async fn v40_minimal_24_delete_what_is_deletable() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    assert_eq!(send(&client, Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(get(&client, &path).await.status, 404);
    assert_eq!(
        said(&client, "TimeSheets", "DeleteRestrictions", "Deletable").await,
        true
    );
}

#[tokio::test]
async fn v40_minimal_25_references_are_not_deleted() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let user = format!("TimeSheets({sheet})/user/$ref");
    assert_eq!(send(&client, Method::DELETE, &user, &[], None).await.status, 405);
}

#[tokio::test]
async fn v40_minimal_26_if_match_guards_updates_and_deletions() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let old = [JSON, ("if-match", "W/\"AAAAAAAAAAE=\"")];
    for (method, body) in [
        (Method::PATCH, Some("{\"name\":\"x\"}")),
        (Method::PUT, Some("{\"name\":\"x\"}")),
        (Method::DELETE, None),
    ] {
        let refused = send(&client, method.clone(), &path, &old, body.map(str::to_owned)).await;
        assert_eq!(refused.status, 412, "{method}");
    }
    let tag = get(&client, &path).await.header("etag").to_owned();
    let guarded = send(&client, Method::DELETE, &path, &[("if-match", &tag)], None).await;
    assert_eq!(guarded.status, 204);
}

#[tokio::test]
async fn v40_minimal_27_nothing_is_created_by_a_request_that_would_have_a_location() {
    let (_server, client) = served().await;
    let refused = write(&client, Method::POST, "TimeSheets", &json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.header("location")), (405, ""));
}

#[tokio::test]
async fn v40_minimal_28_an_answer_without_a_body_names_its_entity() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let saved = write(&client, Method::PATCH, &path, &json!({ "name": "x" })).await;
    assert_eq!(saved.status, 204);
    assert!(
        saved
            .header("odata-entityid")
            .ends_with(&format!("/odata/{path}"))
    );
}

#[tokio::test]
async fn v40_minimal_29_what_is_not_there_is_not_put_there() {
    let (_server, client) = served().await;
    assert_eq!(
        put(&client, &format!("TimeSheets({NOBODY})"), &json!({}))
            .await
            .status,
        404
    );
    assert_eq!(
        said(&client, "TimeSheets", "UpdateRestrictions", "Upsertable").await,
        false
    );
}

#[tokio::test]
async fn v40_minimal_30_single_properties_are_written_with_their_entity() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let name = format!("TimeSheets({sheet})/name");
    let refused = write(&client, Method::PUT, &name, &json!({ "value": "x" })).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("allow")),
        (405, "GET, HEAD")
    );
}

#[tokio::test]
async fn v40_minimal_31_and_are_not_deleted() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let submitted = format!("TimeSheets({sheet})/submitted");
    assert_eq!(
        send(&client, Method::DELETE, &submitted, &[], None).await.status,
        405
    );
}

#[tokio::test]
async fn v40_minimal_32_new_lines_come_with_new_cells() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let read = get(
        &client,
        &format!("TimeSheets({sheet})?$expand=timeSheetLines($expand=timeAllocations)"),
    )
    .await;
    assert_eq!(
        read.good()["timeSheetLines"][0]["timeAllocations"][0]["duration"],
        json!(3.0)
    );
}

#[tokio::test]
async fn v40_minimal_33_members_of_a_collection_are_written_together() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let each = format!("TimeSheets/$filter(id eq {sheet})/$each");
    assert_eq!(
        write(&client, Method::PATCH, &each, &json!({ "name": "x" }))
            .await
            .status,
        204
    );
    assert_eq!(send(&client, Method::DELETE, &each, &[], None).await.status, 204);
    for term in ["UpdateRestrictions", "DeleteRestrictions"] {
        assert_eq!(
            said(&client, "TimeSheets", term, "FilterSegmentSupported").await,
            true
        );
        assert_eq!(
            said(&client, "Users", term, "FilterSegmentSupported").await,
            false
        );
    }
}

#[tokio::test]
async fn v401_minimal_18_as_the_updatable_service_of_4_0() {
    let (_server, client) = served().await;
    assert_eq!(
        said(&client, "TimeSheets", "UpdateRestrictions", "Updatable").await,
        true
    );
}

#[tokio::test]
async fn v401_minimal_19_no_collection_is_changed_by_reference() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let lines = super::rows(&client, &format!("TimeSheets({sheet})/timeSheetLines")).await;
    let line = lines[0]["id"].as_str().unwrap();
    let member = format!("TimeSheets({sheet})/timeSheetLines({line})/$ref");
    assert_eq!(
        send(&client, Method::DELETE, &member, &[], None).await.status,
        405
    );
}

#[tokio::test]
async fn v401_minimal_20_a_put_with_what_is_nested() {
    let (_server, client) = served().await;
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let version = get(&client, &path).await.good()["rowVersion"].clone();
    let body = json!({ "rowVersion": version, "timeSheetLines": [{ "orderNumber": 0, "projectId": project,
        "timeAllocations": [{ "date": "2027-03-23", "duration": 2 }] }] });
    assert_eq!(put(&client, &path, &body).await.status, 204);
    let cells =
        format!("TimeAllocations?$filter=timeSheetLine/timeSheet/id eq {sheet}&$select=date,duration");
    assert_eq!(
        super::rows(&client, &cells).await,
        [json!({ "date": "2027-03-23", "duration": 2.0 })]
    );
}

#[tokio::test]
async fn v401_minimal_21_deep_updates_replace_what_they_leave_out() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let version = get(&client, &path).await.good()["rowVersion"].clone();
    let body = json!({ "rowVersion": version, "timeSheetLines": [] });
    assert_eq!(put(&client, &path, &body).await.status, 204);
    assert_eq!(
        super::number(&client, &format!("{path}/timeSheetLines/$count")).await,
        0
    );
}

#[tokio::test]
async fn v401_minimal_22_references_of_collections_are_not_written() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let lines = format!("TimeSheets({sheet})/timeSheetLines/$ref");
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(write(&client, method, &lines, &json!({})).await.status, 405);
    }
}

#[tokio::test]
async fn v401_minimal_23_collections_of_values_are_computed() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let schedule = format!("TimeSheets({sheet})/schedule");
    assert_eq!(
        write(&client, Method::POST, &schedule, &json!({})).await.status,
        405
    );
    assert_eq!(
        schema(&client).await["TimeSheet"]["schedule"]["@Core.Computed"],
        true
    );
}

#[tokio::test]
async fn v401_minimal_24_collections_are_written_by_each_of_their_members() {
    let (_server, client) = served().await;
    for method in [Method::PATCH, Method::DELETE] {
        assert_eq!(write(&client, method, "TimeSheets", &json!({})).await.status, 405);
    }
}

#[tokio::test]
async fn v401_minimal_25_also_behind_their_type() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let each = format!("TimeSheets/WP.TimeSheet/$filter(id eq {sheet})/WP.TimeSheet/$each");
    assert_eq!(
        write(&client, Method::PATCH, &each, &json!({ "name": "x" }))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn v401_minimal_26_no_set_takes_a_delta() {
    let (_server, client) = served().await;
    assert_eq!(
        said(
            &client,
            "TimeSheets",
            "UpdateRestrictions",
            "DeltaUpdateSupported"
        )
        .await,
        false
    );
}

#[tokio::test]
async fn v401_minimal_27_what_is_told_of_a_write_is_selected_and_expanded() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})?$select=name&$expand=user($select=id)");
    let headers = [JSON, ("prefer", "return=representation")];
    let told = send(
        &client,
        Method::PATCH,
        &path,
        &headers,
        Some("{\"name\":\"x\"}".to_owned()),
    )
    .await;
    let me = super::super::me(&client).await;
    assert_eq!(told.good(), json!({ "name": "x", "user": { "id": me } }));
}
