//! What somebody may not read does not exist for them (F11), whichever way they ask.

use punchcard::domain::access::Permission;
use punchcard::domain::token::AccessToken;
use punchcard::graphql::session::Session;
use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{record, sheet, sheet_id, token};

#[tokio::test]
async fn f11_anothers_sheet_is_null_unlisted_and_uncounted() {
    let company = Company::open().await;
    company
        .keep(vec![record(sheet(2, Person::Stranger, "2024-03-04"))])
        .await;
    let (ivan, sheet) = (Person::Ivan.id(), sheet_id(1));
    let query = format!(
        r#"{{
            timesheet(id: "{sheet}") {{ id }}
            timesheetByPeriod(userId: "{ivan}", date: "2024-03-06") {{ id }}
            timesheets(filter: {{userId: {{eq: "{ivan}"}}}}) {{ totalCount nodes {{ id }} }}
            user(id: "{ivan}") {{ id }}
            users {{ nodes {{ name }} totalCount }}
            tokens {{ totalCount }}
        }}"#
    );
    let data = company.data(Person::Stranger, &query).await;
    let expected = json!({
        "timesheet": null,
        "timesheetByPeriod": null,
        "timesheets": { "totalCount": 0, "nodes": [] },
        "user": null,
        "users": { "nodes": [{ "name": "Stranger" }], "totalCount": 1 },
        "tokens": { "totalCount": 1 },
    });
    assert_eq!(data, expected);
    let lead = company.data(Person::Lead, &query).await;
    assert_eq!(lead["timesheet"]["id"], sheet.to_string());
    assert_eq!(lead["timesheets"]["totalCount"], 1);
    assert_eq!(lead["users"]["totalCount"], 3);
}

#[tokio::test]
async fn f11_what_a_narrow_token_may_not_see_is_null_within_what_it_may() {
    let company = Company::open().await;
    let narrow = AccessToken {
        permissions: Some(Box::new([Permission::TimesheetsRead])),
        ..token(Person::Ivan)
    };
    company.keep(vec![record(narrow)]).await;
    let query = r#"{
        timesheetByPeriod(date: "2024-03-06") { lines { projectId project { name } task { name } } }
        projects { totalCount }
    }"#;
    let data = company.data(Person::Ivan, query).await;
    let first = &data["timesheetByPeriod"]["lines"][0];
    assert_eq!(first["project"], json!(null));
    assert_eq!(first["task"], json!(null));
    assert_eq!(data["projects"]["totalCount"], 0);
}

#[tokio::test]
async fn a_revoked_token_and_nobody_at_all_get_nothing() {
    let company = Company::open().await;
    let mut revoked = token(Person::Ivan);
    revoked.meta.is_active = false;
    company.keep(vec![record(revoked)]).await;
    assert_eq!(
        company.codes(Person::Ivan, "{ me { name } }").await,
        ["UNAUTHENTICATED"]
    );
    let nobody = Session::new(|_, _| {});
    let query = "{ me { name } projects { totalCount } }";
    let answer = company.text(&nobody, query, &json!({})).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
}
