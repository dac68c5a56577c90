//! Starts other programs, and reads what they print while it is shown.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use crate::say;

/// What a program left behind.
pub struct Finished {
    /// Whether it ended with success.
    pub success: bool,
    /// The lines it printed, to either stream.
    pub lines: Vec<String>,
}

/// Runs a program to its end; what it prints goes where ours goes. Fails when it cannot start.
pub fn succeeds(command: &mut Command) -> io::Result<bool> {
    Ok(command
        .status()
        .map_err(|error| naming(command, &error))?
        .success())
}

/// Runs a program to its end, showing what it prints and keeping it. Fails when it cannot start.
pub fn read(command: &mut Command) -> io::Result<Finished> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| naming(command, &error))?;
    let errors = child.stderr.take().map(shown);
    let mut lines = child.stdout.take().map(shown).map_or_else(Vec::new, joined);
    lines.extend(errors.map_or_else(Vec::new, joined));
    Ok(Finished {
        success: child.wait()?.success(),
        lines,
    })
}

fn shown(stream: impl Read + Send + 'static) -> JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let mut lines = Vec::new();
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            say(line.as_str());
            lines.push(line);
        }
        lines
    })
}

fn joined(reader: JoinHandle<Vec<String>>) -> Vec<String> {
    reader.join().unwrap_or_default()
}

fn naming(command: &Command, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{} cannot be started: {error}", command.get_program().display()),
    )
}
