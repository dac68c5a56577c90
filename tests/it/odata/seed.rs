//! Every request of WorkPoint's documentation, with the members, their order, and the forms of
//! numbers that it shows.

use axum::http::Method;
use serde_json::{Value, json};

use super::{booked, demo, get, me, open, put, send};

/// The members of an object in their order.
fn members(text: &str) -> Vec<String> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap();
    let mut names: Vec<(usize, String)> = object
        .keys()
        .map(|name| (text.find(&format!("\"{name}\":")).unwrap(), name.clone()))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

#[tokio::test]
async fn p2_a_sheet_is_opened_for_a_date_and_found_again() {
    let server = demo().await;
    let client = server.client();
    let user = me(&client).await;
    let path = format!("TimeSheets/WP.GetIdForPeriod(date=2027-03-22,userId={user})");
    let first = get(&client, &path).await;
    assert_eq!(first.status, 200);
    let id = first.json()["value"].as_str().unwrap().to_owned();
    assert_eq!(first.text, format!("{{\"value\":\"{id}\"}}"));
    assert_eq!(get(&client, &path).await.text, first.text, "the same again");

    // P4: next and previous are inverses.
    let next = get(&client, &format!("TimeSheets({id})/WP.GetNextTimeSheetId"))
        .await
        .good();
    let next = next["value"].as_str().unwrap();
    let back = get(&client, &format!("TimeSheets({next})/WP.GetPreviousTimeSheetId"))
        .await
        .good();
    assert_eq!(back["value"], json!(id));
    assert_ne!(next, id);
}

#[tokio::test]
async fn a_sheet_has_the_members_of_the_documentation_in_their_order() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})?$expand=TimeSheetLines($expand=TimeAllocations)");
    let answer = get(&client, &path).await;
    let of_sheet = "rowVersion id created isActive dueDate dateFrom dateTo approvalStatusId submitted approved \
        userId departmentId approvalInstanceId templateId name billableDuration nonBillableDuration editAllowed \
        deleteAllowed submitAllowed forceSubmitAllowed reopenAllowed executeAllowed forceExecuteAllowed schedule \
        timeSheetLines";
    let of_line = "id created isActive rowVersion date activityId billingRateId projectId projectTaskId \
        orderNumber timeAllocations";
    let of_cell = "id created isActive date duration comments invoiceLineId timeOffRequestId";
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let read = answer.good();
    let line = answer.text.split_once("\"timeSheetLines\":[").unwrap().1;
    let cell = line.split_once("\"timeAllocations\":[").unwrap().1;
    assert_eq!(members(&answer.text.replace(line, "]}")), words(of_sheet));
    let cell = cell.split_once('}').unwrap().0;
    assert_eq!(members(&format!("{cell}}}")), words(of_cell));
    let line = line.split_once("\"timeAllocations\":").unwrap().0;
    assert_eq!(members(&format!("{line}\"timeAllocations\":0}}")), words(of_line));
    assert!(cell.contains("\"duration\":3.00000,"), "{cell}");
    let schedule = answer.text.split_once("\"schedule\":[").unwrap().1;
    assert!(
        schedule.starts_with("{\"date\":\"2027-03-22\",\"duration\":8.00}"),
        "{schedule}"
    );
    assert_eq!(read["schedule"].as_array().unwrap().len(), 7, "M4");
    let sums = [&read["billableDuration"], &read["nonBillableDuration"]];
    assert!(sums.iter().any(|sum| sum.as_f64() == Some(3.0)), "M1: {read}");
    assert!(answer.text.contains("Duration\":3.00000,"), "{}", answer.text);
}

#[tokio::test]
async fn s16_a_put_answers_204_and_a_stale_one_is_refused() {
    let server = demo().await;
    let client = server.client();
    let (sheet, project) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let expanded = format!("{path}?$expand=timeSheetLines($expand=timeAllocations)");
    let before = get(&client, &expanded).await.good();
    let line = &before["timeSheetLines"][0];
    let cell = &line["timeAllocations"][0];
    let body = json!({
        "id": sheet,
        "name": "Any text",
        "rowVersion": before["rowVersion"],
        "timeSheetLines": [{
            "id": line["id"],
            "timeAllocations": [{ "id": cell["id"], "duration": 3.25, "comments": "", "date": cell["date"] }],
            "projectId": project,
            "activityId": null,
            "projectTaskId": line["projectTaskId"],
            "orderNumber": 0,
        }],
    });
    let saved = put(&client, &path, &body).await;
    assert_eq!((saved.status.as_u16(), saved.text.as_str()), (204, ""));
    let after = get(&client, &expanded).await;
    let read = after.good();
    assert!(after.text.contains("\"duration\":3.25000"), "{}", after.text);
    assert_eq!(read["name"], "Any text");
    assert_eq!(
        read["timeSheetLines"][0]["timeAllocations"][0]["created"], cell["created"],
        "S5"
    );
    assert_ne!(read["rowVersion"], before["rowVersion"], "S2");

    let stale = put(&client, &path, &body).await;
    assert_eq!(
        stale.refusal(),
        (409, "WpConcurrencyException".to_owned(), "rowVersion".to_owned())
    );
    assert_eq!(stale.json()["error"]["details"][0]["message"], read["rowVersion"]);
    assert_eq!(
        get(&client, &expanded).await.text,
        after.text,
        "S15: nothing has changed"
    );
}

#[tokio::test]
async fn t7_projects_and_tasks_are_offered_with_their_members() {
    let server = demo().await;
    let client = server.client();
    let sheet = open(&client, "2027-03-22").await;
    let path = format!("TimeSheets({sheet})/WP.GetProjects");
    let answer = get(&client, &path).await;
    let projects = answer.rows();
    let first = answer.text.split_once('[').unwrap().1.split_once('}').unwrap().0;
    assert_eq!(
        members(&format!("{first}}}")),
        [
            "id",
            "name",
            "code",
            "organizationId",
            "organizationName",
            "billingTypeCode"
        ]
    );
    let with_client = projects
        .iter()
        .find(|it| it["organizationId"].is_string())
        .unwrap();
    let organization = with_client["organizationId"].as_str().unwrap();
    let narrowed = get(&client, &format!("{path}(organizationId={organization})"))
        .await
        .rows();
    assert!(!narrowed.is_empty() && narrowed.len() < projects.len());
    assert!(narrowed.iter().all(|it| it["organizationId"] == organization));

    let project = projects[0]["id"].as_str().unwrap();
    let path = format!("TimeSheets({sheet})/WP.GetProjectTasks(projectId={project})");
    let answer = get(&client, &path).await;
    let tasks = answer.rows();
    let first = answer.text.split_once('[').unwrap().1.split_once('}').unwrap().0;
    assert_eq!(
        members(&format!("{first}}}")),
        [
            "id",
            "name",
            "number",
            "structNumber",
            "indent",
            "leadTaskId",
            "projectId",
            "allowEntry"
        ]
    );
    assert_eq!(
        (&tasks[0]["indent"], &tasks[0]["structNumber"]),
        (&json!(0), &json!("0")),
        "T3"
    );
    assert!(
        tasks
            .iter()
            .all(|it| it["projectId"] == project || it["projectId"].is_null())
    );
}

#[tokio::test]
async fn what_lax_callers_send_is_understood() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let user = me(&client).await;
    let upper = sheet.to_uppercase();
    for path in [
        format!("TimeSheets({sheet})?$expand="),
        format!("timesheets({upper})"),
        format!("TIMESHEETS({sheet})?$EXPAND=TimeSheetLines"),
        format!("TimeSheets({sheet})?expand=timesheetlines( $expand = timeallocations )"),
        format!("TimeSheets(id={sheet})"),
        format!("TimeSheets%28{sheet}%29"),
        format!("TimeSheets/{sheet}"),
        format!("TimeSheets({sheet})/"),
    ] {
        assert_eq!(get(&client, &path).await.good()["id"], json!(sheet), "{path}");
    }
    for path in [
        format!("TimeSheets/GetIdForPeriod(date=2027-03-22,userId={user})"),
        format!("TimeSheets/wp.getidforperiod( userId = {user} , date = 2027-03-22 )"),
        format!("TimeSheets/WP.GetIdForPeriod(date=@d,userId=@u)?@d=2027-03-22&@u={user}"),
        format!("TimeSheets/WP.GetIdForPeriod?date=2027-03-22&userId={user}"),
    ] {
        assert_eq!(get(&client, &path).await.good()["value"], json!(sheet), "{path}");
    }
    for path in [
        "WP.GetNextTimeSheetId",
        "GetNextTimeSheetId()",
        "WP.GetNextTimeSheetId()",
    ] {
        let answer = get(&client, &format!("TimeSheets({sheet})/{path}")).await;
        assert!(answer.good()["value"].is_string(), "{path}");
    }
    let root = client.get("/OData/TimeSheets?$top=1").await;
    assert_eq!(root.status(), 200);
}

#[tokio::test]
async fn p9_p11_who_must_not_open_a_sheet_opens_none() {
    let server = demo().await;
    let client = server.client();
    let user = me(&client).await;
    let count = async || get(&client, "TimeSheets/$count").await.text;
    let before = count().await;
    let stranger =
        "TimeSheets/WP.GetIdForPeriod(date=2027-03-22,userId=00000000-0000-4000-8000-000000000001)";
    assert_eq!(get(&client, stranger).await.status, 404);
    let wrong = format!("TimeSheets/WP.GetIdForPeriod(date=2027-13-22,userId={user})");
    assert_eq!(get(&client, &wrong).await.status, 400);
    let path = format!("TimeSheets/WP.GetIdForPeriod(date=2027-03-22,userId={user})");
    assert_eq!(send(&client, Method::HEAD, &path, &[], None).await.status, 405);
    assert_eq!(send(&client, Method::OPTIONS, &path, &[], None).await.status, 405);
    assert_eq!(get(&server.anonymous(), &path).await.status, 401);
    assert_eq!(count().await, before);
    let missing = get(&client, "TimeSheets/WP.GetIdForPeriod(date=2027-03-22)").await;
    assert_eq!(missing.refusal().2, "userId", "{missing:?}");
}
