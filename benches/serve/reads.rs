//! Reads: a sheet by its period, a task tree, a year of sheets, each against an axum route that
//! answers the same bytes ready-made.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::Plan;
use crate::client::{Connection, load};
use crate::company::Company;
use crate::process::Server;
use crate::report::compare;

const CONNECTIONS: usize = 64;

const SHEET: &str =
    "query Sheet($user: UUID!, $date: Date!) { timesheetByPeriod(userId: $user, date: $date) {
  id rowVersion name dateFrom dateTo dueDate status billableHours nonBillableHours
  editAllowed deleteAllowed submitAllowed schedule { date hours }
  lines { id rowVersion orderNumber project { id name code organization { id name } } task { id name }
    activity { id name } cells { id date hours comment } } } }";

const YEAR: &str = "query Year($user: UUID!, $from: Date!, $to: Date!) {
  timesheets(first: 60, filter: { userId: { eq: $user }, dateFrom: { ge: $from, le: $to } }) {
    nodes { id dateFrom dateTo status totalHours } } }";

const TREE: &str =
    "query Tree($project: UUID!, $sheet: UUID!) { taskTree(projectId: $project, timesheetId: $sheet) {
  task { id name number } indent structNumber allowEntry } }";

/// Measures the reads.
pub async fn measure(plan: Plan, company: &Company, folder: &Path) -> io::Result<()> {
    let sheet = fullest_sheet(company).await?;
    let by_period = json!({ "user": sheet["userId"], "date": sheet["dateFrom"] });
    one(
        plan,
        company,
        folder,
        "A sheet by its period, 64 connections",
        SHEET,
        &by_period,
    )
    .await?;
    let date = sheet["dateFrom"].as_str().unwrap();
    let year: i32 = date[..4].parse().unwrap();
    // The company's year of sheets lies somewhere around this one.
    let (from, to) = (format!("{}-01-01", year - 1), format!("{}-12-31", year + 1));
    let span = json!({ "user": sheet["userId"], "from": from, "to": to });
    one(
        plan,
        company,
        folder,
        "A user's year of sheets, 64 connections",
        YEAR,
        &span,
    )
    .await?;
    let project = largest_tree(company, &sheet).await?;
    let tree = json!({ "project": project, "sheet": sheet["id"] });
    one(
        plan,
        company,
        folder,
        "A project's task tree, 64 connections",
        TREE,
        &tree,
    )
    .await
}

async fn one(
    plan: Plan,
    company: &Company,
    folder: &Path,
    title: &str,
    query: &str,
    variables: &Value,
) -> io::Result<()> {
    let request = company.request(query, variables);
    let mut connection = Connection::open(company.server.port).await?;
    let answer = connection.exchange(&request).await?.to_vec();
    if answer.windows(8).any(|window| window == b"\"errors\"") {
        return Err(io::Error::other(String::from_utf8_lossy(&answer).into_owned()));
    }
    let file = folder.join("answer");
    std::fs::write(&file, &answer)?;
    let yardstick = Server::yardstick(&["--ready-made", file.to_str().unwrap()])?;
    let ours = async || load(company.server.port, request.clone(), CONNECTIONS, plan.time).await;
    let theirs = async || load(yardstick.port, request.clone(), CONNECTIONS, plan.time).await;
    let title = format!("{title} ({} bytes)", answer.len());
    compare(plan, &title, (&company.server, ours), (&yardstick, theirs)).await
}

/// The sheet with about five lines of about five cells.
async fn fullest_sheet(company: &Company) -> io::Result<Value> {
    let query = "{ timesheets(first: 400) { nodes { id userId dateFrom lines { cells { id } } } } }";
    let answer = company.ask(query, &json!({})).await?;
    let nodes = answer["timesheets"]["nodes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let cells = |node: &Value| -> usize {
        let lines = node["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
        lines
            .iter()
            .map(|line| line["cells"].as_array().map_or(0, Vec::len))
            .sum()
    };
    let nearest = nodes.into_iter().min_by_key(|node| cells(node).abs_diff(25));
    nearest.ok_or_else(|| io::Error::other("the company has no sheets"))
}

/// The project of which most tasks are offered.
async fn largest_tree(company: &Company, sheet: &Value) -> io::Result<Value> {
    let query = "query P($sheet: UUID!) { availableProjects(timesheetId: $sheet) { project { id } } }";
    let answer = company.ask(query, &json!({ "sheet": sheet["id"] })).await?;
    let mut largest = (0, Value::Null);
    for project in answer["availableProjects"]
        .as_array()
        .into_iter()
        .flatten()
        .take(100)
    {
        let id = project["project"]["id"].clone();
        let tree = company
            .ask(TREE, &json!({ "project": id, "sheet": sheet["id"] }))
            .await?;
        let size = tree["taskTree"].as_array().map_or(0, Vec::len);
        if size > largest.0 && size <= 60 {
            largest = (size, id);
        }
    }
    Ok(largest.1)
}
