//! Imports that are not over when the server goes away go on by themselves (I17).

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{accepted, gated, gated_in, id, job, over};
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::server::{Folder, TestServer};

fn payload(folder: &Folder, id: &str) -> PathBuf {
    folder.data().join("imports").join(format!("{id}.payload"))
}

/// That all of them succeed, each after the one before.
async fn succeed_in_order(client: &Client, ids: &[String]) {
    let mut before = Value::Null;
    for id in ids {
        let job = over(client, id).await;
        assert_eq!(job["state"], "SUCCEEDED", "{job}");
        if let (Some(before), Some(started)) = (before.as_str(), job["started"].as_str()) {
            assert!(before <= started, "{before} {started}");
        }
        before = job["finished"].clone();
    }
}

#[tokio::test]
async fn i17_imports_run_one_after_another_in_order_of_acceptance_over_a_restart_too() {
    let (gate, server) = gated().await;
    let client = server.client();
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(id(&accepted(&client).await));
    }
    gate.reached(1).await;
    let folder = super::in_time(server.stop()).await;
    drop(gate);
    let (gate, server) = gated_in(folder).await;
    let client = server.client();
    gate.reached(1).await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(job(&client, id).await["state"].take());
    }
    assert_eq!(states[0], "RUNNING", "left as it was, and taken up again");
    assert!(states[1..].iter().all(|state| state == "ACCEPTED"));
    ids.push(id(&accepted(&client).await));
    gate.open();
    succeed_in_order(&client, &ids).await;
}

#[tokio::test]
async fn i17_imports_survive_kill_9_while_they_wait_and_while_they_run() {
    let (gate, server) = gated().await;
    let running = id(&accepted(&server.client()).await);
    gate.reached(1).await;
    let folder = server.stop().await;
    drop(gate);
    // A payload that is never told: the import runs for as long as the process lives.
    let (kept, aside) = (payload(&folder, &running), folder.path().join("aside"));
    std::fs::rename(&kept, &aside).unwrap();
    assert!(Command::new("mkfifo").arg(&kept).status().unwrap().success());
    let server = Process::serve(folder.clone(), &[]).await;
    let client = server.client();
    let (second, third) = (id(&accepted(&client).await), id(&accepted(&client).await));
    assert_eq!(job(&client, &running).await["state"], "RUNNING");
    assert_eq!(job(&client, &second).await["state"], "ACCEPTED");
    server.kill().await;

    std::fs::remove_file(&kept).unwrap();
    std::fs::rename(&aside, &kept).unwrap();
    let server = Process::serve(folder, &[]).await;
    succeed_in_order(&server.client(), &[running, second, third]).await;
    assert!(server.terminate().await.success());
}

/// The hours of every cell of the administrator's, which must be the same.
async fn hours_of_all(client: &Client, days: usize) -> String {
    let document = "{ timesheets(first: 500) { nodes { lines { cells { hours } } } } }";
    let answer = client.graphql(document, json!({})).await;
    let sheets = answer["data"]["timesheets"]["nodes"].as_array().unwrap();
    let lines = sheets.iter().flat_map(|sheet| sheet["lines"].as_array().unwrap());
    let cells = lines.flat_map(|line| line["cells"].as_array().unwrap());
    let hours: Vec<&str> = cells.map(|cell| cell["hours"].as_str().unwrap()).collect();
    assert_eq!(hours.len(), days, "{answer}");
    assert!(
        hours.iter().all(|it| *it == hours[0]),
        "half of an import: {hours:?}"
    );
    hours[0].to_owned()
}

#[tokio::test]
async fn i17_kill_9_at_any_moment_leaves_all_of_an_import_or_nothing_and_in_the_end_all_of_it() {
    const DAYS: usize = 400;
    const ROUNDS: u32 = 8;
    let folder = Folder::empty();
    let mut server = Process::serve(folder.clone(), &[]).await;
    let admin = server.client();
    let me = admin.graphql("{ me { id } }", json!({})).await["data"]["me"]["id"].take();
    let project = "mutation { saveProject(input: {name: \"W\", code: \"P1\", billingType: FIXED_BID}) { project { id } } }";
    admin.graphql(project, json!({})).await;
    // What takes long is to be met by chance: an import is killed after as many eighths of the time
    // that the first, undisturbed one took.
    let mut undisturbed = std::time::Duration::ZERO;
    for round in 0..=ROUNDS {
        let hours = format!("1.{round:02}");
        let first: punchcard::domain::time::Date = "2024-01-01".parse().unwrap();
        let rows = (0..DAYS).map(|day| {
            let date = first.plus_days(i32::try_from(day).unwrap()).to_string();
            let row = json!({ "externalId": day.to_string(), "userId": me, "projectCode": "P1", "date": date,
                "hours": hours });
            format!("{row}\n")
        });
        let client = server.client();
        let request = client.request(reqwest::Method::POST, "/sync/time-entries");
        let request = request.header("content-type", "application/x-ndjson");
        let accepted = request.body(rows.collect::<String>()).send().await.unwrap();
        let job = id(&accepted.json().await.unwrap());
        let begun = std::time::Instant::now();
        if round == 0 {
            assert_eq!(over(&client, &job).await["state"], "SUCCEEDED");
            undisturbed = begun.elapsed();
            continue;
        }
        let _over = tokio::time::timeout(undisturbed * (round - 1) / (ROUNDS - 2), over(&client, &job)).await;
        server.kill().await;
        server = Process::serve(folder.clone(), &[]).await;
        let client = server.client();
        let between = hours_of_all(&client, DAYS).await;
        let before = format!("1.{:02}", round - 1);
        let is = |hours: &str, text: &str| {
            let read = |text: &str| text.parse::<punchcard::domain::hours::Hours>().unwrap();
            read(hours) == read(text)
        };
        assert!(is(&between, &before) || is(&between, &hours), "{between}");
        let done = over(&client, &job).await;
        assert_eq!(done["state"], "SUCCEEDED", "{done}");
        assert_eq!(done["report"]["timeEntries"]["updated"], DAYS, "{done}");
        assert!(is(&hours_of_all(&client, DAYS).await, &hours));
    }
}

#[tokio::test]
async fn i17_a_server_that_works_on_an_import_stops_in_time() {
    let (gate, server) = gated().await;
    let running = id(&accepted(&server.client()).await);
    gate.reached(1).await;
    let folder = server.stop().await;
    drop(gate);
    let kept = payload(&folder, &running);
    std::fs::remove_file(&kept).unwrap();
    assert!(Command::new("mkfifo").arg(&kept).status().unwrap().success());
    let server = Process::serve(folder, &[]).await;
    assert_eq!(job(&server.client(), &running).await["state"], "RUNNING");
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(10), server.terminate());
    assert!(stopped.await.expect("within the ten seconds").success());
}

#[tokio::test]
async fn i17_a_damaged_or_missing_payload_fails_its_import_and_no_other() {
    let (gate, server) = gated().await;
    let client = server.client();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(id(&accepted(&client).await));
    }
    gate.reached(1).await;
    let folder = server.stop().await;
    drop(gate);
    let torn = std::fs::read(payload(&folder, &ids[0])).unwrap();
    std::fs::write(payload(&folder, &ids[0]), &torn[..torn.len() - 1]).unwrap();
    std::fs::copy(payload(&folder, &ids[3]), payload(&folder, &ids[1])).unwrap();
    std::fs::remove_file(payload(&folder, &ids[2])).unwrap();
    let orphan = payload(&folder, "01890a5d-ac96-774b-bcce-b302099a8057");
    std::fs::write(&orphan, b"never accepted").unwrap();
    let half = folder.data().join("imports").join("half.part");
    std::fs::write(&half, b"half").unwrap();

    let server = TestServer::start_in(folder).await;
    let client = server.client();
    for (id, reason) in ids.iter().zip(["ends too soon", "another import", "not there"]) {
        let failed = over(&client, id).await;
        assert_eq!(
            (&failed["state"], &failed["fault"]["code"]),
            (&json!("FAILED"), &json!("INTERNAL"))
        );
        let message = failed["fault"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    assert_eq!(over(&client, &ids[3]).await["state"], "SUCCEEDED");
    assert!(!orphan.exists() && !half.exists(), "what a crash left is removed");
}
