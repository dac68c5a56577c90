//! What becomes an import, and what is refused before it is one.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{accepted, accepted_as, apply, code, employee, gated, id, job, over, token};
use crate::support::server::TestServer;

/// How many payloads are kept.
fn payloads(server: &TestServer) -> usize {
    let folder = server.folder().data().join("imports");
    std::fs::read_dir(folder).unwrap().count()
}

async fn imports(server: &TestServer) -> Value {
    let document = "{ syncJobs { totalCount } }";
    let mut answer = server.client().graphql(document, json!({})).await;
    answer["data"]["syncJobs"]["totalCount"].take()
}

#[tokio::test]
async fn i1_without_the_right_nothing_is_kept_and_no_job_begins() {
    let (gate, server) = gated().await;
    gate.open();
    let narrow = json!({ "name": "narrow", "permissions": ["projects@read", "sync@read"] });
    for client in [employee(&server).await, token(&server, narrow).await] {
        let refused = apply(&client, json!({ "customers": [] })).await;
        assert_eq!(code(&refused), "FORBIDDEN", "{refused}");
        let entries = "mutation { applyTimeEntries(input: {timeEntries: []}) { syncJob { id } } }";
        assert_eq!(code(&client.graphql(entries, json!({})).await), "FORBIDDEN");
    }
    let anonymous = apply(&server.anonymous(), json!({})).await;
    assert_eq!(code(&anonymous), "UNAUTHENTICATED");
    assert_eq!((payloads(&server), imports(&server).await), (0, json!(0)));
    accepted(
        &token(
            &server,
            json!({ "name": "narrow", "permissions": ["projects@download"] }),
        )
        .await,
    )
    .await;
    assert_eq!((payloads(&server), imports(&server).await), (1, json!(1)));
}

#[tokio::test]
async fn i17_the_job_is_answered_at_once_with_its_payload_and_what_was_asked() {
    let (_gate, server) = gated().await;
    let input = json!({
        "customers": [{ "name": "Romashka", "number": "1", "contact": { "city": "Omsk" } }, { "name": "Lutik" }],
        "commonTasks": [{ "externalId": "C1", "name": "Meetings" }],
        "projects": [{ "code": "P1", "tasks": [{ "name": "One" }, { "name": "Two", "parentName": "One" }] }],
        "onError": "SKIP", "dryRun": true, "idempotencyKey": "monday",
    });
    let job = accepted_as(&server.client(), input).await;
    for (member, expected) in [
        ("kind", json!("STATIC_DATA")),
        ("rows", json!(6)),
        ("onError", json!("SKIP")),
        ("dryRun", json!(true)),
        ("idempotencyKey", json!("monday")),
        ("finished", Value::Null),
        ("report", Value::Null),
        ("fault", Value::Null),
    ] {
        assert_eq!(job[member], expected, "{member} in {job}");
    }
    assert_eq!(payloads(&server), 1);
    let path = server.folder().data().join("imports");
    let mode = |path: &std::path::Path| {
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
    };
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join(format!("{}.payload", id(&job)))), 0o600);
}

#[tokio::test]
async fn every_member_of_every_row_is_taken_and_what_cannot_be_read_refuses_the_request() {
    let (gate, server) = gated().await;
    gate.open();
    let client = server.client();
    let one = "01890a5d-ac96-774b-bcce-b302099a8057";
    let entry = json!({
        "id": one, "externalId": "E1", "userId": null, "userExternalId": null, "userEmail": "a@example.org",
        "customerId": one, "customerExternalId": "C", "customerName": "N", "customerNumber": "1",
        "projectId": one, "projectExternalId": "P", "projectCode": "P1", "taskId": null,
        "taskExternalId": "T", "taskName": "T", "activityId": null, "activityExternalId": "A",
        "activityCode": "A", "logon": "2024-03-04T08:00:00", "logoff": "2024-03-04T17:00:00+03:00",
        "breakHours": "0.5", "date": "2024-03-04", "hours": 7.25, "description": null, "deleted": false,
        "lastUpdate": "2024-03-04T18:00:00Z",
    });
    let document = "mutation ($input: ApplyTimeEntriesInput!) {
        applyTimeEntries(input: $input) { syncJob { id rows } faults { path } } }";
    let apply = async |entry: Value| {
        let input = json!({ "timeEntries": [entry], "dryRun": true });
        client.graphql(document, json!({ "input": input })).await
    };
    let answer = apply(entry.clone()).await;
    assert_eq!(
        answer["data"]["applyTimeEntries"]["syncJob"]["rows"], 1,
        "{answer}"
    );
    for (member, wrong) in [
        ("logon", json!("yesterday")),
        ("logoff", json!("2024-03-04")),
        ("hours", json!("0.000001")),
        ("deleted", json!("no")),
        ("userId", json!("1")),
        ("unheardOf", json!(1)),
    ] {
        let mut entry = entry.clone();
        entry[member] = wrong;
        let answer = apply(entry).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{member}: {answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(member), "{message}");
    }
    assert_eq!(imports(&server).await, 1);
}

#[tokio::test]
async fn the_same_idempotency_key_of_one_owner_is_one_job_however_many_ask_at_once() {
    let (gate, server) = gated().await;
    gate.open();
    let client = server.client();
    let asked = (0..50).map(|_| accepted_as(&client, json!({ "idempotencyKey": "once" })));
    let jobs = futures_util::future::join_all(asked).await;
    assert!(jobs.iter().all(|job| job["id"] == jobs[0]["id"]));
    assert_eq!((payloads(&server), imports(&server).await), (1, json!(1)));
    over(&client, &id(&jobs[0])).await;
    let again = accepted_as(&client, json!({ "idempotencyKey": "once" })).await;
    assert_eq!(
        (&again["id"], &again["state"]),
        (&jobs[0]["id"], &json!("SUCCEEDED"))
    );
    let other = accepted_as(&client, json!({ "idempotencyKey": "twice" })).await;
    assert_ne!(other["id"], jobs[0]["id"]);
    for key in [String::new(), "x".repeat(201)] {
        let refused = apply(&client, json!({ "idempotencyKey": key })).await;
        let faults = &refused["data"]["applyStaticData"]["faults"];
        assert_eq!(
            *faults,
            json!([{ "path": "idempotencyKey", "code": "OUT_OF_RANGE" }])
        );
    }
    assert_eq!((payloads(&server), imports(&server).await), (2, json!(2)));
}

#[tokio::test]
async fn i19_an_import_is_there_for_its_owner_and_for_who_may_see_all_and_for_nobody_else() {
    let (_gate, server) = gated().await;
    let admin = server.client();
    let id = id(&accepted(&admin).await);
    let stranger = employee(&server).await;
    assert_eq!(job(&stranger, &id).await, Value::Null);
    let listed = stranger
        .graphql("{ syncJobs { totalCount nodes { id } } }", json!({}))
        .await;
    assert_eq!(
        listed["data"]["syncJobs"],
        json!({ "totalCount": 0, "nodes": [] })
    );
    for path in [
        format!("/sync/jobs/{id}"),
        format!("/sync/jobs/{id}/events"),
        "/sync/jobs/1".to_owned(),
    ] {
        let answer = stranger.get(&path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "NOT_FOUND", "{path}");
        let answer = server.anonymous().get(&path).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let watch = format!("subscription {{ syncProgress(jobId: \"{id}\") {{ __typename }} }}");
    let mut events = super::Events::subscribed(&stranger, &watch).await;
    assert_eq!(code(&events.next().await.unwrap().data), "NOT_FOUND");
    assert_eq!(code(&super::cancel(&stranger, &id).await), "NOT_FOUND");
    let document = "{ syncJobs(filter: {state: {in: [ACCEPTED, RUNNING]}, kind: {eq: STATIC_DATA}},
        orderBy: [{field: STATE}]) { nodes { id owner { name } } } }";
    let listed = admin.graphql(document, json!({})).await;
    let expected = json!([{ "id": id, "owner": { "name": "Administrator" } }]);
    assert_eq!(listed["data"]["syncJobs"]["nodes"], expected, "{listed}");
}
