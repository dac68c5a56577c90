//! A company to import into, and an upload that is followed to its end.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use crate::client::{Connection, request};
use crate::process::{Server, program};

/// Bytes of a piece of an upload.
const PIECE: usize = 256 << 10;

/// A running server, its people and what they can book on.
pub struct Company {
    pub server: Server,
    pub token: String,
    pub users: Vec<String>,
    pub projects: Vec<String>,
    _folder: tempfile::TempDir,
}

/// What an import came to.
pub struct Imported {
    pub upload: Duration,
    pub from_last_byte: Duration,
    /// CPU time of the server meanwhile.
    pub server_cpu: Duration,
    /// How much more memory the server had at its peak than before.
    pub peak_bytes: u64,
    pub told: String,
}

impl Company {
    /// So many people with a week each.
    pub async fn start(people: usize) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let people = people.to_string();
        let made = Command::new(program())
            .args([
                "demo",
                "--users",
                &people,
                "--weeks",
                "1",
                "--seed",
                "1",
                "--data-dir",
            ])
            .arg(&data)
            .output()?;
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut company = Self {
            server: Server::punchcard(&data)?,
            token: token(&data)?,
            users: Vec::new(),
            projects: Vec::new(),
            _folder: folder,
        };
        company.users = company
            .all("users", "employedTo", |it| it["employedTo"].is_null())
            .await?;
        let open = |it: &Value| {
            it["state"] == "OPEN" && it["firstBookingDate"].is_null() && it["lastBookingDate"].is_null()
        };
        company.projects = company
            .all("projects", "state firstBookingDate lastBookingDate", open)
            .await?;
        company.projects.truncate(5);
        Ok(company)
    }

    /// Asks once and answers the data.
    pub async fn ask(&self, query: &str, variables: &Value) -> io::Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut connection = Connection::open(self.server.port).await?;
        let answer: Value = serde_json::from_slice(
            connection
                .exchange(&request("/graphql", &self.token, &body))
                .await?,
        )?;
        match answer.get("errors") {
            None => Ok(answer["data"].clone()),
            Some(errors) => Err(io::Error::other(errors.to_string())),
        }
    }

    async fn all(
        &self,
        list: &str,
        members: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> io::Result<Vec<String>> {
        let query = format!(
            "query ($after: String) {{ {list}(first: 500, after: $after) {{ nodes {{ id isActive {members} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.ask(&query, &json!({ "after": after })).await?[list].take();
            let nodes = page["nodes"].as_array().unwrap();
            let nodes = nodes.iter().filter(|it| it["isActive"] == true && wanted(it));
            found.extend(nodes.map(|it| it["id"].as_str().unwrap().to_owned()));
            if page["pageInfo"]["hasNextPage"] != true {
                return Ok(found);
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

fn token(data: &Path) -> io::Result<String> {
    Ok(std::fs::read_to_string(data.join("admin-token"))?
        .trim()
        .to_owned())
}

/// Uploads the lines and waits for the end.
pub async fn send(company: &Company, text: Bytes) -> io::Result<Imported> {
    let url = format!("http://127.0.0.1:{}", company.server.port);
    let http = reqwest::Client::new();
    let before = company.server.resident_bytes()?;
    let sent = Arc::new(Mutex::new(Instant::now()));
    let pieces: Vec<Bytes> = (0..text.len())
        .step_by(PIECE)
        .map(|at| text.slice(at..(at + PIECE).min(text.len())))
        .collect();
    let last_piece = Arc::clone(&sent);
    let body = stream::iter(pieces.into_iter().map(move |piece| {
        *last_piece.lock().unwrap() = Instant::now();
        Ok::<_, io::Error>(piece)
    }));
    let begun = Instant::now();
    let answer = http
        .post(format!("{url}/sync/time-entries"))
        .bearer_auth(&company.token);
    let answer = answer
        .header("content-type", "application/x-ndjson")
        .body(reqwest::Body::wrap_stream(body));
    let job: Value = json_of(answer.send().await).await?;
    let last_byte = *sent.lock().unwrap();
    let cpu_before = company.server.cpu_time()?;
    let id = job["id"]
        .as_str()
        .ok_or_else(|| io::Error::other(job.to_string()))?;
    let events = http
        .get(format!("{url}/sync/jobs/{id}/events"))
        .bearer_auth(&company.token);
    let text = events
        .send()
        .await
        .map_err(io::Error::other)?
        .text()
        .await
        .map_err(io::Error::other)?;
    let from_last_byte = last_byte.elapsed();
    let last = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap_or("null");
    let last: Value = serde_json::from_str(last)?;
    assert_eq!(last["job"]["state"], "SUCCEEDED", "{last}");
    let counts = &last["report"]["timeEntries"];
    Ok(Imported {
        upload: last_byte - begun,
        from_last_byte,
        server_cpu: company.server.cpu_time()?.saturating_sub(cpu_before),
        peak_bytes: peak_bytes(company.server.pid())?.saturating_sub(before),
        told: format!(
            "{} created, {} unchanged, {} sheets",
            counts["created"], counts["unchanged"], last["report"]["timesheetsChanged"]
        ),
    })
}

async fn json_of(answer: reqwest::Result<reqwest::Response>) -> io::Result<Value> {
    let answer = answer.map_err(io::Error::other)?;
    Ok(serde_json::from_slice(
        &answer.bytes().await.map_err(io::Error::other)?,
    )?)
}

/// The most resident memory that a process ever had.
fn peak_bytes(pid: u32) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kilobytes.unwrap_or(0) * 1024)
}
