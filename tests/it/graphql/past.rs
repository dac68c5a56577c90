//! What was: every accepted write leaves one record (X3), a sheet's history tells what was and is,
//! and a sheet can be seen as it was. Who may not see a sheet finds none of it (F11).

use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{project_id, sheet_id, task_id, token};

const SHEET: &str = "id rowVersion name status totalHours billableHours editAllowed deleteAllowed lines {
    id orderNumber projectId taskId activityId hours cells { id date hours comment }
}";

const HISTORY: &str = "query ($id: UUID!, $first: Int, $after: String) {
    timesheetHistory(timesheetId: $id, first: $first, after: $after) {
        nodes {
            at actorId actorName actor { name } tokenName face action rowVersion isDeleted
            name { was is } status { was is }
            lines { id was { orderNumber projectId project { name } } is { orderNumber projectId taskId } }
            cells { id was { date hours comment projectId } is { date hours comment projectId } }
        }
        edges { cursor node { rowVersion } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

const TRAIL: &str = "query ($filter: AuditFilter, $first: Int, $after: String) {
    auditTrail(filter: $filter, first: $first, after: $after) {
        nodes {
            at actorName subjectId subject { name } tokenId tokenName face action changeCount
            changes { kind id rowVersion isDeleted }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

async fn ask(company: &Company, who: Person, operation: &str, variables: Value) -> Value {
    let mut answer = company.ask(who, operation, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].take()
}

async fn history(company: &Company, who: Person) -> Value {
    let id = sheet_id(1).to_string();
    ask(company, who, HISTORY, json!({ "id": id })).await["timesheetHistory"].take()
}

async fn trail(company: &Company, who: Person, filter: Value) -> Vec<Value> {
    let mut data = ask(company, who, TRAIL, json!({ "filter": filter, "first": 500 })).await;
    serde_json::from_value(data["auditTrail"]["nodes"].take()).unwrap()
}

async fn read(company: &Company) -> Value {
    let query = format!("{{ timesheet(id: \"{}\") {{ {SHEET} }} }}", sheet_id(1));
    company.data(Person::Ivan, &query).await["timesheet"].take()
}

async fn save(company: &Company, input: Value) -> Value {
    let operation = format!(
        "mutation ($input: SaveTimesheetInput!) {{ saveTimesheet(input: $input) {{ timesheet {{ {SHEET} }} }} }}"
    );
    ask(company, Person::Ivan, &operation, json!({ "input": input })).await["saveTimesheet"]["timesheet"]
        .take()
}

async fn delete(company: &Company) {
    let operation = format!(
        "mutation {{ deleteTimesheet(id: \"{}\") {{ deletedId }} }}",
        sheet_id(1)
    );
    let data = company.data(Person::Ivan, &operation).await;
    assert_eq!(data["deleteTimesheet"]["deletedId"], sheet_id(1).to_string());
}

/// Saves the sheet twice: another name, then a changed cell, a new line and one line less.
async fn work(company: &Company) -> Vec<Value> {
    let first = read(company).await;
    let id = first["id"].clone();
    let second = save(
        company,
        json!({ "id": id, "rowVersion": first["rowVersion"], "name": "My week" }),
    )
    .await;
    let line = &second["lines"][0];
    let cell = &line["cells"][0];
    let input = json!({
        "id": id, "rowVersion": second["rowVersion"],
        "lines": [
            { "id": line["id"], "orderNumber": 1, "cells": [{ "id": cell["id"], "hours": "3.5", "comment": "more" }] },
            { "orderNumber": 0, "projectId": project_id(1).to_string(), "taskId": task_id(3).to_string(),
              "cells": [{ "date": "2024-03-07", "hours": "1" }] },
        ],
    });
    let third = save(company, input).await;
    vec![first, second, third]
}

#[tokio::test]
async fn x3_a_history_tells_who_when_over_which_face_and_what_was_and_is() {
    let company = Company::open().await;
    let sheets = work(&company).await;
    let told = history(&company, Person::Ivan).await;
    let [third, second, first] = &told["nodes"].as_array().unwrap()[..] else {
        panic!("{told}")
    };
    for (entry, sheet) in [(first, &sheets[0]), (second, &sheets[1]), (third, &sheets[2])] {
        assert_eq!(entry["rowVersion"], sheet["rowVersion"]);
        assert_eq!(entry["isDeleted"], false);
    }
    for entry in [second, third] {
        assert_eq!(entry["actorName"], "Ivan");
        assert_eq!(entry["actor"]["name"], "Ivan");
        assert_eq!(entry["action"], "saveTimesheet");
        assert_eq!(entry["face"], "GRAPHQL");
        assert_eq!(entry["at"], "2024-03-06T12:00:00+00:00");
        assert_eq!(entry["tokenName"], token(Person::Ivan).name.as_ref());
    }
    assert_eq!(first["status"], json!({ "was": null, "is": "DRAFT" }));
    assert_eq!(first["name"]["was"], Value::Null);
    assert_eq!(first["cells"].as_array().unwrap().len(), 3);
    assert_eq!(
        second["name"],
        json!({ "was": sheets[0]["name"], "is": "My week" })
    );
    assert_eq!(
        (&second["lines"], &second["cells"], &second["status"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    let cell = &sheets[1]["lines"][0]["cells"][0];
    let changed = third["cells"].as_array().unwrap();
    let change = changed.iter().find(|change| change["id"] == cell["id"]).unwrap();
    assert_eq!(
        (&change["was"]["hours"], &change["was"]["comment"]),
        (&cell["hours"], &cell["comment"])
    );
    assert_eq!(
        (&change["is"]["hours"], &change["is"]["comment"]),
        (&json!("3.5"), &json!("more"))
    );
    let new = changed
        .iter()
        .find(|change| change["was"] == Value::Null)
        .unwrap();
    assert_eq!(new["is"]["projectId"], project_id(1).to_string());
    assert_eq!(
        changed
            .iter()
            .filter(|change| change["is"] == Value::Null)
            .count(),
        2
    );
    let lines = third["lines"].as_array().unwrap();
    assert_eq!(
        lines.len(),
        2,
        "one is new, one is gone, one stays where it was: {lines:?}"
    );
}

#[tokio::test]
async fn x5_a_history_is_read_page_by_page() {
    let company = Company::open().await;
    let sheets = work(&company).await;
    let mut seen = Vec::new();
    let mut after = Value::Null;
    for page in 0..3 {
        let variables = json!({ "id": sheet_id(1).to_string(), "first": 1, "after": after });
        let told = ask(&company, Person::Ivan, HISTORY, variables).await["timesheetHistory"].take();
        assert_eq!(told["pageInfo"]["hasNextPage"], page < 2);
        assert_eq!(told["pageInfo"]["hasPreviousPage"], page > 0);
        assert_eq!(told["edges"][0]["cursor"], told["pageInfo"]["endCursor"]);
        after = told["pageInfo"]["endCursor"].clone();
        seen.extend(told["nodes"].as_array().unwrap().clone());
        save(
            &company,
            json!({ "id": sheets[0]["id"], "rowVersion": read(&company).await["rowVersion"] }),
        )
        .await;
    }
    let versions: Vec<&Value> = seen.iter().map(|entry| &entry["rowVersion"]).collect();
    let wanted: Vec<&Value> = sheets.iter().rev().map(|sheet| &sheet["rowVersion"]).collect();
    assert_eq!(versions, wanted, "what is written meanwhile moves nothing");
    let variables = json!({ "id": sheet_id(1).to_string(), "after": "nowhere" });
    let answer = company.ask(Person::Ivan, HISTORY, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn x3_a_sheet_is_seen_as_it_was_at_every_version() {
    let company = Company::open().await;
    let sheets = work(&company).await;
    delete(&company).await;
    let query = format!(
        "query ($id: UUID!, $version: RowVersion!) {{ timesheetAsOf(id: $id, version: $version) {{ {SHEET} }} }}"
    );
    let as_of = async |who: Person, version: &Value| {
        let variables = json!({ "id": sheet_id(1).to_string(), "version": version });
        ask(&company, who, &query, variables).await["timesheetAsOf"].take()
    };
    for sheet in &sheets {
        let mut wanted = sheet.clone();
        wanted["editAllowed"] = json!(false);
        wanted["deleteAllowed"] = json!(false);
        for who in [Person::Ivan, Person::Lead, Person::Admin] {
            assert_eq!(as_of(who, &sheet["rowVersion"]).await, wanted);
        }
        for who in [Person::Olga, Person::Stranger] {
            assert_eq!(as_of(who, &sheet["rowVersion"]).await, Value::Null);
        }
    }
    assert_eq!(
        as_of(Person::Ivan, &json!("1")).await,
        Value::Null,
        "before it was made"
    );
    assert_eq!(
        as_of(Person::Ivan, &json!("99999")).await,
        Value::Null,
        "after it was deleted"
    );
}

#[tokio::test]
async fn f11_what_became_of_a_sheet_is_for_those_who_may_see_it_even_once_it_is_deleted() {
    let company = Company::open().await;
    work(&company).await;
    let filter = json!({ "timesheetId": sheet_id(1).to_string() });
    for is_deleted in [false, true] {
        if is_deleted {
            delete(&company).await;
        }
        let count = 3 + usize::from(is_deleted);
        for who in [Person::Ivan, Person::Lead, Person::Admin] {
            let told = history(&company, who).await;
            let nodes = told["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), count, "{who:?}");
            assert_eq!(nodes[0]["isDeleted"], is_deleted);
            let seen = trail(&company, who, filter.clone()).await;
            assert_eq!(seen.len(), count, "{who:?}");
            for write in seen {
                assert_eq!(write["changes"].as_array().unwrap().len(), 1);
                assert_eq!(write["changes"][0]["id"], sheet_id(1).to_string());
            }
        }
        for who in [Person::Olga, Person::Stranger] {
            assert_eq!(history(&company, who).await, Value::Null, "{who:?}");
            assert_eq!(
                trail(&company, who, filter.clone()).await,
                [Value::Null; 0],
                "{who:?}"
            );
        }
    }
    let told = history(&company, Person::Ivan).await;
    let deleted = &told["nodes"][0];
    assert_eq!(deleted["name"], json!({ "was": "My week", "is": null }));
    assert!(
        deleted["cells"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["is"].is_null())
    );
    // Of the write that made the sheet, its owner learns nothing but the sheet.
    let seen = trail(&company, Person::Ivan, filter.clone()).await;
    assert_eq!(seen[3]["changeCount"], 1);
    let seen = trail(&company, Person::Admin, filter).await;
    assert!(seen[3]["changeCount"].as_u64().unwrap() > 10);
    for who in [Person::Ivan, Person::Lead, Person::Stranger] {
        for filter in [
            json!(null),
            json!({ "userId": Person::Ivan.id() }),
            json!({ "actorId": Person::Ivan.id() }),
        ] {
            assert_eq!(trail(&company, who, filter).await, [Value::Null; 0], "{who:?}");
        }
    }
}

#[tokio::test]
async fn x3_the_trail_is_found_by_sheet_person_time_verb_and_face() {
    let company = Company::open().await;
    work(&company).await;
    delete(&company).await;
    let revoke = format!(
        "mutation {{ revokeToken(id: \"{}\") {{ token {{ id }} }} }}",
        Person::Olga.token_id()
    );
    company.data(Person::Admin, &revoke).await;
    let noon = "2024-03-06T12:00:00Z";
    for (filter, count) in [
        (json!({}), 5),
        (json!({ "timesheetId": sheet_id(1).to_string() }), 4),
        (json!({ "userId": Person::Ivan.id() }), 3),
        (json!({ "userId": Person::Olga.id() }), 1),
        (json!({ "actorId": Person::Ivan.id() }), 3),
        (
            json!({ "actorId": Person::Ivan.id(), "userId": Person::Olga.id() }),
            0,
        ),
        (json!({ "action": "saveTimesheet" }), 2),
        (
            json!({ "action": "deleteTimesheet", "actorId": Person::Ivan.id() }),
            1,
        ),
        (json!({ "face": "GRAPHQL" }), 5),
        (json!({ "face": "ODATA" }), 0),
        (json!({ "from": noon }), 4),
        (json!({ "to": noon }), 1),
        (
            json!({ "from": noon, "to": "2024-03-06T12:00:01Z", "timesheetId": sheet_id(1).to_string() }),
            3,
        ),
    ] {
        let seen = trail(&company, Person::Admin, filter.clone()).await;
        assert_eq!(seen.len(), count, "{filter}");
    }
    let newest = &trail(&company, Person::Admin, json!({ "userId": Person::Olga.id() })).await[0];
    assert_eq!(newest["actorName"], "Admin");
    assert_eq!(newest["subject"]["name"], "Olga");
    assert_eq!(newest["changes"][0]["kind"], "TOKEN");
    assert_eq!(newest["changes"][0]["id"], Person::Olga.token_id().to_string());
}
