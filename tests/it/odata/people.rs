//! Where people work, which changes by date, and what sheets are made after.

use serde_json::{Value, json};

use super::{demo, get, get_with, me, open, put, send};
use crate::support::client::Client;

/// Everybody's department over GraphQL, by the user's id.
async fn over_graphql(client: &Client) -> Vec<(Value, Value)> {
    let document = "{ users(first: 200) { nodes { id department { id name } } } }";
    let answer = client.graphql(document, json!({})).await;
    let nodes = answer["data"]["users"]["nodes"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let mut all: Vec<_> = nodes
        .iter()
        .map(|it| (it["id"].clone(), it["department"].clone()))
        .collect();
    all.sort_by_key(|(id, _)| id.to_string());
    all
}

async fn save_user(client: &Client, input: &Value) {
    let document =
        "mutation S($input: SaveUserInput!) { saveUser(input: $input) { user { id } faults { code } } }";
    let answer = client.graphql(document, json!({ "input": input })).await;
    assert!(answer["data"]["saveUser"]["user"]["id"].is_string(), "{answer}");
}

#[tokio::test]
async fn a_users_department_is_that_of_today_as_over_graphql() {
    let server = demo().await;
    let client = server.client();
    let departments = get(&client, "Departments?$select=id,name").await.rows();
    let [first, second] = [&departments[0], &departments[1]].map(|it| it["id"].as_str().unwrap().to_owned());
    let me = me(&client).await;
    let others = get(
        &client,
        &format!("Users?$filter=id ne {me} and isActive&$top=2&$orderby=id"),
    )
    .await
    .rows();
    let [moving, moved] = [&others[0], &others[1]].map(|it| it["id"].as_str().unwrap().to_owned());
    let from =
        |date: &str, next: &str| json!([{ "departmentId": first }, { "from": date, "departmentId": next }]);
    save_user(
        &client,
        &json!({ "id": moving, "departments": from("2199-01-01", &second) }),
    )
    .await;
    save_user(
        &client,
        &json!({ "id": moved, "departments": from("2001-01-01", &second) }),
    )
    .await;
    save_user(&client, &json!({ "id": me, "departments": [] })).await;

    let rows = get(&client, "Users?$expand=department($select=id,name)&$select=id")
        .await
        .rows();
    let mut told: Vec<(Value, Value)> = rows
        .iter()
        .map(|it| (it["id"].clone(), it["department"].clone()))
        .collect();
    told.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(told, over_graphql(&client).await);
    for (user, expected) in [(&moving, &first), (&moved, &second)] {
        assert_eq!(
            get(&client, &format!("Users({user})/department/id/$value"))
                .await
                .text,
            *expected
        );
    }
    assert_eq!(get(&client, &format!("Users({me})/department")).await.status, 204);
    let count = async |filter: &str| {
        let ids = format!("id in ({moving},{moved},{me})");
        get(&client, &format!("Users/$count?$filter={ids} and {filter}"))
            .await
            .text
    };
    assert_eq!(count(&format!("department/id eq {first}")).await, "1");
    assert_eq!(count("department eq null").await, "1");
    assert_eq!(count("startswith(department/name,'')").await, "2");
    let grouped = get(
        &client,
        "Users?$apply=groupby((department/name),aggregate($count as n))",
    )
    .await
    .rows();
    assert!(
        grouped.iter().any(|row| row["department"]["name"].is_null()),
        "{grouped:?}"
    );
    // It changes with the date, not with the record: such lists are not tracked.
    let tracked = [("prefer", "track-changes")];
    let list = get_with(&client, "Users?$expand=department", &tracked)
        .await
        .good();
    assert_eq!(list.get("@odata.deltaLink"), None);
}

#[tokio::test]
async fn sheets_lead_to_what_they_were_made_after_and_back() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-22").await;
    let read = get(&client, &format!("TimeSheets({sheet})?$expand=template"))
        .await
        .good();
    assert_eq!(read["template"]["id"], read["templateId"]);
    let document = "query T($id: UUID!) { timesheetTemplate(id: $id) {
        id rowVersion created isActive name dueDays allowsOwnApproval period { kind firstDay anchor } } }";
    let answer = client
        .graphql(document, json!({ "id": read["templateId"] }))
        .await;
    let other = &answer["data"]["timesheetTemplate"];
    for name in [
        "id",
        "rowVersion",
        "created",
        "isActive",
        "name",
        "dueDays",
        "allowsOwnApproval",
    ] {
        assert_eq!(read["template"][name], other[name], "{name}");
    }
    assert_eq!(
        (
            &read["template"]["periodKind"],
            &read["template"]["firstDayOfWeek"],
            &read["template"]["periodAnchor"]
        ),
        (&json!("Week"), &json!(1), &Value::Null)
    );
    assert_eq!(
        (&other["period"]["kind"], &other["period"]["firstDay"]),
        (&json!("WEEK"), &json!("MONDAY"))
    );
    let id = read["templateId"].as_str().unwrap();
    let path = format!("TimeSheetTemplates({id})");
    assert_eq!(
        get(&client, &format!("{path}/timeSheets/$count")).await.text,
        get(&client, &format!("TimeSheets/$count?$filter=template/id eq {id}"))
            .await
            .text
    );
    let tracked = get_with(&client, "TimeSheetTemplates", &[("prefer", "track-changes")]).await;
    assert!(tracked.good()["@odata.deltaLink"].is_string());
    assert_eq!(put(&client, &path, &json!({})).await.status, 501);
    let deleted = send(&client, axum::http::Method::DELETE, &path, &[], None).await;
    assert_eq!(deleted.status, 501);
}
