//! Reads and durable saves over HTTP, each beside its yardstick in the same run.
//!
//! `cargo bench --bench serve` measures requests; `-- --seconds 2 --rounds 3` makes it shorter.
//! `cargo bench --bench serve -- --startup 20000 50` measures a start over that many people and weeks,
//! `-- --startup-sheets 1000000` one over that many sheets of 5 x 5.
//! Every figure is the median of the rounds, with the lowest and the highest beside it: that is
//! the machine's noise. Client and servers share the same cores.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop and prints"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded for people")]

mod client;
mod company;
mod process;
mod reads;
mod report;
mod saves;
#[path = "../store/sheets.rs"]
mod sheets;
mod startup;
mod yardstick;

use std::io;
use std::path::Path;
use std::time::Duration;

/// How long and how often everything is measured.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Of each measurement.
    pub time: Duration,
    /// Measurements of each, in turns with the yardstick's.
    pub rounds: usize,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match words.as_slice() {
            ["--ready-made", answer] => yardstick::ready_made(Path::new(answer)).await,
            ["--append", folder, bytes, answer] => {
                yardstick::append(Path::new(folder), bytes.parse().unwrap(), Path::new(answer)).await
            }
            ["--startup", users, weeks] => startup::of_a_company(users, weeks).await,
            ["--startup-sheets", count] => startup::of_sheets(count.parse().unwrap()).await,
            options => measure(plan(options)).await,
        }
    })
}

fn plan(options: &[&str]) -> Plan {
    let number = |name: &str, usual: u64| {
        let position = options.iter().position(|option| *option == name);
        position.map_or(usual, |position| options[position + 1].parse().unwrap())
    };
    Plan {
        time: Duration::from_secs(number("--seconds", 4)),
        rounds: usize::try_from(number("--rounds", 5)).unwrap(),
    }
}

async fn measure(plan: Plan) -> io::Result<()> {
    println!(
        "{} rounds of {:?} each; median (lowest to highest)\n",
        plan.rounds, plan.time
    );
    let folder = tempfile::tempdir()?;
    let company = company::start_with(folder.path(), 200, 52).await?;
    reads::measure(plan, &company, folder.path()).await?;
    saves::measure(plan, &company, folder.path()).await
}
