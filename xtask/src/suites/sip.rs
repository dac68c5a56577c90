//! Real data through the public API: the example that imports the `SiP` data set and proves that
//! nothing of it is lost or doubled.

use std::env;
use std::path::PathBuf;

use super::Report;
use super::served::Server;
use crate::workspace;

const NAME: &str = "the SiP data through the public API";

pub fn run(report: &mut Report) {
    let folder = env::var_os("SIP_DATA").map(PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.join("Sip-task-info.csv").is_file()) else {
        report.skip(
            NAME,
            "SIP_DATA must name the folder with Sip-task-info.csv and est-act-dates.csv",
        );
        return;
    };
    match Server::start() {
        Ok(server) => {
            let mut example = workspace::cargo();
            example.args([
                "run",
                "--release",
                "--locked",
                "--quiet",
                "--example",
                "sip",
                "--",
                "--data",
            ]);
            example.arg(folder).args(["--url", &server.address]);
            report.check(NAME, example.env("PUNCHCARD_TOKEN", &server.token));
        }
        Err(fault) => {
            report.inspect(NAME, || Err(fault));
        }
    }
}
