//! `punchcard serve`: what it prints, how it ends, and that a power cut costs nothing.

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;

use crate::support::process::{Process, punchcard, run};
use crate::support::server::Folder;

const OPERATING: &str = include_str!("../../../docs/OPERATING.md");

#[tokio::test]
async fn it_prints_two_lines_and_ends_well_when_it_is_told_to() {
    let folder = Folder::empty();
    let server = Process::serve(folder.clone(), &[]).await;
    let path = folder.data().join("admin-token");
    let expected = format!(
        "administrator's token: {} (kept in {})",
        folder.token(),
        path.display()
    );
    assert_eq!(server.token_line, expected);
    assert_eq!(
        server.client().get("/health/ready").await.status(),
        StatusCode::OK
    );
    let begun = Instant::now();
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));

    let again = Process::serve(folder, &["--log-format", "json"]).await;
    assert_eq!(
        again.token_line,
        format!("administrator's token: kept in {}", path.display())
    );
    assert_eq!(again.client().get("/metrics").await.status(), StatusCode::OK);
    assert_eq!(again.terminate().await.code(), Some(0));
}

#[tokio::test]
async fn a_token_that_was_taken_away_is_not_said_to_be_there() {
    let folder = Folder::empty();
    Process::serve(folder.clone(), &[]).await.terminate().await;
    let path = folder.data().join("admin-token");
    let token = folder.token();
    std::fs::remove_file(&path).unwrap();
    let server = Process::serve(folder.clone(), &[]).await;
    let told = format!("administrator's token: no longer in {}; ", path.display());
    assert!(server.token_line.starts_with(&told), "{}", server.token_line);
    assert!(!path.exists(), "nothing makes it again");
    let administrator = server.client_with(token);
    assert_eq!(
        administrator.get("/metrics").await.status(),
        StatusCode::OK,
        "it counts as before"
    );
    assert_eq!(server.terminate().await.code(), Some(0));

    let made = run(&["token", "create", "--name", "another"], &folder.data()).await;
    let another = String::from_utf8(made.stdout).unwrap();
    let server = Process::serve(folder, &[]).await;
    let client = server.client_with(another.trim());
    assert_eq!(client.get("/metrics").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_killed_server_starts_again_with_the_same_token() {
    let folder = Folder::empty();
    Process::serve(folder.clone(), &[]).await.kill().await;
    let server = Process::serve(folder, &[]).await;
    assert_eq!(server.client().get("/metrics").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_folder_in_use_is_refused_in_plain_words() {
    let folder = Folder::empty();
    let _holder = Process::serve(folder.clone(), &[]).await;
    let second = run(&["serve", "--listen", "127.0.0.1:0"], &folder.data()).await;
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(
        told.starts_with("punchcard: ") && told.contains("in use"),
        "{told}"
    );
    assert!(second.stdout.is_empty());
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused_in_plain_words() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let folder = Folder::empty();
    let refused = run(&["serve", "--listen", &address], &folder.data()).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains(&address));
    assert!(!folder.data().exists(), "nothing is begun that cannot be served");
}

#[tokio::test]
async fn every_flag_is_a_variable_too_and_is_documented() {
    let help = punchcard().args(["serve", "--help"]).output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let flags: Vec<&str> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--") && *word != "--help")
        .map(|flag| flag.trim_start_matches("--"))
        .collect();
    assert!(flags.len() > 8, "{help}");
    for flag in flags {
        let variable = format!("[env: PUNCHCARD_{}=]", flag.to_uppercase().replace('-', "_"));
        assert!(help.contains(&variable), "{variable} in {help}");
        let documented = OPERATING.contains(&format!("`--{flag}`"));
        assert!(documented, "--{flag} is not in docs/OPERATING.md");
    }
}

#[tokio::test]
async fn a_wrong_command_line_is_told_apart_from_a_failure() {
    for arguments in [
        &["serve", "--listen", "nowhere"][..],
        &["fly"],
        &[],
        &["serve", "--tls-cert", "a"],
    ] {
        let output = punchcard().args(arguments).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let wrong_level = run(
        &["serve", "--log-level", "punchcard=loud"],
        Folder::empty().path(),
    )
    .await;
    assert_eq!(wrong_level.status.code(), Some(1));
}

#[tokio::test]
async fn a_server_that_is_still_reading_its_files_leaves_at_once_when_it_is_told_to() {
    let folder = Folder::empty();
    let (certificate, key) = (folder.path().join("certificate"), folder.path().join("key"));
    mkfifoat(CWD, &certificate, Mode::RUSR | Mode::WUSR).unwrap();
    let mut server = punchcard()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.data())
        .arg("--tls-cert")
        .arg(&certificate)
        .arg("--tls-key")
        .arg(&key)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // A pipe opens when both ends do; nothing ever comes out of this one.
    let opened = tokio::task::spawn_blocking(move || File::options().write(true).open(certificate));
    let _silent = opened.await.unwrap().unwrap();
    let pid = Pid::from_raw(i32::try_from(server.id().unwrap()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let ended = timeout(Duration::from_secs(5), server.wait()).await;
    assert_eq!(ended.expect("it reads on").unwrap().code(), Some(0));
    let output = server.wait_with_output().await.unwrap();
    assert!(output.stdout.is_empty());
}
