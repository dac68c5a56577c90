//! What an operator sees: health, figures, and who may see which.

use punchcard::config::Settings;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::process::Process;
use crate::support::server::{Folder, TestServer};

const OPERATING: &str = include_str!("../../../docs/OPERATING.md");

#[tokio::test]
async fn health_is_open_to_everybody() {
    let server = TestServer::start().await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(
            server.anonymous().get(path).await.status(),
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn figures_are_shown_to_an_administrator_and_to_nobody_else() {
    let server = TestServer::start().await;
    assert_eq!(
        server.anonymous().get("/metrics").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let stranger = server.client_with("pct_wrong").get("/metrics").await;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    let answer = server.client().get("/metrics").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let text = answer.text().await.unwrap();
    let refused = r#"punchcard_http_requests_total{area="metrics",status="4xx"} 2"#;
    assert!(text.contains(refused), "{text}");
    for figure in [
        "process_resident_memory_bytes ",
        "punchcard_http_connections ",
        "punchcard_http_request_seconds_bucket{area=\"metrics\",le=\"0.001\"}",
    ] {
        assert!(text.contains(figure), "{figure} in {text}");
    }
}

#[tokio::test]
async fn the_administrators_token_is_made_once_and_outlives_a_restart() {
    let server = TestServer::start().await;
    let folder = server.stop().await;
    let token = folder.token();
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.data().join("admin-token"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let server = TestServer::start_in(folder.clone()).await;
    assert_eq!(folder.token(), token);
    assert_eq!(server.client().get("/metrics").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_first_start_that_was_interrupted_takes_its_token_over() {
    let folder = Folder::empty();
    std::fs::create_dir(folder.data()).unwrap();
    let token = format!("pct_{}", "a".repeat(43));
    std::fs::write(folder.data().join("admin-token"), &token).unwrap();
    let server = TestServer::start_with(folder.clone(), Settings::over(folder.data())).await;
    assert_eq!(folder.token(), token);
    assert_eq!(server.client().get("/metrics").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn anonymous_callers_get_no_answer_over_graphql_introspection_included() {
    let server = TestServer::start().await;
    let answer = server
        .anonymous()
        .graphql("{ __schema { queryType { name } } }", json!({}))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(answer.get("data").is_none());
}

#[tokio::test]
async fn known_callers_are_answered_over_graphql() {
    let server = TestServer::start().await;
    let answer = server.client().graphql("{ me { name } }", json!({})).await;
    assert_eq!(answer, json!({ "data": { "me": { "name": "Administrator" } } }));
    let stranger = server
        .client_with("pct_wrong")
        .graphql("{ me { name } }", json!({}))
        .await;
    assert_eq!(stranger["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_server_knows_how_much_it_keeps_before_the_first_write_and_explains_every_figure() {
    let folder = Folder::empty();
    let server = Process::serve(folder.clone(), &[]).await;
    let open = r#"mutation { openTimesheet(date: "2026-11-23") { timesheet { id } } }"#;
    server.client().graphql(open, json!({})).await;
    server.kill().await;
    let server = Process::serve(folder, &[]).await;
    let text = server.client().get("/metrics").await.text().await.unwrap();
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {text}"))
            .parse()
            .unwrap()
    };
    assert!((value("punchcard_timesheets ") - 1.0).abs() < 0.5);
    assert!(value("punchcard_journal_bytes ") > 100.0);
    assert!(value("punchcard_snapshot_bytes ") > 100.0);
    let types: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect();
    assert!(types.len() > 10, "{text}");
    for figure in types {
        let (name, _) = figure.split_once(' ').unwrap();
        assert!(
            text.contains(&format!("# HELP {name} ")),
            "{name} is not explained"
        );
        let documented = OPERATING.contains(&format!("`{name}`"));
        assert!(documented, "{name} is not in docs/OPERATING.md");
    }
}
