//! What strangers hear: nothing of others, over sockets and streams.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::{Socket, soon};
use super::{Asker, Worlds, records};
use crate::support::client::Client;
use crate::support::company::Person;

/// The subscriptions, and how each is asked for all, and for one secret. One that is not here fails
/// the walk.
const SUBSCRIPTIONS: [(&str, &str); 2] = [("syncProgress", "jobId"), ("timesheetChanged", "userId")];

async fn version(client: &Client, sheet: &str) -> Value {
    let read = format!("{{ timesheet(id: \"{sheet}\") {{ rowVersion }} }}");
    client.graphql(&read, json!({})).await["data"]["timesheet"]["rowVersion"].clone()
}

async fn rename(client: &Client, sheet: &str) {
    let version = version(client, sheet).await;
    let save = format!(
        "mutation {{ saveTimesheet(input: {{ id: \"{sheet}\", rowVersion: {version}, name: \"x\" }}) {{ timesheet {{ id }} }} }}"
    );
    let saved = client.graphql(&save, json!({})).await;
    assert_eq!(
        saved["data"]["saveTimesheet"]["timesheet"]["id"], sheet,
        "{saved}"
    );
}

/// The data of the first event of a stream.
async fn first_event(mut response: reqwest::Response) -> Value {
    let mut text = String::new();
    loop {
        let chunk = soon(response.chunk()).await.unwrap().expect("an event");
        text += std::str::from_utf8(&chunk).unwrap();
        let data = text.split("\n\n").find_map(|event| event.split_once("data: "));
        if let (Some((_, data)), true) = (data, text.contains("\n\n")) {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[tokio::test]
async fn f11_a_stranger_hears_of_their_own_and_of_nothing_that_came_before() {
    let worlds = Worlds::open().await;
    let stranger = Asker::Employee.at(&worlds.with);
    let ivans = &worlds.secrets.sheets[0];
    let own = records::sheet(3, Person::Stranger, "2024-03-04").id.to_string();
    let (ivan, me) = (Person::Ivan.id(), Person::Stranger.id());
    let watches = [
        "timesheetChanged".to_owned(),
        format!("timesheetChanged(userId: \"{me}\")"),
    ];
    let watch = |field: &str| format!("subscription {{ {field} {{ timesheetId timesheet {{ name }} }} }}");
    let mut sockets = Vec::new();
    let mut streams = Vec::new();
    for field in watches {
        let payload = json!({ "token": Person::Stranger.token_text() });
        let mut socket = Socket::open(&worlds.with, &[], &payload).await.unwrap();
        // Of Ivan's sheets there is silence on the same socket.
        let silent = format!("timesheetChanged(userId: \"{ivan}\")");
        socket.start("silent", &watch(&silent)).await;
        socket.start("own", &watch(&field)).await;
        // An answer means that what was started before runs.
        socket.start("me", "{ me { name } }").await;
        for _ in 0..2 {
            assert_eq!(soon(socket.hear()).await.unwrap()["id"], "me");
        }
        sockets.push(socket);
        let request = stranger
            .request(Method::POST, "/graphql")
            .header("accept", "text/event-stream")
            .json(&json!({ "query": watch(&field) }));
        streams.push(request.send().await.unwrap());
    }
    rename(&worlds.with.client(Person::Ivan), ivans).await;
    rename(&stranger, &own).await;
    for mut socket in sockets {
        let said = soon(socket.hear()).await.unwrap();
        assert_eq!(said["id"], "own", "{said}");
        assert_eq!(said["payload"]["data"]["timesheetChanged"]["timesheetId"], own);
    }
    for stream in streams {
        let said = first_event(stream).await;
        assert_eq!(said["data"]["timesheetChanged"]["timesheetId"], own, "{said}");
    }
}

#[tokio::test]
async fn f11_every_subscription_treats_a_secret_as_what_never_was() {
    let worlds = Worlds::open().await;
    let admin = Asker::Administrator.at(&worlds.with);
    let fields = "{ __schema { subscriptionType { fields { name args { name } } } } }";
    let fields = admin.graphql(fields, json!({})).await;
    let fields = fields["data"]["__schema"]["subscriptionType"]["fields"]
        .as_array()
        .unwrap();
    let mut known: Vec<(&str, &str)> = Vec::new();
    for field in fields {
        for argument in field["args"].as_array().unwrap() {
            known.push((
                field["name"].as_str().unwrap(),
                argument["name"].as_str().unwrap(),
            ));
        }
    }
    known.sort_unstable();
    assert_eq!(known, SUBSCRIPTIONS, "the walk knows these");
    let job = &worlds.secrets.jobs[0];
    let watch = format!("subscription {{ syncProgress(jobId: \"{job}\") {{ __typename }} }}");
    for who in [Asker::Employee, Asker::Manager, Asker::Narrow] {
        let mut told = Vec::new();
        for world in [&worlds.with, &worlds.without] {
            let request = who
                .at(world)
                .request(Method::POST, "/graphql")
                .header("accept", "text/event-stream")
                .json(&json!({ "query": watch }));
            let stream = soon(request.send().await.unwrap().text()).await.unwrap();
            let payload = json!({ "token": who.token() });
            let mut socket = Socket::open(world, &[], &payload).await.unwrap();
            socket.start("watch", &watch).await;
            let said = soon(socket.hear()).await.unwrap();
            told.push([stream, said.to_string()]);
        }
        assert_eq!(told[0], told[1], "{who:?}");
        for answer in &told[0] {
            assert!(answer.contains("NOT_FOUND"), "{answer}");
        }
    }
}
