//! Where things are, and whether they changed since a task last saw them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Cargo, started in the top folder. What it is told of this package it is not to pass on: some build scripts run
/// anew when that differs from what a person's own cargo tells them, and most of the program is built anew then.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The program, once it is built by this profile.
pub fn program(profile: &str) -> PathBuf {
    target().join(profile).join(program_file("punchcard"))
}

/// The file of a program of this name.
pub fn program_file(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// A program of this name in one of the folders of `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file = program_file(name);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// A number that changes when the file does.
pub fn file_fingerprint(file: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(file)?);
    Ok(hasher.finish())
}

/// A number that changes when a file under `folder` does: its path from there or its bytes.
/// Entries named in `skipped` are left out, folders and files alike.
pub fn fingerprint(folder: &Path, skipped: &[&str]) -> io::Result<u64> {
    let mut files = Vec::new();
    collect_files(folder, skipped, &mut files)?;
    fingerprint_of(folder, files)
}

/// The same for the named files and folders in the top folder.
pub fn fingerprint_at_top(names: &[&str]) -> io::Result<u64> {
    let mut files = Vec::new();
    for path in names.iter().map(|name| root().join(name)) {
        if path.is_dir() {
            collect_files(&path, &[], &mut files)?;
        } else {
            files.push(path);
        }
    }
    fingerprint_of(&root(), files)
}

fn fingerprint_of(folder: &Path, mut files: Vec<PathBuf>) -> io::Result<u64> {
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let path = file.strip_prefix(folder).unwrap_or(&file);
        hasher.write(path.as_os_str().as_encoded_bytes());
        let bytes = fs::read(&file)?;
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(hasher.finish())
}

fn collect_files(folder: &Path, skipped: &[&str], found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| skipped.contains(&name))
        {
            continue;
        }
        if path.is_dir() {
            collect_files(&path, skipped, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// A file that remembers for which fingerprint something was made.
pub struct Stamp {
    file: PathBuf,
}

impl Stamp {
    /// The stamp in this file, which need not exist.
    pub fn at(file: PathBuf) -> Self {
        Self { file }
    }

    /// Whether what it stands beside was made for `fingerprint`.
    pub fn is(&self, fingerprint: u64) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept.trim() == fingerprint.to_string())
    }

    /// Remembers `fingerprint`.
    pub fn set(&self, fingerprint: u64) -> io::Result<()> {
        fs::write(&self.file, fingerprint.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;

    #[test]
    fn a_fingerprint_follows_names_and_contents_of_what_is_not_skipped() {
        let folder = env::temp_dir().join(format!("xtask-fingerprint-{}", process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        fs::write(folder.join("src/a.ts"), "a").unwrap();
        let seen = || fingerprint(&folder, &["node_modules"]).unwrap();

        let first = seen();
        fs::write(folder.join("node_modules/b.js"), "b").unwrap();
        assert_eq!(seen(), first);
        fs::write(folder.join("src/a.ts"), "b").unwrap();
        let changed = seen();
        assert_ne!(changed, first);
        fs::rename(folder.join("src/a.ts"), folder.join("src/c.ts")).unwrap();
        assert_ne!(seen(), changed);

        let stamp = Stamp::at(folder.join("stamp"));
        assert!(!stamp.is(first));
        stamp.set(first).unwrap();
        assert!(stamp.is(first) && !stamp.is(changed));
        fs::remove_dir_all(folder).unwrap();
    }
}
