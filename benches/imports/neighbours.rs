//! People who read and save while something else goes on, each at their own times: who waits counts from
//! when they wanted to begin, so that a stop of a second is seen by all who came in it.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Connection, request};
use crate::import::Company;

const PEOPLE: usize = 8;
const SAVE_EVERY: Duration = Duration::from_millis(40);
const READ_EVERY: Duration = Duration::from_millis(10);

/// How long everything took.
#[derive(Default)]
pub struct Latencies {
    saves: Vec<Duration>,
    reads: Vec<Duration>,
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |all: &[Duration]| {
            let at = |percent: usize| all[(all.len() - 1) * percent / 100].as_secs_f64() * 1e3;
            format!(
                "p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms of {}",
                at(50),
                at(99),
                at(100),
                all.len()
            )
        };
        write!(f, "saves {}; reads {}", told(&self.saves), told(&self.reads))
    }
}

/// Lets people read and save for as long as `meanwhile` takes.
pub async fn measure<T>(
    company: &Company,
    meanwhile: impl Future<Output = io::Result<T>>,
) -> io::Result<(T, Latencies)> {
    let sheets = company
        .ask(
            &format!("{{ timesheets(first: {PEOPLE}) {{ nodes {{ id rowVersion }} }} }}"),
            &Value::Null,
        )
        .await?;
    let stop = Arc::new(OnceLock::new());
    let mut savers = tokio::task::JoinSet::new();
    let mut readers = tokio::task::JoinSet::new();
    for sheet in sheets["timesheets"]["nodes"].as_array().unwrap() {
        let person = (
            company.server.port,
            company.token.clone(),
            sheet.clone(),
            Arc::clone(&stop),
        );
        savers.spawn(save(person.clone()));
        readers.spawn(read(person));
    }
    let done = meanwhile.await;
    // Who wanted to begin before this moment still counts, however late they are served.
    let _first = stop.set(Instant::now());
    let mut latencies = Latencies::default();
    while let Some(saves) = savers.join_next().await {
        latencies.saves.extend(saves.map_err(io::Error::other)??);
    }
    while let Some(reads) = readers.join_next().await {
        latencies.reads.extend(reads.map_err(io::Error::other)??);
    }
    latencies.saves.sort_unstable();
    latencies.reads.sort_unstable();
    Ok((done?, latencies))
}

type Person = (u16, String, Value, Arc<OnceLock<Instant>>);

async fn save((port, token, sheet, stop): Person) -> io::Result<Vec<Duration>> {
    const SAVE: &str = "mutation ($input: SaveTimesheetInput!) { saveTimesheet(input: $input) { timesheet { rowVersion } } }";
    let mut connection = Connection::open(port).await?;
    let mut version = sheet["rowVersion"].clone();
    let (start, mut latencies) = (Instant::now(), Vec::new());
    for number in 1_u32.. {
        let due = start + SAVE_EVERY * number;
        tokio::time::sleep_until(due.into()).await;
        if stop.get().is_some_and(|stopped| due > *stopped) {
            break;
        }
        let input = json!({ "id": sheet["id"], "rowVersion": version, "name": format!("Save {number}") });
        let body = json!({ "query": SAVE, "variables": { "input": input } }).to_string();
        let answer: Value =
            serde_json::from_slice(connection.exchange(&request("/graphql", &token, &body)).await?)?;
        version = answer["data"]["saveTimesheet"]["timesheet"]["rowVersion"].clone();
        assert!(version.is_string(), "{answer}");
        latencies.push(due.elapsed());
    }
    Ok(latencies)
}

async fn read((port, token, sheet, stop): Person) -> io::Result<Vec<Duration>> {
    const READ: &str = "query ($id: UUID!) { timesheet(id: $id) { rowVersion lines { project { name } cells { date hours comment } } } }";
    let mut connection = Connection::open(port).await?;
    let body = json!({ "query": READ, "variables": { "id": sheet["id"] } }).to_string();
    let request = request("/graphql", &token, &body);
    let (start, mut latencies) = (Instant::now(), Vec::new());
    for number in 1_u32.. {
        let due = start + READ_EVERY * number;
        tokio::time::sleep_until(due.into()).await;
        if stop.get().is_some_and(|stopped| due > *stopped) {
            break;
        }
        connection.exchange(&request).await?;
        latencies.push(due.elapsed());
    }
    Ok(latencies)
}
