//! The release program, serving a folder of its own for as long as a test needs it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::{env, fs};

use crate::{Outcome, workspace};

/// The program and its folder; both go when this does.
pub struct Server {
    child: Child,
    /// Kept open: the program may print more.
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    /// Where it listens: `http://127.0.0.1:45678`.
    pub address: String,
    /// Its administrator's token.
    pub token: String,
}

impl Server {
    /// Starts one over an empty folder.
    pub fn start() -> Outcome<Self> {
        Self::start_with(&[])
    }

    /// Starts one with the demo company.
    pub fn start_with_demo() -> Outcome<Self> {
        Self::start_with(&["--demo"])
    }

    fn start_with(arguments: &[&str]) -> Outcome<Self> {
        let folder = env::temp_dir().join(format!("punchcard-clients-{}", process::id()));
        let mut child = Command::new(workspace::program("release"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-level",
                "warn",
                "--data-dir",
            ])
            .arg(&folder)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut server = Self {
            child,
            output: BufReader::new(output),
            folder,
            address: String::new(),
            token: String::new(),
        };
        let mut first = String::new();
        server.output.read_line(&mut first)?;
        let address = first.trim().strip_prefix("listening on ");
        address
            .ok_or("the server printed no address")?
            .clone_into(&mut server.address);
        let token = fs::read_to_string(server.folder.join("admin-token"))?;
        token.trim().clone_into(&mut server.token);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What cannot be ended or removed harms no test.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
