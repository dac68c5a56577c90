//! The release program under the `OData` clients of `tests/clients`: two are generated from what it
//! says about itself, and all run against one demo company.

use std::process::Command;

use super::served::Server;
use super::{Report, node_tests};
use crate::{node, workspace};

pub fn run(report: &mut Report) {
    let folder = workspace::root().join("tests/clients");
    let ready = node::install_packages(&folder).and_then(|()| Server::start_with_demo());
    let server = match ready {
        Ok(server) => server,
        Err(fault) => {
            report.inspect("OData clients", || Err(fault));
            return;
        }
    };
    let mut generator = node::node(&folder);
    generator.arg("generate.mjs");
    if report.check("OData clients, generated", told(&mut generator, &server))
        && report.check(
            "types of the OData clients",
            &mut node::package_program(&folder, "tsc"),
        )
    {
        report.tests(
            "OData clients",
            told(&mut node_tests(&folder.join("build")), &server),
        );
    }
}

fn told<'a>(command: &'a mut Command, server: &Server) -> &'a mut Command {
    command
        .env("SERVICE", format!("{}/odata", server.address))
        .env("TOKEN", &server.token)
}
