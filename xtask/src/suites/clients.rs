//! The release program under the JavaScript clients that its users have.

use super::{Report, node_tests};
use crate::{Outcome, node, workspace};

pub fn run(report: &mut Report) -> Outcome<()> {
    let folder = workspace::root().join("tests/js");
    node::install_packages(&folder)?;
    report.tests("JavaScript clients", &mut node_tests(&folder)?)
}
