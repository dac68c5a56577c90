//! Imports the public `SiP` data, ten years of one company's tasks and hours, through the public API,
//! and proves that nothing is lost or doubled:
//!
//!     PUNCHCARD_TOKEN=... cargo run --release --example sip -- --data DIR [--url URL]
//!
//! `DIR` holds `Sip-task-info.csv` and `est-act-dates.csv`. Three runs: everything; the same again,
//! which must change nothing; one hour more in one booking, which must touch one cell.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a small program that talks to people, and JSON that is null where nothing is"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

mod api;
mod data;
mod proof;

use api::Api;
use data::Data;
use proof::Booked;

/// What goes wrong ends the program with its text.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
struct Options {
    /// The folder with the two files.
    #[arg(long)]
    data: PathBuf,
    /// Where the server is.
    #[arg(long, env = "PUNCHCARD_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An administrator's token.
    #[arg(long, env = "PUNCHCARD_TOKEN", hide_env_values = true)]
    token: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sip: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<()> {
    let data = Data::read(&options.data)?;
    println!(
        "{} rows taken, {} without any date skipped, {} without hours",
        data.rows_taken, data.rows_without_date, data.rows_without_hours
    );
    println!(
        "{} bookings of {} developers",
        data.bookings.len(),
        data.developers().len()
    );
    let api = Api::new(&options.url, &options.token)?;
    api.make_activities(&data.activities()).await?;
    api.make_users(&data.developers()).await?;

    api.import("static-data", &data.static_lines()).await?;
    let first = api.import("time-entries", &data.booking_lines(None)).await?;
    println!("first run: {first}");
    let booked = Booked::read(&api).await?;
    booked.prove(&data)?;
    println!(
        "hours of all sheets: {}, as in the rows, per developer and per project",
        booked.total()
    );

    let static_again = api.import("static-data", &data.static_lines()).await?;
    let second = api.import("time-entries", &data.booking_lines(None)).await?;
    println!("second run: {second}");
    static_again.prove_unchanged()?;
    second.prove_unchanged()?;
    let again = Booked::read(&api).await?;
    booked.prove_same_versions(&again)?;

    let third = api.import("time-entries", &data.booking_lines(Some(0))).await?;
    println!("third run: {third}");
    third.prove_one_updated()?;
    again.prove_one_cell_apart(&Booked::read(&api).await?)?;
    println!("one row changed, one cell touched");
    // The data is left as it was found in the files.
    api.import("time-entries", &data.booking_lines(None)).await?;
    Ok(())
}
