//! Format, lints, documentation and tests of the Rust code.

use super::Report;
use crate::workspace;

pub fn run(report: &mut Report) {
    report.check("format", workspace::cargo().args(["fmt", "--all", "--check"]));
    let mut lints = workspace::cargo();
    lints.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]);
    report.check("lints", &mut lints);
    let mut documentation = workspace::cargo();
    documentation.args(["doc", "--workspace", "--no-deps", "--locked"]);
    report.check("documentation", documentation.env("RUSTDOCFLAGS", "-D warnings"));
    tests(report);
}

fn tests(report: &mut Report) {
    let mut tests = workspace::cargo();
    if workspace::find_program("cargo-nextest").is_some() {
        tests.args([
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            "--status-level",
            "slow",
        ]);
        report.tests("tests", &mut tests);
        // Nextest does not run the examples in the documentation.
        let mut examples = workspace::cargo();
        report.tests(
            "examples in the documentation",
            examples.args(["test", "--doc", "--locked"]),
        );
    } else {
        tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
        report.tests("tests", &mut tests);
    }
}
