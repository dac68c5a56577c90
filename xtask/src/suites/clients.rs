//! The release program under the JavaScript clients that its users have.

use super::{Report, node_tests};
use crate::{node, workspace};

pub fn run(report: &mut Report) {
    let folder = workspace::root().join("tests/js");
    match node::install_packages(&folder) {
        Ok(()) => report.tests("JavaScript clients", &mut node_tests(&folder)),
        Err(fault) => {
            report.inspect("JavaScript clients", || Err(fault));
        }
    }
}
