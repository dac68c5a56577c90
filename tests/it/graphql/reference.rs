//! Maintaining reference data: every kind is made, changed, archived and restored; what is wrong
//! comes with its place; and not everybody may.

use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{
    department_id, organization_id, project_id, schedule_id, task_id, template_id,
};

/// For each kind: its verbs' noun, its name in answers, what a new one needs, and what a change is.
pub fn kinds() -> Vec<(&'static str, &'static str, Value, Value)> {
    vec![
        (
            "Activity",
            "activity",
            json!({ "name": "Travel", "code": "T" }),
            json!({ "code": null }),
        ),
        (
            "Department",
            "department",
            json!({ "name": "Sales" }),
            json!({ "code": "S" }),
        ),
        (
            "Organization",
            "organization",
            json!({ "name": "Delta", "contact": { "city": "Riga" }, "lastUpdate": "2024-03-01T00:00:00+02:00" }),
            json!({ "contact": null, "number": "9" }),
        ),
        (
            "Project",
            "project",
            json!({ "name": "App", "billingType": "FIXED_BID", "organizationId": organization_id(1).to_string(), "estimate": "12.5",
                    "description": "Two\nlines", "terms": { "pricePerHour": "99.5", "vat": "19", "currency": "EUR" } }),
            json!({ "state": "SUSPENDED", "firstBookingDate": "2024-01-01", "organizationId": null, "workingTimeLimit": "80" }),
        ),
        (
            "Task",
            "task",
            json!({ "name": "Test", "projectId": project_id(1).to_string(), "assigneeIds": [Person::Ivan.id()] }),
            json!({ "assigneeIds": null, "allowsEntry": false, "leadTaskId": task_id(2).to_string() }),
        ),
        (
            "Schedule",
            "schedule",
            json!({ "name": "Shifts", "pattern": { "anchor": "2024-01-01", "days": ["12", 12, "0", "0"] },
                    "exceptions": [{ "date": "2024-01-01", "hours": "0", "name": "New Year" }] }),
            json!({ "pattern": { "days": [8, 8, 8, 8, 8, 0, 0] }, "exceptions": [] }),
        ),
        (
            "TimesheetTemplate",
            "timesheetTemplate",
            json!({ "name": "Fortnight", "period": { "kind": "TWO_WEEKS", "anchor": "2024-01-01" }, "dueDays": 5 }),
            json!({ "period": { "kind": "WEEK", "firstDay": "SUNDAY" } }),
        ),
        (
            "User",
            "user",
            json!({ "name": "Anna", "email": "anna@example.com", "timeZone": "Europe/Riga", "roles": ["EMPLOYEE", "AUDITOR"],
                    "managerId": Person::Lead.id(), "employedFrom": "2024-02-01",
                    "departments": [{ "departmentId": department_id(1).to_string() }],
                    "schedules": [{ "from": "2024-02-01", "scheduleId": schedule_id(1).to_string() }] }),
            json!({ "email": null, "lockedUpTo": "2024-02-29", "roles": ["EMPLOYEE"] }),
        ),
    ]
}

async fn act(company: &Company, noun: &str, member: &str, verb: &str, variables: Value) -> Value {
    let operation = match verb {
        "save" => format!(
            "mutation ($input: Save{noun}Input!) {{ done: save{noun}(input: $input) {{
                {member} {{ id name rowVersion isActive }} faults {{ path code }} conflict {{ rowVersion {member} {{ id name }} }}
            }} }}"
        ),
        verb => format!(
            "mutation ($id: UUID!, $rowVersion: RowVersion) {{ done: {verb}{noun}(id: $id, rowVersion: $rowVersion) {{
                {member} {{ id name rowVersion isActive }} faults {{ path code }} conflict {{ rowVersion {member} {{ id name }} }}
            }} }}"
        ),
    };
    let mut answer = company.ask(Person::Admin, &operation, variables).await;
    assert_eq!(answer.get("errors"), None, "{verb}{noun}");
    answer["data"]["done"].take()
}

#[tokio::test]
async fn every_kind_is_made_changed_archived_and_restored() {
    let company = Company::open().await;
    for (noun, member, new, change) in kinds() {
        let act = async |verb: &str, variables: Value| act(&company, noun, member, verb, variables).await;
        let made = act("save", json!({ "input": new })).await;
        assert_eq!(
            (&made["faults"], &made["conflict"]),
            (&json!([]), &Value::Null),
            "{noun}"
        );
        let made = &made[member];
        assert_eq!(made["name"], new["name"], "{noun}");
        assert_eq!(made["isActive"], true, "{noun}");
        let (id, version) = (&made["id"], &made["rowVersion"]);

        let mut input = change;
        input["id"] = id.clone();
        input["rowVersion"] = version.clone();
        let changed = act("save", json!({ "input": input })).await;
        assert_eq!(changed["faults"], json!([]), "{noun}");
        assert_eq!(
            changed[member]["name"], new["name"],
            "{noun}: what is left out stays"
        );
        assert_ne!(changed[member]["rowVersion"], *version, "{noun}");
        let stale = act("save", json!({ "input": input })).await;
        assert_eq!(stale[member], Value::Null, "{noun}");
        assert_eq!(
            stale["conflict"]["rowVersion"], changed[member]["rowVersion"],
            "{noun}"
        );
        assert_eq!(stale["conflict"][member]["id"], *id, "{noun}");

        let archived = act("archive", json!({ "id": id })).await;
        assert_eq!(archived[member]["isActive"], false, "{noun}");
        assert_eq!(
            act("archive", json!({ "id": id })).await,
            archived,
            "{noun}: twice changes nothing"
        );
        let stale = act("restore", json!({ "id": id, "rowVersion": version })).await;
        assert_eq!(
            stale["conflict"]["rowVersion"], archived[member]["rowVersion"],
            "{noun}"
        );
        let restored = act("restore", json!({ "id": id })).await;
        assert_eq!(restored[member]["isActive"], true, "{noun}");
    }
}

#[tokio::test]
async fn all_that_was_saved_is_read_back() {
    let company = Company::open().await;
    for (noun, member, new, change) in kinds() {
        let made = act(&company, noun, member, "save", json!({ "input": new })).await;
        let mut input = change.clone();
        input["id"] = made[member]["id"].clone();
        act(&company, noun, member, "save", json!({ "input": input })).await;
        let mut expected = new.as_object().unwrap().clone();
        expected.extend(change.as_object().unwrap().clone());
        let fields: Vec<&str> = expected.keys().map(String::as_str).collect();
        let fields = fields
            .join(" ")
            .replace("contact", "contact { city }")
            .replace("terms", "terms { pricePerHour vat currency }")
            .replace("pattern", "pattern { anchor days }")
            .replace("exceptions", "exceptions { date hours name }")
            .replace("period", "period { kind firstDay anchor }")
            .replace("departments", "departments { from departmentId }")
            .replace("schedules", "schedules { from scheduleId }");
        let query = format!("{{ {member}(id: {}) {{ {fields} }} }}", made[member]["id"]);
        let read = company.data(Person::Admin, &query).await[member].take();
        for (name, value) in &expected {
            let same = match name.as_str() {
                "pattern" => read[name]["days"] == json!(["8", "8", "8", "8", "8", "0", "0"]),
                "period" => read[name] == json!({ "kind": "WEEK", "firstDay": "SUNDAY", "anchor": null }),
                "departments" => {
                    read[name][0] == json!({ "from": null, "departmentId": department_id(1).to_string() })
                }
                "lastUpdate" => read[name] == "2024-02-29T22:00:00+00:00",
                _ => read[name] == *value,
            };
            assert!(same, "{noun}.{name}: {} is not {value}", read[name]);
        }
    }
}

/// For each kind: its verbs' noun, its name in answers, an input, and what is wrong with it.
fn faulty() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("Activity", "activity", json!({}), "name REQUIRED"),
        ("Activity", "activity", json!({ "name": null }), "name REQUIRED"),
        (
            "Department",
            "department",
            json!({ "name": "Other", "code": "ENG" }),
            "code TAKEN",
        ),
        (
            "Organization",
            "organization",
            json!({ "name": "Romashka", "number": "C-1" }),
            "name TAKEN",
        ),
        (
            "Project",
            "project",
            json!({ "name": "App" }),
            "billingType REQUIRED",
        ),
        (
            "Project",
            "project",
            json!({ "name": "App", "billingType": "TIME_AND_MATERIAL", "terms": { "pricePerHour": "1", "vat": "100.1", "currency": "EUR" } }),
            "terms.vat OUT_OF_RANGE",
        ),
        (
            "Project",
            "project",
            json!({ "name": "App", "billingType": "FIXED_BID", "managerId": template_id(9).to_string() }),
            "managerId UNKNOWN_REFERENCE",
        ),
        (
            "Schedule",
            "schedule",
            json!({ "name": "Week", "pattern": { "days": [8, 8] } }),
            "pattern.days OUT_OF_RANGE",
        ),
        (
            "Schedule",
            "schedule",
            json!({ "name": "Week", "pattern": { "anchor": "2024-01-01", "days": [8, 25] } }),
            "pattern.days[1] OUT_OF_RANGE",
        ),
        (
            "TimesheetTemplate",
            "timesheetTemplate",
            json!({ "name": "T", "period": { "kind": "TWO_WEEKS" } }),
            "period.anchor REQUIRED",
        ),
        (
            "TimesheetTemplate",
            "timesheetTemplate",
            json!({ "name": "T", "period": { "kind": "MONTH", "firstDay": "MONDAY" } }),
            "period.firstDay CONTRADICTION",
        ),
        (
            "User",
            "user",
            json!({ "name": "A", "timeZone": "Mars" }),
            "timeZone MALFORMED",
        ),
        (
            "User",
            "user",
            json!({ "name": "A", "departments": [{ "departmentId": template_id(9).to_string() }] }),
            "departments[0].departmentId UNKNOWN_REFERENCE",
        ),
    ]
}

#[tokio::test]
async fn faults_have_the_places_of_the_input() {
    let company = Company::open().await;
    for (noun, member, input, expected) in faulty() {
        let refused = act(&company, noun, member, "save", json!({ "input": input })).await;
        assert_eq!(refused[member], Value::Null, "{noun} {input}");
        let fault = &refused["faults"][0];
        let told = format!(
            "{} {}",
            fault["path"].as_str().unwrap(),
            fault["code"].as_str().unwrap()
        );
        assert_eq!(told, expected, "{noun} {input}");
    }
}

#[tokio::test]
async fn who_lacks_the_right_changes_nothing() {
    let company = Company::open().await;
    for (noun, _, _, _) in kinds() {
        let pointless = format!("archive{noun}(id: \"00000000-0000-0000-0000-000000000000\")");
        for (verb, code) in [
            (format!("save{noun}(input: {{ name: \"mine\" }})"), "FORBIDDEN"),
            (pointless, "NOT_FOUND"),
        ] {
            let operation = format!("mutation {{ {verb} {{ faults {{ path }} }} }}");
            assert_eq!(company.codes(Person::Ivan, &operation).await, [code], "{verb}");
        }
    }
    let settings = "mutation { saveSettings(input: { companyName: \"mine\" }) { faults { path } } }";
    assert_eq!(company.codes(Person::Ivan, settings).await, ["FORBIDDEN"]);
}

#[tokio::test]
async fn p10_settings_are_saved_with_their_history() {
    let company = Company::open().await;
    let version =
        company.data(Person::Admin, "{ settings { rowVersion } }").await["settings"]["rowVersion"].take();
    let save = |input: String| {
        format!(
            "mutation {{ saveSettings(input: {{ rowVersion: {version} {input} }}) {{
                settings {{ companyName templates {{ from templateId }} }} conflict {{ settings {{ companyName }} }} faults {{ path code }}
            }} }}"
        )
    };
    let template = template_id(1);
    let empty = company
        .data(Person::Admin, &save("templates: []".to_owned()))
        .await;
    assert_eq!(
        empty["saveSettings"]["faults"],
        json!([{ "path": "templates", "code": "REQUIRED" }])
    );
    let history = format!(
        "companyName: \"Delta\" templates: [{{ templateId: \"{template}\" }}, {{ from: \"2024-04-01\", templateId: \"{template}\" }}]"
    );
    let saved = company.data(Person::Admin, &save(history)).await;
    let entry = |from: Value| json!({ "from": from, "templateId": template.to_string() });
    let expected =
        json!({ "companyName": "Delta", "templates": [entry(Value::Null), entry(json!("2024-04-01"))] });
    assert_eq!(saved["saveSettings"]["settings"], expected);
    let stale = company
        .data(Person::Admin, &save("companyName: \"Gamma\"".to_owned()))
        .await;
    assert_eq!(
        stale["saveSettings"]["conflict"]["settings"]["companyName"],
        "Delta"
    );
}
