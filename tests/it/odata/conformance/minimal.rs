//! Section 13.1.1 for services that are read.

use axum::http::Method;
use serde_json::json;

use super::super::{JSON, booked, get, get_with, send};
use super::{number, rows, schema, served, status};

#[tokio::test]
async fn v40_minimal_01_a_service_document_at_the_root() {
    let (_server, client) = served().await;
    let document = get(&client, "").await.good();
    for set in document["value"].as_array().unwrap() {
        assert_eq!(status(&client, set["url"].as_str().unwrap()).await, 200, "{set}");
    }
}

#[tokio::test]
async fn v40_minimal_02_answers_are_json() {
    let (_server, client) = served().await;
    let answer = get_with(&client, "Users?$top=1", &[("accept", "application/json")]).await;
    assert!(answer.header("content-type").starts_with("application/json"));
    assert!(answer.good()["value"].is_array());
}

#[tokio::test]
async fn v40_minimal_03_parts_of_lists_come_with_a_link_to_the_rest() {
    let (_server, client) = served().await;
    let first = get_with(&client, "Users", &[("prefer", "odata.maxpagesize=2")]).await;
    assert_eq!(first.rows().len(), 2);
    let next = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let rest = rows(&client, next.split_once("/odata/").unwrap().1).await;
    assert_eq!(rest.len() + 2, number(&client, "Users/$count").await);
}

#[tokio::test]
async fn v40_minimal_04_every_answer_tells_its_version() {
    let (server, client) = served().await;
    for path in [
        "",
        "$metadata",
        "Users",
        "Users/$count",
        "Nothing",
        "Users?$filter=(",
        "Users?$top=x",
    ] {
        for (max, version) in [("4.0", "4.0"), ("4.01", "4.01")] {
            let answer = get_with(&client, path, &[("odata-maxversion", max)]).await;
            assert_eq!(answer.header("odata-version"), version, "{path}: {answer:?}");
        }
    }
    let anonymous = get(&server.anonymous(), "Users").await;
    assert_eq!(
        (anonymous.status.as_u16(), anonymous.header("odata-version")),
        (401, "4.01")
    );
}

#[tokio::test]
async fn v40_minimal_05_1_accept_is_heeded_or_the_request_fails() {
    let (_server, client) = served().await;
    let typed = |accept: &'static str| [("accept", accept)];
    assert_eq!(
        get_with(&client, "Users", &typed("application/xml")).await.status,
        406
    );
    let full = get_with(
        &client,
        "Users?$top=1",
        &typed("application/json;odata.metadata=full"),
    )
    .await;
    assert!(full.rows()[0]["@odata.type"].is_string());
    let xml = get_with(&client, "$metadata", &typed("application/xml")).await;
    assert_eq!(xml.header("content-type"), "application/xml");
}

#[tokio::test]
async fn v40_minimal_05_2_the_greatest_version_is_heeded_or_the_request_fails() {
    let (_server, client) = served().await;
    let of = |max: &'static str| [("odata-maxversion", max)];
    assert_eq!(
        get_with(&client, "Users", &of("4.0"))
            .await
            .header("odata-version"),
        "4.0"
    );
    assert_eq!(
        get_with(&client, "Users", &of("9.9"))
            .await
            .header("odata-version"),
        "4.01"
    );
    assert_eq!(get_with(&client, "Users", &of("3.0")).await.status, 400);
}

#[tokio::test]
async fn v40_minimal_06_what_is_not_odata_is_passed_over() {
    let (_server, client) = served().await;
    let headers = [
        ("x-custom", "1"),
        ("prefer", "custom=1,wait=10"),
        ("odata-custom", "1"),
    ];
    assert_eq!(
        get_with(&client, "Users?custom=1&$top=1&other", &headers)
            .await
            .status,
        200
    );
    assert_eq!(status(&client, "Users?$custom=1").await, 501, "a `$` is OData's");
}

#[tokio::test]
async fn v40_minimal_07_options_are_followed_or_not_implemented() {
    let (_server, client) = served().await;
    for (path, expected) in [
        ("Users?$filter=name ne 'a' and not (isActive eq false)", 200),
        ("Users?$orderby=name desc,id&$top=1&$skip=1&$count=true", 200),
        ("Users?$select=name&$expand=manager($select=name)", 200),
        ("Users?$search=a OR NOT \"b c\"&$compute=length(name) as n", 200),
        ("Users?$apply=aggregate($count as n)&$format=json", 200),
        ("Users?$apply=concat(identity,identity)", 501),
        ("Users?$apply=expand(manager,identity)", 501),
        ("Users?$expand=team($apply=identity)", 501),
        ("Users?$filter=geo.intersects(name,name)", 501),
        ("Users?$filter=name has WP.Color'Red'", 501),
        ("Users?$index=0", 501),
        ("$all", 501),
    ] {
        assert_eq!(status(&client, path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn v40_minimal_08_types_are_those_of_the_schema_language() {
    let (_server, client) = served().await;
    let schema = schema(&client).await;
    let primitive = [
        "Boolean",
        "Int32",
        "Int64",
        "Decimal",
        "Date",
        "DateTimeOffset",
        "Guid",
        "String",
        "Binary",
    ];
    for (name, of) in schema.as_object().unwrap() {
        for (member, described) in of.as_object().into_iter().flatten() {
            let Some(of) = described["$Type"].as_str() else {
                continue;
            };
            let known = match of.split_once('.').unwrap() {
                ("Edm", of) => primitive.contains(&of),
                ("WP", of) => schema[of].is_object(),
                _ => false,
            };
            assert!(known, "{name}/{member}: {of}");
        }
    }
}

#[tokio::test]
async fn v40_minimal_09_nothing_but_properties_has_to_be_understood() {
    let (_server, client) = served().await;
    let none = [("accept", "application/json;odata.metadata=none")];
    let row = get_with(&client, "TimeSheets?$top=1&$expand=user", &none)
        .await
        .rows()[0]
        .clone();
    assert!(
        row.as_object().unwrap().keys().all(|name| !name.contains('@')),
        "{row}"
    );
    assert!(
        row["user"]
            .as_object()
            .unwrap()
            .keys()
            .all(|name| !name.contains('@')),
        "{row}"
    );
}

#[tokio::test]
async fn v40_minimal_10_a_patch_changes_what_it_names_alone() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})?$expand=timeSheetLines($expand=timeAllocations)");
    let before = get(&client, &path).await.good();
    let body = Some(json!({ "name": "Patched" }).to_string());
    let patched = send(
        &client,
        Method::PATCH,
        &format!("TimeSheets({sheet})"),
        &[JSON],
        body,
    )
    .await;
    assert_eq!(patched.status, 204);
    let mut after = get(&client, &path).await.good();
    assert_eq!(after["name"], "Patched");
    after["name"] = before["name"].clone();
    after["rowVersion"] = before["rowVersion"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn v40_minimal_11_reading_changes_nothing() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let tag = get(&client, &path).await.header("etag").to_owned();
    assert_eq!(get(&client, &path).await.header("etag"), tag);
    assert_eq!(
        get_with(&client, &path, &[("if-none-match", &tag)]).await.status,
        304
    );
}

#[tokio::test]
async fn v40_minimal_12_expand() {
    let (_server, client) = served().await;
    let row = rows(&client, "TimeSheets?$top=1&$expand=user").await[0].clone();
    assert_eq!(row["user"]["id"], row["userId"]);
}

#[tokio::test]
async fn v40_minimal_13_metadata_as_xml() {
    let (_server, client) = served().await;
    let xml = get(&client, "$metadata").await;
    assert!(xml.text.contains("<edmx:Edmx") && xml.text.contains("<EntityContainer"));
}

#[tokio::test]
async fn v40_minimal_14_headers_and_preferences_with_their_prefix() {
    let (_server, client) = served().await;
    let paged = get_with(&client, "Users", &[("prefer", "odata.maxpagesize=1")]).await;
    assert_eq!(paged.header("preference-applied"), "odata.maxpagesize=1");
    let isolated = get_with(&client, "Users", &[("odata-isolation", "snapshot")]).await;
    assert_eq!(isolated.status, 412, "pages are not of one picture");
    let headers = [JSON, ("isolation", "snapshot")];
    let batch = send(
        &client,
        Method::POST,
        "$batch",
        &headers,
        Some("{\"requests\":[]}".to_owned()),
    )
    .await;
    assert_eq!(batch.status, 412, "nor are batches");
}

#[tokio::test]
async fn v40_minimal_15_durations_and_enumerations_with_their_type() {
    let (_server, client) = served().await;
    let all = number(&client, "TimeSheets/$count").await;
    let later = number(
        &client,
        "TimeSheets/$count?$filter=created add duration'P1D' gt created",
    )
    .await;
    assert_eq!(later, all);
    assert_eq!(
        status(&client, "TimeSheets?$filter=name eq WP.Color'Red'").await,
        200
    );
}

#[tokio::test]
async fn v40_minimal_16_nothing_is_answered_asynchronously() {
    let (_server, client) = served().await;
    let schema = schema(&client).await;
    assert_eq!(
        schema["Container"]["@Capabilities.AsynchronousRequestsSupported"],
        false
    );
    let prefer = [(
        "prefer",
        "respond-async,odata.callback;url=\"http://127.0.0.1:1/\"",
    )];
    let answer = get_with(&client, "Users?$top=1", &prefer).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("preference-applied")),
        (200, "")
    );
}

#[tokio::test]
async fn v40_minimal_17_no_outcome_is_told_in_a_header() {
    let (_server, client) = served().await;
    let answer = get_with(&client, "Users?$top=1", &[("prefer", "respond-async")]).await;
    assert_eq!(
        (answer.header("asyncresult"), answer.header("location")),
        ("", "")
    );
}
