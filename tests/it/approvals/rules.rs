//! Rules of templates: told by the check, minded by handing in, passed by force.

use punchcard::domain::hours::Hours;
use punchcard::domain::timesheet::rules::{Demand, Rule, Severity};
use serde_json::{Value, json};

use super::{act, ask, clients, post, week, with_template};
use crate::support::company::Person;
use crate::support::staffed::Staffed;

fn rule(demand: Demand, severity: Severity) -> Rule {
    Rule { demand, severity }
}

/// More than seven hours a day are too many; hours should have comments.
async fn strict() -> Staffed {
    with_template(|template| {
        template.rules = Box::new([
            rule(Demand::MaxHoursPerDay(Hours::whole(7)), Severity::Error),
            rule(Demand::CommentRequired, Severity::Warning),
        ]);
    })
    .await
}

async fn check(staffed: &Staffed) -> Vec<Value> {
    let document =
        "query Check($id: UUID!) { checkTimesheet(id: $id) { rule severity date lineId cellId message } }";
    let answer = staffed
        .client(Person::Ivan)
        .graphql(document, json!({ "id": week() }))
        .await;
    answer["data"]["checkTimesheet"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_broken_rule_that_matters_keeps_a_sheet_from_being_handed_in_but_by_force() {
    let staffed = strict().await;
    let [admin, _, ivan, _] = clients(&staffed);
    let before = ask(&ivan, "rowVersion").await;
    let refused = act(&ivan, "submit", None).await;
    let told: Vec<(&str, &str)> = refused["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["rule"].as_str().unwrap(), it["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("MAX_HOURS_PER_DAY", "ERROR"),
            ("MAX_HOURS_PER_DAY", "ERROR"),
            ("COMMENT_REQUIRED", "WARNING"),
            ("COMMENT_REQUIRED", "WARNING"),
        ]
    );
    assert_eq!(
        post(&ivan, "Submit", &json!({})).await,
        (409, "RULES_BROKEN".to_owned())
    );
    assert_eq!(ask(&ivan, "rowVersion").await, before, "S15");
    assert_eq!(act(&ivan, "forceSubmit", None).await, "FORBIDDEN");
    assert_eq!(act(&admin, "forceSubmit", None).await, "SUBMITTED");
    staffed.server.stop().await;
}

#[tokio::test]
async fn the_check_tells_the_same_over_both_faces() {
    let staffed = strict().await;
    let ivan = staffed.client(Person::Ivan);
    let graphql = check(&staffed).await;
    let path = format!("/odata/TimeSheets({})/WP.Check", week());
    let odata: Value = ivan.get(&path).await.json().await.unwrap();
    let odata = odata["value"].as_array().unwrap();
    assert_eq!(graphql.len(), odata.len());
    for (one, other) in graphql.iter().zip(odata) {
        for (name, theirs) in [
            ("rule", "rule"),
            ("severity", "severity"),
            ("date", "date"),
            ("lineId", "timeSheetLineId"),
            ("cellId", "timeAllocationId"),
            ("message", "message"),
        ] {
            assert_eq!(one[name], other[theirs], "{name}");
        }
    }
    let days: Vec<&Value> = graphql.iter().map(|it| &it["date"]).take(2).collect();
    assert_eq!(days, ["2024-03-04", "2024-03-06"]);
    staffed.server.stop().await;
}

#[tokio::test]
async fn warnings_alone_keep_nothing_from_being_handed_in() {
    let staffed = with_template(|template| {
        template.rules = Box::new([rule(Demand::CommentRequired, Severity::Warning)]);
    });
    let staffed = staffed.await;
    assert_eq!(check(&staffed).await.len(), 2);
    assert_eq!(
        act(&staffed.client(Person::Ivan), "submit", None).await,
        "SUBMITTED"
    );
    staffed.server.stop().await;
}

#[tokio::test]
async fn f9_rules_are_judged_by_the_owners_calendar_whoever_asks() {
    let staffed = with_template(|template| {
        template.rules = Box::new([rule(Demand::DayDeviation(Hours::ZERO), Severity::Error)]);
    });
    let staffed = staffed.await;
    let document = "query Check($id: UUID!) { checkTimesheet(id: $id) { date } }";
    let mut told = Vec::new();
    for who in [Person::Ivan, Person::Lead, Person::Admin] {
        told.push(
            staffed
                .client(who)
                .graphql(document, json!({ "id": week() }))
                .await,
        );
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    let days = told[0]["data"]["checkTimesheet"].as_array().unwrap();
    assert_eq!(days.len(), 4, "Wednesday has its eight hours: {days:?}");
    let stranger = staffed.client(Person::Stranger);
    let answer = stranger.graphql(document, json!({ "id": week() })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    staffed.server.stop().await;
}

#[tokio::test]
async fn templates_say_their_rules_and_steps_and_refuse_those_that_make_no_sense() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, _, _, _] = clients(&staffed);
    let document =
        "mutation Save($input: SaveTimesheetTemplateInput!) { saveTimesheetTemplate(input: $input) {
        timesheetTemplate { rules { rule hours severity } approvalSteps { kind userId } allowsOwnApproval }
        faults { path code } } }";
    let save = |input: Value| {
        let admin = admin.clone();
        async move {
            let answer = admin.graphql(document, json!({ "input": input })).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
            answer["data"]["saveTimesheetTemplate"].clone()
        }
    };
    let wanted = json!({
        "rules": [
            { "rule": "MIN_HOURS_PER_DAY", "hours": "7.5", "severity": "WARNING" },
            { "rule": "NO_DUPLICATE_LINES", "hours": null, "severity": "ERROR" },
        ],
        "approvalSteps": [
            { "kind": "PERSON", "userId": Person::Lead.id() },
            { "kind": "MANAGER", "userId": null },
        ],
        "allowsOwnApproval": true,
    });
    let mut input = wanted.clone();
    input["name"] = json!("Strict");
    input["period"] = json!({ "kind": "MONTH" });
    let saved = save(input).await;
    assert_eq!(saved["timesheetTemplate"], wanted, "{saved}");
    let refused = save(json!({
        "name": "Odd",
        "period": { "kind": "MONTH" },
        "rules": [
            { "rule": "MAX_HOURS_PER_DAY", "severity": "ERROR" },
            { "rule": "COMMENT_REQUIRED", "hours": "1", "severity": "ERROR" },
            { "rule": "MIN_HOURS_PER_DAY", "hours": "25", "severity": "ERROR" },
            { "rule": "TASK_REQUIRED", "severity": "ERROR" },
            { "rule": "TASK_REQUIRED", "severity": "WARNING" },
        ],
        "approvalSteps": [{ "kind": "MANAGER" }, { "kind": "MANAGER" }],
    }))
    .await;
    assert_eq!(
        refused["faults"],
        json!([
            { "path": "rules[0].hours", "code": "REQUIRED" },
            { "path": "rules[1].hours", "code": "CONTRADICTION" },
            { "path": "rules[2].hours", "code": "OUT_OF_RANGE" },
            { "path": "rules[4].rule", "code": "DUPLICATE" },
            { "path": "approvalSteps[1]", "code": "DUPLICATE" },
        ])
    );
    let unknown = save(json!({
        "name": "Odd",
        "period": { "kind": "MONTH" },
        "approvalSteps": [{ "kind": "PERSON", "userId": "00000000-0000-0000-0000-000000000009" }],
    }))
    .await;
    assert_eq!(unknown["faults"][0]["path"], "approvalSteps[0].userId");
    staffed.server.stop().await;
}
