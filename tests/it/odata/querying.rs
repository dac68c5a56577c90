//! Lists over HTTP: the options together, pages, what breaks others, and limits.

use std::time::Instant;

use axum::http::Method;
use punchcard::domain::hours::Hours;
use serde_json::{Value, json};

use super::{booked, demo, get, get_with, me, open, refused_at_once, send};
use crate::support::client::Client;

fn names(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Every row of a list, page by page.
async fn all(client: &Client, path: &str, headers: &[(&str, &str)]) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = get_with(client, &path, headers).await;
        pages.push(page.rows());
        next = page.json()["@odata.nextLink"]
            .as_str()
            .map(|link| link.split_once("/odata/").unwrap().1.to_owned());
        assert!(pages.len() < 1_000, "the links have no end");
    }
    pages
}

#[tokio::test]
async fn x5_pages_neither_repeat_nor_drop_and_none_is_empty() {
    let server = demo().await;
    let client = server.client();
    for path in [
        "Users?$orderby=name desc",
        "TimeSheets?$select=id",
        "TimeAllocations?$orderby=duration",
        "ProjectTasks?$filter=contains(name,'e')&orderby=number",
        "Users?$top=7",
        "Users?top=7&skip=3&filter=isActive",
    ] {
        let whole = all(&client, path, &[]).await.concat();
        assert!(whole.len() > 3, "{path}");
        for size in [1, 2, 3, whole.len()] {
            let size = size.max(whole.len() / 40).min(1_000);
            let pages = all(&client, path, &[("prefer", &format!("odata.maxpagesize={size}"))]).await;
            assert!(
                pages.iter().all(|page| !page.is_empty() && page.len() <= size),
                "{path}, {size}"
            );
            assert_eq!(pages.len(), whole.len().div_ceil(size), "{path}, {size}");
            assert_eq!(pages.concat(), whole, "{path}, {size}");
        }
    }
}

#[tokio::test]
async fn counts_are_of_what_matches_whatever_the_page() {
    let server = demo().await;
    let client = server.client();
    let users = get(&client, "Users?$filter=isActive&$count=true&$top=2&$skip=1").await;
    let counted = get(&client, "Users/$count?$filter=isActive").await;
    assert_eq!(users.rows().len(), 2);
    assert_eq!(users.json()["@odata.count"].to_string(), counted.text);
    assert_eq!(counted.header("content-type"), "text/plain;charset=utf-8");
    assert!(users.json().get("@odata.nextLink").is_none(), "$top ends it");
    assert_eq!(get(&client, "Users?$top=0&$count=true").await.rows().len(), 0);
    // Whatever a client takes, a count is plain text.
    let accept = [("accept", "application/json")];
    assert_eq!(
        get_with(&client, "Users/$count?$filter=isActive", &accept)
            .await
            .text,
        counted.text
    );
}

#[tokio::test]
async fn what_breaks_others_is_read_as_it_is_meant() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let body = json!({
        "rowVersion": get(&client, &format!("TimeSheets({sheet})")).await.good()["rowVersion"],
        "name": "A+B & C;d,e 'ф' (100%)",
    });
    let saved = super::put(&client, &format!("TimeSheets({sheet})"), &body).await;
    assert_eq!(saved.status, 204);
    let upper = sheet.to_uppercase();
    for filter in [
        "name eq 'A%2BB %26 C;d,e ''ф'' (100%25)'",
        "contains(name,'A%2BB+%26')",
        "contains(tolower(name),tolower('Ф'))",
        "endswith(name, '(100%25)')",
        "startswith( name ,'A%2BB') and dateFrom le 2027-03-22 and dateTo ge 2027-03-22",
        "contains(name,'A%2BB') and created gt 2021-01-01T00:00:00+03:00",
        "contains(name,'A%2BB') and created gt 2021-01-01T00:00:00%2B03:00",
        "contains(name,'A%2BB') and created gt 2021-01-01",
        "contains(name,'A%2BB') and not (submitted gt 2021-01-01T00:00:00Z)",
        &format!("id eq {upper}"),
        &format!("id in ({upper},00000000-0000-4000-8000-000000000001)"),
        "contains(name,'A%2BB') and timeSheetLines/any(l:l/timeAllocations/any(a:a/duration eq 3))",
        "contains(name,'A%2BB') and timeSheetLines/$count eq 1",
        "contains(name,'A%2BB') and approvalStatus/code eq 'Draft' and user/name ne null",
        "name eq @n&@n='A%2BB %26 C;d,e ''ф'' (100%25)'",
        "contains%28name%2C%27A%2BB%27%29",
    ] {
        let rows = get(&client, &format!("TimeSheets?$filter={filter}&$select=id"))
            .await
            .rows();
        assert_eq!(rows, [json!({ "id": sheet })], "{filter}");
    }
    // Semicolons, commas and brackets within quotes end nothing.
    let nested = "$expand=timeSheetLines($filter=project/name ne 'a;b),(''c''' and true;$count=true;$expand=project($select=name))";
    let read = get(&client, &format!("TimeSheets({sheet})?{nested}"))
        .await
        .good();
    assert_eq!(read["timeSheetLines@odata.count"], 1);
    assert!(read["timeSheetLines"][0]["project"]["name"].is_string(), "{read}");
    // What is said of null is null, its contrary too, and null is not listed; a comparison with it is
    // false.
    let count = async |filter: &str| {
        let counted = get(&client, &format!("Users/$count?$filter={filter}")).await;
        counted
            .text
            .parse::<u64>()
            .unwrap_or_else(|_| panic!("{filter}: {counted:?}"))
    };
    let without = count("managerId eq null").await;
    let with = count("managerId ne null").await;
    assert!(without > 0 && with > 0);
    assert_eq!(count("manager/isActive or not manager/isActive").await, with);
    assert_eq!(
        count("not contains(manager/name,'no one is called so')").await,
        with
    );
    assert_eq!(
        count("not (manager/name gt 'A')").await - count("manager/name le 'A'").await,
        without
    );
    assert_eq!(
        count("(manager/isActive and false) eq false").await,
        without + with
    );
}

#[tokio::test]
async fn orders_put_null_first_and_names_in_any_case() {
    let server = demo().await;
    let client = server.client();
    let rows = get(
        &client,
        "users?$ORDERBY=ManagerId,NAME desc&$SELECT=name,MANAGERID",
    )
    .await
    .rows();
    let first = rows.iter().position(|it| !it["managerId"].is_null()).unwrap();
    assert!(
        first > 0 && rows[first..].iter().all(|it| !it["managerId"].is_null()),
        "nulls are lowest"
    );
    let mut sorted = names(&rows[..first]);
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(names(&rows[..first]), sorted);
}

#[tokio::test]
async fn hours_are_summed_by_project_and_user() {
    let server = demo().await;
    let client = server.client();
    booked(&client, "2027-03-22", "3.00001").await;
    let path = "TimeAllocations?$apply=groupby((timeSheetLine/project/name,timeSheetLine/timeSheet/user/name),\
        aggregate(duration with sum as total,$count as cells))&$orderby=total desc";
    let rows = get(&client, path).await.rows();
    assert!(rows.len() > 1);
    assert!(
        rows[0]["timeSheetLine"]["timeSheet"]["user"]["name"].is_string(),
        "{:?}",
        rows[0]
    );
    let totals: Vec<f64> = rows.iter().map(|it| it["total"].as_f64().unwrap()).collect();
    assert!(totals.is_sorted_by(|a, b| a >= b), "{totals:?}");
    let sum = get(
        &client,
        "TimeAllocations?$apply=aggregate(duration with sum as total)",
    )
    .await;
    assert!(sum.text.contains("001}"), "exact: {}", sum.text);
    let sheets = get(
        &client,
        "TimeSheets?$compute=billableDuration add nonBillableDuration as hours&$select=hours",
    )
    .await;
    let hours = |number: &Value| number.to_string().parse::<Hours>().unwrap();
    let by_sheet: Hours = sheets.rows().iter().map(|it| hours(&it["hours"])).sum();
    assert_eq!(by_sheet, hours(&sum.rows()[0]["total"]), "M1, M5");
}

#[tokio::test]
async fn levels_follow_a_tree_and_search_looks_into_texts() {
    let server = demo().await;
    let client = server.client();
    let tasks = get(
        &client,
        "ProjectTasks?$filter=leadTaskId eq null and projectId ne null&$expand=childTasks($levels=2)&$top=1",
    );
    let task = tasks.await.rows()[0].clone();
    let child = &task["childTasks"][0];
    assert_eq!(child["leadTaskId"], task["id"], "{task}");
    assert!(child["childTasks"].is_array(), "{child}");
    let name = me_name(&client).await;
    let found = get(&client, &format!("Users?$search=\"{name}\"")).await.rows();
    assert!(names(&found).contains(&name));
    let none = get(&client, "Users?$search=nobodyiscalledso").await.rows();
    assert!(none.is_empty());
}

async fn me_name(client: &Client) -> String {
    let id = me(client).await;
    get(client, &format!("Users({id})/name/$value")).await.text
}

#[tokio::test]
async fn f11_a_stranger_is_not_there_however_one_asks() {
    let server = demo().await;
    let administrator = server.client();
    let users = get(
        &administrator,
        "Users?$filter=managerId ne null and isActive&$orderby=name",
    )
    .await
    .rows();
    let employee = &users[0];
    let made = administrator
        .graphql(
            "mutation T($input: CreateTokenInput!) { createToken(input: $input) { secret faults { message } } }",
            json!({ "input": { "userId": employee["id"], "name": "test", "permissions": ["timesheets@read"] } }),
        )
        .await;
    let Some(secret) = made["data"]["createToken"]["secret"].as_str() else {
        panic!("{made}");
    };
    let client = server.client_with(secret);
    let visible = get(&client, "Users?$select=id").await.rows();
    let every = get(&administrator, "Users/$count")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    assert!(visible.len() < every, "{visible:?}");
    let stranger = users
        .iter()
        .find(|it| !visible.contains(&json!({ "id": it["id"] })))
        .unwrap();
    let id = stranger["id"].as_str().unwrap();
    assert_eq!(get(&client, &format!("Users({id})")).await.status, 404);
    for path in [
        format!("Users?$filter=id eq {id}"),
        format!("TimeSheets?$filter=userId eq {id}"),
        format!("TimeSheets?$filter=user/id eq {id}"),
        format!("TimeAllocations?$filter=timeSheetLine/timeSheet/userId eq {id}"),
        format!("TimeSheets?$filter=user/manager/team/any(t:t/id eq {id})"),
    ] {
        assert_eq!(get(&client, &path).await.rows(), [json!(null); 0], "{path}");
    }
    let own = employee["id"].as_str().unwrap();
    let around = get(
        &client,
        &format!("Users({own})?$expand=manager($expand=team($select=id))"),
    )
    .await
    .good();
    let team = around["manager"]["team"].as_array().cloned().unwrap_or_default();
    assert!(!team.contains(&json!({ "id": id })), "{around}");
    let totals = get(&client, "TimeSheets?$apply=groupby((user/id))").await.rows();
    assert!(
        totals.iter().all(|it| it["user"]["id"] == employee["id"]),
        "{totals:?}"
    );
    let sheets = get(
        &administrator,
        &format!("TimeSheets?$filter=userId eq {id}&$top=1"),
    )
    .await
    .rows();
    let sheet = sheets[0]["id"].as_str().unwrap();
    for path in [
        format!("TimeSheets({sheet})"),
        format!("TimeSheets({sheet})/WP.GetProjects"),
        format!("TimeSheets({sheet})/user"),
    ] {
        assert_eq!(get(&client, &path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_made_to_hurt_is_refused_at_once() {
    let server = demo().await;
    let client = server.client();
    open(&client, "2027-03-22").await;
    let text = [("content-type", "text/plain")];
    let nested = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    for query in [
        format!("$filter={}", nested("(", "true", ")", 3_000)),
        format!("$filter={}", nested("tolower(", "name", ")", 2_000)),
        format!("$filter={}", "not ".repeat(10_000)),
        format!("$expand={}", nested("user($expand=", "manager", ")", 400)),
        format!("$filter=name eq '{}", "a".repeat(900_000)),
        format!("$filter={}", vec!["isActive"; 50_000].join(" and ")),
        format!("$search={}", nested("(", "a", ")", 3_000)),
        format!("$filter={}", nested("timeSheetLines/any(l:", "true", ")", 500)),
        format!("$filter=matchespattern(name,'{}')", nested("(", "a", "*)*", 200)),
    ] {
        let began = Instant::now();
        let answer = send(
            &client,
            Method::POST,
            "TimeSheets/$query",
            &text,
            Some(query.clone()),
        )
        .await;
        let about = &query[..60];
        refused_at_once(&answer, began, about);
    }
}
