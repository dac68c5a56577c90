//! Watching imports over server-sent events and WebSockets: where one stands at once, how it goes
//! on, and exactly one last event.

use std::time::Duration;

use punchcard::domain::access::Role;
use punchcard::domain::user::User;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{COUNTS, Events, JOB, Socket, accepted, cancel, gated, id, job, over, token};
use crate::support::company::Person;
use crate::support::records;
use crate::support::server::TestServer;
use crate::support::staffed::Staffed;

fn names(events: &[super::Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

#[tokio::test]
async fn i16_whoever_comes_late_gets_the_state_and_then_exactly_one_last_event() {
    let (gate, server) = gated().await;
    let client = server.client();
    let (first, second) = (id(&accepted(&client).await), id(&accepted(&client).await));
    gate.reached(1).await;
    let mut events = Events::of(&client, &second).await;
    let now = events.next().await.unwrap();
    assert_eq!((now.id.as_str(), now.name.as_str()), ("0", "SyncProgress"));
    let state = json!({ "jobId": second, "percent": 0, "phase": "WAITING", "rowsDone": 0, "rowsTotal": 0,
        "sequence": 0 });
    assert_eq!(now.data, state);
    gate.open();
    let rest = events.rest().await;
    let percents: Vec<u64> = rest
        .iter()
        .map(|event| event.data["sequence"].as_u64().unwrap())
        .collect();
    assert!(
        percents.is_sorted() && percents.iter().filter(|it| **it == 101).count() == 1,
        "{percents:?}"
    );
    assert_eq!(rest.last().unwrap().name, "SyncSucceeded");
    for job in [&first, &second] {
        let again = Events::of(&client, job).await.rest().await;
        assert_eq!(names(&again), ["SyncSucceeded"], "the last event alone");
    }
    let folder = server.stop().await;
    let server = TestServer::start_in(folder).await;
    let again = Events::of(&server.client(), &second).await.rest().await;
    assert_eq!(again, [rest.last().unwrap().clone()], "the same after a restart");
}

#[tokio::test]
async fn i16_last_event_id_spares_what_was_seen_and_never_the_last_event() {
    let (gate, server) = gated().await;
    let client = server.client();
    let id = id(&accepted(&client).await);
    gate.reached(1).await;
    let mut events = Events::after(&client, &id, Some("0")).await;
    gate.open();
    assert_ne!(events.next().await.unwrap().id, "0");
    for seen in ["100", "101"] {
        let events = Events::after(&client, &id, Some(seen)).await.rest().await;
        assert_eq!(names(&events), ["SyncSucceeded"], "{seen}");
    }
    let path = format!("/sync/jobs/{id}/events");
    let request = client
        .request(Method::GET, &path)
        .header("last-event-id", "yesterday");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn i18_an_import_is_the_same_over_graphql_http_and_its_last_event() {
    let (gate, server) = gated().await;
    gate.open();
    let client = server.client();
    let id = id(&accepted(&client).await);
    let graphql = over(&client, &id).await;
    assert_eq!(graphql["state"], "SUCCEEDED");
    assert_eq!(
        (&graphql["percent"], &graphql["report"]["faultCount"]),
        (&json!(100), &json!(0))
    );
    let plain: Value = client
        .get(&format!("/sync/jobs/{id}"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(plain, graphql);
    let event = Events::of(&client, &id).await.next().await.unwrap();
    let watch = format!(
        "subscription {{ syncProgress(jobId: \"{id}\") {{
            ... on SyncSucceeded {{ jobId job {{ {JOB} }} report {{ ...report }} sequence }}
            ... on SyncProgress {{ percent }} }} }} {COUNTS}
        fragment report on SyncReport {{ timesheetsOpened timesheetsChanged faultCount
            customers {{ ...counts }} commonTasks {{ ...counts }} projects {{ ...counts }}
            tasks {{ ...counts }} timeEntries {{ ...counts }}
            faults {{ path index line id code message }} }}"
    );
    let told = Events::subscribed(&client, &watch).await.next().await.unwrap();
    assert_eq!(told.data["data"]["syncProgress"], event.data);
    assert_eq!(event.data["job"], graphql);
}

#[tokio::test]
async fn i16_subscriptions_tell_the_same_over_both_transports() {
    let (gate, server) = gated().await;
    let client = server.client();
    let id = id(&accepted(&client).await);
    gate.reached(1).await;
    let watch = format!(
        "subscription {{ syncProgress(jobId: \"{id}\") {{ __typename ... on SyncProgress {{ percent phase }}
            ...last ... on SyncFailed {{ why: fault {{ code }} }} }} }}
        fragment last on SyncFailed {{ job {{ state }} sequence }}"
    );
    let mut stream = Events::subscribed(&client, &watch).await;
    let mut socket = Socket::subscribed(server.address(), &server.folder().token(), &watch).await;
    let first = stream.next().await.unwrap().data;
    assert_eq!(
        first["data"]["syncProgress"]["__typename"], "SyncProgress",
        "{first}"
    );
    assert_eq!(socket.next().await["payload"], first);
    let cancelled = cancel(&client, &id).await;
    assert_eq!(cancelled["data"]["cancelSync"]["syncJob"]["state"], "CANCELLED");
    let last = json!({ "data": { "syncProgress": { "__typename": "SyncFailed", "job": { "state": "CANCELLED" },
        "sequence": 101, "why": { "code": "CANCELLED" } } } });
    let rest = stream.rest().await;
    assert_eq!(rest[0].data, last);
    assert_eq!((rest.len(), rest[1].name.as_str()), (2, "complete"));
    assert_eq!(socket.next().await["payload"], last);
    assert_eq!(socket.next().await["type"], "complete");
}

#[tokio::test]
async fn f11_watchers_who_ask_alike_are_each_told_what_they_may_see() {
    let importer = User {
        roles: [Role::Importer].into(),
        ..records::user(Person::Olga)
    };
    let (gate, staffed) = Staffed::gated(vec![records::record(importer)]).await;
    let admin = staffed.client(Person::Admin);
    let narrow = token(
        &staffed.server,
        json!({ "name": "narrow", "permissions": ["sync@read"] }),
    )
    .await;
    let id = id(&accepted(&staffed.client(Person::Olga)).await);
    gate.reached(1).await;
    let watch = |more: &str| {
        format!(
            "subscription {{ syncProgress {{ ... on SyncSucceeded {{ jobId job {{ owner {{ name }} }} {more} }} }} }}"
        )
    };
    let mut watching = Vec::new();
    for (client, more) in [
        (&admin, ""),
        (&narrow, ""),
        (&admin, ""),
        (&narrow, "sequence"),
        (&narrow, ""),
    ] {
        watching.push(Events::subscribed(client, &watch(more)).await);
    }
    gate.open();
    let owners = [
        json!({ "name": "Olga" }),
        Value::Null,
        json!({ "name": "Olga" }),
        Value::Null,
        Value::Null,
    ];
    for (mut events, owner) in watching.into_iter().zip(owners) {
        let last = loop {
            let mut event = events.next().await.unwrap().data["data"]["syncProgress"].take();
            if event != json!({}) {
                break event.take();
            }
        };
        assert_eq!(
            (&last["jobId"], &last["job"]["owner"]),
            (&json!(id), &owner),
            "{last}"
        );
    }
}

#[tokio::test]
async fn i16_without_an_id_every_import_is_told_of_and_the_stream_stays_open() {
    let (gate, server) = gated().await;
    let client = server.client();
    let first = id(&accepted(&client).await);
    gate.reached(1).await;
    let watch = "subscription { syncProgress { __typename ... on SyncProgress { jobId percent }
        ... on SyncSucceeded { jobId } } }";
    let mut events = Events::subscribed(&client, watch).await;
    let now = events.next().await.unwrap().data["data"]["syncProgress"].take();
    assert_eq!(
        now,
        json!({ "__typename": "SyncProgress", "jobId": first, "percent": 0 })
    );
    let second = id(&accepted(&client).await);
    gate.open();
    let mut ended = Vec::new();
    while ended.len() < 2 {
        let event = events.next().await.unwrap().data["data"]["syncProgress"].take();
        if event["__typename"] == "SyncSucceeded" {
            ended.push(event["jobId"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(ended, [first, second]);
    let third = id(&accepted(&client).await);
    loop {
        let event = events.next().await.unwrap().data["data"]["syncProgress"].take();
        assert_eq!(
            event["jobId"],
            third.as_str(),
            "nothing more of those that are over"
        );
        if event["__typename"] == "SyncSucceeded" {
            break;
        }
    }
}

#[tokio::test]
async fn i19_event_streams_end_soon_after_their_token_is_revoked() {
    const SOON: Duration = Duration::from_secs(5);
    let (_gate, server) = gated().await;
    let admin = server.client();
    let id = id(&accepted(&admin).await);
    let client = token(&server, json!({ "name": "a phone" })).await;
    let mut events = Events::of(&client, &id).await;
    events.next().await.unwrap();
    let tokens = admin.graphql(
        "{ tokens(filter: {name: {eq: \"a phone\"}}) { nodes { id } } }",
        json!({}),
    );
    let tokens = tokens.await;
    let revoke = "mutation ($id: UUID!) { revokeToken(id: $id) { token { isActive } } }";
    let token = &tokens["data"]["tokens"]["nodes"][0]["id"];
    admin.graphql(revoke, json!({ "id": token })).await;
    let rest = tokio::time::timeout(SOON, events.rest())
        .await
        .expect("still open");
    assert_eq!(names(&rest), ["error"]);
    assert_eq!(rest[0].data["error"]["code"], "UNAUTHENTICATED");
    assert_eq!(job(&admin, &id).await["state"], "RUNNING");
}

#[tokio::test]
async fn i16_watchers_that_stop_reading_or_leave_hold_up_nobody() {
    let (gate, server) = gated().await;
    let client = server.client();
    let first = id(&accepted(&client).await);
    gate.reached(1).await;
    let idle = futures_util::future::join_all((0..100).map(|_| Events::of(&client, &first))).await;
    drop(futures_util::future::join_all((0..100).map(|_| Events::of(&client, &first))).await);
    gate.open();
    assert_eq!(over(&client, &first).await["state"], "SUCCEEDED");
    for events in idle {
        assert_eq!(events.rest().await.last().unwrap().name, "SyncSucceeded");
    }
}
