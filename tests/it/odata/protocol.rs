//! What the protocol asks of every answer: versions, contexts, forms, errors, addresses.

use axum::http::Method;
use serde_json::{Value, json};

use super::{booked, demo, get, get_with, me, open, send};

#[tokio::test]
async fn the_service_describes_itself() {
    let server = demo().await;
    let client = server.client();
    let service = get(&client, "").await.good();
    let sets: Vec<&str> = service["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        sets,
        [
            "TimeSheets",
            "TimeSheetLines",
            "TimeAllocations",
            "Projects",
            "ProjectTasks",
            "Users",
            "Organizations",
            "Activities",
            "Departments",
            "ApprovalStatuses",
            "TimeSheetTemplates",
            "SyncJobs"
        ]
    );
    for set in &sets {
        let page = get(&client, &format!("{set}?$top=2&$count=true")).await;
        assert!(page.good()["@odata.count"].is_number(), "{set}: {page:?}");
    }
    let xml = get(&client, "$metadata").await;
    assert_eq!(
        (xml.status.as_u16(), xml.header("content-type")),
        (200, "application/xml")
    );
    for part in [
        "<edmx:Edmx Version=\"4.01\"",
        "<EntityType Name=\"TimeSheet\">",
        "GetIdForPeriod",
        "ConformanceLevel",
    ] {
        assert!(xml.text.contains(part), "{part}");
    }
    assert!(
        get_with(&client, "$metadata", &[("odata-maxversion", "4.0")])
            .await
            .text
            .contains("Version=\"4.0\"")
    );
    let described = get(&client, "$metadata?$format=json").await.good();
    assert_eq!(described["WP"]["TimeSheet"]["$Key"], json!(["id"]));
    assert_eq!(
        described["WP"]["Container"]["TimeSheets"]["$Type"],
        "WP.TimeSheet"
    );
    assert_eq!(
        get_with(&client, "$metadata", &[("accept", "application/json")])
            .await
            .good(),
        described
    );
}

#[tokio::test]
async fn every_property_in_the_description_is_in_the_answers_and_can_be_asked_about() {
    let server = demo().await;
    let client = server.client();
    booked(&client, "2027-03-22", "3").await;
    let described = get(&client, "$metadata?$format=json").await.good();
    let schema = described["WP"].as_object().unwrap();
    for (set, entry) in schema["Container"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with(['$', '@']))
    {
        let of = entry["$Type"].as_str().unwrap().trim_start_matches("WP.");
        let members = schema[of].as_object().unwrap();
        let is_navigation = |it: &Value| it["$Kind"] == "NavigationProperty";
        let rows = get(&client, &format!("{set}?$top=1&$expand=*")).await.rows();
        for (name, member) in members.iter().filter(|(name, _)| !name.starts_with(['$', '@'])) {
            if let Some(row) = rows.first() {
                assert!(row.get(name).is_some(), "{set}: {name} in {row}");
            }
            let path = if is_navigation(member) {
                format!("{set}?$expand={name}($select=id)&$top=1")
            } else if member["$Collection"] == json!(true) {
                format!("{set}?$filter={name}/any()&$top=1")
            } else {
                format!(
                    "{set}?$filter={name} eq null or {name} ne null&$orderby={name} desc&$select={name}&$top=1"
                )
            };
            let answer = get(&client, &path).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            assert_eq!(answer.rows().len(), rows.len(), "{path}");
        }
    }
}

#[tokio::test]
async fn answers_are_of_the_version_and_form_that_is_asked_for() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let plain = get(&client, &path).await;
    assert_eq!(plain.header("odata-version"), "4.01");
    assert!(
        plain.good().get("@odata.context").is_none(),
        "as WorkPoint's documentation shows it"
    );
    let minimal = get_with(&client, &path, &[("odata-maxversion", "4.0")]).await;
    assert_eq!(minimal.header("odata-version"), "4.0");
    assert!(
        minimal
            .header("content-type")
            .starts_with("application/json;odata.metadata=minimal")
    );
    let read = minimal.good();
    assert!(
        read["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("/odata/$metadata#TimeSheets/$entity"),
        "{read}"
    );
    assert_eq!(
        read["@odata.etag"],
        json!(format!("W/\"{}\"", read["rowVersion"].as_str().unwrap()))
    );
}

#[tokio::test]
async fn full_metadata_tells_types_and_addresses_and_numbers_may_be_strings() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let full = get(
        &client,
        &format!("{path}?$format=application/json;odata.metadata=full"),
    )
    .await
    .good();
    assert_eq!(full["@odata.type"], "#WP.TimeSheet");
    assert_eq!(full["created@odata.type"], "#DateTimeOffset");
    assert!(
        full["user@odata.navigationLink"]
            .as_str()
            .unwrap()
            .ends_with("/user")
    );
    let id = full["@odata.id"].as_str().unwrap();
    let id = id.split_once("/odata/").unwrap().1;
    assert_eq!(
        get(&client, id).await.good()["id"],
        json!(sheet),
        "an id is an address"
    );
    let exact = [("accept", "application/json;IEEE754Compatible=true")];
    assert_eq!(
        get_with(&client, &path, &exact).await.good()["billableDuration"]
            .as_str()
            .map(str::len),
        Some(7)
    );
    assert_eq!(
        get_with(&client, &path, &[("accept", "text/html")])
            .await
            .refusal()
            .0,
        406
    );
    assert_eq!(
        get_with(&client, &path, &[("odata-maxversion", "3.0")])
            .await
            .refusal()
            .0,
        400
    );
}

#[tokio::test]
async fn properties_values_counts_and_references_have_addresses() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let name = get(&client, &format!("{path}/name")).await.good()["value"].clone();
    assert_eq!(
        json!(get(&client, &format!("{path}/name/$value")).await.text),
        name
    );
    assert_eq!(
        get(&client, &format!("{path}/submitted")).await.status,
        204,
        "null has no content"
    );
    assert_eq!(get(&client, &format!("{path}/schedule/$count")).await.text, "7");
    let json = [("accept", "application/json")];
    for (text, expected) in [("timeSheetLines/$count", "1"), ("dateFrom/$value", "2027-03-22")] {
        let answer = get_with(&client, &format!("{path}/{text}"), &json).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.text),
            (200, expected),
            "libraries ask for JSON with every request, counts and raw values too"
        );
    }
    assert_eq!(
        get(&client, &format!("{path}/user/id/$value")).await.text,
        me(&client).await
    );
    let lines = get(&client, &format!("{path}/timeSheetLines")).await.rows();
    let line = lines[0]["id"].as_str().unwrap();
    for below in [
        format!("{path}/timeSheetLines({line})"),
        format!("TimeSheetLines({line})"),
        format!("{path}/TimeSheetLines/{line}"),
    ] {
        assert_eq!(
            get(&client, &below).await.good()["projectId"],
            json!(project),
            "{below}"
        );
    }
    let cell = get(&client, &format!("TimeSheetLines({line})/timeAllocations"))
        .await
        .rows();
    let cell = cell[0]["id"].as_str().unwrap();
    let back = get(
        &client,
        &format!("TimeAllocations({cell})/timeSheetLine/timeSheet/id/$value"),
    )
    .await;
    assert_eq!(back.text, sheet, "navigations lead both ways");
    assert_eq!(
        get(&client, &format!("TimeAllocations({cell})/duration/$value"))
            .await
            .text,
        "3.00000"
    );
    let references = get(&client, &format!("{path}/timeSheetLines/$ref")).await.rows();
    assert!(
        references[0]["@odata.id"]
            .as_str()
            .unwrap()
            .ends_with(&format!("TimeSheetLines({line})"))
    );
    assert!(get(&client, &format!("{path}/user/$ref")).await.good()["@odata.id"].is_string());
    assert_eq!(
        get(&client, &format!("{path}/WP.TimeSheet/id/$value")).await.text,
        sheet
    );
}

#[tokio::test]
async fn what_is_not_there_or_not_offered_is_told_apart() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-22").await;
    for (path, status) in [
        ("Nothing".to_owned(), 404),
        ("TimeSheets(00000000-0000-4000-8000-000000000001)".to_owned(), 404),
        ("TimeSheets(1)".to_owned(), 400),
        (format!("TimeSheets({sheet})/nothing"), 404),
        (format!("TimeSheets({sheet})/name/more"), 404),
        (format!("TimeSheets({sheet})/$count"), 400),
        (format!("TimeSheets({sheet})?$filter=true"), 400),
        (format!("TimeSheets({sheet})?$top=1"), 400),
        ("TimeSheets?$nothing=1".to_owned(), 501),
        ("TimeSheets?custom=1&$top=0".to_owned(), 200),
        ("TimeSheets?$top=-1".to_owned(), 400),
        ("TimeSheets?$top=1&$top=2".to_owned(), 400),
        ("TimeSheets?$top=1&top=2".to_owned(), 400),
        ("TimeSheets?$filter=nothing eq 1".to_owned(), 400),
        ("TimeSheets?$filter=name eq".to_owned(), 400),
        ("TimeSheets?$filter=geo.distance(name,name) lt 1".to_owned(), 501),
        ("TimeSheets?$skiptoken=x".to_owned(), 400),
        ("$all".to_owned(), 501),
    ] {
        let answer = get(&client, &path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        if status >= 400 {
            let error = answer.json()["error"].clone();
            assert!(
                error["code"].is_string() && error["message"].is_string(),
                "{path}: {error}"
            );
            assert_eq!(answer.header("odata-version"), "4.01", "{path}");
        }
    }
    assert_eq!(
        send(&client, Method::TRACE, "TimeSheets", &[], None).await.status,
        405
    );
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let (whole, head) = (
        get(&client, &path).await,
        send(&client, Method::HEAD, &path, &[], None).await,
    );
    assert_eq!(
        (head.status, head.header("etag")),
        (whole.status, whole.header("etag"))
    );
    assert!(head.text.is_empty());
}

#[tokio::test]
async fn a_query_that_is_too_long_for_a_url_is_posted() {
    let server = demo().await;
    let client = server.client();
    open(&client, "2027-03-22").await;
    let filter = vec!["name ne 'x'"; 150].join(" and ");
    let body = format!("$filter={filter}&$top=1");
    let text = [("content-type", "text/plain")];
    let posted = send(&client, Method::POST, "TimeSheets/$query", &text, Some(body)).await;
    assert_eq!(posted.rows().len(), 1);
    let wrong = [("content-type", "application/json")];
    assert_eq!(
        send(
            &client,
            Method::POST,
            "TimeSheets/$query",
            &wrong,
            Some("{}".into())
        )
        .await
        .status,
        415
    );
}
