//! `docs/SECURITY.md` names the tests that hold it, and they are there.

use std::fs;
use std::path::Path;

const SECURITY: &str = include_str!("../../../docs/SECURITY.md");

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_threat_has_a_test_that_is_there() {
    let mut text = String::new();
    for folder in ["src", "tests/it"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    let (_, threats) = SECURITY.split_once("\n## Threats\n").unwrap();
    let rows: Vec<&str> = threats
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
        .collect();
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "nothing holds this: {row}");
        for test in named {
            let is_there = text.contains(&format!("fn {test}()"));
            assert!(is_there, "{test} is no test");
        }
    }
}
