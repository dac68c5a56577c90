//! Lists in a store of 100,000 sheets: over OData beside the same page over GraphQL, beside the same
//! list without an index, and with the flags of every sheet beside without.
//!
//! `cargo bench --bench odata`; `-- --seconds 2 --rounds 3 --users 200` makes it shorter. Figures are
//! medians of the rounds with the lowest and the highest beside them. Client and server share the cores.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop and prints"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded for people")]

#[path = "../serve/client.rs"]
mod client;
#[path = "../serve/company.rs"]
mod company;
#[expect(dead_code, reason = "only requests measure starts and yardsticks")]
#[path = "../serve/process.rs"]
mod process;
#[path = "../serve/report.rs"]
mod report;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use client::{Connection, load};
use company::Company;
use report::compare;

/// How long and how often everything is measured.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Of each measurement.
    pub time: Duration,
    /// Measurements of each, in turns with the yardstick's.
    pub rounds: usize,
}

const CONNECTIONS: usize = 4;

const PAGE: &str = "{ timesheets(first: 50, orderBy: [{ field: DATE_FROM }]) { nodes {
  rowVersion id created isActive dueDate dateFrom dateTo status submitted approved userId departmentId templateId
  name billableHours nonBillableHours
  editAllowed deleteAllowed submitAllowed forceSubmitAllowed reopenAllowed executeAllowed forceExecuteAllowed
  schedule { date hours }
  lines { id created rowVersion activityId projectId taskId orderNumber
    cells { id created date hours comment invoiceLineId timeOffRequestId } } } } }";

/// What an overview shows of a sheet.
const OVERVIEW: &str =
    "rowVersion id name dateFrom dateTo dueDate status submitted approved totalHours billableHours
  nonBillableHours user { id name } department { name }";

const FLAGS: &str = "editAllowed deleteAllowed submitAllowed forceSubmitAllowed reopenAllowed executeAllowed forceExecuteAllowed";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, usual: u64| {
        let position = arguments.iter().position(|argument| argument == name);
        position.map_or(usual, |position| arguments[position + 1].parse().unwrap())
    };
    let plan = Plan {
        time: Duration::from_secs(number("--seconds", 4)),
        rounds: usize::try_from(number("--rounds", 5)).unwrap(),
    };
    let users = number("--users", 2_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(plan, users))
}

async fn measure(plan: Plan, users: u64) -> io::Result<()> {
    println!(
        "{} rounds of {:?} each; median (lowest to highest)\n",
        plan.rounds, plan.time
    );
    let folder = tempfile::tempdir()?;
    let company = company::start_with(folder.path(), users, 52).await?;
    let count = exchange(&company, &company.odata("TimeSheets/$count")).await?;
    println!("{count} sheets\n");
    page(plan, &company).await?;
    filter(plan, &company).await?;
    flags(plan, &company).await
}

/// An overview of 50 sheets with what the caller may do with each, and without.
async fn flags(plan: Plan, company: &Company) -> io::Result<()> {
    let overview = |fields: &str| {
        let list = format!(
            "{{ timesheets(first: 50, orderBy: [{{ field: DATE_FROM }}]) {{ nodes {{ {fields} }} }} }}"
        );
        company.request(&list, &json!({}))
    };
    let with = overview(&format!("{OVERVIEW} {FLAGS}"));
    let title = "An overview of 50 sheets over GraphQL, with all seven flags beside without";
    beside(plan, company, title, with, overview(OVERVIEW)).await?;
    let whole = |flags: &str| company.request(&PAGE.replace(FLAGS, flags), &json!({}));
    let title = "A page of 50 sheets down to their cells over GraphQL, with all seven flags beside without";
    beside(plan, company, title, whole(FLAGS), whole("")).await
}

/// A page of 50 sheets down to their cells, over both faces.
async fn page(plan: Plan, company: &Company) -> io::Result<()> {
    let odata = company.odata("TimeSheets?$top=50&$expand=timeSheetLines($expand=timeAllocations)");
    let graphql = company.request(PAGE, &json!({}));
    let sizes = (
        exchange(company, &odata).await?.len(),
        exchange(company, &graphql).await?.len(),
    );
    let title = format!(
        "A page of 50 sheets down to their cells, over OData ({} bytes) beside GraphQL ({} bytes)",
        sizes.0, sizes.1
    );
    beside(plan, company, &title, odata, graphql).await
}

/// One person's sheets of a quarter, found by index and by looking at every sheet.
async fn filter(plan: Plan, company: &Company) -> io::Result<()> {
    let user = &company.users[company.users.len() / 2];
    let first = exchange(
        company,
        &company.odata(&format!("TimeSheets?$filter=userId%20eq%20{user}&$top=1")),
    )
    .await?;
    let first: Value = serde_json::from_str(&first)?;
    let from = first["value"][0]["dateFrom"].as_str().unwrap().to_owned();
    let list = |of: String| {
        format!("TimeSheets?$filter={of}%20and%20dateTo%20ge%20{from}&$select=id,dateFrom&$top=13")
    };
    // What an id looks like is nothing that the store knows.
    let found = company.odata(&list(format!("userId%20eq%20{user}")));
    let scanned = company.odata(&list(format!("cast(userId,Edm.String)%20eq%20%27{user}%27")));
    let answers = (
        exchange(company, &found).await?,
        exchange(company, &scanned).await?,
    );
    if answers.0 != answers.1 {
        return Err(io::Error::other("the two lists are not the same"));
    }
    let title = "A quarter of one person's sheets, by index beside looking at every sheet";
    beside(plan, company, title, found, scanned).await
}

async fn beside(
    plan: Plan,
    company: &Company,
    title: &str,
    ours: Arc<[u8]>,
    theirs: Arc<[u8]>,
) -> io::Result<()> {
    let port = company.server.port;
    let ours = async || load(port, Arc::clone(&ours), CONNECTIONS, plan.time).await;
    let theirs = async || load(port, Arc::clone(&theirs), CONNECTIONS, plan.time).await;
    compare(plan, title, (&company.server, ours), (&company.server, theirs)).await
}

async fn exchange(company: &Company, request: &[u8]) -> io::Result<String> {
    let mut connection = Connection::open(company.server.port).await?;
    let body = connection.exchange(request).await?;
    Ok(String::from_utf8_lossy(body).into_owned())
}

impl Company {
    /// A ready-made GET of a resource.
    fn odata(&self, resource: &str) -> Arc<[u8]> {
        let token = &self.token;
        format!(
            "GET /odata/{resource} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             accept: application/json\r\n\r\n"
        )
        .into_bytes()
        .into()
    }
}
