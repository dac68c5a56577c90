//! Every stable code of the application, told by both faces for the same cause. A code without a row
//! here is noticed.

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use punchcard::config::Limits;
use punchcard::domain::hours::Hours;
use punchcard::domain::settings::Settings;
use punchcard::domain::template::TimesheetTemplate;
use punchcard::domain::timesheet::rules::{Demand, Rule, Severity};
use punchcard::http::gate::Routes;
use punchcard::store::StoreError;
use serde_json::{Value, json};

use crate::odata::{JSON, send};
use crate::support::absent_store::AbsentStore;
use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::records::{self, record};
use crate::support::stack::{Stack, short_limits};
use crate::support::staffed::Staffed;

/// Where the codes are written down.
const ERRORS: &str = include_str!("../../../../src/app/error.rs");

fn codes() -> Vec<&'static str> {
    let (_, table) = ERRORS.split_once("pub const fn code(&self)").unwrap();
    let (table, _) = table.split_once("\n    }\n").unwrap();
    table.split('"').skip(1).step_by(2).collect()
}

/// What GraphQL and OData tell.
type Told = [String; 2];

fn week() -> String {
    records::sheet_id(1).to_string()
}

/// The code of a refusal over GraphQL; of one that a payload tells, the code that it stands for.
fn of_graphql(answer: &Value) -> String {
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    let payload = answer["data"].as_object().unwrap().values().next().unwrap();
    let is_told = |member: &str| payload[member].as_array().is_some_and(|them| !them.is_empty());
    let code = if payload["conflict"].is_object() {
        "CONFLICT"
    } else if is_told("violations") {
        "RULES_BROKEN"
    } else if is_told("faults") {
        "BAD_USER_INPUT"
    } else {
        panic!("it was not refused: {answer}")
    };
    code.to_owned()
}

/// An action of approval over both faces.
async fn act(client: &Client, verb: &str) -> Told {
    let document = format!(
        "mutation Act($id: UUID!) {{ {verb}Timesheet(id: $id) {{
            timesheet {{ id }} conflict {{ rowVersion }} faults {{ code }} violations {{ rule }} }} }}"
    );
    let over_graphql = client.graphql(&document, json!({ "id": week() })).await;
    let path = format!("TimeSheets({})/WP.{verb}", week());
    let over_odata = send(client, Method::POST, &path, &[], None).await;
    [of_graphql(&over_graphql), over_odata.refusal().1]
}

async fn delete(client: &Client) -> Told {
    let document = format!(
        "mutation {{ deleteTimesheet(id: \"{}\") {{ deletedId }} }}",
        week()
    );
    let over_graphql = client.graphql(&document, json!({})).await;
    let path = format!("TimeSheets({})", week());
    let over_odata = send(client, Method::DELETE, &path, &[], None).await;
    [of_graphql(&over_graphql), over_odata.refusal().1]
}

async fn save(client: &Client, version: &str, hours: u32) -> Told {
    let document = "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
        timesheet { id } conflict { rowVersion } faults { code } } }";
    let project = records::project_id(1).to_string();
    let input = json!({ "id": week(), "rowVersion": version, "lines": [{ "orderNumber": 0, "projectId": project,
        "cells": [{ "date": "2024-03-04", "hours": hours.to_string() }] }] });
    let over_graphql = client.graphql(document, json!({ "input": input })).await;
    let body = json!({ "rowVersion": version, "timeSheetLines": [{ "orderNumber": 0, "projectId": project,
        "timeAllocations": [{ "date": "2024-03-04", "duration": hours }] }] });
    let path = format!("TimeSheets({})", week());
    let over_odata = send(client, Method::PUT, &path, &[JSON], Some(body.to_string())).await;
    [of_graphql(&over_graphql), over_odata.refusal().1]
}

/// Submits the week, which nothing keeps from it.
async fn submit(client: &Client) {
    let path = format!("TimeSheets({})/WP.Submit", week());
    let submitted = send(client, Method::POST, &path, &[], None).await;
    assert_eq!(submitted.status, 204, "{submitted:?}");
}

async fn version(client: &Client) -> String {
    let read = super::get(client, &format!("TimeSheets({})", week())).await;
    read.good()["rowVersion"].as_str().unwrap().to_owned()
}

/// The stack before a store that fails so.
async fn over(failure: StoreError, limits: Limits) -> Told {
    let routes = |_| Routes {
        faces: Router::new()
            .route("/graphql", get(|| async {}))
            .route("/odata/Users", get(|| async {})),
        ..Routes::default()
    };
    let mut told = Vec::new();
    for path in ["/graphql", "/odata/Users"] {
        let stack = Stack::start_over(AbsentStore(failure.clone()), limits.clone(), routes).await;
        let somebody = reqwest::Client::new()
            .get(stack.url(path))
            .bearer_auth("pct_anything");
        let answer = if limits.failed_authentications_per_minute.get() == 1 {
            let nobody = reqwest::get(stack.url(path)).await.unwrap();
            assert_eq!(nobody.status(), 401);
            reqwest::get(stack.url(path)).await.unwrap()
        } else {
            somebody.send().await.unwrap()
        };
        let answer: Value = answer.json().await.unwrap();
        let over_graphql = answer["errors"][0]["extensions"]["code"].as_str();
        told.push(
            over_graphql
                .or(answer["error"]["code"].as_str())
                .unwrap()
                .to_owned(),
        );
    }
    told.try_into().unwrap()
}

/// Brings a code about over both faces.
async fn told(code: &str) -> Told {
    let staffed = Staffed::open_with(Vec::new()).await;
    let ivan = staffed.client(Person::Ivan);
    match code {
        "BAD_USER_INPUT" => save(&ivan, &version(&ivan).await, 25).await,
        "UNAUTHENTICATED" => delete(&staffed.server.anonymous()).await,
        "FORBIDDEN" => {
            submit(&ivan).await;
            act(&ivan, "approve").await
        }
        "NOT_FOUND" => delete(&staffed.client(Person::Stranger)).await,
        "CONFLICT" => save(&ivan, "AAAAAAAAAAE=", 1).await,
        "WRONG_STATE" => {
            submit(&ivan).await;
            act(&ivan, "submit").await
        }
        "RULES_BROKEN" => {
            let strict = record(TimesheetTemplate {
                rules: Box::new([Rule {
                    demand: Demand::MaxHoursPerDay(Hours::whole(1)),
                    severity: Severity::Error,
                }]),
                ..records::template()
            });
            let staffed = Staffed::open_with(vec![strict]).await;
            act(&staffed.client(Person::Ivan), "submit").await
        }
        "LOCKED" => {
            let closed = record(Settings {
                closed_up_to: Some(records::date("2024-03-10")),
                ..records::settings()
            });
            let staffed = Staffed::open_with(vec![closed]).await;
            delete(&staffed.client(Person::Admin)).await
        }
        "LIMIT_EXCEEDED" => {
            let deep = format!(
                "{{ me {}{{ id }}{} }}",
                "{ manager ".repeat(200),
                " }".repeat(200)
            );
            let over_graphql = ivan.graphql(&deep, json!({})).await;
            let deep = format!("Users?$filter={}true{}", "(".repeat(200), ")".repeat(200));
            let over_odata = super::get(&ivan, &deep).await;
            [of_graphql(&over_graphql), over_odata.refusal().1]
        }
        "RATE_LIMITED" => {
            let limits = Limits {
                failed_authentications_per_minute: 1.try_into().unwrap(),
                ..short_limits()
            };
            over(StoreError::Unavailable("it is away".to_owned()), limits).await
        }
        "UNAVAILABLE" => over(StoreError::Unavailable("it is away".to_owned()), short_limits()).await,
        "INTERNAL" => over(StoreError::Corrupt("it is damaged".to_owned()), short_limits()).await,
        // GraphQL has nothing that it does not offer: its schema is all that there is to ask.
        "NOT_SUPPORTED" => [code.to_owned(), super::get(&ivan, "$all").await.refusal().1],
        unknown => panic!("no row brings {unknown} about over both faces"),
    }
}

#[tokio::test]
async fn every_stable_code_is_told_by_both_faces_for_the_same_cause() {
    let codes = codes();
    assert!(codes.len() >= 13, "{codes:?}");
    for code in codes {
        let over_odata = match code {
            // WorkPoint's callers know it by another name.
            "CONFLICT" => "WpConcurrencyException",
            same => same,
        };
        assert_eq!(told(code).await, [code, over_odata]);
    }
}
