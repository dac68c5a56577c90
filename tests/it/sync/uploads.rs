//! Uploads (I20): the same rules and the same jobs, for bodies of any length.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use punchcard::config::{Limits, Settings};
use reqwest::{Body, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{employee, id, in_time, job, over, token};
use crate::support::client::Client;
use crate::support::server::{Folder, TestServer};

const LINES: &str = "application/x-ndjson";

async fn send(client: &Client, path: &str, kind: &str, body: impl Into<Body>) -> Response {
    let request = client.request(Method::POST, path).header("content-type", kind);
    in_time(request.body(body).send()).await.unwrap()
}

/// The import that an upload became, when it is over.
async fn imported(client: &Client, path: &str, kind: &str, body: impl Into<Body>) -> Value {
    let answer = send(client, path, kind, body).await;
    let (status, location) = (answer.status(), answer.headers().get("location").cloned());
    let job: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{job}");
    assert_eq!(location.unwrap(), format!("/sync/jobs/{}", id(&job)));
    over(client, &id(&job)).await
}

/// Status and code of a refusal, and what it says.
async fn refused(answer: Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    let said: Value = answer.json().await.unwrap();
    let text = |name: &str| said["error"][name].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("message"))
}

/// A server with a project, and its administrator, who books.
async fn server() -> (TestServer, Client, String) {
    let server = TestServer::start().await;
    let admin = server.client();
    let me = admin.graphql("{ me { id } }", json!({})).await;
    let document = "mutation { saveProject(input: {name: \"Website\", code: \"P1\", billingType: FIXED_BID}) { project { id } } }";
    let made = admin.graphql(document, json!({})).await;
    assert!(made["data"]["saveProject"]["project"]["id"].is_string(), "{made}");
    let me = me["data"]["me"]["id"].as_str().unwrap().to_owned();
    (server, admin, me)
}

/// The hours of every cell of the administrator's.
async fn hours(client: &Client) -> Vec<(String, String)> {
    let document = "{ timesheets(first: 500) { nodes { lines { cells { date hours } } } } }";
    let answer = client.graphql(document, json!({})).await;
    let sheets = answer["data"]["timesheets"]["nodes"].as_array().unwrap();
    let mut cells: Vec<(String, String)> = sheets
        .iter()
        .flat_map(|sheet| sheet["lines"].as_array().unwrap())
        .flat_map(|line| line["cells"].as_array().unwrap())
        .map(|cell| {
            let text = |name: &str| cell[name].as_str().unwrap().to_owned();
            (text("date"), text("hours"))
        })
        .collect();
    cells.sort();
    cells
}

#[tokio::test]
async fn i20_lines_and_tables_plain_and_packed_make_the_same_import() {
    let (_server, admin, me) = server().await;
    let line = |name: &str, hours: &str| json!({ "externalId": name, "userId": me, "projectCode": "P1", "date": "2024-03-04", "hours": hours });
    let lines = format!("{}\n{}", line("a", "1.5"), line("b", "2.25"));
    let first = imported(&admin, "/sync/time-entries", LINES, lines.clone()).await;
    assert_eq!(
        (&first["state"], &first["rows"]),
        (&json!("SUCCEEDED"), &json!(2))
    );
    assert_eq!(first["report"]["timeEntries"]["created"], 2, "{first}");
    let booked = [("2024-03-04".to_owned(), "3.75".to_owned())];
    assert_eq!(hours(&admin).await, booked);

    let table = format!(
        "externalId;userId;projectCode;date;hours\na;{me};P1;2024-03-04;1,5\nb;{me};P1;2024-03-04;2,25\n"
    );
    let again = imported(
        &admin,
        "/sync/time-entries",
        "text/csv; charset=utf-8",
        table.clone(),
    )
    .await;
    assert_eq!(again["report"]["timeEntries"]["unchanged"], 2, "{again}");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(table.replace("2,25", "2,5").as_bytes()).unwrap();
    let request = admin.request(Method::POST, "/sync/time-entries?onError=SKIP&decimalComma");
    let request = request
        .header("content-type", "text/csv")
        .header("content-encoding", "gzip");
    let answer = request.body(packed.finish().unwrap()).send().await.unwrap();
    let packed = over(&admin, &id(&answer.json().await.unwrap())).await;
    assert_eq!(packed["report"]["timeEntries"]["updated"], 1, "{packed}");
    assert_eq!(packed["onError"], "SKIP");
    assert_eq!(hours(&admin).await, [("2024-03-04".to_owned(), "4".to_owned())]);
}

#[tokio::test]
async fn i15_what_cannot_be_read_is_reported_with_its_line() {
    let (_server, admin, me) = server().await;
    let good =
        json!({ "externalId": "a", "userId": me, "projectCode": "P1", "date": "2024-03-04", "hours": 1 });
    let lines = format!("{good}\nnonsense\n{{\"externalId\":\"b\",\"hours\":\"many\"}}\n");
    let failed = imported(&admin, "/sync/time-entries", LINES, lines.clone()).await;
    assert_eq!(
        (&failed["state"], &failed["fault"]["code"]),
        (&json!("FAILED"), &json!("FAULTS"))
    );
    let places: Vec<_> = failed["report"]["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (
                fault["path"].clone(),
                fault["line"].clone(),
                fault["code"].clone(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (json!("timeEntries[1]"), json!(2), json!("MALFORMED")),
            (json!("timeEntries[2].hours"), json!(3), json!("MALFORMED"))
        ]
    );
    assert_eq!(failed["report"]["timeEntries"]["failed"], 2);
    assert_eq!(hours(&admin).await, []);
    let skipped = imported(&admin, "/sync/time-entries?onError=SKIP", LINES, lines).await;
    assert_eq!(
        (&skipped["state"], &skipped["report"]["faultCount"]),
        (&json!("SUCCEEDED"), &json!(2))
    );
    assert_eq!(hours(&admin).await.len(), 1);
}

/// Path, media type and body of what is refused; status, code, and a part of what is said.
const NO_UPLOADS: [(&str, &str, &str, u16, &str, &str); 9] = [
    (
        "/sync/time-entries",
        "application/json",
        "{}",
        415,
        "NOT_SUPPORTED",
        "text/csv",
    ),
    (
        "/sync/time-entries",
        "",
        "",
        415,
        "NOT_SUPPORTED",
        "application/x-ndjson",
    ),
    (
        "/sync/time-entries?onerror=SKIP",
        LINES,
        "",
        400,
        "BAD_USER_INPUT",
        "onError, dryRun",
    ),
    (
        "/sync/time-entries?onError=skip",
        LINES,
        "",
        400,
        "BAD_USER_INPUT",
        "FAIL or SKIP",
    ),
    (
        "/sync/time-entries?dryRun=maybe",
        LINES,
        "",
        400,
        "BAD_USER_INPUT",
        "true or false",
    ),
    (
        "/sync/time-entries?separator=ab",
        "text/csv",
        "",
        400,
        "BAD_USER_INPUT",
        "one ASCII character",
    ),
    (
        "/sync/static-data?rows=timeEntries",
        LINES,
        "",
        400,
        "BAD_USER_INPUT",
        "no time entries",
    ),
    (
        "/sync/static-data",
        "text/csv",
        "name\nx\n",
        400,
        "BAD_USER_INPUT",
        "must be told",
    ),
    (
        "/sync/time-entries",
        "text/csv",
        "horus\n1\n",
        400,
        "BAD_USER_INPUT",
        "horus",
    ),
];

#[tokio::test]
async fn what_is_no_upload_is_refused_with_what_is_allowed() {
    let (_server, admin, _) = server().await;
    for (path, kind, body, status, code, message) in NO_UPLOADS {
        let (found, spelt, said) = refused(send(&admin, path, kind, body).await).await;
        assert_eq!((found, spelt.as_str()), (status, code), "{path} {kind}: {said}");
        assert!(said.contains(message), "{path} {kind}: {said}");
    }
    let jobs = admin.graphql("{ syncJobs { totalCount } }", json!({})).await;
    assert_eq!(jobs["data"]["syncJobs"]["totalCount"], 0, "{jobs}");
}

#[tokio::test]
async fn i1_who_may_not_import_is_refused_before_the_body_is_read() {
    let folder = Folder::empty();
    let settings = Settings {
        demo: true,
        ..Settings::over(folder.data())
    };
    let server = TestServer::start_with(folder, settings).await;
    let employee = employee(&server).await;
    let endless = Body::wrap_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = send(&employee, "/sync/time-entries?nonsense", LINES, endless).await;
    assert_eq!(refused(answer).await.0, 403);
    let answer = send(&server.anonymous(), "/sync/time-entries", LINES, "").await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let importer = token(
        &server,
        json!({ "name": "importer", "permissions": ["projects@download"] }),
    )
    .await;
    let nothing = imported(&importer, "/sync/time-entries", LINES, "").await;
    assert_eq!(nothing["state"], "SUCCEEDED");
}

#[tokio::test]
async fn an_upload_has_a_limit_packed_and_unpacked() {
    let folder = Folder::empty();
    let settings = Settings {
        limits: Limits {
            upload_bytes: 100_000,
            ..Limits::default()
        },
        ..Settings::over(folder.data())
    };
    let payloads = folder.data().join("imports");
    let server = TestServer::start_with(folder, settings).await;
    let admin = server.client();
    let lines = |count: usize| "{\"externalId\":\"a\"}\n".repeat(count);
    let (status, code, _) = refused(send(&admin, "/sync/time-entries", LINES, lines(6_000)).await).await;
    assert_eq!((status, code.as_str()), (413, "LIMIT_EXCEEDED"));
    let pieces = (0..60).map(move |_| Ok::<_, std::io::Error>(lines(100)));
    let chunked = Body::wrap_stream(futures_util::stream::iter(pieces));
    let (status, code, _) = refused(send(&admin, "/sync/time-entries", LINES, chunked).await).await;
    assert_eq!(
        (status, code.as_str()),
        (413, "LIMIT_EXCEEDED"),
        "its length is not told beforehand"
    );
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b'\n'; 20_000_000]).unwrap();
    let request = admin
        .request(Method::POST, "/sync/time-entries")
        .header("content-type", LINES);
    let request = request
        .header("content-encoding", "gzip")
        .body(bomb.finish().unwrap());
    let (status, _, said) = refused(request.send().await.unwrap()).await;
    assert!(
        status == 400 && said.contains("unpacks to more"),
        "{status} {said}"
    );
    let kept = std::fs::read_dir(payloads);
    assert_eq!(
        kept.map_or(0, Iterator::count),
        0,
        "nothing stays of what was refused"
    );
}

#[tokio::test]
async fn i17_an_upload_that_breaks_off_leaves_nothing() {
    let (server, admin, _) = server().await;
    let broken = [
        Ok("{\"externalId\":\"a\"}\n".repeat(50_000)),
        Err(std::io::Error::other("the line is cut")),
    ];
    let body = Body::wrap_stream(futures_util::stream::iter(broken));
    let request = admin
        .request(Method::POST, "/sync/time-entries")
        .header("content-type", LINES);
    in_time(request.body(body).send()).await.unwrap_err();
    let again = admin.graphql("{ syncJobs { totalCount } }", json!({})).await;
    assert_eq!(again["data"]["syncJobs"]["totalCount"], 0);
    drop(server);
}

#[tokio::test]
async fn the_same_key_is_the_same_import_whatever_is_sent() {
    let (_server, admin, me) = server().await;
    let line =
        json!({ "externalId": "a", "userId": me, "projectCode": "P1", "date": "2024-03-04", "hours": 1 });
    let path = "/sync/time-entries?idempotencyKey=march";
    let first = imported(&admin, path, LINES, line.to_string()).await;
    let request = admin
        .request(Method::POST, "/sync/time-entries")
        .header("content-type", LINES);
    let again = request
        .header("idempotency-key", "march")
        .body("nonsense")
        .send()
        .await
        .unwrap();
    let again: Value = again.json().await.unwrap();
    assert_eq!(again["id"], first["id"]);
    assert_eq!(job(&admin, &id(&again)).await["rows"], 1);
}

#[tokio::test]
async fn i13_a_cell_tells_where_its_hours_come_from() {
    let (_server, admin, me) = server().await;
    let night = json!({
        "externalId": "night", "userId": me, "projectCode": "P1", "description": "Watch",
        "logon": "2024-03-04T20:00:00Z", "logoff": "2024-03-05T02:00:00Z", "breakHours": 1,
    });
    let day = json!({ "externalId": "day", "userId": me, "projectCode": "P1", "date": "2024-03-05", "hours": "2.5" });
    imported(&admin, "/sync/time-entries", LINES, format!("{night}\n{day}")).await;
    let document = "{ timesheets { nodes { lines { cells { date hours
        contributions { externalId hours logon logoff breakHours description } } } } } }";
    let answer = admin.graphql(document, json!({})).await;
    let whole = |hours: &str| {
        json!({
            "externalId": "night", "hours": hours, "breakHours": "1", "description": "Watch",
            "logon": "2024-03-04T20:00:00+00:00", "logoff": "2024-03-05T02:00:00+00:00",
        })
    };
    let of_day = json!({
        "externalId": "day", "hours": "2.5", "logon": null, "logoff": null, "breakHours": null, "description": null,
    });
    assert_eq!(
        answer["data"]["timesheets"]["nodes"][0]["lines"][0]["cells"],
        json!([
            { "date": "2024-03-04", "hours": "3", "contributions": [whole("3")] },
            { "date": "2024-03-05", "hours": "4.5", "contributions": [whole("2"), of_day] },
        ])
    );
}

#[tokio::test]
async fn i2_references_point_into_the_payload_or_the_store() {
    let (_server, admin, me) = server().await;
    let lines = [
        json!({ "externalId": "e", "userId": me, "projectExternalId": "x", "taskName": "Design", "date": "2024-03-04", "hours": 1 }),
        json!({ "kind": "project", "externalId": "x", "name": "Shop", "customerName": "Romashka",
            "isPaid": true, "pricePerHour": "80.50", "vat": 19, "currency": "EUR", "tasks": [{ "name": "Design" }] }),
        json!({ "kind": "customer", "name": "Romashka", "city": "Perm" }),
        json!({ "kind": "commonTask", "name": "Phone" }),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let done = imported(&admin, "/sync/time-entries", LINES, lines.clone()).await;
    let report = &done["report"];
    for list in ["customers", "projects", "tasks", "commonTasks", "timeEntries"] {
        assert_eq!(report[list]["created"], 1, "{list}: {done}");
    }
    let document = "{ timesheets { nodes { lines { project { name organization { name } terms { pricePerHour vat currency } }
        task { name } hours } } } }";
    let answer = admin.graphql(document, json!({})).await;
    let line = &answer["data"]["timesheets"]["nodes"][0]["lines"][0];
    assert_eq!(line["project"]["organization"]["name"], "Romashka");
    assert_eq!(
        line["project"]["terms"],
        json!({ "pricePerHour": "80.5", "vat": "19", "currency": "EUR" })
    );
    assert_eq!(
        (&line["task"]["name"], &line["hours"]),
        (&json!("Design"), &json!("1"))
    );
    let again = imported(&admin, "/sync/time-entries", LINES, lines).await;
    for list in ["customers", "projects", "tasks", "commonTasks", "timeEntries"] {
        let counts = &again["report"][list];
        assert_eq!(
            (&counts["created"], &counts["updated"]),
            (&json!(0), &json!(0)),
            "{list}: {again}"
        );
    }
}

#[tokio::test]
async fn a_token_that_imports_too_often_is_told_when_to_try_again_and_leaves_nothing() {
    let folder = Folder::empty();
    let settings = Settings {
        limits: Limits {
            requests_per_second: 5.try_into().ok(),
            ..Limits::default()
        },
        ..Settings::over(folder.data())
    };
    let server = TestServer::start_with(folder, settings).await;
    let admin = server.client();
    let others = token(&server, json!({ "name": "other" })).await;
    let nobody = "/sync/jobs/01890a5d-ac96-774b-bcce-b302099a8057";
    for (method, path, fine) in [
        (Method::POST, "/sync/time-entries", 202),
        (Method::POST, "/sync/static-data", 202),
        (Method::GET, nobody, 404),
        (Method::GET, &format!("{nobody}/events"), 404),
    ] {
        let ask = |client: &Client| {
            let request = client.request(method.clone(), path).header("content-type", LINES);
            async { request.send().await.unwrap() }
        };
        let asked = futures_util::future::join_all((0..30).map(|_| ask(&admin))).await;
        let (answered, refusals): (Vec<_>, Vec<_>) =
            (asked.into_iter()).partition(|answer| answer.status().as_u16() == fine);
        assert!(!refusals.is_empty(), "{path}: {} were answered", answered.len());
        for refusal in refusals {
            assert_eq!(refusal.headers()["retry-after"], "1", "{path}");
            let (status, code, _) = refused(refusal).await;
            assert_eq!((status, code.as_str()), (429, "RATE_LIMITED"), "{path}");
        }
        assert_eq!(ask(&others).await.status().as_u16(), fine, "others are let in");
    }
}

#[tokio::test]
async fn so_many_uploads_come_at_a_time_and_the_next_is_told_when_to_try_again() {
    let (server, admin, _) = server().await;
    let mut coming = Vec::new();
    for _ in 0..32 {
        // Its head and a first piece are there; the rest never comes.
        let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
        let head = format!(
            "POST /sync/time-entries HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {LINES}\r\n\
             content-length: 1000\r\nexpect: 100-continue\r\n\r\n",
            server.folder().token()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // It is let in by the time that it is asked to go on.
        let mut line = [0; 25];
        in_time(stream.read_exact(&mut line)).await.unwrap();
        assert_eq!(&line[..], b"HTTP/1.1 100 Continue\r\n\r\n");
        coming.push(stream);
    }
    let (status, code, _) = refused(send(&admin, "/sync/time-entries", LINES, "").await).await;
    assert_eq!((status, code.as_str()), (429, "RATE_LIMITED"));
    drop(coming);
    in_time(async {
        while send(&admin, "/sync/time-entries", LINES, "").await.status() != StatusCode::ACCEPTED {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
