//! What is withdrawn counts at once: the next request is refused or sees less, and what is open
//! ends within five seconds, though nothing happens on it.

use punchcard::domain::access::Role;
use punchcard::domain::time::{Clock, Instant};
use punchcard::domain::user::User;
use punchcard::server::system::SystemClock;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Headers, Socket, code, soon, told};
use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::gated::Gate;
use crate::support::records::{record, user};
use crate::support::stack::read_to_close;
use crate::support::staffed::Staffed;

const COUNT: &str = "{ timesheets { totalCount } }";

/// Who loses something: a lead who imports, a second administrator who acts for them, and Olga,
/// whose sockets stay open.
struct Stage {
    staffed: Staffed,
    _gate: Gate,
    admin: Client,
    token: String,
    token_id: String,
    acts_for: Option<String>,
}

/// What they have open.
struct Opened {
    sockets: Vec<(&'static str, Socket)>,
    streams: Vec<(&'static str, Response)>,
    upload: TcpStream,
    bystander: Socket,
}

/// What is left to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    /// Nothing: they are nobody.
    Nothing,
    /// Their own sheets, and no imports.
    Own,
    /// What they had but for Ivan's sheets.
    Imports,
    /// Nothing under that name.
    NotTheName,
}

impl Stage {
    async fn set(acts_for: Option<Person>, lifetime_seconds: Option<i64>) -> Self {
        let lead = User {
            roles: [Role::Employee, Role::TeamManager, Role::Importer].into(),
            ..user(Person::Lead)
        };
        let second = User {
            roles: [Role::Administrator].into(),
            ..user(Person::Stranger)
        };
        let (gate, staffed) = Staffed::gated(vec![record(lead), record(second)]).await;
        let admin = staffed.client(Person::Admin);
        let caller = acts_for.map_or(Person::Lead, |_| Person::Stranger);
        let expires = lifetime_seconds
            .map(|seconds| SystemClock.now().epoch_micros() + seconds * 1_000_000)
            .map(|micros| Instant::from_epoch_micros(micros).to_string());
        let input = json!({ "name": "a phone", "userId": caller.id(), "expires": expires });
        let document =
            "mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret token { id } } }";
        let made = admin.graphql(document, json!({ "input": input })).await;
        let text = |pointer: &str| made.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        Self {
            token: text("/data/createToken/secret"),
            token_id: text("/data/createToken/token/id"),
            acts_for: acts_for.map(Person::id),
            admin,
            staffed,
            _gate: gate,
        }
    }

    fn client(&self) -> Client {
        let client = self.staffed.server.client_with(&self.token);
        match &self.acts_for {
            Some(user) => client.acting_for(user),
            None => client,
        }
    }

    /// Does it as the administrator.
    async fn withdraw(&self, operation: &str) {
        let done = self.admin.graphql(operation, json!({})).await;
        assert_eq!(done.get("errors"), None, "{done}");
    }

    async fn socket(&self, subscription: Option<&str>) -> Socket {
        let payload = json!({ "token": self.token, "actFor": self.acts_for });
        let mut socket = Socket::open(&self.staffed, &[], &payload).await.unwrap();
        if let Some(subscription) = subscription {
            socket.start("1", subscription).await;
        }
        socket
    }

    /// A job of theirs that waits for good, as its events begin.
    async fn job(&self) -> Response {
        let client = self.client();
        let started = "mutation { applyStaticData(input: {}) { syncJob { id } } }";
        let started = client.graphql(started, json!({})).await;
        let job = started["data"]["applyStaticData"]["syncJob"]["id"].as_str();
        let job = job.unwrap_or_else(|| panic!("{started}"));
        let mut events = client.get(&format!("/sync/jobs/{job}/events")).await;
        let first = events.chunk().await.unwrap().unwrap();
        assert!(first.starts_with(b"id: 0\nevent: SyncProgress"), "{first:?}");
        events
    }

    async fn stream(&self, subscription: &str) -> Response {
        let request = self
            .client()
            .request(Method::POST, "/graphql")
            .header("accept", "text/event-stream")
            .json(&json!({ "query": subscription }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response
    }

    /// An upload of which the server has begun to read the body, and which does not end.
    async fn upload(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.staffed.address()).await.unwrap();
        let act_for = match &self.acts_for {
            Some(user) => format!("punchcard-act-for: {user}\r\n"),
            None => String::new(),
        };
        let head = format!(
            "POST /sync/time-entries HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n{act_for}\
             content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n",
            self.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; go_on.len()];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, go_on, "{}", String::from_utf8_lossy(&answer));
        stream.write_all(b"1\r\n\n\r\n").await.unwrap();
        stream
    }

    async fn open_everything(&self) -> Opened {
        let ivans = format!(
            "subscription {{ timesheetChanged(userId: \"{}\") {{ kind }} }}",
            Person::Ivan.id()
        );
        let all = "subscription { timesheetChanged { kind } }";
        let imports = "subscription { syncProgress { __typename } }";
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(self.acts_for.as_deref().map(|user| ("punchcard-act-for", user)));
        let headers: Headers<'_> = &headers;
        let by_header = Socket::open(&self.staffed, headers, &json!({})).await.unwrap();
        let bystander = json!({ "token": Person::Olga.token_text() });
        Opened {
            sockets: vec![
                ("idle", self.socket(None).await),
                ("by a header", by_header),
                ("all sheets", self.socket(Some(all)).await),
                ("Ivan's sheets", self.socket(Some(&ivans)).await),
                ("imports", self.socket(Some(imports)).await),
            ],
            streams: vec![
                ("all sheets", self.stream(all).await),
                ("Ivan's sheets", self.stream(&ivans).await),
                ("imports", self.stream(imports).await),
                ("a job", self.job().await),
            ],
            upload: self.upload().await,
            bystander: Socket::open(&self.staffed, &[], &bystander).await.unwrap(),
        }
    }

    /// The next request over each face, right away.
    async fn next_requests(&self, left: Left) {
        let client = self.client();
        let graphql = client.graphql(COUNT, json!({})).await;
        let odata = told(client.get("/odata/TimeSheets/$count").await).await;
        let query = client
            .get("/graphql?query=%7Btimesheets%7BtotalCount%7D%7D")
            .await;
        let jobs = client.graphql("{ syncJobs { totalCount } }", json!({})).await;
        let upload = client
            .request(Method::POST, "/sync/time-entries")
            .header("content-type", "application/x-ndjson")
            .send();
        let upload = told(upload.await.unwrap()).await;
        let statuses = (query.status().as_u16(), odata.0, upload.0);
        match left {
            Left::Nothing | Left::NotTheName => {
                let (status, refusal) = if left == Left::Nothing {
                    (401, "UNAUTHENTICATED")
                } else {
                    (403, "FORBIDDEN")
                };
                assert_eq!(statuses, (status, status, status));
                for answer in [odata.1, upload.1, graphql.to_string(), jobs.to_string()] {
                    assert_eq!(code(&answer), refusal);
                }
                let payload = json!({ "token": self.token, "actFor": self.acts_for });
                let refused = Socket::open(&self.staffed, &[], &payload).await.err();
                assert_eq!(refused, Some((4403, "Forbidden".to_owned())));
            }
            Left::Own | Left::Imports => {
                assert_eq!(graphql["data"]["timesheets"]["totalCount"], 0);
                assert_eq!((statuses.0, odata), (200, (200, "0".to_owned())));
                assert_eq!(jobs["data"]["syncJobs"]["totalCount"], 1, "it stays theirs");
                let expected = if left == Left::Own { 403 } else { 202 };
                assert_eq!(upload.0, expected);
            }
        }
    }
}

impl Opened {
    /// Everything ends, and nothing of others.
    async fn ends(self, left: Left) {
        let Self {
            sockets,
            streams,
            mut upload,
            mut bystander,
        } = self;
        soon(async {
            for (what, mut socket) in sockets {
                let closed = loop {
                    match socket.hear().await {
                        Ok(said) => {
                            let kind = &said["type"];
                            assert!(kind == "next" || kind == "complete", "{what}: {said}");
                        }
                        Err(closed) => break closed,
                    }
                };
                assert_eq!(closed.0, 4403, "{what}");
                let is_narrowed = closed.1.contains("rights were withdrawn");
                assert_eq!(is_narrowed, left != Left::Nothing, "{what}: {}", closed.1);
            }
            for (what, stream) in streams {
                let events = stream.text().await.unwrap();
                let refusal = if left == Left::Nothing {
                    "UNAUTHENTICATED"
                } else {
                    "FORBIDDEN"
                };
                assert!(events.contains(refusal), "{what}: {events}");
            }
            if left == Left::Imports {
                // It may still come, and does.
                upload.write_all(b"0\r\n\r\n").await.unwrap();
                let mut answer = vec![0; 12];
                upload.read_exact(&mut answer).await.unwrap();
                assert_eq!(answer, b"HTTP/1.1 202");
            } else {
                let answer = read_to_close(&mut upload).await;
                let status = if left == Left::Nothing { "401" } else { "403" };
                assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            }
        })
        .await;
        bystander.say(&json!({ "type": "ping" })).await;
        assert_eq!(bystander.hear().await.unwrap()["type"], "pong");
    }
}

async fn withdrawn(stage: Stage, operation: &str, left: Left) {
    let opened = stage.open_everything().await;
    stage.withdraw(operation).await;
    stage.next_requests(left).await;
    opened.ends(left).await;
}

fn save_lead(members: &str) -> String {
    let lead = Person::Lead.id();
    format!(
        "mutation {{ saveUser(input: {{ id: \"{lead}\", {members} }}) {{ faults {{ code }} user {{ id }} }} }}"
    )
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_nothing_stays_open() {
    let stage = Stage::set(None, None).await;
    let revoke = format!(
        "mutation {{ revokeToken(id: \"{}\") {{ token {{ id }} }} }}",
        stage.token_id
    );
    withdrawn(stage, &revoke, Left::Nothing).await;
}

#[tokio::test]
async fn an_expired_token_is_refused_at_once_and_nothing_stays_open() {
    let stage = Stage::set(None, Some(6)).await;
    let mut opened = stage.open_everything().await;
    // The one that knows when it ends tells when it has.
    let mut idle = opened.sockets.remove(0).1;
    let closed = tokio::time::timeout(std::time::Duration::from_secs(8), idle.hear());
    let reason = "the token has expired".to_owned();
    assert_eq!(closed.await.unwrap(), Err((4403, reason)));
    stage.next_requests(Left::Nothing).await;
    opened.ends(Left::Nothing).await;
}

#[tokio::test]
async fn an_archived_user_is_refused_at_once_and_nothing_stays_open() {
    let stage = Stage::set(None, None).await;
    let archive = format!(
        "mutation {{ archiveUser(id: \"{}\") {{ user {{ id }} }} }}",
        Person::Lead.id()
    );
    withdrawn(stage, &archive, Left::Nothing).await;
}

#[tokio::test]
async fn a_role_that_is_taken_counts_no_more_and_nothing_stays_open_with_it() {
    let stage = Stage::set(None, None).await;
    withdrawn(stage, &save_lead("roles: [EMPLOYEE]"), Left::Own).await;
}

#[tokio::test]
async fn a_team_that_is_taken_is_seen_no_more_and_nothing_stays_open_with_it() {
    let stage = Stage::set(None, None).await;
    let ivan = Person::Ivan.id();
    let operation =
        format!("mutation {{ saveUser(input: {{ id: \"{ivan}\", managerId: null }}) {{ user {{ id }} }} }}");
    withdrawn(stage, &operation, Left::Imports).await;
}

#[tokio::test]
async fn switch_identity_that_is_taken_counts_no_more_and_nothing_stays_open_with_it() {
    let stage = Stage::set(Some(Person::Lead), None).await;
    let second = Person::Stranger.id();
    let operation = format!(
        "mutation {{ saveUser(input: {{ id: \"{second}\", roles: [AUDITOR] }}) {{ user {{ id }} }} }}"
    );
    withdrawn(stage, &operation, Left::NotTheName).await;
}

#[tokio::test]
async fn a_role_of_the_one_acted_for_that_is_taken_counts_no_more_for_who_acts() {
    let stage = Stage::set(Some(Person::Lead), None).await;
    withdrawn(stage, &save_lead("roles: [EMPLOYEE]"), Left::Own).await;
}

#[tokio::test]
async fn more_rights_end_nothing_and_the_first_that_is_taken_again_does() {
    let stage = Stage::set(None, None).await;
    let mut socket = stage
        .socket(Some("subscription { timesheetChanged { timesheetId } }"))
        .await;
    let roles = |roles: &str| save_lead(&format!("roles: [EMPLOYEE, TEAM_MANAGER, IMPORTER{roles}]"));
    stage.withdraw(&roles(", AUDITOR")).await;
    let open = "mutation { openTimesheet(date: \"2026-11-23\") { timesheet { id } } }";
    let opened = stage.admin.graphql(open, json!({})).await;
    let told = soon(socket.hear()).await.unwrap();
    assert_eq!(
        told["payload"]["data"]["timesheetChanged"]["timesheetId"],
        opened["data"]["openTimesheet"]["timesheet"]["id"]
    );
    // Begun with more than the first.
    let mut later = stage.socket(None).await;
    stage.withdraw(&roles("")).await;
    let closed: Result<Value, _> = soon(later.hear()).await;
    assert_eq!(closed.err().map(|closed| closed.0), Some(4403));
}
