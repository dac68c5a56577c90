//! `punchcard backup`, `check` and `schema`.

use std::path::Path;

use crate::support::process::{Process, punchcard, run};
use crate::support::server::Folder;

async fn demo(folder: &Folder) {
    let arguments = ["demo", "--users", "12", "--weeks", "3", "--until", "2026-06-10"];
    assert_eq!(run(&arguments, &folder.data()).await.status.code(), Some(0));
}

async fn backup(folder: &Folder, to: &Path) -> (Option<i32>, String) {
    let output = run(&["backup", "--to", to.to_str().unwrap()], &folder.data()).await;
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).unwrap())
}

/// What `check` says of a folder that holds nothing but this backup.
async fn restored(backup: &Path) -> (Option<i32>, String) {
    let folder = Folder::empty();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::copy(backup, folder.data().join("snapshot.redb")).unwrap();
    check(&folder).await
}

async fn check(folder: &Folder) -> (Option<i32>, String) {
    let output = run(&["check"], &folder.data()).await;
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).unwrap())
}

#[tokio::test]
async fn a_backup_of_a_stopped_server_is_sound_and_never_overwrites() {
    let folder = Folder::empty();
    demo(&folder).await;
    let file = folder.path().join("backup.redb");
    let (code, told) = backup(&folder, &file).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with(&file.display().to_string()), "{told}");
    let (code, told) = restored(&file).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("sound: 36 timesheets"), "{told}");

    let (code, told) = backup(&folder, &file).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("already"), "{told}");
}

#[tokio::test]
async fn a_backup_of_a_running_server_comes_over_http_and_leaves_nothing_behind() {
    let folder = Folder::empty();
    demo(&folder).await;
    let server = Process::serve(folder.clone(), &[]).await;
    let file = folder.path().join("backup.redb");
    let (code, told) = backup(&folder, &file).await;
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = restored(&file).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("sound: 36 timesheets"), "{told}");

    let (code, told) = backup(&folder, &file).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("already"), "{told}");

    let left: Vec<_> = std::fs::read_dir(folder.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("backup") || name.contains("unfinished"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(!folder.data().join("address").exists());
}

#[tokio::test]
async fn a_server_that_speaks_tls_is_reached_by_its_own_certificate() {
    let folder = Folder::empty();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (
        folder.path().join("certificate.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let flags = [
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ];
    let _server = Process::serve(folder.clone(), &flags).await;
    let (code, told) = backup(&folder, &folder.path().join("backup.redb")).await;
    assert_eq!(code, Some(0), "{told}");

    // Another certificate than the one in the folder is trusted by nobody.
    let address = folder.data().join("address");
    let told = std::fs::read_to_string(&address).unwrap();
    let (url, _) = told.split_once('\n').unwrap();
    std::fs::write(&address, format!("{url}\n{}\n", "ab".repeat(32))).unwrap();
    let (code, told) = backup(&folder, &folder.path().join("second.redb")).await;
    assert_eq!(code, Some(1));
    assert!(told.contains("in use"), "{told}");
}

#[tokio::test]
async fn check_tells_damage_apart_from_a_folder_that_cannot_be_looked_at() {
    let folder = Folder::empty();
    demo(&folder).await;
    let (code, told) = check(&folder).await;
    assert_eq!(
        (code, told.starts_with("sound: 36 timesheets")),
        (Some(0), true),
        "{told}"
    );

    let server = Process::serve(folder.clone(), &[]).await;
    let (code, told) = check(&folder).await;
    assert_eq!((code, told.contains("in use")), (Some(1), true), "{told}");
    assert_eq!(server.terminate().await.code(), Some(0));

    let snapshot = folder.data().join("snapshot.redb");
    let mut bytes = std::fs::read(&snapshot).unwrap();
    let text = b"Brightwater Engineering";
    let at = bytes
        .windows(text.len())
        .position(|window| window == text)
        .unwrap();
    bytes[at] ^= 0x20;
    std::fs::write(&snapshot, bytes).unwrap();
    let (code, told) = check(&folder).await;
    assert_eq!(code, Some(4), "{told}");
    assert!(told.starts_with("fault: "), "{told}");
}

#[tokio::test]
async fn a_mistyped_folder_is_not_made() {
    let folder = Folder::empty();
    let nowhere = folder.path().join("nowhere");
    for arguments in [&["check"][..], &["backup", "--to", "x"]] {
        let output = run(arguments, &nowhere).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(!nowhere.exists(), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_schema_is_printed_without_any_data() {
    let output = punchcard().arg("schema").output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim_end(),
        punchcard::graphql::schema::sdl().trim_end()
    );
}
