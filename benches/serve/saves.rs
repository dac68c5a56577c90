//! Durable saves of sheets of 5 x 5 at 1, 16 and 64 clients, against a bare append of as many bytes
//! with group-committed fdatasync behind the same HTTP server library.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Plan;
use crate::client::{Connection, Load, load, request};
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
    let body = sheets[0].body(&json!("AAAAAAAADMQ="));
    let ready: Arc<[u8]> = request("/graphql", &company.token, &body).into();
    for clients in [1, 16, 64] {
        let title = format!("Durable saves of 5 x 5 at {clients} clients ({bytes} journal bytes a save)");
        let ours = async || save(company, &sheets, clients, plan.time).await;
        let theirs = async || load(yardstick.port, Arc::clone(&ready), clients, plan.time).await;
        compare(plan, &title, (&company.server, ours), (&yardstick, theirs)).await?;
    }
    Ok(())
}

/// A sheet that one client saves again and again.
#[derive(Clone)]
struct Sheet {
    id: Value,
    lines: Vec<Value>,
}

impl Sheet {
    fn body(&self, version: &Value) -> String {
        let input = json!({ "id": self.id, "rowVersion": version, "lines": self.lines });
        json!({ "query": SAVE, "variables": { "input": input } }).to_string()
    }
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
        sheets.push(Sheet {
            id: sheet["id"].clone(),
            lines: (0..5).map(line).collect(),
        });
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
    let mut connection = Connection::open(company.server.port).await?;
    for _ in 0..rounds {
        save_once(company, &mut connection, &sheets[0], &mut Value::Null).await?;
    }
    Ok((journal_bytes(folder)? - before) / rounds)
}

fn journal_bytes(folder: &Path) -> io::Result<u64> {
    let files = std::fs::read_dir(folder.join("company"))?.flatten();
    let journals = files.filter(|file| file.file_name().to_string_lossy().contains("journal"));
    journals.map(|file| file.metadata().map(|data| data.len())).sum()
}

async fn save(company: &Company, sheets: &[Sheet], clients: usize, time: Duration) -> io::Result<Load> {
    let start = Instant::now();
    let savers = sheets.iter().take(clients).map(|sheet| async move {
        let mut connection = Connection::open(company.server.port).await?;
        let (mut version, mut answered) = (Value::Null, 0);
        while start.elapsed() < time {
            save_once(company, &mut connection, sheet, &mut version).await?;
            answered += 1;
        }
        io::Result::Ok(answered)
    });
    let answered = futures_util::future::try_join_all(savers)
        .await?
        .into_iter()
        .sum();
    Ok(Load {
        answered,
        elapsed: start.elapsed(),
    })
}

/// Saves on `version`, which becomes the new one; asks for it first if it is not known.
async fn save_once(
    company: &Company,
    connection: &mut Connection,
    sheet: &Sheet,
    version: &mut Value,
) -> io::Result<()> {
    if version.is_null() {
        let query = "query V($id: UUID!) { timesheet(id: $id) { rowVersion } }";
        *version = company.ask(query, &json!({ "id": sheet.id })).await?["timesheet"]["rowVersion"].clone();
    }
    let request = request("/graphql", &company.token, &sheet.body(version));
    let answer: Value = serde_json::from_slice(connection.exchange(&request).await?)?;
    *version = answer["data"]["saveTimesheet"]["timesheet"]["rowVersion"].clone();
    if version.is_null() {
        Err(io::Error::other(answer.to_string()))
    } else {
        Ok(())
    }
}
