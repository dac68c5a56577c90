//! Types and unit tests of the pages.

use super::{Report, web_folder};
use crate::{Outcome, node};

pub fn run(report: &mut Report, built: &Result<(), String>) -> Outcome<()> {
    if let Err(reason) = built {
        if node::require().is_err() {
            report.skip("types and unit tests of the pages", reason);
            return Ok(());
        }
        report.found("the pages build", Some(reason));
    }
    let web = web_folder();
    report.check(
        "types of the pages",
        node::package_program(&web, "tsc").arg("--noEmit"),
    )?;
    report.tests(
        "unit tests of the pages",
        node::package_program(&web, "vitest").arg("run"),
    )
}
