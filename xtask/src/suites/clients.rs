//! The release program under the JavaScript clients that its users have: each `.mjs` of `tests/js`
//! is given a server of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::{env, fs};

use super::Report;
use crate::{Outcome, node, workspace};

pub fn run(report: &mut Report) {
    let folder = workspace::root().join("tests/js");
    let scripts = match node::install_packages(&folder).and_then(|()| scripts(&folder)) {
        Ok(scripts) => scripts,
        Err(fault) => {
            report.inspect("JavaScript clients", || Err(fault));
            return;
        }
    };
    for script in scripts {
        match Server::start() {
            Ok(server) => report.tests(
                &script,
                node::node(&folder)
                    .arg(&script)
                    .env("URL", format!("{}/graphql", server.address))
                    .env("TOKEN", &server.token),
            ),
            Err(fault) => {
                report.inspect(&script, || Err(fault));
            }
        }
    }
}

fn scripts(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("mjs")) {
            names.extend(path.file_name().and_then(OsStr::to_str).map(str::to_owned));
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("there are no scripts in {}", folder.display()).into());
    }
    Ok(names)
}

/// The program over an empty folder; both go when this does.
struct Server {
    child: Child,
    /// Kept open: the program may print more.
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    address: String,
    token: String,
}

impl Server {
    fn start() -> Outcome<Self> {
        let folder = env::temp_dir().join(format!("punchcard-clients-{}", process::id()));
        let mut child = Command::new(workspace::release_program())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-level",
                "warn",
                "--data-dir",
            ])
            .arg(&folder)
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
