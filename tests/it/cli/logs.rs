//! Log lines of the real program: a stream that nobody reads holds up nobody, and the last words
//! are written.

use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use rustix::process::{Signal, kill_process};
use tokio::time::timeout;

use crate::support::process::{Process, punchcard};
use crate::support::server::Folder;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_no_request_and_its_end_is_written() {
    let mut server = Process::serve_by(punchcard(), Folder::empty(), &[], Stdio::piped()).await;
    let client = server.client();
    // More than a pipe and the server's own buffer hold.
    let long = "a".repeat(20_000);
    let all_answered = timeout(PATIENCE, async {
        for number in 0..150 {
            let answer = client.get(&format!("/{number}-{long}")).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        }
    });
    all_answered.await.expect("requests wait for the log");
    let figures = client.get("/metrics").await.text().await.unwrap();
    let dropped = figures
        .lines()
        .find_map(|line| line.strip_prefix("punchcard_log_lines_dropped_total "));
    let dropped: u64 = dropped.unwrap_or_else(|| panic!("{figures}")).parse().unwrap();
    assert!((1..150).contains(&dropped), "{dropped}");

    // By then there is room again.
    server.logged("/30-aaa").await;
    kill_process(server.pid(), Signal::TERM).unwrap();
    server.logged("stopping").await;
    assert_eq!(server.terminate().await.code(), Some(0));
}
