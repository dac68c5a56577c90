//! Watching sheets: what happens is told once it is durable, to those who may see it.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{record, sheet_id, token};

fn watch(company: &Company, who: Person, arguments: &str) -> BoxStream<'static, Value> {
    let operation = format!(
        "subscription {{ timesheetChanged{arguments} {{ kind timesheetId timesheet {{ name user {{ name }} editAllowed }} }} }}"
    );
    company.events(who, &operation)
}

async fn rename(company: &Company, name: &str) {
    let query = format!("{{ timesheet(id: \"{}\") {{ rowVersion }} }}", sheet_id(1));
    let data = company.data(Person::Ivan, &query).await;
    let operation = format!(
        "mutation {{ saveTimesheet(input: {{ id: \"{}\", rowVersion: {}, name: \"{name}\" }}) {{ faults {{ path }} }} }}",
        sheet_id(1),
        data["timesheet"]["rowVersion"]
    );
    company.data(Person::Ivan, &operation).await;
}

async fn open(company: &Company, who: Person) {
    company
        .data(
            who,
            "mutation { openTimesheet(date: \"2024-04-03\") { faults { path } } }",
        )
        .await;
}

/// The next event; watching begins when it is first asked for, so it is asked for together with
/// what is to be seen.
async fn next_while<T>(events: &mut BoxStream<'static, Value>, happening: impl Future<Output = T>) -> Value {
    let (event, _) = in_time(futures_util::future::join(events.next(), happening)).await;
    event.unwrap()
}

/// What comes of it, within a time that nothing here needs.
async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(5), awaited)
        .await
        .unwrap()
}

#[tokio::test]
async fn saves_and_deletions_are_told_with_the_sheet() {
    let company = Company::open().await;
    let mut events = watch(&company, Person::Lead, "");
    let event = next_while(&mut events, rename(&company, "watched")).await;
    let change = &event["data"]["timesheetChanged"];
    let seen = json!({ "name": "watched", "user": { "name": "Ivan" }, "editAllowed": false });
    assert_eq!(
        *change,
        json!({ "kind": "SAVED", "timesheetId": sheet_id(1).to_string(), "timesheet": seen })
    );
    let delete = format!(
        "mutation {{ deleteTimesheet(id: \"{}\") {{ deletedId }} }}",
        sheet_id(1)
    );
    let event = next_while(&mut events, company.data(Person::Ivan, &delete)).await;
    let change = &event["data"]["timesheetChanged"];
    assert_eq!(
        (&change["kind"], &change["timesheet"]["name"]),
        (&json!("DELETED"), &json!("watched"))
    );
}

#[tokio::test]
async fn f11_only_what_the_watcher_may_see_and_asked_for_is_told() {
    let company = Company::open().await;
    let mut own = watch(&company, Person::Ivan, "");
    let mut ivans = watch(
        &company,
        Person::Lead,
        &format!("(userId: \"{}\")", Person::Ivan.id()),
    );
    let both = async {
        open(&company, Person::Olga).await;
        open(&company, Person::Stranger).await;
        rename(&company, "mine").await;
    };
    let (first, second, ()) = in_time(futures_util::future::join3(own.next(), ivans.next(), both)).await;
    for event in [first, second] {
        assert_eq!(
            event.unwrap()["data"]["timesheetChanged"]["timesheet"]["name"],
            "mine"
        );
    }
}

#[tokio::test]
async fn a_watcher_whose_rights_end_is_told_so_and_nothing_more() {
    let company = Company::open().await;
    let mut events = watch(&company, Person::Ivan, "");
    let mut revoked = token(Person::Ivan);
    revoked.meta.is_active = false;
    let event = next_while(&mut events, company.keep(vec![record(revoked)])).await;
    assert_eq!(event["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(in_time(events.next()).await, None);
}
