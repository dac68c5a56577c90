//! `$filter(...)` and `$each` on the way, `$entity`, and values by `$root`.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, JSON, booked, demo, get, get_with, me, open, send};
use crate::support::client::Client;

async fn name_of(client: &Client, sheet: &str) -> String {
    get(client, &format!("TimeSheets({sheet})/name/$value"))
        .await
        .text
}

/// Two sheets of the caller, and the condition that they are.
async fn two(client: &Client) -> ([String; 2], String) {
    let sheets = [open(client, "2027-03-22").await, open(client, "2027-03-29").await];
    let condition = format!("id in ({},{})", sheets[0], sheets[1]);
    (sheets, condition)
}

async fn each(client: &Client, method: Method, rest: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
    let path = format!("TimeSheets/{rest}");
    send(client, method, &path, &headers, Some(body.to_string())).await
}

#[tokio::test]
async fn a_filter_segment_is_a_list_of_its_own() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for (segment, option) in [
        ("Users/$filter(isActive)", "Users?$filter=isActive"),
        ("Users/$filter(@f)?@f=isActive", "Users?$filter=isActive"),
        (
            "Users/$filter(isActive)/$filter(managerId%20ne%20null)?$orderby=name",
            "Users?$filter=isActive and managerId ne null&$orderby=name",
        ),
        (
            "Users/$FILTER(isActive)?$filter=managerId ne null&$top=2&$count=true",
            "Users?$filter=isActive and managerId ne null&$top=2&$count=true",
        ),
        (
            "Users/$filter(isActive)/$count?$filter=managerId eq null",
            "Users/$count?$filter=isActive and managerId eq null",
        ),
        ("Users/$filter(isActive)/$ref", "Users/$ref?$filter=isActive"),
        (
            "TimeSheets/$filter(user%2Fname%20ne%20'a%2Fb')?$apply=groupby((user/name))",
            "TimeSheets?$filter=user/name ne 'a/b'&$apply=groupby((user/name))",
        ),
        (
            "Users/WP.User/$filter(isActive)/WP.User?$search=a",
            "Users?$filter=isActive&$search=a",
        ),
    ] {
        let (one, other) = (get(&client, segment).await, get(&client, option).await);
        assert_eq!((one.status.as_u16(), &one.text), (200, &other.text), "{segment}");
    }
    let path = format!("TimeSheets({sheet})");
    for (below, expected) in [
        ("timeSheetLines/$filter(orderNumber eq 0)/$count", "1"),
        ("timeSheetLines/$filter(orderNumber eq 1)/$count", "0"),
        ("schedule/$filter(duration gt 0)/$count", "5"),
        ("WP.GetProjects/$filter(false)/$count", "0"),
    ] {
        assert_eq!(
            get(&client, &format!("{path}/{below}")).await.text,
            expected,
            "{below}"
        );
    }
    let me = me(&client).await;
    let through = |condition: &str| format!("Users/$filter({condition})/{me}/id/$value");
    assert_eq!(get(&client, &through("isActive")).await.text, me);
    assert_eq!(get(&client, &through("not isActive")).await.status, 404);
    for (wrong, status) in [
        ("Users/$filter".to_owned(), 400),
        ("Users/$filter()".to_owned(), 400),
        ("Users/$filter(nothing eq 1)".to_owned(), 400),
        ("Users/$filter(name)".to_owned(), 400),
        (format!("Users({me})/$filter(true)"), 400),
        (
            format!("TimeSheets/$filter(true)/WP.GetIdForPeriod(date=2027-03-22,userId={me})"),
            404,
        ),
        ("Users/$filter(true)/$value".to_owned(), 400),
    ] {
        assert_eq!(get(&client, &wrong).await.status, status, "{wrong}");
    }
}

#[tokio::test]
async fn x5_pages_of_a_filter_segment_go_on_within_it() {
    let server = demo().await;
    let client = server.client();
    let whole = get(&client, "Users/$filter(isActive)?$select=id").await.rows();
    let mut seen = Vec::new();
    let mut next = Some("Users/$filter(isActive)?$select=id".to_owned());
    while let Some(path) = next {
        let page = get_with(&client, &path, &[("prefer", "maxpagesize=3")]).await;
        seen.extend(page.rows());
        let link = page.json()["@odata.nextLink"].clone();
        next = link
            .as_str()
            .map(|link| link.split_once("/odata/").unwrap().1.to_owned());
    }
    assert!(seen.len() > 3);
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn s15_each_member_is_patched_or_none() {
    let server = demo().await;
    let client = server.client();
    let ([first, second], condition) = two(&client).await;
    let rest = format!("$filter({condition})/$each");
    let patched = each(&client, Method::PATCH, &rest, &[], &json!({ "name": "Both" })).await;
    assert_eq!((patched.status.as_u16(), patched.text.as_str()), (204, ""));
    assert_eq!(name_of(&client, &first).await, "Both");
    assert_eq!(name_of(&client, &second).await, "Both");

    // What is told is what was written, though the condition no longer holds.
    let told = each(
        &client,
        Method::PATCH,
        &format!("$filter({condition} and name eq 'Both')/$each?$select=name&$orderby="),
        &[("prefer", "return=representation,maxpagesize=1")],
        &json!({ "name": "Again" }),
    )
    .await;
    assert_eq!(
        told.rows(),
        [json!({ "name": "Again" }), json!({ "name": "Again" })]
    );
    assert_eq!(told.header("preference-applied"), "return=representation");

    let handed_in = format!("TimeSheets({second})/WP.ForceSubmit");
    assert_eq!(
        send(&client, Method::POST, &handed_in, &[], None).await.status,
        204
    );
    let refused = each(&client, Method::PATCH, &rest, &[], &json!({ "name": "Never" })).await;
    assert_eq!(
        refused.refusal(),
        (409, "WRONG_STATE".to_owned(), format!("TimeSheets({second})"))
    );
    assert_eq!(name_of(&client, &first).await, "Again");
    assert_eq!(name_of(&client, &second).await, "Again");
}

#[tokio::test]
async fn actions_and_deletions_are_of_each_or_none() {
    let server = demo().await;
    let client = server.client();
    let ([first, second], condition) = two(&client).await;
    let submit = format!("$filter({condition})/$each/WP.ForceSubmit");
    let submitted = each(&client, Method::POST, &submit, &[], &json!({ "comment": "All" })).await;
    assert_eq!(submitted.status, 204, "{submitted:?}");
    let state = |sheet: &str| format!("TimeSheets({sheet})/approvalStatus/code/$value");
    assert_eq!(get(&client, &state(&first)).await.text, "Submitted");
    assert_eq!(get(&client, &state(&second)).await.text, "Submitted");
    let again = each(&client, Method::POST, &submit, &[], &json!({})).await;
    assert_eq!(again.refusal().1, "WRONG_STATE");

    let recalled = format!("TimeSheets({second})/WP.Recall");
    assert_eq!(
        send(&client, Method::POST, &recalled, &[], None).await.status,
        204
    );
    let delete = format!("TimeSheets/$filter({condition})/$each");
    let refused = send(&client, Method::DELETE, &delete, &[], None).await;
    assert_eq!(refused.refusal().0, 409, "{refused:?}");
    assert_eq!(get(&client, &format!("TimeSheets({second})")).await.status, 200);
    let drafts = format!("TimeSheets/$filter({condition} and approvalStatus%2Fcode eq 'Draft')/$each");
    assert_eq!(
        send(&client, Method::DELETE, &drafts, &[], None).await.status,
        204
    );
    assert_eq!(get(&client, &format!("TimeSheets({second})")).await.status, 404);
    assert_eq!(get(&client, &format!("TimeSheets({first})")).await.status, 200);
    assert_eq!(
        send(&client, Method::DELETE, &drafts, &[], None).await.status,
        204,
        "each of none"
    );
}

#[tokio::test]
async fn each_is_refused_where_it_would_write_what_is_not_meant() {
    let server = demo().await;
    let client = server.client();
    let (_, condition) = two(&client).await;
    let before = get(&client, &format!("TimeSheets?$filter={condition}"))
        .await
        .good();
    let some = format!("$filter({condition})/$each");
    let body = json!({ "name": "Never" });
    for (rest, status, code) in [
        ("$each".to_owned(), 400, "BAD_USER_INPUT"),
        (format!("$each?$filter={condition}"), 400, "BAD_USER_INPUT"),
        (format!("{some}?$filter=false"), 400, "BAD_USER_INPUT"),
        (format!("{some}?$top=1"), 400, "BAD_USER_INPUT"),
        (format!("{some}/WP.GetProjects"), 501, "NOT_SUPPORTED"),
        (format!("{some}/name"), 404, "NOT_FOUND"),
        (format!("{some}/$each"), 400, "BAD_USER_INPUT"),
    ] {
        let refused = each(&client, Method::PATCH, &rest, &[], &body).await;
        let (told, said, _) = refused.refusal();
        assert_eq!((told, said.as_str()), (status, code), "{rest}");
    }
    let tagged = [("if-match", "W/\"AAAAAAAAAAE=\"")];
    assert_eq!(
        each(&client, Method::PATCH, &some, &tagged, &body)
            .await
            .refusal()
            .2,
        "if-match"
    );
    for method in [Method::GET, Method::PUT, Method::POST] {
        let refused = each(&client, method.clone(), &some, &[], &body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("allow")),
            (405, "PATCH, DELETE"),
            "{method}"
        );
    }
    let after = get(&client, &format!("TimeSheets?$filter={condition}"))
        .await
        .good();
    assert_eq!(after, before);
}

#[tokio::test]
async fn each_writes_sheets_alone_not_too_many_and_by_itself() {
    let server = demo().await;
    let client = server.client();
    let (sheets, condition) = two(&client).await;
    let before = get(&client, &format!("TimeSheets?$filter={condition}"))
        .await
        .good();
    let some = format!("$filter({condition})/$each");
    let lines = json!({ "timeSheetLines": [] });
    assert_eq!(each(&client, Method::PATCH, &some, &[], &lines).await.status, 400);
    let users = send(
        &client,
        Method::PATCH,
        "Users/$filter(true)/$each",
        &[JSON],
        Some("{}".into()),
    )
    .await;
    assert_eq!(users.status, 501);
    let many = format!("TimeSheets/$filter(id ne {})/$each", sheets[0]);
    let all = get(&client, "TimeSheets/$count")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    assert!(all > 101, "{all}");
    assert_eq!(
        send(&client, Method::DELETE, &many, &[], None).await.refusal().1,
        "LIMIT_EXCEEDED"
    );
    let grouped = json!({ "requests": [{ "id": "1", "atomicityGroup": "g", "method": "DELETE",
        "url": format!("TimeSheets/{some}") }] });
    let batch = send(
        &client,
        Method::POST,
        "$batch",
        &[JSON],
        Some(grouped.to_string()),
    )
    .await;
    assert_eq!(batch.json()["responses"][0]["status"], 501, "{batch:?}");
    let left = get(&client, "TimeSheets/$count").await.text;
    assert_eq!(left, all.to_string(), "no part of too many is deleted");
    let after = get(&client, &format!("TimeSheets?$filter={condition}"))
        .await
        .good();
    assert_eq!(after, before);
}

#[tokio::test]
async fn an_entity_is_found_by_the_id_that_answers_tell() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-22").await;
    let full = [("accept", "application/json;odata.metadata=full")];
    let told = get_with(&client, &format!("TimeSheets({sheet})"), &full)
        .await
        .good();
    let id = told["@odata.id"].as_str().unwrap();
    for id in [
        id,
        &format!("TimeSheets({sheet})"),
        &id.replace("://", "%3A%2F%2F"),
    ] {
        assert_eq!(
            get(&client, &format!("$entity?$id={id}")).await.good()["id"],
            json!(sheet),
            "{id}"
        );
        let cast = get(&client, &format!("$entity/WP.TimeSheet?$id={id}&$select=id")).await;
        assert_eq!(cast.good(), json!({ "id": sheet }));
    }
    for (wrong, status) in [
        ("$entity", 400),
        ("$entity?$id=http://elsewhere/odata/Users(1)", 400),
        ("$entity?$id=$metadata", 400),
        ("$entity?$id=Nothing(1)", 404),
        ("Users?$id=Users(1)", 400),
        ("Users?$index=1", 501),
    ] {
        assert_eq!(get(&client, wrong).await.status, status, "{wrong}");
    }
}

#[tokio::test]
async fn values_of_other_resources_stand_in_expressions() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let me = me(&client).await;
    let unknown = "00000000-0000-4000-8000-000000000001";
    for (filter, expected) in [
        (format!("name eq $root/Users({me})/name"), 1),
        (format!("name eq $root/Users/{me}/name"), 1),
        (format!("name eq $root/Users/{unknown}/name"), 0),
        (
            format!("id eq {me} and $root/TimeSheets/{sheet}/timeSheetLines/$count eq 1"),
            1,
        ),
        (format!("id eq $root/TimeSheets({sheet})/userId"), 1),
        (format!("id eq $root/TimeSheets({sheet})/user/id and true"), 1),
        (
            format!("id eq $root/TimeSheets(id={sheet})/WP.TimeSheet/user/id"),
            1,
        ),
        (
            format!("id eq {me} and $root/TimeSheets({sheet})/timeSheetLines/$count eq 1"),
            1,
        ),
        (
            format!("id eq {me} and $root/Users/$filter(id eq {me})/$count eq 1"),
            1,
        ),
        (
            format!("id eq {me} and $root/TimeSheets({sheet})/dateFrom eq 2027-03-22"),
            1,
        ),
        (
            format!("id eq {me} and $root/TimeSheets({sheet})/billableDuration ge 0"),
            1,
        ),
        (format!("name eq $root/Users({unknown})/name"), 0),
        (
            format!("managerId ne null and name gt $root/Users({unknown})/manager/name"),
            0,
        ),
        (format!("id in ($root/Users({me})/id,{unknown})"), 1),
        ("id eq @me&@me=$root/Users(@id)/id&@id=".to_owned() + &me, 1),
    ] {
        let answer = get(&client, &format!("Users?$filter={filter}&$select=id")).await;
        assert_eq!(answer.rows().len(), expected, "{filter}: {answer:?}");
    }
}

#[tokio::test]
async fn values_of_other_resources_stand_in_options_of_any_kind_within_limits() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let me = me(&client).await;
    let unknown = "00000000-0000-4000-8000-000000000001";
    let computed = format!("TimeSheets({sheet})?$compute=$root/Projects({project})/name as p&$select=p");
    assert!(get(&client, &computed).await.good()["p"].is_string());
    let inner = format!(
        "TimeSheets({sheet})?$expand=timeSheetLines($filter=projectId eq $root/Projects({project})/id)"
    );
    assert_eq!(
        get(&client, &inner).await.good()["timeSheetLines"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for (wrong, status) in [
        (format!("$root/Users({me}) ne null"), 400),
        ("$root/Nothing(1)/name eq name".to_owned(), 400),
        (format!("$root/Users({unknown})/nothing eq name"), 400),
        (format!("$root/Users({unknown})/name/more eq name"), 400),
        (format!("$root/Users({unknown})/manager({me})/name eq name"), 400),
        ("$root/Users/any(u:u/isActive)".to_owned(), 501),
        (
            format!("$root/TimeSheets/WP.GetIdForPeriod(date=2099-01-05,userId={me}) eq id"),
            501,
        ),
    ] {
        assert_eq!(
            get(&client, &format!("Users?$filter={wrong}")).await.status,
            status,
            "{wrong}"
        );
    }
    let many: Vec<String> = (0..30)
        .map(|skip| format!("$root/Users/$filter(length(name) gt {skip})/$count gt 0"))
        .collect();
    let refused = get(&client, &format!("Users?$filter={}", many.join(" and "))).await;
    assert_eq!(refused.refusal().1, "LIMIT_EXCEEDED");
}
