//! The tree keeps its shape: arrows point inward, every module says what it is for, no file grows
//! past one room, and the project speaks of itself alone.

use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 500;

/// Which top-level modules the files below a folder may not name, and why.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "src/domain",
        &[
            "crate::app",
            "crate::store",
            "crate::graphql",
            "crate::odata",
            "crate::http",
            "crate::server",
            "tokio::",
            "axum::",
            "async_graphql",
            "redb::",
            "dashmap::",
        ],
    ),
    (
        "src/app",
        &[
            "crate::graphql",
            "crate::odata",
            "crate::http",
            "crate::server",
            "store::embedded",
            "axum::",
            "async_graphql",
            "redb::",
        ],
    ),
    (
        "src/store",
        &[
            "crate::app",
            "crate::graphql",
            "crate::odata",
            "crate::http",
            "crate::server",
            "axum::",
            "async_graphql",
        ],
    ),
    (
        "src/graphql",
        &["crate::odata", "crate::store", "crate::server", "redb::"],
    ),
    (
        "src/odata",
        &[
            "crate::graphql",
            "crate::store",
            "crate::server",
            "async_graphql",
            "redb::",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    files
}

#[test]
fn arrows_point_inward() {
    let mut wrong = Vec::new();
    for (folder, forbidden) in FORBIDDEN {
        // What tests are built on may name what runs the program.
        let is_fixture = |path: &Path| path.ends_with("fixtures.rs");
        let own = |path: &Path| path.starts_with(folder) || path == Path::new(folder).with_extension("rs");
        let own = |path: &Path| own(path) && !is_fixture(path);
        for (path, text) in sources("src").into_iter().filter(|(path, _)| own(path)) {
            for (number, line) in text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with("//"))
            {
                for name in forbidden.iter().filter(|name| line.contains(*name)) {
                    wrong.push(format!("{}:{}: names {name}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = ["src", "tests", "benches", "xtask/src"]
        .into_iter()
        .flat_map(sources)
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn no_file_outgrows_its_room() {
    let large: Vec<String> = ["src", "tests", "benches", "xtask/src"]
        .into_iter()
        .flat_map(sources)
        .filter(|(_, text)| text.lines().count() > MAX_LINES)
        .map(|(path, text)| format!("{} has {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(large.is_empty(), "{large:?}: at most {MAX_LINES}");
}

#[test]
fn modules_lie_beside_their_folders() {
    let nested: Vec<PathBuf> = sources("src")
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with("mod.rs"))
        .collect();
    assert!(nested.is_empty(), "{nested:?}: name the file after the module");
}
