//! A new user's first week, with a power cut in the middle: what was answered is there afterwards.

use serde_json::json;

use super::{bookable_project, data, one_line, open, save, stored};
use crate::support::process::Process;
use crate::support::server::Folder;

#[tokio::test]
async fn x6_hours_that_were_answered_survive_kill_9() {
    let folder = Folder::empty();
    let server = Process::serve(folder.clone(), &["--demo"]).await;
    let client = server.client();
    let sheet = open(&client, "2027-03-03").await;
    let project = bookable_project(&client, &sheet).await;
    let mut version = sheet["rowVersion"].clone();
    for hours in ["1", "2", "3.5"] {
        let saved = save(&client, &sheet, &version, one_line(&sheet, &project, hours)).await;
        version = saved["timesheet"]["rowVersion"].clone();
    }
    let before = stored(&client, &sheet).await;
    let me = data(&client, "{ me { id name } timesheets { totalCount } }", json!({})).await;
    server.kill().await;

    let server = Process::serve(folder, &[]).await;
    let client = server.client();
    assert_eq!(stored(&client, &sheet).await, before);
    assert_eq!(
        data(&client, "{ me { id name } timesheets { totalCount } }", json!({})).await,
        me
    );
    let saved = save(&client, &sheet, &version, one_line(&sheet, &project, "4")).await;
    let next = saved["timesheet"]["rowVersion"].as_str().unwrap().to_owned();
    assert_ne!(next, version, "S2: no version is given twice");
    assert!(server.terminate().await.success());
}
