//! The OData face from outside: the requests of WorkPoint's documentation, the protocol, and that
//! both faces tell the same.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Method, StatusCode};
use punchcard::config::Settings;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::{Folder, TestServer};

mod batches;
mod conformance;
mod delta;
mod hostile;
mod joins;
mod nested;
mod parity;
mod people;
mod protocol;
mod querying;
mod seed;
mod subsets;
mod writing;

/// A server with the demo company.
async fn demo() -> TestServer {
    let folder = Folder::empty();
    let settings = Settings {
        demo: true,
        ..Settings::over(folder.data())
    };
    TestServer::start_with(folder, settings).await
}

/// An answer, read.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// The JSON of an answer that is well.
    fn good(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The rows of a list.
    fn rows(&self) -> Vec<Value> {
        self.good()["value"].as_array().unwrap().clone()
    }

    /// The status, code and target of a refusal.
    fn refusal(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), text("code"), text("target"))
    }
}

async fn send(
    client: &Client,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<String>,
) -> Answer {
    let mut request = client.request(method, &format!("/odata/{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body);
    }
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

async fn get(client: &Client, path: &str) -> Answer {
    send(client, Method::GET, path, &[], None).await
}

/// What is made to hurt is refused, long before it could.
fn refused_at_once(answer: &Answer, began: Instant, about: &str) {
    assert!(answer.status.is_client_error(), "{about}: {}", answer.status);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2), "{about}: {took:?}");
}

async fn get_with(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(client, Method::GET, path, headers, None).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn put(client: &Client, path: &str, body: &Value) -> Answer {
    send(client, Method::PUT, path, &[JSON], Some(body.to_string())).await
}

/// The caller's own id.
async fn me(client: &Client) -> String {
    let answer = client.graphql("{ me { id } }", json!({})).await;
    answer["data"]["me"]["id"].as_str().unwrap().to_owned()
}

/// The id of the caller's sheet of a date.
async fn open(client: &Client, date: &str) -> String {
    let user = me(client).await;
    let path = format!("TimeSheets/WP.GetIdForPeriod(date={date},userId={user})");
    let answer = get(client, &path).await.good();
    answer["value"].as_str().unwrap().to_owned()
}

/// A sheet of a date with a line of one project, and what the project's id is.
async fn booked(client: &Client, date: &str, hours: &str) -> (String, String) {
    let sheet = open(client, date).await;
    let stored = get(client, &format!("TimeSheets({sheet})")).await.good();
    let projects = get(client, &format!("TimeSheets({sheet})/WP.GetProjects"))
        .await
        .rows();
    let project = projects[0]["id"].as_str().unwrap().to_owned();
    let hours: serde_json::Number = hours.parse().unwrap();
    let body = json!({
        "id": sheet,
        "rowVersion": stored["rowVersion"],
        "timeSheetLines": [{
            "projectId": project,
            "orderNumber": 0,
            "timeAllocations": [{ "date": stored["dateFrom"], "duration": hours, "comments": "Review" }],
        }],
    });
    let saved = put(client, &format!("TimeSheets({sheet})"), &body).await;
    assert_eq!(saved.status, 204, "{saved:?}");
    (sheet, project)
}
