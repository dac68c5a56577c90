//! The pages in headless Chromium, served by the release program.

use std::env;
use std::path::PathBuf;

use super::{Report, node_tests, web_folder};
use crate::workspace;

pub fn run(report: &mut Report) {
    match find_browser() {
        Some(browser) => report.tests(
            "the pages in a browser",
            node_tests(&web_folder().join("e2e")).env("CHROMIUM", browser),
        ),
        None => report.skip(
            "the pages in a browser",
            "Chromium is needed: apt-get install chromium",
        ),
    }
}

fn find_browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| names.into_iter().find_map(workspace::find_program))
}
