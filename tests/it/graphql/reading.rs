//! Reading a sheet: whole, in one request, without a read per row, and exactly what was asked for.

use serde_json::json;

use crate::support::company::{Company, Person};
use crate::support::records::sheet_id;

/// Everything that a client shows of a sheet.
const WHOLE_SHEET: &str = "query ($user: UUID, $date: Date!) {
    timesheetByPeriod(userId: $user, date: $date) {
        id name status dueDate dateFrom dateTo submitted approved
        billableHours nonBillableHours totalHours
        editAllowed deleteAllowed submitAllowed forceSubmitAllowed reopenAllowed executeAllowed forceExecuteAllowed
        user { id name department { name } manager { name } }
        department { name } template { name period { kind firstDay anchor } dueDays }
        schedule { date hours }
        lines {
            orderNumber hours
            project { name billingType state organization { name number } manager { name } }
            task { name number leadTask { name } }
            activity { name }
            cells { date hours comment invoiceLineId timeOffRequestId }
        }
    }
}";

#[tokio::test]
async fn a_whole_sheet_comes_in_one_request() {
    let company = Company::open().await;
    let variables = json!({ "user": Person::Ivan.id(), "date": "2024-03-06" });
    let answer = company.ask(Person::Ivan, WHOLE_SHEET, variables).await;
    let day = |day: u32, hours: &str| json!({ "date": format!("2024-03-{day:02}"), "hours": hours });
    let cell = |day: u32, hours: &str, comment: Option<&str>| {
        json!({
            "date": format!("2024-03-{day:02}"), "hours": hours, "comment": comment,
            "invoiceLineId": null, "timeOffRequestId": null,
        })
    };
    let expected = json!({ "timesheetByPeriod": {
        "id": sheet_id(1).to_string(), "name": "Ivan 04.03.2024-10.03.2024", "status": "DRAFT",
        "dueDate": "2024-03-12", "dateFrom": "2024-03-04", "dateTo": "2024-03-10",
        "submitted": null, "approved": null,
        "billableHours": "7.75", "nonBillableHours": "8", "totalHours": "15.75",
        "editAllowed": true, "deleteAllowed": true, "submitAllowed": true, "forceSubmitAllowed": false,
        "reopenAllowed": false, "executeAllowed": false, "forceExecuteAllowed": false,
        "user": {
            "id": Person::Ivan.id(), "name": "Ivan",
            "department": { "name": "Engineering" }, "manager": { "name": "Lead" },
        },
        "department": { "name": "Engineering" },
        "template": {
            "name": "Weekly", "dueDays": 2,
            "period": { "kind": "WEEK", "firstDay": "MONDAY", "anchor": null },
        },
        "schedule": [
            day(4, "8"), day(5, "8"), day(6, "8"), day(7, "8"), day(8, "8"), day(9, "0"), day(10, "0"),
        ],
        "lines": [
            {
                "orderNumber": 0, "hours": "7.75",
                "project": {
                    "name": "Website", "billingType": "TIME_AND_MATERIAL", "state": "OPEN",
                    "organization": { "name": "Romashka", "number": "C-1" }, "manager": { "name": "Lead" },
                },
                "task": { "name": "Design", "number": 0, "leadTask": { "name": "Website" } },
                "activity": { "name": "Проектирование" },
                "cells": [cell(4, "7.5", Some("said \"hello\"\n")), cell(5, "0.25", None)],
            },
            {
                "orderNumber": 1, "hours": "8", "project": null, "task": null, "activity": null,
                "cells": [cell(6, "8", None)],
            },
        ],
    }});
    assert_eq!(answer, json!({ "data": expected }));
}

#[tokio::test]
async fn a_sheet_with_all_it_refers_to_takes_one_read_a_level() {
    let company = Company::open().await;
    let read = async |selection: &str| {
        company.store.asked();
        let query = format!("{{ timesheetByPeriod(date: \"2024-03-06\") {{ {selection} }} }}");
        company.data(Person::Ivan, &query).await;
        company.store.asked()
    };
    let plain = read("id name lines { projectId cells { hours } }").await;
    assert_eq!(plain, 2, "the caller, and the sheet");
    let one_level = "user { name } department { name } template { name }
        lines { project { name } task { name } activity { name } }";
    assert_eq!(read(one_level).await, plain + 1);
    let two_levels =
        "user { manager { name } } lines { project { organization { name } } task { leadTask { name } } }";
    assert_eq!(read(two_levels).await, plain + 2);
    let facts = "editAllowed deleteAllowed billableHours nonBillableHours";
    assert_eq!(read(facts).await, plain + 1);
    assert_eq!(
        read("editAllowed billableHours schedule { hours }").await,
        plain + 2
    );
}

#[tokio::test]
async fn names_are_those_asked_for_in_the_order_asked_for() {
    let company = Company::open().await;
    let query = r#"query ($no: Boolean = false) {
        sheet: timesheetByPeriod(date: "2024-03-06") {
            kind: __typename
            to: dateTo
            ...dates
            lines { __typename first: orderNumber ... on TimesheetLine { hours, again: orderNumber } }
            lines { cells { hours } }
            name @include(if: $no)
            submitted @skip(if: true)
            user @include(if: true) { name }
            ... @skip(if: $no) { user { email } }
        }
    }
    fragment dates on Timesheet { dateFrom to: dateTo }"#;
    let answer = company.text(&Person::Ivan.session(), query, &json!({})).await;
    assert_eq!(
        answer,
        concat!(
            r#"{"data":{"sheet":{"kind":"Timesheet","to":"2024-03-10","dateFrom":"2024-03-04","#,
            r#""lines":[{"__typename":"TimesheetLine","first":0,"hours":"7.75","again":0,"cells":[{"hours":"7.5"},{"hours":"0.25"}]},"#,
            r#"{"__typename":"TimesheetLine","first":1,"hours":"8","again":1,"cells":[{"hours":"8"}]}],"#,
            r#""user":{"name":"Ivan","email":"Ivan@example.com"}}}}"#,
        )
    );
}

#[tokio::test]
async fn a_query_never_makes_a_sheet() {
    let company = Company::open().await;
    let query = r#"{ timesheetByPeriod(date: "2024-03-11") { id } timesheets { totalCount } }"#;
    for _ in 0..2 {
        let data = company.data(Person::Ivan, query).await;
        assert_eq!(
            data,
            json!({ "timesheetByPeriod": null, "timesheets": { "totalCount": 1 } })
        );
    }
}

#[tokio::test]
async fn every_kind_of_record_is_read_by_its_id_and_found_in_its_list() {
    let company = Company::open().await;
    let kinds = [
        ("timesheet", "timesheets"),
        ("user", "users"),
        ("organization", "organizations"),
        ("project", "projects"),
        ("task", "tasks"),
        ("activity", "activities"),
        ("department", "departments"),
        ("schedule", "schedules"),
        ("timesheetTemplate", "timesheetTemplates"),
        ("token", "tokens"),
    ];
    for (one, many) in kinds {
        let data = company
            .data(
                Person::Admin,
                &format!("{{ {many} {{ nodes {{ id rowVersion created isActive }} }} }}"),
            )
            .await;
        let nodes = data[many]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{many}");
        for node in nodes {
            let id = &node["id"];
            let query = format!("{{ {one}(id: {id}) {{ id rowVersion created isActive }} }}");
            assert_eq!(company.data(Person::Admin, &query).await[one], *node);
        }
        let query = format!("{{ {one}(id: \"00000000-0000-0000-0000-000000000000\") {{ id }} }}");
        assert_eq!(company.data(Person::Admin, &query).await[one], json!(null));
    }
    let data = company
        .data(
            Person::Ivan,
            "{ me { name roles } settings { companyName template { name } templates { from } } }",
        )
        .await;
    let settings =
        json!({ "companyName": "Acme", "template": { "name": "Weekly" }, "templates": [{ "from": null }] });
    assert_eq!(
        data,
        json!({ "me": { "name": "Ivan", "roles": ["EMPLOYEE"] }, "settings": settings })
    );
}
