//! A disk that takes nothing more: saves are refused in plain words, reads go on, and once there
//! is room the server takes writes again by itself.

use std::time::Duration;

use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::server::Folder;

/// Gives the largest file that the server may write another size, as a disk gets full or is tidied.
fn limit_file_size(server: &Process, bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = Rlimit {
        current: bytes,
        maximum,
    };
    prlimit(Some(server.pid()), Resource::Fsize, limit).unwrap();
}

async fn open_sheet(client: &Client, date: &str) -> Value {
    let document = "mutation ($date: Date!) { openTimesheet(date: $date) { timesheet { id } } }";
    client.graphql(document, json!({ "date": date })).await
}

/// The sheets that there are.
async fn sheets(client: &Client) -> Value {
    let document = "{ timesheets(first: 10) { nodes { id } } }";
    let mut answer = client.graphql(document, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["timesheets"]["nodes"].take()
}

/// Waits until the server is ready, or is not.
async fn until_ready(client: &Client, status: StatusCode) {
    let reached = timeout(Duration::from_secs(30), async {
        while client.get("/health/ready").await.status() != status {}
    });
    reached.await.expect("the health does not change");
}

#[tokio::test]
async fn x6_a_full_disk_refuses_saves_in_plain_words_and_heals_when_there_is_room() {
    let folder = Folder::empty();
    let server = Process::serve(folder.clone(), &[]).await;
    let client = server.client();
    let opened = open_sheet(&client, "2026-11-23").await;
    assert!(
        opened["data"]["openTimesheet"]["timesheet"]["id"].is_string(),
        "{opened}"
    );
    let before = sheets(&client).await;

    limit_file_size(&server, Some(0));
    for _ in 0..2 {
        let refused = open_sheet(&client, "2027-03-15").await;
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "UNAVAILABLE",
            "{refused}"
        );
        until_ready(&client, StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(sheets(&client).await, before);
    }
    assert_eq!(client.get("/health/live").await.status(), StatusCode::OK);

    limit_file_size(&server, getrlimit(Resource::Fsize).current);
    until_ready(&client, StatusCode::OK).await;
    assert_eq!(sheets(&client).await, before, "what was refused is not there");
    let opened = open_sheet(&client, "2027-03-15").await;
    assert!(
        opened["data"]["openTimesheet"]["timesheet"]["id"].is_string(),
        "{opened}"
    );
    let kept = sheets(&client).await;
    assert_eq!(kept.as_array().map(Vec::len), Some(2));
    server.kill().await;
    let again = Process::serve(folder, &[]).await;
    assert_eq!(sheets(&again.client()).await, kept);
}
