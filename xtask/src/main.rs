//! The project's tasks. It needs nothing but cargo; what else a task wants, and how to get it, it
//! says in one line.

mod counts;
mod dist;
mod node;
mod pages;
mod runner;
mod server;
mod suites;
mod workspace;

use std::env;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

type Outcome<T> = Result<T, Box<dyn Error>>;

const HELP: &str = "\
cargo xtask run [-- ARGS]     build the pages and the program, and serve ./data on 127.0.0.1:8080;
                              ARGS go to `punchcard serve`
cargo xtask test              every test, and one line of counts at the end
cargo xtask test --only PART  one part of them: rust (format, lints, docs, tests),
                              web (types and unit tests of the pages), e2e (the release program
                              under JavaScript and OData clients and a browser); may be given more
                              than once
cargo xtask dist              build the pages and the program as it is shipped, for the fastest
                              answers: rehearses with the benches first, and takes some six times
                              as long as for `run`
cargo xtask bench [ARGS]      what `cargo bench` does, of the program as it is shipped
cargo xtask web               build the pages, unless they are as new as their sources
cargo xtask schema            write schema.graphql from what the program prints
cargo xtask help              this

Variables: CHROMIUM, the browser of the tests, where it is not found by itself;
           SIP_DATA, the folder with the SiP data set, which a test imports.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match perform(&arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(format_args!("xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &[String]) -> Outcome<ExitCode> {
    let (task, rest) = arguments
        .split_first()
        .map_or(("help", [].as_slice()), |(task, rest)| (task, rest));
    match task {
        "run" => server::run(rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest)),
        "test" => Ok(suites::run(&suites::parts(rest)?)),
        "dist" => done(rest, dist::build),
        "bench" => dist::bench(rest).map(|()| ExitCode::SUCCESS),
        "web" => done(rest, pages::build_if_stale),
        "schema" => done(rest, server::write_schema),
        "help" | "--help" | "-h" => {
            say(HELP);
            Ok(ExitCode::SUCCESS)
        }
        other => Err(format!("there is no task `{other}`; `cargo xtask help` lists them").into()),
    }
}

/// Tells the person who runs the task. Nothing depends on it being heard.
fn say(line: impl Display) {
    let _closed = writeln!(io::stdout(), "{line}");
}

fn complain(line: impl Display) {
    let _closed = writeln!(io::stderr(), "{line}");
}

fn done(rest: &[String], task: fn() -> Outcome<()>) -> Outcome<ExitCode> {
    match rest.first() {
        Some(extra) => Err(format!("this task takes no arguments, and `{extra}` was given").into()),
        None => task().map(|()| ExitCode::SUCCESS),
    }
}
