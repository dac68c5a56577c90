//! The program itself: serves a folder for trying it out, and prints its schema.

use std::process::{Command, ExitCode};
use std::{env, fs};

use crate::{Outcome, pages, workspace};

/// Builds all there is and serves `./data`, or the folder that the arguments name; an empty `./data`
/// gets a small demo company. Ends when the server does.
pub fn run(arguments: &[String]) -> Outcome<ExitCode> {
    pages::build_or_say();
    let mut command = workspace::cargo();
    command.args(["run", "--release", "--", "serve"]).args(arguments);
    if !names_folder(arguments) {
        command.args(["--data-dir", "./data", "--demo"]);
    }
    replace_by(&mut command)
}

/// Whether a folder other than `./data` was asked for; it is not filled unasked.
fn names_folder(arguments: &[String]) -> bool {
    let named = arguments
        .iter()
        .any(|argument| argument == "--data-dir" || argument.starts_with("--data-dir="));
    named || env::var_os("PUNCHCARD_DATA_DIR").is_some()
}

/// Becomes the program, so that signals reach it.
#[cfg(unix)]
fn replace_by(command: &mut Command) -> Outcome<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn replace_by(command: &mut Command) -> Outcome<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Writes `schema.graphql`, the file that clients and tests read.
pub fn write_schema() -> Outcome<()> {
    let printed = printed_schema(workspace::cargo().args(["run", "--quiet", "--"]))?;
    Ok(fs::write(workspace::root().join("schema.graphql"), printed)?)
}

/// What `punchcard schema` prints, for this `punchcard`.
pub fn printed_schema(program: &mut Command) -> Outcome<String> {
    let printed = program.arg("schema").output()?;
    if !printed.status.success() {
        let said = String::from_utf8_lossy(&printed.stderr);
        return Err(format!("`punchcard schema` failed: {said}").into());
    }
    Ok(String::from_utf8(printed.stdout)?)
}
