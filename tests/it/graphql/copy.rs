//! Copying last week's lines: rows, or rows with hours; twice adds nothing twice.

use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::sheet_id;

async fn next_week(company: &Company) -> String {
    let operation = format!(
        "mutation {{ openNextTimesheet(id: \"{}\") {{ timesheet {{ id }} }} }}",
        sheet_id(1)
    );
    let data = company.data(Person::Ivan, &operation).await;
    data["openNextTimesheet"]["timesheet"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn copy(company: &Company, id: &str, mode: &str) -> Value {
    let operation = format!(
        "mutation {{ copyLinesFromPrevious(id: \"{id}\"{mode}) {{ faults {{ path }} conflict {{ rowVersion }} timesheet {{
            rowVersion lines {{ project {{ name }} cells {{ date hours }} }}
        }} }} }}"
    );
    let mut data = company.data(Person::Ivan, &operation).await;
    assert_eq!(data["copyLinesFromPrevious"]["faults"], json!([]));
    data["copyLinesFromPrevious"]["timesheet"].take()
}

#[tokio::test]
async fn rows_come_without_hours_and_twice_adds_nothing_twice() {
    let company = Company::open().await;
    let id = next_week(&company).await;
    let copied = copy(&company, &id, "").await;
    let rows = json!([{ "project": { "name": "Website" }, "cells": [] }, { "project": null, "cells": [] }]);
    assert_eq!(copied["lines"], rows);
    assert_eq!(copy(&company, &id, ", mode: ROWS").await, copied);
}

#[tokio::test]
async fn rows_come_with_hours_on_the_same_days() {
    let company = Company::open().await;
    let id = next_week(&company).await;
    let copied = copy(&company, &id, ", mode: ROWS_AND_HOURS").await;
    let cell = |date: &str, hours: &str| json!({ "date": date, "hours": hours });
    assert_eq!(
        copied["lines"][0]["cells"],
        json!([cell("2024-03-11", "7.5"), cell("2024-03-12", "0.25")])
    );
    assert_eq!(copied["lines"][1]["cells"], json!([cell("2024-03-13", "8")]));
    assert_eq!(copy(&company, &id, ", mode: ROWS_AND_HOURS").await, copied);
}

#[tokio::test]
async fn s1_a_stale_version_is_a_conflict() {
    let company = Company::open().await;
    let id = next_week(&company).await;
    let operation = format!(
        "mutation {{ copyLinesFromPrevious(id: \"{id}\", rowVersion: \"AAAAAAAAAAA=\") {{ timesheet {{ id }} conflict {{ timesheet {{ id }} }} }} }}"
    );
    let data = company.data(Person::Ivan, &operation).await;
    let expected = json!({ "timesheet": null, "conflict": { "timesheet": { "id": id } } });
    assert_eq!(data["copyLinesFromPrevious"], expected);
}
