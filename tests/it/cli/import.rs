//! `punchcard import`: files to a server, its report, and how the run ends.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::process::{Process, punchcard};
use crate::support::server::Folder;

/// A server with nothing in it, and files for it.
struct Desk {
    server: Process,
    token: String,
    files: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = Folder::empty();
        let server = Process::serve(folder.clone(), &[]).await;
        Self {
            token: folder.token(),
            server,
            files: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    async fn import(&self, files: &[&Path], flags: &[&str]) -> Output {
        let url = format!("http://{}", self.server.address());
        let mut command = punchcard();
        command.arg("import").args(files).args(flags);
        command
            .env("PUNCHCARD_URL", url)
            .env("PUNCHCARD_TOKEN", &self.token);
        command.output().await.unwrap()
    }

    /// A booking of the administrator's, who is the only one there.
    async fn booking(&self, name: &str, hours: &str) -> String {
        let me = self
            .server
            .client_with(&self.token)
            .graphql("{ me { id } }", json!({}))
            .await;
        let row = json!({
            "externalId": name, "userId": me["data"]["me"]["id"], "projectCode": "SHOP",
            "date": "2026-11-02", "hours": hours,
        });
        format!("{row}\n")
    }
}

const PROJECT: &str = "{\"kind\":\"project\",\"name\":\"Shop\",\"code\":\"SHOP\"}\n";

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn files_are_imported_one_after_another_and_twice_changes_nothing() {
    let desk = Desk::open().await;
    let projects = desk.file("projects.csv", "name;code;price per hour\nShop;SHOP;\n");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed
        .write_all(desk.booking("a", "7.5").await.as_bytes())
        .unwrap();
    let hours = desk.file("hours.ndjson.gz", packed.finish().unwrap());
    let rows = ["--rows", "projects"];
    let (code, said, wrong) = told(&desk.import(&[&projects], &rows).await);
    assert_eq!((code, wrong.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("projects: 1 created"), "{said}");
    let (code, said, wrong) = told(&desk.import(&[&hours, &hours], &[]).await);
    assert_eq!((code, wrong.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("time entries: 1 created"), "{said}");
    assert!(said.contains("time entries: 1 unchanged"), "{said}");
    let (code, said, _) = told(&desk.import(&[&hours], &["--quiet"]).await);
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn bad_rows_and_failures_have_codes_of_their_own() {
    let desk = Desk::open().await;
    let mut lines = PROJECT.to_owned();
    lines.push_str(&desk.booking("a", "1").await);
    lines.push_str(&desk.booking("b", "25").await);
    let file = desk.file("mixed.jsonl", &lines);
    let (code, said, wrong) = told(&desk.import(&[&file], &["--dry-run"]).await);
    assert_eq!(code, Some(5), "{said}{wrong}");
    assert!(
        wrong.contains("line 3, timeEntries[1].hours: ") && wrong.contains("(OUT_OF_RANGE)"),
        "{wrong}"
    );
    let (code, said, _) = told(&desk.import(&[&file, &file], &[]).await);
    assert_eq!(code, Some(5));
    assert!(
        said.contains("nothing was applied") && said.matches("imported").count() == 1,
        "{said}"
    );
    let (code, said, _) = told(&desk.import(&[&file], &["--on-error", "skip"]).await);
    assert_eq!(code, Some(5));
    assert!(said.contains("time entries: 1 created, 1 failed"), "{said}");

    let table = desk.file("table.csv", "horus\n1\n");
    let (code, _, wrong) = told(&desk.import(&[&table], &[]).await);
    assert_eq!(code, Some(1));
    assert!(
        wrong.contains("table.csv: the server answered 400") && wrong.contains("\"horus\""),
        "{wrong}"
    );
    let missing = desk.files.path().join("missing.csv");
    assert_eq!(told(&desk.import(&[&missing], &[]).await).0, Some(1));
    let unnamed = desk.file("hours", "");
    let (code, _, wrong) = told(&desk.import(&[&unnamed], &[]).await);
    assert_eq!(code, Some(1));
    assert!(wrong.contains(".ndjson"), "{wrong}");
    let (code, _, wrong) = told(&desk.import(&[&file], &["--token", "pct_wrong"]).await);
    assert_eq!(code, Some(1));
    assert!(wrong.contains("401"), "{wrong}");
    assert_eq!(
        told(&desk.import(&[&file], &["--rows", "nothing"]).await).0,
        Some(2)
    );
}
