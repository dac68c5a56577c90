//! The actions as WorkPoint's callers post them.

use axum::http::Method;
use serde_json::{Value, json};

use super::{ask, clients, post, week};
use crate::support::company::Person;
use crate::support::records::{self, record};
use crate::support::staffed::Staffed;

fn done() -> (u16, String) {
    (204, String::new())
}

#[tokio::test]
async fn a_week_goes_through_its_states_over_odata() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    let none = json!({});
    assert_eq!(post(&ivan, "Submit", &json!({ "comment": "done" })).await, done());
    assert_eq!(
        post(&ivan, "Submit", &none).await,
        (409, "WRONG_STATE".to_owned())
    );
    assert_eq!(
        post(&lead, "Reject", &none).await,
        (400, "BAD_USER_INPUT".to_owned())
    );
    assert_eq!(
        post(&lead, "reject", &json!({ "comment": "why?" })).await,
        done(),
        "any case"
    );
    assert_eq!(post(&ivan, "Submit", &none).await, done());
    assert_eq!(post(&ivan, "Recall", &none).await, done());
    assert_eq!(post(&ivan, "Submit", &none).await, done());
    assert_eq!(post(&ivan, "Approve", &none).await, (403, "FORBIDDEN".to_owned()));
    assert_eq!(post(&lead, "Approve", &none).await, done());
    assert_eq!(
        post(&admin, "ForceReject", &none).await,
        (409, "WRONG_STATE".to_owned())
    );
    assert_eq!(post(&admin, "Reopen", &none).await, done());
    assert_eq!(post(&admin, "ForceSubmit", &none).await, done());
    assert_eq!(post(&admin, "ForceApprove", &none).await, done());
    let stranger = staffed.client(Person::Stranger);
    assert_eq!(
        post(&stranger, "Reopen", &none).await,
        (404, "NOT_FOUND".to_owned())
    );
    let path = format!("/odata/TimeSheets({})/WP.GetApprovalHistory()", week());
    let history: Value = ivan.get(&path).await.json().await.unwrap();
    let told: Vec<(&str, &str)> = history["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["action"].as_str().unwrap(), it["userName"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("submitTimesheet", "Ivan"),
            ("rejectTimesheet", "Lead"),
            ("submitTimesheet", "Ivan"),
            ("recallTimesheet", "Ivan"),
            ("submitTimesheet", "Ivan"),
            ("approveTimesheet", "Lead"),
            ("reopenTimesheet", "Admin"),
            ("forceSubmitTimesheet", "Admin"),
            ("forceApproveTimesheet", "Admin"),
        ]
    );
    let sheet: Value = ivan
        .get(&format!("/odata/TimeSheets({})", week()))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        sheet["approvalInstanceId"],
        history["value"][8]["approvalInstanceId"]
    );
    assert_eq!(sheet["approvalInstanceId"], ask_approval(&ivan).await);
    staffed.server.stop().await;
}

async fn ask_approval(client: &crate::support::client::Client) -> Value {
    ask(client, "approval { id }").await["approval"]["id"].clone()
}

#[tokio::test]
async fn s1_an_action_minds_the_version_that_it_names() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let ivan = staffed.client(Person::Ivan);
    let stale = "AAAAAAAAAAA=";
    assert_eq!(
        post(&ivan, "Submit", &json!({ "rowVersion": stale })).await,
        (409, "WpConcurrencyException".to_owned())
    );
    let path = format!("/odata/TimeSheets({})/Submit", week());
    let conditional = |tag: String| {
        let request = ivan.request(Method::POST, &path).header("if-match", tag);
        async { request.send().await.unwrap() }
    };
    assert_eq!(conditional(format!("W/\"{stale}\"")).await.status(), 412);
    let version = ask(&ivan, "rowVersion").await["rowVersion"].clone();
    let response = conditional(format!("W/\"{}\"", version.as_str().unwrap())).await;
    assert_eq!(response.status(), 204, "a body is not needed");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let version = ask(&ivan, "rowVersion").await["rowVersion"].clone();
    assert_eq!(tag, format!("W/\"{}\"", version.as_str().unwrap()));
    staffed.server.stop().await;
}

#[tokio::test]
async fn s16_who_prefers_it_gets_the_sheet_and_other_methods_are_told_what_is_allowed() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let ivan = staffed.client(Person::Ivan);
    let path = format!("/odata/TimeSheets({})/WP.Submit", week());
    let refused = ivan.get(&path).await;
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers()["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
    let request = ivan
        .request(Method::POST, &path)
        .header("prefer", "return=representation");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let sheet: Value = response.json().await.unwrap();
    assert_eq!(sheet["submitAllowed"], false);
    assert!(sheet["submitted"].is_string());
    staffed.server.stop().await;
}

#[tokio::test]
async fn a_change_set_may_hand_in_several_weeks_or_none() {
    let next = records::sheet(2, Person::Ivan, "2024-03-11");
    let staffed = Staffed::open_with(vec![record(next)]).await;
    let ivan = staffed.client(Person::Ivan);
    let submit = |id: u32, sheet: u128, version: Option<&str>| {
        json!({
            "id": id.to_string(),
            "atomicityGroup": "g",
            "method": "POST",
            "url": format!("TimeSheets({})/WP.Submit", records::sheet_id(sheet)),
            "headers": { "content-type": "application/json" },
            "body": { "rowVersion": version },
        })
    };
    let batch = |requests: Vec<Value>| {
        let request = ivan.request(Method::POST, "/odata/$batch");
        let request = request.json(&json!({ "requests": requests }));
        async { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let statuses = |answer: &Value| -> Vec<u64> {
        let responses = answer["responses"].as_array().unwrap();
        responses
            .iter()
            .map(|it| it["status"].as_u64().unwrap())
            .collect()
    };
    let refused = batch(vec![submit(1, 1, None), submit(2, 2, Some("AAAAAAAAAAA="))]).await;
    assert_eq!(statuses(&refused), [424, 409], "{refused}");
    assert_eq!(ask(&ivan, "status").await["status"], "DRAFT");
    let accepted = batch(vec![submit(1, 1, None), submit(2, 2, None)]).await;
    assert_eq!(statuses(&accepted), [204, 204], "{accepted}");
    assert_eq!(ask(&ivan, "status").await["status"], "SUBMITTED");
    staffed.server.stop().await;
}
