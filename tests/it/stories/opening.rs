//! Opening sheets: however many ask at once, there is one sheet a period.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::json;

use super::data;
use crate::support::client::Client;
use crate::support::server::TestServer;

/// A client with connections of its own.
fn fresh(server: &TestServer) -> Client {
    server.client()
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_two_hundred_calls_over_seven_dates_of_a_week_make_one_sheet() {
    let server = TestServer::start().await;
    let document = "mutation Open($date: Date!) { openTimesheet(date: $date) { timesheet { id } } }";
    let before = super::open(&server.client(), "2026-01-05").await;
    let first = before["id"].clone();
    let calls = (0..200).map(|number| {
        let client = fresh(&server);
        let date = format!("2026-01-{:02}", 12 + number % 7);
        async move {
            data(&client, document, json!({ "date": date })).await["openTimesheet"]["timesheet"]["id"].clone()
        }
    });
    let ids: HashSet<String> = join_all(calls)
        .await
        .into_iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(!ids.contains(first.as_str().unwrap()));
    let all = data(&server.client(), "{ timesheets { totalCount } }", json!({})).await;
    assert_eq!(all["timesheets"]["totalCount"], 2);
    server.stop().await;
}

#[tokio::test]
async fn p4_next_and_previous_are_inverses_and_neighbours_touch() {
    let server = TestServer::start().await;
    let client = server.client();
    let sheet = super::open(&client, "2026-03-04").await;
    let step = |verb: &'static str| {
        let client = client.clone();
        move |id: serde_json::Value| {
            let client = client.clone();
            async move {
                let document = format!(
                    "mutation Step($id: UUID!) {{ {verb}(id: $id) {{ timesheet {{ id dateFrom dateTo }} }} }}"
                );
                data(&client, &document, json!({ "id": id })).await[verb]["timesheet"].clone()
            }
        }
    };
    let (next, previous) = (step("openNextTimesheet"), step("openPreviousTimesheet"));
    let after = next(sheet["id"].clone()).await;
    assert_eq!(
        (&after["dateFrom"], &after["dateTo"]),
        (&json!("2026-03-09"), &json!("2026-03-15"))
    );
    assert_eq!(previous(after["id"].clone()).await["id"], sheet["id"]);
    let before = previous(sheet["id"].clone()).await;
    assert_eq!(next(before["id"].clone()).await["id"], sheet["id"]);
    server.stop().await;
}

#[tokio::test]
async fn p9_an_unknown_user_is_not_found_and_nothing_is_made() {
    let server = TestServer::start().await;
    let client = server.client();
    let document = "mutation Open($user: UUID!) { openTimesheet(userId: $user, date: \"2026-01-05\") { timesheet { id } } }";
    let answer = client
        .graphql(
            document,
            json!({ "user": "01890a5d-ac96-774b-bcce-b302099a8057" }),
        )
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
        "{answer:#}"
    );
    let all = data(&client, "{ timesheets { totalCount } }", json!({})).await;
    assert_eq!(all["timesheets"]["totalCount"], 0);
    server.stop().await;
}

#[tokio::test]
async fn p11_a_query_never_makes_a_sheet() {
    let server = TestServer::start().await;
    let client = server.client();
    let asked = data(
        &client,
        "{ timesheetByPeriod(date: \"2026-01-05\") { id } timesheets { totalCount } }",
        json!({}),
    )
    .await;
    assert_eq!(
        asked,
        json!({ "timesheetByPeriod": null, "timesheets": { "totalCount": 0 } })
    );
    server.stop().await;
}
