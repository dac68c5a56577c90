//! The release program under the JavaScript clients that its users have: each `.mjs` of `tests/js`
//! is given a server of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::Report;
use super::served::Server;
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
