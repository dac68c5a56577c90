//! All tests, part by part. A part goes on after a failure, and what cannot run is counted as
//! skipped and said again at the end.

mod browser;
mod clients;
mod odata_clients;
mod rust;
mod served;
mod sip;
mod web;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::counts::Counts;
use crate::{Outcome, node, pages, runner, say, server, workspace};

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Format, lints, documentation, tests.
    Rust,
    /// Types and unit tests of the pages.
    Web,
    /// The release program: its schema, and under JavaScript and OData clients and a browser.
    EndToEnd,
}

impl Part {
    const ALL: [Self; 3] = [Self::Rust, Self::Web, Self::EndToEnd];

    const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Web => "web",
            Self::EndToEnd => "e2e",
        }
    }
}

/// The parts that `--only` names, or all of them.
pub fn parts(arguments: &[String]) -> Outcome<Vec<Part>> {
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let wanted = match argument.strip_prefix("--only=") {
            Some(name) => Some(name),
            None if argument == "--only" => rest.next().map(String::as_str),
            None => return Err(format!("`{argument}` is not known; only `--only rust|web|e2e` is").into()),
        };
        let part = Part::ALL.into_iter().find(|part| Some(part.name()) == wanted);
        chosen.push(part.ok_or("--only takes rust, web or e2e")?);
    }
    if chosen.is_empty() {
        chosen.extend(Part::ALL);
    }
    Ok(chosen)
}

/// Runs these parts and prints the counts as the last line.
pub fn run(parts: &[Part]) -> ExitCode {
    let mut report = Report::default();
    let has_node = match node::require() {
        // The pages come first: the program that is tested carries them.
        Ok(()) => {
            report.inspect("build of the pages", pages::build_if_stale);
            true
        }
        Err(reason) => {
            report.skip(
                "the pages, and the program under JavaScript and OData clients",
                &reason.to_string(),
            );
            false
        }
    };
    if parts.contains(&Part::Rust) {
        rust::run(&mut report);
    }
    if has_node && parts.contains(&Part::Web) {
        web::run(&mut report);
    }
    if has_node && parts.contains(&Part::EndToEnd) {
        end_to_end(&mut report);
    }
    report.close()
}

fn end_to_end(report: &mut Report) {
    let mut build = workspace::cargo();
    build.args([
        "build",
        "--release",
        "--locked",
        "--bin",
        "punchcard",
        "--example",
        "sip",
    ]);
    if report.check("release build", &mut build) {
        report.inspect("schema.graphql", compare_schema);
        clients::run(report);
        odata_clients::run(report);
        browser::run(report);
        sip::run(report);
    }
}

/// The schema's file is what the release program prints.
fn compare_schema() -> Outcome<()> {
    let kept = fs::read_to_string(workspace::root().join("schema.graphql"))
        .map_err(|error| format!("schema.graphql cannot be read: {error}"))?;
    if server::printed_schema(&mut Command::new(workspace::program("release")))? == kept {
        return Ok(());
    }
    Err("schema.graphql is out of date; `cargo xtask schema` writes it".into())
}

/// What has been run so far.
#[derive(Default)]
struct Report {
    counts: Counts,
    failures: Vec<String>,
    skips: Vec<String>,
}

impl Report {
    /// Runs a check that either holds or not, and counts as one. Answers whether it holds.
    fn check(&mut self, name: &str, command: &mut Command) -> bool {
        self.inspect(name, || {
            if runner::succeeds(command)? {
                return Ok(());
            }
            Err(format!("{} failed", command.get_program().display()).into())
        })
    }

    /// Looks at something itself; a fault is shown, and counts as one failure. Answers whether all is well.
    fn inspect(&mut self, name: &str, look: impl FnOnce() -> Outcome<()>) -> bool {
        let begun = announce(name);
        let fault = look().err();
        if let Some(fault) = &fault {
            say(fault);
        }
        self.add(name, Counts::one(fault.is_none()), begun);
        fault.is_none()
    }

    /// Runs a runner of tests and takes its own counts.
    fn tests(&mut self, name: &str, command: &mut Command) {
        let begun = announce(name);
        let counts = match runner::read(command) {
            Ok(finished) => Counts::of_runner(finished.success, &finished.lines),
            Err(error) => {
                say(error);
                Counts::one(false)
            }
        };
        self.add(name, counts, begun);
    }

    /// Notes, aloud, that something was not run.
    fn skip(&mut self, name: &str, reason: &str) {
        let words = format!("skipped: {name} ({reason})");
        say(format_args!("\n{words}"));
        self.counts.skipped += 1;
        self.skips.push(words);
    }

    fn add(&mut self, name: &str, counts: Counts, begun: Instant) {
        say(format_args!("-- {name}: {counts} in {:.0?}", begun.elapsed()));
        if counts.failed > 0 {
            self.failures.push(format!("failed: {name}"));
        }
        self.counts += counts;
    }

    /// Repeats what was skipped and what failed, and ends with the counts.
    fn close(self) -> ExitCode {
        say("");
        for line in self.skips.iter().chain(&self.failures) {
            say(line);
        }
        say(self.counts);
        if self.counts.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn announce(name: &str) -> Instant {
    say(format_args!("\n== {name}"));
    Instant::now()
}

/// The pages' folder.
fn web_folder() -> PathBuf {
    workspace::root().join("web")
}

/// Node's own test runner over the `*.test.mjs` of a folder, told where the release program is.
fn node_tests(folder: &Path) -> Command {
    let mut command = node::node(folder);
    command
        .args(["--test", "--test-reporter=tap", "--test-timeout=120000"])
        .env("PUNCHCARD_BIN", workspace::program("release"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(arguments: &[&str]) -> Outcome<Vec<Part>> {
        parts(
            &arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn only_chooses_parts_and_nothing_else_is_taken() {
        assert_eq!(chosen(&[]).unwrap(), Part::ALL);
        assert_eq!(chosen(&["--only", "web"]).unwrap(), [Part::Web]);
        assert_eq!(
            chosen(&["--only=e2e", "--only", "rust"]).unwrap(),
            [Part::EndToEnd, Part::Rust]
        );
        for wrong in [&["--only"][..], &["--only", "all"], &["web"], &["--fast"]] {
            assert!(chosen(wrong).is_err(), "{wrong:?}");
        }
    }
}
