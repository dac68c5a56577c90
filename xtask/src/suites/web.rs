//! Types and unit tests of the pages.

use super::{Report, web_folder};
use crate::node;

pub fn run(report: &mut Report) {
    let web = web_folder();
    report.check(
        "types of the pages",
        node::package_program(&web, "tsc").arg("--noEmit"),
    );
    report.tests(
        "unit tests of the pages",
        node::package_program(&web, "vitest").arg("run"),
    );
}
