//! Format, lints, documentation and tests of the Rust code, and the schema's file.

use std::fs;

use super::Report;
use crate::{Outcome, server, workspace};

pub fn run(report: &mut Report) -> Outcome<()> {
    report.check("format", workspace::cargo().args(["fmt", "--all", "--check"]))?;
    report.check(
        "lints",
        workspace::cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    report.check(
        "documentation",
        workspace::cargo()
            .args(["doc", "--workspace", "--no-deps", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    if workspace::find_program("cargo-nextest").is_some() {
        let mut tests = workspace::cargo();
        tests.args([
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            "--status-level",
            "slow",
        ]);
        report.tests("tests", &mut tests)?;
        // Nextest does not run the examples in the documentation.
        report.tests(
            "examples in the documentation",
            workspace::cargo().args(["test", "--doc", "--locked"]),
        )?;
    } else {
        let mut tests = workspace::cargo();
        tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
        report.tests("tests", &mut tests)?;
    }
    schema(report);
    Ok(())
}

fn schema(report: &mut Report) {
    let fault = match (
        server::printed_schema(),
        fs::read_to_string(workspace::root().join("schema.graphql")),
    ) {
        (Ok(printed), Ok(kept)) if printed == kept => None,
        (Err(error), _) => Some(format!("`punchcard schema` failed: {error}")),
        (_, Err(error)) => Some(format!("schema.graphql cannot be read: {error}")),
        (Ok(_), Ok(_)) => Some("schema.graphql is out of date; `cargo xtask schema` writes it".to_owned()),
    };
    report.found("schema.graphql is what the program prints", fault.as_deref());
}
