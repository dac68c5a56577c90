//! `punchcard token`: made, listed and revoked, while a server runs or not.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::client::Client;
use crate::support::process::{Process, run};
use crate::support::server::{Folder, TestServer};

/// What a command that succeeds prints.
async fn told(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(arguments, &folder.data()).await;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Why a command does not succeed.
async fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(arguments, &folder.data()).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

async fn demo() -> Folder {
    let folder = Folder::empty();
    let arguments = ["demo", "--users", "12", "--weeks", "1", "--until", "2026-06-10"];
    told(&folder, &arguments).await;
    folder
}

async fn name_of(client: &Client) -> serde_json::Value {
    client.graphql("{ me { email } }", json!({})).await
}

/// The whole life of a token.
async fn story(folder: &Folder) {
    let arguments = [
        "token",
        "create",
        "--name",
        "reports",
        "--days",
        "30",
        "--permissions",
    ];
    let rights = "timesheets@read,audit@read";
    let text = told(folder, &[&arguments[..], &[rights]].concat()).await;
    assert!(text.starts_with("pct_") && text.trim().len() == 47, "{text}");

    let list = told(folder, &["token", "list"]).await;
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 2, "{list}");
    let token = lines.iter().find(|line| line[5] == "reports").unwrap();
    assert_eq!(
        (token[1], token[3], token[4]),
        ("active", rights, "Administrator"),
        "{list}"
    );
    assert!(!list.contains(text.trim()));

    let gone = told(folder, &["token", "revoke", "--id", token[0]]).await;
    assert_eq!(gone, format!("{} is revoked\n", token[0]));
    assert!(told(folder, &["token", "list"]).await.contains("\trevoked\t"));

    for (arguments, reason) in [
        (&["token", "create", "--name", " "][..], "name: "),
        (
            &["token", "create", "--name", "a", "--permissions", "a@b"],
            "permissions[0]: ",
        ),
        (
            &[
                "token",
                "create",
                "--name",
                "a",
                "--user",
                "nobody@nowhere.example",
            ],
            "no user",
        ),
        (
            &["token", "revoke", "--id", "00000000-0000-0000-0000-000000000001"],
            "no such token",
        ),
    ] {
        let told = refused(folder, arguments).await;
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn tokens_come_and_go_while_no_server_runs() {
    story(&demo().await).await;
}

#[tokio::test]
async fn tokens_come_and_go_while_a_server_runs() {
    let folder = demo().await;
    let server = Process::serve(folder.clone(), &[]).await;
    story(&folder).await;
    assert_eq!(server.terminate().await.code(), Some(0));
}

#[tokio::test]
async fn a_token_acts_as_whom_it_was_made_for_until_it_is_revoked() {
    let folder = demo().await;
    let server = Process::serve(folder.clone(), &[]).await;
    let people = server
        .client()
        .graphql("{ users(first: 5) { nodes { email } } }", json!({}))
        .await;
    let nodes = people["data"]["users"]["nodes"].as_array().unwrap();
    let email = nodes.iter().find_map(|user| user["email"].as_str()).unwrap();
    let upper = email.to_uppercase();
    let create = ["token", "create", "--name", "phone", "--user", &upper];
    let text = told(&folder, &create).await;
    let person = server.client_with(text.trim());
    assert_eq!(
        name_of(&person).await,
        json!({ "data": { "me": { "email": email } } })
    );
    assert_eq!(person.get("/metrics").await.status(), StatusCode::FORBIDDEN);

    let list = told(&folder, &["token", "list"]).await;
    let line = list.lines().find(|line| line.ends_with("phone")).unwrap();
    let (id, _) = line.split_once('\t').unwrap();
    told(&folder, &["token", "revoke", "--id", id]).await;
    assert_eq!(
        name_of(&person).await["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_backup_over_http_needs_every_right() {
    let folder = demo().await;
    let create = [
        "token",
        "create",
        "--name",
        "half",
        "--permissions",
        "settings@manage,timesheets@read",
    ];
    let half = told(&folder, &create).await;
    let server = TestServer::start_in(folder).await;
    let ask = |client: Client| async move {
        let request = client.request(reqwest::Method::POST, "/admin/backup");
        request.send().await.unwrap().status()
    };
    assert_eq!(ask(server.anonymous()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(server.client_with(half.trim())).await, StatusCode::FORBIDDEN);
    assert_eq!(ask(server.client()).await, StatusCode::OK);
}
