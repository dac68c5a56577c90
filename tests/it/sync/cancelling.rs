//! Calling imports off.

use serde_json::json;

use super::{accepted, cancel, code, employee, gated, id, job, over, token};

#[tokio::test]
async fn i17_a_cancelled_import_is_over_at_once_and_the_next_goes_on() {
    let (gate, server) = gated().await;
    let client = server.client();
    let (running, waiting, last) = (
        id(&accepted(&client).await),
        id(&accepted(&client).await),
        id(&accepted(&client).await),
    );
    gate.reached(1).await;
    assert_eq!(job(&client, &running).await["state"], "RUNNING");
    assert_eq!(job(&client, &waiting).await["state"], "ACCEPTED");
    for id in [&waiting, &running] {
        let answer = cancel(&client, id).await;
        assert_eq!(
            answer["data"]["cancelSync"]["syncJob"]["state"], "CANCELLED",
            "{answer}"
        );
        let cancelled = job(&client, id).await;
        assert_eq!(
            (&cancelled["percent"], &cancelled["fault"]["code"]),
            (&json!(100), &json!("CANCELLED"))
        );
        let again = cancel(&client, id).await;
        assert_eq!(
            (code(&again), &again["errors"][0]["extensions"]["state"]),
            (&json!("WRONG_STATE"), &json!("Cancelled"))
        );
    }
    gate.open();
    assert_eq!(over(&client, &last).await["state"], "SUCCEEDED");
    assert_eq!(code(&cancel(&client, &last).await), "WRONG_STATE");
    assert_eq!(
        job(&client, &waiting).await["started"],
        json!(null),
        "nobody began it"
    );
}

#[tokio::test]
async fn i19_who_sees_the_imports_of_others_cancels_them_only_with_the_right_to_import() {
    let (_gate, server) = gated().await;
    let admin = server.client();
    let grant = "mutation ($id: UUID!) { saveUser(input: {id: $id, roles: [IMPORTER, EMPLOYEE]}) { faults { path } } }";
    let importer = employee(&server).await;
    let me = importer.graphql("{ me { id } }", json!({})).await["data"]["me"]["id"].take();
    let granted = admin.graphql(grant, json!({ "id": me })).await;
    assert_eq!(granted["data"]["saveUser"]["faults"], json!([]), "{granted}");
    let (first, second) = (id(&accepted(&importer).await), id(&accepted(&importer).await));
    let auditor = token(
        &server,
        json!({ "name": "auditor", "permissions": ["sync@read"] }),
    )
    .await;
    assert_eq!(code(&cancel(&auditor, &second).await), "FORBIDDEN");
    assert_eq!(job(&admin, &second).await["state"], "ACCEPTED", "nothing changed");
    let operator = json!({ "name": "operator", "permissions": ["sync@read", "projects@download"] });
    let operator = token(&server, operator).await;
    for (client, id) in [(&operator, &second), (&importer, &first)] {
        let answer = cancel(client, id).await;
        assert_eq!(
            answer["data"]["cancelSync"]["syncJob"]["state"], "CANCELLED",
            "{answer}"
        );
    }
}

#[tokio::test]
async fn i17_of_a_cancellation_and_the_end_exactly_one_wins() {
    let (gate, server) = gated().await;
    gate.open();
    let client = server.client();
    let mut won = [0, 0];
    for _ in 0..60 {
        let id = id(&accepted(&client).await);
        let answer = cancel(&client, &id).await;
        let is_cancelled = answer["data"]["cancelSync"]["syncJob"]["state"] == "CANCELLED";
        assert!(is_cancelled || code(&answer) == "WRONG_STATE", "{answer}");
        let state = over(&client, &id).await["state"].take();
        assert_eq!(state, if is_cancelled { "CANCELLED" } else { "SUCCEEDED" });
        won[usize::from(is_cancelled)] += 1;
        let audited = super::Events::of(&client, &id).await.rest().await;
        assert_eq!(audited.len(), 1);
    }
    assert_eq!(won.iter().sum::<u32>(), 60);
}
