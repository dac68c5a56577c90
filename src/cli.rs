//! The command line: what can be asked for, and how a run ends. Every flag is an environment
//! variable too, named after it: `--data-dir` is `PUNCHCARD_DATA_DIR`.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::graphql;

mod backup;
mod check;
mod demo;
mod import;
mod reach;
mod remote;
mod serve;
mod token;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  not done; the error stream says why
  2  the command line is not understood
  4  `check` found damage
  5  `import` met bad rows; the error stream says which";

/// A timesheet server that starts with one command.
#[derive(Debug, Parser)]
#[command(name = "punchcard", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the data of a folder until it is told to stop (SIGTERM, Ctrl-C).
    Serve(serve::Serve),
    /// Makes, lists and revokes access tokens, while a server runs or not.
    #[command(subcommand)]
    Token(token::Token),
    /// Writes a backup of the data into a new file, while a server runs or not.
    Backup(backup::Backup),
    /// Looks whether a stopped server's data is sound.
    Check(Folder),
    /// Prints the GraphQL schema.
    Schema,
    /// Fills an empty folder with a made-up company.
    Demo(demo::Demo),
    /// Sends files with projects or hours to a server, and tells what became of them.
    Import(import::Import),
}

/// The folder that a command works on.
#[derive(Debug, Args)]
struct Folder {
    /// The folder that holds the data.
    #[arg(
        long,
        env = "PUNCHCARD_DATA_DIR",
        value_name = "DIR",
        default_value = "./data"
    )]
    data_dir: PathBuf,
}

/// How a run ends that did not do what it was asked for.
#[derive(Debug)]
struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    const NOT_DONE: u8 = 1;
    const DAMAGED: u8 = 4;
    const FAULTS: u8 = 5;

    /// The same, with what it is about in front.
    fn about(self, what: &str) -> Self {
        Self {
            text: format!("{what}: {}", self.text),
            ..self
        }
    }
}

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: Self::NOT_DONE,
            text: error.to_string(),
        }
    }
}

/// Does what the command line asks for.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and versions are asked for, and no failure.
        Err(told) => {
            let _closed = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(Failure::NOT_DONE));
        }
    };
    match execute(cli.command) {
        Ok(code) => code,
        Err(failure) => {
            let _closed = writeln!(std::io::stderr(), "punchcard: {}", failure.text);
            ExitCode::from(failure.code)
        }
    }
}

fn execute(command: Command) -> Result<ExitCode, Failure> {
    let runtime = Runtime::new()?;
    let done = match command {
        Command::Serve(serve) => {
            let ended = runtime.block_on(serve.run());
            // A server that is told to stop while it reads its data does not wait for the rest.
            runtime.shutdown_background();
            ended
        }
        Command::Token(token) => runtime.block_on(token.run()),
        Command::Backup(backup) => runtime.block_on(backup.run()),
        Command::Check(folder) => check::run(&folder),
        Command::Schema => print(graphql::schema::sdl().trim_end()),
        Command::Demo(demo) => runtime.block_on(demo.run()),
        Command::Import(import) => return runtime.block_on(import.run()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Prints a line of the answer.
fn print(line: impl fmt::Display) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}
