//! What is made to hurt, in the forms that stand in paths and within other options: refused at once.

use std::time::Instant;

use axum::http::Method;

use super::{JSON, booked, demo, get, get_with, refused_at_once, send};

fn nested(open: &str, middle: &str, close: &str, times: usize) -> String {
    format!("{}{middle}{}", open.repeat(times), close.repeat(times))
}

fn hurting(sheet: &str) -> Vec<String> {
    let root = format!("$root/TimeSheets({sheet})/name");
    vec![
        format!("TimeSheets/$filter({})/$count", nested("(", "true", ")", 3_000)),
        format!("TimeSheets/$filter({})", nested("tolower(", "name", ")", 2_000)),
        format!("TimeSheets/{}$count", "$filter(true)/".repeat(200)),
        format!("TimeSheets/$filter({})/$each", nested("not ", "true", "", 3_000)),
        format!(
            "TimeSheets/$filter({})/$count",
            nested("timeSheetLines/any(l:", "true", ")", 500)
        ),
        format!("$crossjoin({})", vec!["Users"; 3_000].join(",")),
        format!("$crossjoin{}", nested("(", "Users", ")", 3_000)),
        format!(
            "$crossjoin(Users,Projects)?$filter={}",
            nested("(", "true", ")", 3_000)
        ),
        format!(
            "$crossjoin(Users,Projects)?$expand={}",
            nested("Users($expand=", "manager", ")", 400)
        ),
        format!(
            "TimeSheets?$select={}",
            nested("schedule($select=", "date", ")", 400)
        ),
        format!(
            "TimeSheets?$select=schedule($filter={})",
            nested("(", "true", ")", 3_000)
        ),
        format!(
            "TimeSheets?$filter={}",
            nested("$root/Users/$filter(", "true", ")/$count gt 0", 100)
        ),
        format!(
            "TimeSheets?$filter={}",
            vec!["1 eq $root/Users/$count"; 1_300].join(" and ")
        ),
        format!("TimeSheets?$filter=name eq {root}/more/{}", "more/".repeat(3_000)),
        format!(
            "TimeSheets?$expand={}",
            nested(
                "user($expand=timeSheets($filter=$it/id ne null;$expand=",
                "user",
                "))",
                100
            )
        ),
        format!(
            "TimeSheets?$expand=timeSheetLines&$skiptoken=~{}",
            "A".repeat(50_000)
        ),
        format!("$entity?$id={}", "TimeSheets/".repeat(3_000)),
        "$entity?$id=$entity?$id=$entity".to_owned(),
        "TimeSheets/$filter(@a)?@a=@b and @b&@b=@c and @c&@c=@d and @d&@d=@a".to_owned(),
    ]
}

#[tokio::test]
async fn paths_and_options_within_options_have_limits() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for path in hurting(&sheet) {
        let began = Instant::now();
        let answer = get(&client, &path.replace(' ', "%20")).await;
        let about = &path[..60.min(path.len())];
        refused_at_once(&answer, began, about);
    }
    let each = format!("TimeSheets/$filter({})/$each", nested("(", "true", ")", 3_000));
    let refused = send(
        &client,
        Method::PATCH,
        &each,
        &[JSON],
        Some(r#"{"name":"Never"}"#.to_owned()),
    )
    .await;
    assert_eq!(refused.status, 400);
    let renamed = get(&client, "TimeSheets/$count?$filter=name%20eq%20'Never'").await;
    assert_eq!(renamed.text, "0");
}

#[tokio::test]
async fn a_long_way_to_another_resource_is_gone_step_by_step() {
    let server = demo().await;
    let client = server.client();
    let somebody = get(&client, "Users?$top=1&$select=id").await.rows()[0]["id"].clone();
    let nobody = "00000000-0000-0000-0000-000000000000";
    for user in [somebody.as_str().unwrap(), nobody] {
        let way = "/manager".repeat(2_000);
        let path = format!("Users?$top=1&$filter=$root/Users({user}){way}/name%20eq%20null");
        let answer = get(&client, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.rows().len(), 1, "nobody has so many managers");
    }
}

#[tokio::test]
async fn links_within_answers_stay_short() {
    let server = demo().await;
    let client = server.client();
    let filter = vec!["name ne 'x'"; 600].join(" and ");
    let query = format!("$filter={filter}&$expand=timeSheets&$select=id&$top=100");
    let text = [("content-type", "text/plain"), ("prefer", "maxpagesize=1")];
    let long = send(&client, Method::POST, "Users/$query", &text, Some(query)).await;
    let row = long.rows()[0].clone();
    assert_eq!(
        row.get("timeSheets@odata.nextLink"),
        None,
        "every row would repeat the query"
    );
    let short = get_with(
        &client,
        "Users?$expand=timeSheets&$select=id",
        &[("prefer", "maxpagesize=1")],
    )
    .await;
    assert!(short.text.len() < 20_000);
}
