//! Saving sheets whole: what is there afterwards, and what is told when it cannot be.

use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{activity_id, project_id, sheet_id, task_id};

/// A sheet with everything that a save can change.
const SHEET: &str = "id rowVersion name totalHours billableHours lines {
    id orderNumber projectId taskId activityId hours cells { id date hours comment }
}";

async fn read(company: &Company) -> Value {
    let query = format!("{{ timesheet(id: \"{}\") {{ {SHEET} }} }}", sheet_id(1));
    company.data(Person::Ivan, &query).await["timesheet"].take()
}

async fn save(company: &Company, input: Value) -> Value {
    let operation = format!(
        "mutation ($input: SaveTimesheetInput!) {{ saveTimesheet(input: $input) {{
            timesheet {{ {SHEET} }} conflict {{ rowVersion timesheet {{ {SHEET} }} }} faults {{ path code message }}
        }} }}"
    );
    let mut answer = company
        .ask(Person::Ivan, &operation, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None);
    answer["data"]["saveTimesheet"].take()
}

#[tokio::test]
async fn s5_s7_a_whole_sheet_is_saved_and_read_back() {
    let company = Company::open().await;
    let before = read(&company).await;
    let (first, second) = (&before["lines"][0], &before["lines"][1]);
    let moved = &first["cells"][1]["id"];
    let input = json!({
        "id": before["id"], "rowVersion": before["rowVersion"], "name": "My week",
        "lines": [
            { "orderNumber": 1, "projectId": project_id(1).to_string(), "taskId": task_id(3).to_string(),
              "cells": [{ "date": "2024-03-07", "hours": 1.5, "comment": "«два»" }, { "id": moved }] },
            { "id": second["id"], "orderNumber": 0, "activityId": activity_id(1).to_string() },
        ],
    });
    let saved = save(&company, input).await;
    assert_eq!(saved["faults"], json!([]));
    assert_eq!(saved["conflict"], Value::Null);
    let after = &saved["timesheet"];
    assert_eq!(*after, read(&company).await);
    assert_ne!(after["rowVersion"], before["rowVersion"]);
    assert_eq!(after["name"], "My week");
    assert_eq!(
        (&after["totalHours"], &after["billableHours"]),
        (&json!("9.75"), &json!("1.75"))
    );
    let lines = &after["lines"];
    assert_eq!(lines[0]["id"], second["id"]);
    assert_eq!(lines[0]["cells"], second["cells"], "what is left out stays");
    assert_eq!(lines[0]["activityId"], activity_id(1).to_string());
    let cells = lines[1]["cells"].as_array().unwrap();
    assert_eq!(
        (&cells[0]["id"], &cells[0]["date"]),
        (moved, &json!("2024-03-05"))
    );
    assert_eq!(
        (&cells[1]["hours"], &cells[1]["comment"]),
        (&json!("1.5"), &json!("«два»"))
    );
}

#[tokio::test]
async fn s1_of_two_savers_one_wins_and_the_other_gets_the_current_sheet() {
    let company = Company::open().await;
    let before = read(&company).await;
    let input = |name: &str| json!({ "id": before["id"], "rowVersion": before["rowVersion"], "name": name });
    let won = save(&company, input("first")).await;
    let lost = save(&company, input("second")).await;
    assert_eq!(lost["timesheet"], Value::Null);
    assert_eq!(lost["faults"], json!([]));
    assert_eq!(lost["conflict"]["timesheet"], won["timesheet"]);
    assert_eq!(lost["conflict"]["rowVersion"], won["timesheet"]["rowVersion"]);
    assert_eq!(read(&company).await, won["timesheet"], "nothing changed");
}

#[tokio::test]
async fn s15_all_faults_are_told_with_their_paths_and_nothing_changes() {
    let company = Company::open().await;
    let before = read(&company).await;
    let input = json!({
        "id": before["id"], "rowVersion": before["rowVersion"],
        "lines": [
            { "orderNumber": 0, "projectId": project_id(99).to_string(),
              "cells": [{ "date": "2024-03-11", "hours": "25" }, { "date": "2024-03-04" }] },
            { "orderNumber": 3 },
        ],
    });
    let refused = save(&company, input).await;
    let told: Vec<(&str, &str)> = refused["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["path"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    for expected in [
        ("lines[0].cells[0].date", "OUTSIDE_PERIOD"),
        ("lines[0].cells[0].hours", "OUT_OF_RANGE"),
        ("lines[0].cells[1].hours", "REQUIRED"),
        ("lines[0].projectId", "UNKNOWN_REFERENCE"),
        ("lines[1].orderNumber", "ORDER_NUMBERS"),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
    assert_eq!(refused["timesheet"], Value::Null);
    assert_eq!(read(&company).await, before);
}

#[tokio::test]
async fn s5_null_for_what_cannot_be_without_a_value_is_a_fault() {
    let company = Company::open().await;
    let before = read(&company).await;
    let base = |extra: Value| {
        let mut input = json!({ "id": before["id"], "rowVersion": before["rowVersion"] });
        input
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        input
    };
    let line = &before["lines"][0]["id"];
    let cases = [
        (json!({ "lines": null }), "lines"),
        (json!({ "name": null }), "name"),
        (
            json!({ "lines": [{ "id": line, "orderNumber": 0, "cells": null }] }),
            "lines[0].cells",
        ),
        (
            json!({ "lines": [{ "id": line, "orderNumber": null }] }),
            "lines[0].orderNumber",
        ),
        (
            json!({ "lines": [{ "orderNumber": 0, "cells": [{ "date": null, "hours": 1 }] }] }),
            "lines[0].cells[0].date",
        ),
    ];
    for (extra, path) in cases {
        let refused = save(&company, base(extra)).await;
        assert_eq!(refused["faults"][0]["path"], path);
        assert_eq!(refused["faults"][0]["code"], "REQUIRED");
    }
    assert_eq!(read(&company).await, before);
    let cleared = save(&company, base(json!({ "lines": [] }))).await;
    assert_eq!(cleared["timesheet"]["lines"], json!([]), "an empty list clears");
}

#[tokio::test]
async fn f11_whoever_may_not_see_or_edit_a_sheet_cannot_save_or_delete_it() {
    let company = Company::open().await;
    let before = read(&company).await;
    let (id, version) = (&before["id"], &before["rowVersion"]);
    for (verb, selection) in [
        (
            format!("saveTimesheet(input: {{ id: {id}, rowVersion: {version}, name: \"mine\" }})"),
            "faults { code }",
        ),
        (
            format!("copyLinesFromPrevious(id: {id}, rowVersion: {version})"),
            "faults { code }",
        ),
        (
            format!("deleteTimesheet(id: {id}, rowVersion: {version})"),
            "deletedId",
        ),
    ] {
        let operation = format!("mutation {{ {verb} {{ {selection} }} }}");
        assert_eq!(
            company.codes(Person::Stranger, &operation).await,
            ["NOT_FOUND"],
            "{verb}"
        );
        assert_eq!(
            company.codes(Person::Lead, &operation).await,
            ["FORBIDDEN"],
            "{verb}"
        );
    }
    assert_eq!(read(&company).await, before);
}

#[tokio::test]
async fn x1_a_deleted_sheet_is_gone_and_a_stale_deletion_is_a_conflict() {
    let company = Company::open().await;
    let before = read(&company).await;
    let delete = |version: &str| {
        format!(
            "mutation {{ deleteTimesheet(id: {}, rowVersion: \"{version}\") {{ deletedId faults {{ path }} conflict {{ rowVersion timesheet {{ name }} }} }} }}",
            before["id"]
        )
    };
    let mut stale = company.data(Person::Ivan, &delete("AAAAAAAAAAA=")).await;
    let stale = stale["deleteTimesheet"].take();
    assert_eq!(stale["deletedId"], Value::Null);
    assert_eq!(stale["conflict"]["rowVersion"], before["rowVersion"]);
    assert_eq!(stale["conflict"]["timesheet"]["name"], before["name"]);
    let deleted = company
        .data(Person::Ivan, &delete(before["rowVersion"].as_str().unwrap()))
        .await;
    let expected = json!({ "deletedId": before["id"], "faults": [], "conflict": null });
    assert_eq!(deleted["deleteTimesheet"], expected);
    assert_eq!(read(&company).await, Value::Null);
}
