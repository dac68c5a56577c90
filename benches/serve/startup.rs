//! How long a start takes, and how much memory a sheet, over a company of many sheets.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::client::Connection;
use crate::company::Company;
use crate::process::{Server, program};
use crate::sheets;

/// Makes a company of `users` people with `weeks` weeks each, and starts over it.
pub async fn of_a_company(users: &str, weeks: &str) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("large");
    let began = Instant::now();
    make_demo(&data, users, weeks)?;
    println!("A company of {users} people and {weeks} weeks");
    start_over(&data, began).await
}

/// Adds so many sheets of 5 x 5 to a small company, and starts over it.
pub async fn of_sheets(count: u64) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("sheets");
    let began = Instant::now();
    make_demo(&data, "10", "1")?;
    sheets::fill(&data, count).await.map_err(io::Error::other)?;
    println!("A small company with {count} sheets of 5 x 5");
    start_over(&data, began).await
}

fn make_demo(data: &Path, users: &str, weeks: &str) -> io::Result<()> {
    let made = Command::new(program())
        .args(["demo", "--seed", "1", "--users", users, "--weeks", weeks])
        .arg("--data-dir")
        .arg(data)
        .output()?;
    if made.status.success() {
        return Ok(());
    }
    Err(io::Error::other(
        String::from_utf8_lossy(&made.stderr).into_owned(),
    ))
}

async fn start_over(data: &Path, began: Instant) -> io::Result<()> {
    println!(
        "  made in {:.1} s, {:.0} MB on disk",
        began.elapsed().as_secs_f64(),
        megabytes(folder_bytes(data)?)
    );
    let server = Server::punchcard(data)?;
    let token = std::fs::read_to_string(data.join("admin-token"))?
        .trim()
        .to_owned();
    let started_in = server.started_in;
    let resident = server.resident_bytes()?;
    let company = Company {
        server,
        token,
        users: Vec::new(),
    };
    let counted = company
        .ask("{ timesheets(first: 1) { totalCount } }", &json!({}))
        .await?;
    let sheets = counted["timesheets"]["totalCount"].as_u64().unwrap_or_default();
    let bytes = resident as f64 / sheets.max(1) as f64;
    println!(
        "  ready in {:.2} s with {sheets} sheets in {:.0} MB: {bytes:.0} bytes a sheet",
        started_in.as_secs_f64(),
        megabytes(resident)
    );
    drop(Connection::open(company.server.port).await?);
    Ok(())
}

fn folder_bytes(folder: &Path) -> io::Result<u64> {
    std::fs::read_dir(folder)?
        .flatten()
        .map(|file| file.metadata().map(|data| data.len()))
        .sum()
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
