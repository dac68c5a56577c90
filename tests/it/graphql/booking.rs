//! What can be booked on a sheet: projects and task trees, for its owner.

use serde_json::json;

use crate::support::company::{Company, Person};
use crate::support::records::{organization_id, record};
use crate::support::records::{project_id, sheet_id, task, task_id};

#[tokio::test]
async fn t7_projects_are_offered_for_the_sheets_owner() {
    let company = Company::open().await;
    let sheet = sheet_id(1);
    let query = |arguments: &str| {
        format!(
            "{{ availableProjects(timesheetId: \"{sheet}\"{arguments}) {{ project {{ name }} organization {{ name }} }} }}"
        )
    };
    let data = company.data(Person::Ivan, &query("")).await;
    let website = json!({ "project": { "name": "Website" }, "organization": { "name": "Romashka" } });
    let internal = json!({ "project": { "name": "Internal" }, "organization": null });
    assert_eq!(data["availableProjects"], json!([internal, website]));
    let of_one = query(&format!(", organizationId: \"{}\"", organization_id(1)));
    assert_eq!(
        company.data(Person::Ivan, &of_one).await["availableProjects"],
        json!([website])
    );
    assert_eq!(company.codes(Person::Stranger, &query("")).await, ["NOT_FOUND"]);
}

#[tokio::test]
async fn t4_a_task_tree_has_what_can_be_booked_and_the_way_to_it() {
    let company = Company::open().await;
    company.keep(vec![record(task(9, None, None, 0, "Travel"))]).await;
    let query = |project, sheet| {
        format!(
            "{{ taskTree(projectId: \"{project}\", timesheetId: \"{sheet}\") {{
                task {{ id name project {{ name }} }} leadTaskId number indent structNumber allowEntry
            }} }}"
        )
    };
    let data = company
        .data(Person::Ivan, &query(project_id(1), sheet_id(1)))
        .await;
    let node = |number: u128, name: &str, indent: u32, place: u32, struct_number: &str| {
        json!({
            "task": { "id": task_id(number).to_string(), "name": name, "project": { "name": "Website" } },
            "leadTaskId": (indent > 0).then(|| task_id(1).to_string()),
            "number": place, "indent": indent, "structNumber": struct_number, "allowEntry": indent > 0,
        })
    };
    let mut travel = node(9, "Travel", 1, 2, "3");
    travel["task"]["project"] = json!(null);
    let expected = [
        node(1, "Website", 0, 0, "0"),
        node(2, "Design", 1, 0, "1"),
        node(3, "Build", 1, 1, "2"),
        travel,
    ];
    assert_eq!(data["taskTree"], json!(expected));
    let unknown = query(project_id(99), sheet_id(1));
    assert_eq!(company.codes(Person::Ivan, &unknown).await, ["NOT_FOUND"]);
    let anothers = query(project_id(1), sheet_id(1));
    assert_eq!(company.codes(Person::Stranger, &anothers).await, ["NOT_FOUND"]);
}
