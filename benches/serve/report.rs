//! Medians with their noise, and the relation to a yardstick.

use std::io;
use std::time::Duration;

use crate::Plan;
use crate::client::Load;
use crate::process::Server;

/// What a server did in the rounds of one measurement.
#[derive(Default)]
pub struct Figures {
    rates: Vec<f64>,
    cpu_micros: Vec<f64>,
    /// Half of the answers and 99 % of them took so long at most, in ms.
    halves: Vec<f64>,
    nearly_all: Vec<f64>,
}

impl Figures {
    /// Notes one round.
    pub fn add(&mut self, load: &Load, cpu: Duration) {
        self.rates.push(load.rate());
        self.cpu_micros
            .push(cpu.as_secs_f64() * 1e6 / load.latencies.len() as f64);
        self.halves.push(load.within(50).as_secs_f64() * 1e3);
        self.nearly_all.push(load.within(99).as_secs_f64() * 1e3);
    }

    fn rate(&self) -> f64 {
        median(&self.rates)
    }
}

/// Measures `ours` and `theirs` in turns, and prints a line for each and their relation.
pub async fn compare<F, G>(
    plan: Plan,
    title: &str,
    (ours, run_ours): (&Server, F),
    (theirs, run_theirs): (&Server, G),
) -> io::Result<()>
where
    F: AsyncFn() -> io::Result<Load>,
    G: AsyncFn() -> io::Result<Load>,
{
    let (mut our_figures, mut their_figures) = (Figures::default(), Figures::default());
    for _ in 0..plan.rounds {
        round(ours, &run_ours, &mut our_figures).await?;
        round(theirs, &run_theirs, &mut their_figures).await?;
    }
    println!("{title}");
    print("punchcard", &our_figures);
    print("yardstick", &their_figures);
    println!(
        "  {:<10} {:>9.2} of the yardstick's rate\n",
        "",
        our_figures.rate() / their_figures.rate()
    );
    Ok(())
}

async fn round(
    server: &Server,
    run: &impl AsyncFn() -> io::Result<Load>,
    figures: &mut Figures,
) -> io::Result<()> {
    let before = server.cpu_time()?;
    let load = run().await?;
    figures.add(&load, server.cpu_time()?.saturating_sub(before));
    Ok(())
}

fn print(name: &str, figures: &Figures) {
    let (low, high) = bounds(&figures.rates);
    println!(
        "  {name:<10} {:>9.0} requests/s ({low:.0} to {high:.0}), {:>6.1} us of server CPU each, \
         p50 {:.2} ms, p99 {:.2} ms",
        figures.rate(),
        median(&figures.cpu_micros),
        median(&figures.halves),
        median(&figures.nearly_all)
    );
}

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn bounds(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::MAX, 0.0), |(low, high), value| {
        (low.min(*value), high.max(*value))
    })
}
