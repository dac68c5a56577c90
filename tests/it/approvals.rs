//! Handing in, approving, rules and locks, over real HTTP and both faces.

use axum::http::Method;
use punchcard::domain::record::Record;
use punchcard::domain::settings::Settings;
use punchcard::domain::template::TimesheetTemplate;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::records::{self, record};
use crate::support::staffed::Staffed;

mod course;
mod locks;
mod odata;
mod races;
mod rules;

/// Ivan's booked week.
fn week() -> String {
    records::sheet_id(1).to_string()
}

/// The company with a template of its own.
async fn with_template(change: impl FnOnce(&mut TimesheetTemplate)) -> Staffed {
    let mut template = records::template();
    change(&mut template);
    Staffed::open_with(vec![record(template)]).await
}

/// The company, closed up to a date.
async fn closed_up_to(date: &str, mut more: Vec<Record>) -> Staffed {
    more.push(record(Settings {
        closed_up_to: Some(records::date(date)),
        ..records::settings()
    }));
    Staffed::open_with(more).await
}

/// Does something to the week over GraphQL: its state afterwards, or what refused it.
async fn act(client: &Client, verb: &str, comment: Option<&str>) -> Value {
    let document = format!(
        "mutation Act($id: UUID!, $comment: String) {{ {verb}Timesheet(id: $id, comment: $comment) {{
            timesheet {{ status }} conflict {{ rowVersion }} faults {{ path code }}
            violations {{ rule severity date lineId cellId }} }} }}"
    );
    let answer = client
        .graphql(&document, json!({ "id": week(), "comment": comment }))
        .await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return json!(code);
    }
    let payload = &answer["data"][format!("{verb}Timesheet")];
    match payload["timesheet"]["status"].as_str() {
        Some(status) => json!(status),
        None => payload.clone(),
    }
}

/// What is asked of the week.
async fn ask(client: &Client, selection: &str) -> Value {
    let document = format!("query Ask($id: UUID!) {{ timesheet(id: $id) {{ {selection} }} }}");
    let answer = client.graphql(&document, json!({ "id": week() })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["timesheet"].clone()
}

/// Posts an action of OData; the status and the code of the refusal.
async fn post(client: &Client, action: &str, body: &Value) -> (u16, String) {
    let request = client.request(
        Method::POST,
        &format!("/odata/TimeSheets({})/WP.{action}", week()),
    );
    let response = request.json(body).send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    (
        status,
        body["error"]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

/// What waits for somebody.
async fn waiting(client: &Client) -> Vec<Value> {
    let answer = client
        .graphql("{ timesheetsToApprove { nodes { id } totalCount } }", json!({}))
        .await;
    let list = &answer["data"]["timesheetsToApprove"];
    let nodes = list["nodes"].as_array().unwrap().clone();
    assert_eq!(list["totalCount"], json!(nodes.len()), "{answer}");
    nodes.into_iter().map(|node| node["id"].clone()).collect()
}

fn clients(staffed: &Staffed) -> [Client; 4] {
    [Person::Admin, Person::Lead, Person::Ivan, Person::Olga].map(|who| staffed.client(who))
}
