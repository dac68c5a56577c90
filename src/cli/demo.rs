//! `punchcard demo`: fills an empty folder with a made-up company, so that anyone can try the
//! product, and measure it.

use std::path::Path;
use std::time::Instant;

use clap::Args;

use super::{Failure, Folder, print};
use crate::demo::Shape;
use crate::domain::time::{Clock, Date};
use crate::server::system::SystemClock;
use crate::server::{first_start, open_store};

#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    folder: Folder,
    /// How many people, beside the administrator.
    #[arg(long, env = "PUNCHCARD_USERS", value_name = "N", default_value_t = 100)]
    #[arg(value_parser = at_most(Shape::MAX_USERS))]
    users: usize,
    /// How many weeks of sheets each of them has.
    #[arg(long, env = "PUNCHCARD_WEEKS", value_name = "W", default_value_t = 12)]
    #[arg(value_parser = at_most(Shape::MAX_WEEKS))]
    weeks: usize,
    /// Which company: the same numbers give the same one, to the last id.
    #[arg(long, env = "PUNCHCARD_SEED", value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The date up to which hours are booked (yyyy-MM-dd); today unless given.
    #[arg(long, env = "PUNCHCARD_UNTIL", value_name = "DATE")]
    until: Option<Date>,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self {
            folder: Folder { data_dir },
            users,
            weeks,
            seed,
            until,
        } = self;
        refuse_unless_empty(&data_dir)?;
        let shape = Shape {
            users,
            weeks,
            seed,
            until: until.unwrap_or_else(|| SystemClock.now().utc_date()),
        };
        let begun = Instant::now();
        let store = open_store(&data_dir).await?;
        let token = first_start::prepare(&*store, &data_dir, Some(shape)).await?;
        tokio::task::spawn_blocking(move || store.close()).await?;
        let seconds = begun.elapsed().as_secs_f64();
        let sheets = users * weeks;
        print(format_args!(
            "{users} people, {sheets} timesheets in {seconds:.1} s"
        ))?;
        print(token)
    }
}

/// A number from 1 to `most`.
fn at_most(most: usize) -> impl clap::builder::TypedValueParser<Value = usize> {
    let range = clap::value_parser!(u64).range(1..=most as u64);
    clap::builder::TypedValueParser::map(range, |number| usize::try_from(number).unwrap_or(usize::MAX))
}

/// What is in the folder already would be mixed up with what is made up.
fn refuse_unless_empty(data_dir: &Path) -> Result<(), Failure> {
    let is_empty = match std::fs::read_dir(data_dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(format!("{}: {error}", data_dir.display()).into()),
    };
    if is_empty {
        return Ok(());
    }
    Err(format!(
        "{} is not empty; a demo company needs a folder of its own",
        data_dir.display()
    )
    .into())
}
