//! Durable saves of sheets of 5 x 5 at 1, 16 and 64 clients, against a bare append of as many bytes
//! with group-committed fdatasync behind the same HTTP server library.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Plan;
use crate::client::{Client, Connection, Load, load, request, run};
use crate::company::Company;
use crate::process::Server;
use crate::report::compare;

const SAVE: &str = "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) {
  timesheet { rowVersion } conflict { rowVersion } faults { path code message } } }";

/// Measures the saves.
pub async fn measure(plan: Plan, company: &Company, folder: &Path) -> io::Result<()> {
    let sheets = open_sheets(company).await?;
    let bytes = journal_bytes_per_save(company, &sheets, folder).await?;
    let answer = folder.join("saved");
    std::fs::write(
        &answer,
        r#"{"data":{"saveTimesheet":{"timesheet":{"rowVersion":"AAAAAAAADMQ="},"conflict":null,"faults":[]}}}"#,
    )?;
    let arguments = [
        "--append",
        folder.to_str().unwrap(),
        &bytes.to_string(),
        answer.to_str().unwrap(),
    ];
    let yardstick = Server::yardstick(&arguments)?;
    let ready: Arc<[u8]> = sheets[0].request.clone().into();
    for clients in [1, 16, 64] {
        let title = format!("Durable saves of 5 x 5 at {clients} clients ({bytes} journal bytes a save)");
        let ours = async || save(company, &sheets, clients, plan.time).await;
        let theirs = async || load(yardstick.port, Arc::clone(&ready), clients, plan.time).await;
        compare(plan, &title, (&company.server, ours), (&yardstick, theirs)).await?;
    }
    Ok(())
}

/// Stands for a version in a request that is made beforehand: every version is as long.
const NO_VERSION: &str = "AAAAAAAAAAA=";

/// How the answer to a save that succeeded begins; then comes the new version.
const SAVED: &str = r#"{"data":{"saveTimesheet":{"timesheet":{"rowVersion":""#;

/// A sheet that one client saves again and again.
struct Sheet {
    id: Value,
    /// Saves it, on [`NO_VERSION`].
    request: Vec<u8>,
}

impl Sheet {
    fn new(company: &Company, id: &Value, lines: &[Value]) -> Self {
        let input = json!({ "id": id, "rowVersion": NO_VERSION, "lines": lines });
        let body = json!({ "query": SAVE, "variables": { "input": input } }).to_string();
        Self {
            id: id.clone(),
            request: request("/graphql", &company.token, &body),
        }
    }

    /// A client that saves it, beginning with the version that it has now.
    async fn saver(&self, company: &Company) -> io::Result<Saver> {
        let query = "query V($id: UUID!) { timesheet(id: $id) { rowVersion } }";
        let answer = company.ask(query, &json!({ "id": self.id })).await?;
        let version = answer["timesheet"]["rowVersion"].as_str().unwrap();
        let version_at = position(&self.request, NO_VERSION.as_bytes()).unwrap();
        let mut request = self.request.clone();
        base_on(&mut request, version_at, version.as_bytes());
        Ok(Saver {
            connection: Connection::open(company.server.port).await?,
            request,
            version_at,
        })
    }
}

/// Saves a sheet on the version that the save before has made. It parses nothing, so that it costs
/// no more than the yardstick's client.
struct Saver {
    connection: Connection,
    request: Vec<u8>,
    version_at: usize,
}

impl Client for Saver {
    async fn ask(&mut self) -> io::Result<()> {
        let answer = self.connection.exchange(&self.request).await?;
        match answer.strip_prefix(SAVED.as_bytes()) {
            Some(rest) => {
                base_on(&mut self.request, self.version_at, &rest[..NO_VERSION.len()]);
                Ok(())
            }
            None => Err(io::Error::other(String::from_utf8_lossy(answer).into_owned())),
        }
    }
}

/// Writes the version into a request that has one at `version_at`.
fn base_on(request: &mut [u8], version_at: usize, version: &[u8]) {
    request[version_at..version_at + NO_VERSION.len()].copy_from_slice(version);
}

fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// A sheet of 5 x 5 for each of 64 people, in a week in which they have none yet.
async fn open_sheets(company: &Company) -> io::Result<Vec<Sheet>> {
    let open = "mutation Open($user: UUID!, $date: Date!) { openTimesheet(userId: $user, date: $date) {
      timesheet { id userId dateFrom schedule { date } } } }";
    let offered = "query P($sheet: UUID!) { availableProjects(timesheetId: $sheet) { project { id } } }";
    let mut sheets = Vec::new();
    for user in &company.users {
        let Ok(answer) = company
            .ask(open, &json!({ "user": user, "date": free_date() }))
            .await
        else {
            continue;
        };
        let sheet = &answer["openTimesheet"]["timesheet"];
        let Some(dates) = sheet["schedule"].as_array().filter(|dates| dates.len() == 7) else {
            continue;
        };
        let projects = company.ask(offered, &json!({ "sheet": sheet["id"] })).await?;
        let Some(projects) = projects["availableProjects"]
            .as_array()
            .filter(|projects| !projects.is_empty())
        else {
            continue;
        };
        let line = |number: usize| {
            let cells: Vec<Value> = (0..5)
                .map(|day| json!({ "date": dates[day]["date"], "hours": "1.5", "comment": "Review with the client" }))
                .collect();
            let project = &projects[number % projects.len()]["project"]["id"];
            json!({ "projectId": project, "orderNumber": number, "cells": cells })
        };
        let lines: Vec<Value> = (0..5).map(line).collect();
        sheets.push(Sheet::new(company, &sheet["id"], &lines));
        if sheets.len() == 64 {
            return Ok(sheets);
        }
    }
    Err(io::Error::other(format!("only {} people can save", sheets.len())))
}

/// A Wednesday a few weeks ahead.
fn free_date() -> String {
    let today = chrono::DateTime::from_timestamp(unix_seconds(), 0)
        .unwrap()
        .date_naive();
    (today + chrono::Days::new(42)).to_string()
}

fn unix_seconds() -> i64 {
    let elapsed = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(elapsed.as_secs()).unwrap()
}

/// What one save adds to the journal, so that the yardstick writes as much.
async fn journal_bytes_per_save(company: &Company, sheets: &[Sheet], folder: &Path) -> io::Result<u64> {
    let before = journal_bytes(folder)?;
    let rounds = 20;
    let mut saver = sheets[0].saver(company).await?;
    for _ in 0..rounds {
        saver.ask().await?;
    }
    Ok((journal_bytes(folder)? - before) / rounds)
}

fn journal_bytes(folder: &Path) -> io::Result<u64> {
    let files = std::fs::read_dir(folder.join("company"))?.flatten();
    let journals = files.filter(|file| file.file_name().to_string_lossy().contains("journal"));
    journals
        .map(|file| Ok(written(&std::fs::read(file.path())?)))
        .sum()
}

/// How much of a segment is written; behind it are zeros.
fn written(segment: &[u8]) -> u64 {
    segment
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last as u64 + 1)
}

async fn save(company: &Company, sheets: &[Sheet], clients: usize, time: Duration) -> io::Result<Load> {
    let mut savers = Vec::new();
    for sheet in sheets.iter().take(clients) {
        savers.push(sheet.saver(company).await?);
    }
    run(savers, time).await
}
