//! Imports of many time entries over the upload: from the last byte to success, with the memory that they
//! take, and how people and watchers fare beside them.
//!
//! `cargo bench --bench imports` takes a million entries of ten thousand people; `-- --entries 100000 --users 1000`
//! fewer. The yardstick reads the same lines into JSON values and does nothing with them, on one core, in the same
//! run. `-- --subscribers 5000` imports in turns without watchers and with so many, `--rounds 5` times each.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop and prints"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded for people")]

#[path = "../serve/client.rs"]
#[expect(dead_code, reason = "the other bench asks for more")]
mod client;
mod entries;
mod import;
mod neighbours;
#[path = "../serve/process.rs"]
#[expect(dead_code, reason = "the other bench asks for more")]
mod process;
mod subscribers;

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use entries::Order;
use import::{Company, Imported};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let number = |name: &str, usual: usize| {
        let position = arguments.iter().position(|it| it == name);
        position.map_or(usual, |position| arguments[position + 1].parse().unwrap())
    };
    let (count, users) = (number("--entries", 1_000_000), number("--users", 10_000));
    let subscribers = number("--subscribers", 0);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if subscribers > 0 {
        return runtime.block_on(watched(users, count, subscribers, number("--rounds", 5)));
    }
    runtime.block_on(async {
        let company = Company::start(users).await?;
        let sorted = entries::lines(&company, count, Order::Sorted);
        println!(
            "{} entries of {} people, {} MB\n",
            sorted.count,
            company.users.len(),
            sorted.text.len() / 1_000_000
        );
        print_yardstick(&sorted.text, sorted.count);
        let first = import::send(&company, sorted.text.clone()).await?;
        print("sorted", sorted.count, &first);
        let again = import::send(&company, sorted.text.clone()).await?;
        print("the same again", sorted.count, &again);
        drop(company);

        let company = Company::start(users).await?;
        let shuffled = entries::lines(&company, count, Order::Shuffled);
        let import = import::send(&company, shuffled.text.clone()).await?;
        print("shuffled", shuffled.count, &import);
        drop(company);

        let company = Company::start(users).await?;
        let shuffled = entries::lines(&company, count, Order::Shuffled);
        let idle = neighbours::measure(&company, async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            Ok(())
        });
        let ((), alone) = idle.await?;
        let (import, beside) =
            neighbours::measure(&company, import::send(&company, shuffled.text.clone())).await?;
        print("shuffled, beside people", shuffled.count, &import);
        println!("  people alone:       {alone}");
        println!("  people beside it:   {beside}");
        Ok(())
    })
}

/// Imports in turns without watchers and with them, each into a company of its own.
async fn watched(users: usize, count: usize, subscribers: usize, rounds: usize) -> io::Result<()> {
    let (mut plain, mut slowed) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let company = Company::start(users).await?;
        let shuffled = entries::lines(&company, count, Order::Shuffled);
        let import = import::send(&company, shuffled.text.clone()).await?;
        print("shuffled", shuffled.count, &import);
        plain.push(import);
        drop(company);

        let company = Company::start(users).await?;
        let shuffled = entries::lines(&company, count, Order::Shuffled);
        let watching = subscribers::subscribe(&company, subscribers).await?;
        let import = import::send(&company, shuffled.text.clone()).await?;
        print("shuffled, watched", shuffled.count, &import);
        println!("  {}", watching.finish().await?);
        slowed.push(import);
    }
    for (name, imports) in [("without watchers", plain), ("with them", slowed)] {
        let median = |of: fn(&Imported) -> Duration| {
            let mut times: Vec<f64> = imports.iter().map(|it| of(it).as_secs_f64()).collect();
            times.sort_by(f64::total_cmp);
            let middle = times[times.len() / 2];
            format!("{middle:.2} s ({:.2} to {:.2})", times[0], times[times.len() - 1])
        };
        println!(
            "{name:<24} {} from the last byte to success; {} of the server's CPU",
            median(|it| it.from_last_byte),
            median(|it| it.server_cpu)
        );
    }
    Ok(())
}

fn print(name: &str, count: usize, imported: &Imported) {
    let rate = count as f64 / imported.from_last_byte.as_secs_f64();
    println!(
        "{name:<24} {:>7.2} s from the last byte to success, {rate:>9.0} entries/s; upload {:.2} s; server CPU {:.2} s; at most {} bytes an entry; {}",
        imported.from_last_byte.as_secs_f64(),
        imported.upload.as_secs_f64(),
        imported.server_cpu.as_secs_f64(),
        imported.peak_bytes / count as u64,
        imported.told,
    );
}

fn print_yardstick(text: &Bytes, count: usize) {
    let begun = Instant::now();
    let mut members = 0;
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        members += value.as_object().map_or(0, serde_json::Map::len);
    }
    let took = begun.elapsed();
    let rate = count as f64 / took.as_secs_f64();
    println!(
        "{:<24} {:>7.2} s, {rate:>9.0} entries/s ({members} members)",
        "the yardstick",
        took.as_secs_f64()
    );
}
