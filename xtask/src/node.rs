//! Node.js and npm: whether they are here, and the packages of a folder.

use std::path::Path;
use std::process::Command;

use crate::workspace::{self, Stamp};
use crate::{Outcome, runner, say};

/// The oldest Node.js that the pages can be built with, as major and minor number.
const OLDEST: (u32, u32) = (20, 19);

/// Fails with the command that brings Node.js and npm when they are missing or too old.
pub fn require() -> Outcome<()> {
    let missing = || {
        let (major, minor) = OLDEST;
        format!("Node.js {major}.{minor} or later with npm is needed: apt-get install nodejs npm")
    };
    let printed = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|_| missing())?;
    let version = String::from_utf8_lossy(&printed.stdout);
    if parse_version(&version).is_none_or(|found| found < OLDEST) {
        return Err(format!("{}; this one is {}", missing(), version.trim()).into());
    }
    workspace::find_program(npm()).ok_or_else(missing)?;
    Ok(())
}

/// The major and minor number of `v20.19.1`.
fn parse_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Installs the packages that the folder's lockfile names, unless they are installed already.
pub fn install_packages(folder: &Path) -> Outcome<()> {
    let lock = workspace::file_fingerprint(&folder.join("package-lock.json"))?;
    let stamp = Stamp::at(folder.join("node_modules/.installed-for"));
    if stamp.is(lock) {
        return Ok(());
    }
    say(format_args!("npm ci in {}", folder.display()));
    let mut command = Command::new(npm());
    command
        .current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund"]);
    if !runner::succeeds(&mut command)? {
        return Err(format!("npm ci failed in {}", folder.display()).into());
    }
    Ok(stamp.set(lock)?)
}

/// A program of the folder's installed packages, to be started in that folder.
pub fn package_program(folder: &Path, name: &str) -> Command {
    let file = if cfg!(windows) {
        format!("{name}.cmd")
    } else {
        name.to_owned()
    };
    let mut command = Command::new(folder.join("node_modules/.bin").join(file));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// Node.js itself, to be started in this folder.
pub fn node(folder: &Path) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(parse_version("v20.19.1\n"), Some((20, 19)));
        assert!(parse_version("v20.9.0").unwrap() < OLDEST);
        assert!(parse_version("v22.0.0").unwrap() > OLDEST);
        assert_eq!(parse_version("node: not found"), None);
    }
}
