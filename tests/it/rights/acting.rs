//! Acting for another (`core@switchIdentity`): with that one's rights, as oneself in the record,
//! and never to more than one could before.

use futures_util::StreamExt;
use punchcard::domain::access::Permission;
use punchcard::domain::token::AccessToken;
use punchcard::graphql::context;
use punchcard::store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Headers, Socket, ask, code, told};
use crate::support::client::Client;
use crate::support::company::{Company, Person};
use crate::support::process::punchcard;
use crate::support::records::{record, sheet, sheet_id, token, user};
use crate::support::staffed::Staffed;

const ME: &str = "{ me { name } actor { name } }";
const NOBODY: &str = "0197aaaa-0000-7000-8000-000000000000";

/// Ivan's booked week of the small company, and one of the stranger's.
async fn staffed() -> Staffed {
    Staffed::open_with(vec![record(sheet(2, Person::Stranger, "2024-03-04"))]).await
}

/// A request of every face, by what it is for a reader.
fn every_face(client: &Client) -> Vec<(&'static str, reqwest::RequestBuilder)> {
    let graphql = || {
        client
            .request(Method::POST, "/graphql")
            .header("accept", "application/graphql-response+json")
            .json(&json!({ "query": ME }))
    };
    let batch = json!({ "requests": [{ "id": "1", "method": "get", "url": "TimeSheets" }] });
    let upload = client
        .request(Method::POST, "/sync/time-entries")
        .header("content-type", "application/x-ndjson");
    vec![
        ("GraphQL", graphql()),
        ("GraphQL events", graphql().header("accept", "text/event-stream")),
        (
            "GraphQL by GET",
            client.request(Method::GET, "/graphql?query=%7Bme%7Bname%7D%7D"),
        ),
        ("OData", client.request(Method::GET, "/odata/TimeSheets")),
        ("metadata", client.request(Method::GET, "/odata/$metadata")),
        (
            "batch",
            client.request(Method::POST, "/odata/$batch").json(&batch),
        ),
        ("upload", upload.body("")),
        (
            "job",
            client.request(Method::GET, &format!("/sync/jobs/{NOBODY}")),
        ),
        (
            "events of a job",
            client.request(Method::GET, &format!("/sync/jobs/{NOBODY}/events")),
        ),
        ("figures", client.request(Method::GET, "/metrics")),
        ("backup", client.request(Method::POST, "/admin/backup")),
    ]
}

#[tokio::test]
async fn switch_identity_gives_the_others_rights_on_every_face() {
    let staffed = staffed().await;
    let acting = staffed.client(Person::Admin).acting_for(Person::Ivan.id());
    let ivan = staffed.client(Person::Ivan);
    let me = acting.graphql(ME, json!({})).await;
    assert_eq!(
        me["data"],
        json!({ "me": { "name": "Ivan" }, "actor": { "name": "Admin" } })
    );
    let own = ivan.graphql(ME, json!({})).await;
    assert_eq!(own["data"]["actor"]["name"], "Ivan");
    let everything = "{ timesheets { totalCount nodes { id name editAllowed forceSubmitAllowed } } users { nodes { name } }
        tokens { totalCount } projects { totalCount } syncJobs { totalCount } }";
    assert_eq!(ask(&acting, everything).await, ask(&ivan, everything).await);
    for path in [
        "/odata/TimeSheets?$expand=timeSheetLines&$count=true",
        "/odata/Users?$count=true",
        "/graphql?query=%7Btimesheets%7BtotalCount%7D%7D",
        "/metrics",
    ] {
        let (acted, own) = (
            told(acting.get(path).await).await,
            told(ivan.get(path).await).await,
        );
        assert_eq!(acted, own, "{path}");
    }
    let refused = ["figures", "backup", "upload"];
    for (face, request) in every_face(&acting) {
        let (status, text) = told(request.send().await.unwrap()).await;
        let expected = match face {
            face if refused.contains(&face) => 403,
            "job" | "events of a job" => 404,
            _ => 200,
        };
        assert_eq!(status, expected, "{face}: {text}");
    }
}

#[tokio::test]
async fn switch_identity_is_refused_whole_without_the_right() {
    let staffed = staffed().await;
    let changed = "mutation { openTimesheet(date: \"2026-11-23\") { timesheet { id } } }";
    for who in [Person::Lead, Person::Ivan] {
        for other in [Person::Olga.id(), NOBODY.to_owned()] {
            let client = staffed.client(who).acting_for(&other);
            for (face, request) in every_face(&client) {
                let (status, text) = told(request.send().await.unwrap()).await;
                assert_eq!(
                    (status, code(&text).as_str()),
                    (403, "FORBIDDEN"),
                    "{face}: {text}"
                );
            }
            assert_eq!(code(&ask(&client, changed).await), "FORBIDDEN");
        }
        let mine = "{ timesheets(filter: {dateFrom: {ge: \"2025-01-01\"}}) { totalCount } }";
        let count = staffed.client(Person::Admin).graphql(mine, json!({})).await;
        assert_eq!(count["data"]["timesheets"]["totalCount"], 0);
    }
    let oneself = staffed.client(Person::Ivan).acting_for(Person::Ivan.id());
    let told = oneself.graphql(ME, json!({})).await;
    assert_eq!(told["data"]["actor"]["name"], "Ivan", "oneself is nobody else");
    let anonymous = staffed.server.anonymous().acting_for(Person::Ivan.id());
    for (face, request) in every_face(&anonymous) {
        assert_eq!(request.send().await.unwrap().status(), 401, "{face}");
    }
}

#[tokio::test]
async fn switch_identity_says_the_same_of_who_never_was_and_who_is_archived() {
    let mut gone = user(Person::Olga);
    gone.meta.is_active = false;
    let staffed = Staffed::open_with(vec![record(gone)]).await;
    let admin = staffed.client(Person::Admin);
    let (archived, unknown) = (admin.acting_for(Person::Olga.id()), admin.acting_for(NOBODY));
    for ((face, of_archived), (_, of_unknown)) in every_face(&archived).into_iter().zip(every_face(&unknown))
    {
        let first = told(of_archived.send().await.unwrap()).await;
        let second = told(of_unknown.send().await.unwrap()).await;
        assert_eq!(first, second, "{face}");
        assert_eq!((first.0, code(&first.1).as_str()), (404, "NOT_FOUND"), "{face}");
    }
    for wrong in ["", "Ivan", "1, 2", "{}"] {
        for (face, request) in every_face(&admin.acting_for(wrong)) {
            let (status, text) = told(request.send().await.unwrap()).await;
            assert_eq!(
                (status, code(&text).as_str()),
                (400, "BAD_USER_INPUT"),
                "{face}: {text}"
            );
        }
    }
    let twice = admin
        .acting_for(Person::Ivan.id())
        .request(Method::GET, "/odata/TimeSheets")
        .header("punchcard-act-for", Person::Lead.id());
    assert_eq!(twice.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn switch_identity_with_a_narrow_token_is_as_narrow() {
    let narrow = AccessToken {
        permissions: Some(Box::new([
            Permission::CoreSwitchIdentity,
            Permission::TimesheetsRead,
        ])),
        ..token(Person::Admin)
    };
    let staffed = Staffed::open_with(vec![record(narrow)]).await;
    let acting = staffed.client(Person::Admin).acting_for(Person::Ivan.id());
    let query = "{ timesheets { totalCount nodes { editAllowed deleteAllowed } } projects { totalCount } }";
    let seen = acting.graphql(query, json!({})).await;
    assert_eq!(
        seen["data"],
        json!({
            "timesheets": { "totalCount": 1, "nodes": [{ "editAllowed": false, "deleteAllowed": false }] },
            "projects": { "totalCount": 0 },
        })
    );
    let open = "mutation { openTimesheet(date: \"2026-11-23\") { timesheet { id } } }";
    assert_eq!(code(&ask(&acting, open).await), "FORBIDDEN");
}

#[tokio::test]
async fn switch_identity_changes_no_user_and_no_token() {
    let staffed = staffed().await;
    let admin = staffed.client(Person::Admin);
    // Another administrator could do all of this themselves.
    let promote = format!(
        "mutation {{ saveUser(input: {{ id: \"{}\", roles: [ADMINISTRATOR] }}) {{ faults {{ code }} user {{ name }} }} }}",
        Person::Olga.id()
    );
    let promoted = admin.graphql(&promote, json!({})).await;
    assert_eq!(promoted["data"]["saveUser"]["user"]["name"], "Olga", "{promoted}");
    let acting = admin.acting_for(Person::Olga.id());
    let before = ask(
        &admin,
        "{ users { nodes { rowVersion } } tokens { nodes { rowVersion } } }",
    )
    .await;
    let (ivan, lead) = (Person::Ivan.id(), Person::Lead.token_id());
    for operation in [
        "mutation { createToken(input: { name: \"mine\" }) { secret } }".to_owned(),
        format!("mutation {{ createToken(input: {{ name: \"his\", userId: \"{ivan}\" }}) {{ secret }} }}"),
        format!("mutation {{ revokeToken(id: \"{lead}\") {{ token {{ id }} }} }}"),
        "mutation { saveUser(input: { name: \"New\", roles: [ADMINISTRATOR] }) { user { id } } }".to_owned(),
        format!("mutation {{ saveUser(input: {{ id: \"{ivan}\", roles: [AUDITOR] }}) {{ user {{ id }} }} }}"),
        format!("mutation {{ archiveUser(id: \"{ivan}\") {{ user {{ id }} }} }}"),
    ] {
        assert_eq!(code(&ask(&acting, &operation).await), "FORBIDDEN", "{operation}");
    }
    let after = ask(
        &admin,
        "{ users { nodes { rowVersion } } tokens { nodes { rowVersion } } }",
    )
    .await;
    assert_eq!(before, after);
    let other = "mutation { saveActivity(input: { name: \"Travel\" }) { activity { name } } }";
    let saved = acting.graphql(other, json!({})).await;
    assert_eq!(saved["data"]["saveActivity"]["activity"]["name"], "Travel");
}

#[tokio::test]
async fn switch_identity_is_recorded_with_both() {
    let company = Company::open().await;
    let at = company.store.view(None).await.unwrap().at();
    let mut changes = company.store.changes(at);
    let acting = Person::Admin.caller().acting_for(&Person::Ivan.id()).unwrap();
    let open = "mutation { openTimesheet(date: \"2024-03-13\") { timesheet { userId } } }";
    let answer = company
        .text(&context::session(acting), open, &serde_json::json!({}))
        .await;
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        answer["data"]["openTimesheet"]["timesheet"]["userId"],
        Person::Ivan.id(),
        "the sheet is of the one who is acted for"
    );
    let audit = changes.next().await.unwrap().unwrap().audit.clone();
    assert_eq!(
        (audit.actor, audit.acting_for, audit.subject),
        (
            Person::Admin.user_id(),
            Some(Person::Ivan.user_id()),
            Some(Person::Ivan.user_id())
        )
    );
    assert_eq!(audit.token, Some(Person::Admin.token_id()));
    company
        .data(
            Person::Ivan,
            "mutation { openTimesheet(date: \"2024-03-20\") { timesheet { id } } }",
        )
        .await;
    let audit = changes.next().await.unwrap().unwrap().audit.clone();
    assert_eq!((audit.actor, audit.acting_for), (Person::Ivan.user_id(), None));
}

#[tokio::test]
async fn switch_identity_over_a_socket_is_asked_for_where_the_token_is() {
    let staffed = staffed().await;
    let (text, ivan, lead) = (Person::Admin.token_text(), Person::Ivan.id(), Person::Lead.id());
    let bearer = format!("Bearer {text}");
    let in_headers = [("authorization", bearer.as_str()), ("punchcard-act-for", &ivan)];
    let ways: [(Headers<'_>, Value, &str); 5] = [
        (&[], json!({ "token": text, "actFor": ivan }), "Ivan"),
        (&in_headers, json!({}), "Ivan"),
        // Whoever the request for the socket named is not forgotten.
        (&in_headers[1..], json!({ "token": text }), "Ivan"),
        (&in_headers[1..], json!({ "token": text, "actFor": lead }), "Lead"),
        (&in_headers[..1], json!({ "actFor": null }), "Admin"),
    ];
    for (headers, payload, name) in ways {
        let mut socket = Socket::open(&staffed, headers, &payload).await.unwrap();
        socket.start("1", ME).await;
        let said = socket.hear().await.unwrap();
        assert_eq!(
            said["payload"]["data"],
            json!({ "me": { "name": name }, "actor": { "name": "Admin" } }),
            "{payload}"
        );
    }
    let lead_text = Person::Lead.token_text();
    let refused: [(Headers<'_>, Value, u16); 5] = [
        (&[], json!({ "token": lead_text, "actFor": ivan }), 4403),
        (&[], json!({ "token": text, "actFor": NOBODY }), 4403),
        (&[], json!({ "token": text, "actFor": "Ivan" }), 4403),
        (&[], json!({ "token": text, "actFor": 1 }), 4400),
        (&in_headers[..1], json!({ "actFor": ivan }), 4400),
    ];
    for (headers, payload, close) in refused {
        let closed = Socket::open(&staffed, headers, &payload).await.err();
        assert_eq!(closed.map(|closed| closed.0), Some(close), "{payload}");
    }
}

#[tokio::test]
async fn switch_identity_in_a_batch_is_that_of_the_batch_or_of_the_request() {
    let staffed = staffed().await;
    let admin = staffed.client(Person::Admin);
    let count = |id: &str, who: Option<Person>| {
        let mut request = json!({ "id": id, "method": "get", "url": "TimeSheets/$count" });
        if let Some(who) = who {
            request["headers"] = json!({ "Punchcard-Act-For": who.id() });
        }
        request
    };
    let post = async |client: &Client, requests: Value| {
        let request = client
            .request(Method::POST, "/odata/$batch")
            .header("prefer", "continue-on-error")
            .json(&json!({ "requests": requests }));
        request.send().await.unwrap().json::<Value>().await.unwrap()["responses"].take()
    };
    let requests = json!([
        count("1", None),
        count("2", Some(Person::Olga)),
        count("3", Some(Person::Stranger))
    ]);
    let bodies = |answer: &Value| -> Vec<Value> {
        let responses = answer.as_array().unwrap();
        responses.iter().map(|it| it["body"].clone()).collect()
    };
    assert_eq!(
        bodies(&post(&admin, requests.clone()).await),
        [json!("2"), json!("0"), json!("1")]
    );
    let acting = admin.acting_for(Person::Ivan.id());
    assert_eq!(
        bodies(&post(&acting, requests.clone()).await),
        [json!("1"), json!("0"), json!("1")]
    );
    let lead = post(&staffed.client(Person::Lead), requests).await;
    let statuses: Vec<_> = lead
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["status"].clone())
        .collect();
    assert_eq!(statuses, [json!(200), json!(403), json!(403)]);

    let sheet = sheet_id(1);
    let version = admin
        .graphql(
            &format!("{{ timesheet(id: \"{sheet}\") {{ rowVersion }} }}"),
            json!({}),
        )
        .await;
    let rename = |id: &str, who: Person| {
        json!({
            "id": id, "atomicityGroup": "g", "method": "patch", "url": format!("TimeSheets({sheet})"),
            "headers": { "content-type": "application/json", "punchcard-act-for": who.id() },
            "body": { "rowVersion": version["data"]["timesheet"]["rowVersion"], "name": id },
        })
    };
    let mixed = post(
        &admin,
        json!([rename("1", Person::Ivan), rename("2", Person::Lead)]),
    )
    .await;
    assert_eq!(
        (&mixed[0]["status"], &mixed[1]["status"]),
        (&json!(424), &json!(400)),
        "{mixed}"
    );
    let one = post(&admin, json!([rename("renamed", Person::Ivan)])).await;
    assert_eq!(one[0]["status"], 204, "{one}");
    let stranger = post(&admin, json!([rename("again", Person::Stranger)])).await;
    assert_eq!(stranger[0]["status"], 404, "{stranger}");
}

#[tokio::test]
async fn switch_identity_imports_in_the_others_name_from_the_command_line() {
    let importer = punchcard::domain::user::User {
        roles: [punchcard::domain::access::Role::Importer].into(),
        ..user(Person::Olga)
    };
    let staffed = Staffed::open_with(vec![record(importer)]).await;
    let file = staffed.server.folder().path().join("customers.ndjson");
    std::fs::write(&file, "{\"kind\":\"customer\",\"name\":\"Vasilek\"}\n").unwrap();
    let import = async |who: Person, other: &str| {
        let mut command = punchcard();
        command
            .args(["import", "--quiet", "--kind", "static-data", "--act-for", other])
            .arg(&file)
            .env("PUNCHCARD_URL", format!("http://{}", staffed.address()))
            .env("PUNCHCARD_TOKEN", who.token_text());
        let output = command.output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = import(Person::Ivan, &Person::Olga.id()).await;
    assert!(code == Some(1) && said.contains("core@switchIdentity"), "{said}");
    let (code, said) = import(Person::Admin, "Olga").await;
    assert!(code == Some(2), "{said}");
    let (code, said) = import(Person::Admin, &Person::Olga.id()).await;
    assert_eq!(code, Some(0), "{said}");
    let jobs = "{ syncJobs { nodes { ownerId state } } }";
    let seen = staffed.client(Person::Olga).graphql(jobs, json!({})).await;
    let own = json!([{ "ownerId": Person::Olga.id(), "state": "SUCCEEDED" }]);
    assert_eq!(seen["data"]["syncJobs"]["nodes"], own);
}
