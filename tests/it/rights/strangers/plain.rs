//! The walk over plain HTTP: uploads, imports and their events, figures, backups.

use reqwest::Method;

use super::{Asked, Worlds};

#[tokio::test]
async fn f11_strangers_learn_nothing_of_imports_and_uploads_nor_of_the_server() {
    let worlds = Worlds::open().await;
    let secrets = &worlds.secrets;
    let mut asked = vec![
        Asked::get("figures", "/metrics?"),
        Asked {
            method: Method::POST,
            ..Asked::get("backup", "/admin/backup")
        },
    ];
    for id in [&secrets.jobs, &secrets.sheets, &secrets.users]
        .into_iter()
        .flatten()
    {
        asked.push(Asked::get("job", format!("/sync/jobs/{id}")));
        asked.push(Asked::get("events", format!("/sync/jobs/{id}/events")));
        for path in ["time-entries", "static-data"] {
            let row = format!(
                "{{\"kind\":\"timeEntry\",\"id\":\"{id}\",\"userId\":\"{id}\",\"projectCode\":\"P1\",\"date\":\"2024-03-04\",\"hours\":1}}\n"
            );
            asked.push(Asked {
                method: Method::POST,
                headers: vec![
                    ("content-type", "application/x-ndjson".to_owned()),
                    ("idempotency-key", "Ivan".to_owned()),
                ],
                body: Some(row),
                ..Asked::get("upload", format!("/sync/{path}?dryRun=true"))
            });
        }
    }
    // What an administrator reads in the figures is of the whole process.
    let (figures, others): (Vec<Asked>, Vec<Asked>) =
        asked.into_iter().partition(|asked| asked.place == "figures");
    worlds.walk(&others, &["events", "job"]).await;
    for who in super::Asker::STRANGERS {
        worlds.same(who, &figures[0]).await;
    }
}
