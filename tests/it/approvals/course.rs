//! From a draft to its approval and back: states, steps, comments and history.

use punchcard::domain::access::Role;
use punchcard::domain::approval::ApproverKind;
use punchcard::domain::user::User;
use serde_json::json;

use super::{act, ask, clients, waiting, week, with_template};
use crate::support::company::Person;
use crate::support::records::{self, record};
use crate::support::staffed::Staffed;

#[tokio::test]
async fn f3_f5_a_week_is_handed_in_sent_back_handed_in_again_and_approved() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    assert_eq!(act(&lead, "approve", None).await, "WRONG_STATE");
    assert_eq!(waiting(&lead).await, Vec::<serde_json::Value>::new());
    assert_eq!(act(&ivan, "submit", Some("all there")).await, "SUBMITTED");
    assert_eq!(waiting(&lead).await, [json!(week())]);
    assert_eq!(act(&ivan, "submit", None).await, "WRONG_STATE");
    assert_eq!(act(&ivan, "approve", None).await, "FORBIDDEN", "F7");
    let silent = act(&lead, "reject", Some(" ")).await;
    assert_eq!(
        silent["faults"],
        json!([{ "path": "comment", "code": "REQUIRED" }])
    );
    assert_eq!(act(&lead, "reject", Some("which project?")).await, "REJECTED");
    let times = ask(&ivan, "submitted approved approval { entries { comment } }").await;
    assert_eq!(
        (&times["submitted"], &times["approved"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(times["approval"]["entries"][1]["comment"], "which project?");
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(act(&ivan, "recall", None).await, "DRAFT");
    assert_eq!(ask(&ivan, "approval { id }").await["approval"], json!(null));
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(act(&lead, "approve", None).await, "APPROVED");
    assert_eq!(act(&ivan, "recall", None).await, "FORBIDDEN");
    assert_eq!(act(&admin, "recall", None).await, "WRONG_STATE");
    let sheet = ask(
        &ivan,
        "submitted approved approvals { steps { kind isDone isCurrent approvers { name } }
            entries { action step actor { name } performedBy { name } comment } }",
    )
    .await;
    assert!(
        sheet["submitted"].is_string() && sheet["approved"].is_string(),
        "F3: {sheet}"
    );
    let approvals = sheet["approvals"].as_array().unwrap();
    assert_eq!(approvals.len(), 3);
    assert_eq!(
        approvals[2],
        json!({
            "steps": [{ "kind": "MANAGER", "isDone": true, "isCurrent": false, "approvers": [] }],
            "entries": [
                { "action": "SUBMIT", "step": null, "actor": { "name": "Ivan" }, "performedBy": null, "comment": null },
                { "action": "APPROVE", "step": 0, "actor": { "name": "Lead" }, "performedBy": null, "comment": null },
            ],
        })
    );
    assert_eq!(act(&admin, "reopen", None).await, "DRAFT");
    staffed.server.stop().await;
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_and_approves_nothing() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [_, lead, ivan, _] = clients(&staffed);
    let seen = ask(&ivan, "rowVersion").await["rowVersion"].clone();
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    let document = "mutation Act($id: UUID!, $version: RowVersion!) {
        approveTimesheet(id: $id, rowVersion: $version) { timesheet { status } conflict { rowVersion timesheet { status } } } }";
    let answer = lead
        .graphql(document, json!({ "id": week(), "version": seen }))
        .await;
    let conflict = &answer["data"]["approveTimesheet"]["conflict"];
    assert_eq!(conflict["timesheet"]["status"], "SUBMITTED", "{answer}");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f8_acting_on_one_week_touches_no_other() {
    let staffed = Staffed::open_with(vec![record(records::sheet(2, Person::Ivan, "2024-03-11"))]).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    let others = || async {
        let document =
            "query Next($id: UUID!) { timesheet(id: $id) { rowVersion status submitted approvals { id } } }";
        let id = records::sheet_id(2).to_string();
        ivan.graphql(document, json!({ "id": id })).await
    };
    let before = others().await;
    for (client, verb) in [
        (&ivan, "submit"),
        (&ivan, "recall"),
        (&ivan, "submit"),
        (&lead, "approve"),
        (&admin, "reopen"),
    ] {
        assert!(act(client, verb, None).await.is_string());
        assert_eq!(others().await, before, "{verb}");
    }
    staffed.server.stop().await;
}

/// Olga runs the website's project; it is her turn first, then Lead's.
async fn in_two_steps() -> Staffed {
    let staffed = with_template(|template| {
        template.approval_steps = Box::new([ApproverKind::ProjectManagers, ApproverKind::Manager]);
    });
    let staffed = staffed.await;
    let [admin, ..] = clients(&staffed);
    let roles = "mutation { saveUser(input: { id: \"OLGA\", roles: [EMPLOYEE, PROJECT_MANAGER] }) { faults { path } } }";
    let project =
        "mutation { saveProject(input: { id: \"PROJECT\", managerId: \"OLGA\" }) { faults { path } } }";
    for document in [roles, project] {
        let document = document
            .replace("OLGA", &Person::Olga.id())
            .replace("PROJECT\"", &format!("{}\"", records::project_id(1)));
        let answer = admin.graphql(&document, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
    }
    staffed
}

#[tokio::test]
async fn f11_whoever_is_named_sees_the_sheet_while_it_is_in_approval_and_no_longer() {
    let staffed = in_two_steps().await;
    let [_, lead, ivan, olga] = clients(&staffed);
    let listed = || async {
        let answer = olga
            .graphql("{ timesheets { nodes { id } totalCount } }", json!({}))
            .await;
        answer["data"]["timesheets"]["totalCount"].clone()
    };
    assert_eq!(ask(&olga, "id").await, json!(null));
    assert_eq!(listed().await, 0);
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(
        ask(&olga, "executeAllowed editAllowed reopenAllowed").await,
        json!({ "executeAllowed": true, "editAllowed": false, "reopenAllowed": false })
    );
    assert_eq!(listed().await, 1);
    assert_eq!(waiting(&olga).await, [json!(week())]);
    assert_eq!(waiting(&lead).await, Vec::<serde_json::Value>::new());
    assert_eq!(act(&lead, "approve", None).await, "FORBIDDEN", "not yet his turn");
    assert_eq!(act(&olga, "approve", Some("fine")).await, "SUBMITTED");
    assert_eq!(waiting(&olga).await, Vec::<serde_json::Value>::new());
    assert_eq!(waiting(&lead).await, [json!(week())]);
    assert_eq!(act(&lead, "approve", None).await, "APPROVED");
    assert_eq!(ask(&olga, "status").await["status"], "APPROVED");
    assert_eq!(act(&lead, "reopen", None).await, "DRAFT");
    assert_eq!(ask(&olga, "id").await, json!(null));
    assert_eq!(listed().await, 0);
    staffed.server.stop().await;
}

#[tokio::test]
async fn a_sheet_never_waits_for_somebody_who_cannot_approve() {
    let staffed = with_template(|template| {
        template.approval_steps = Box::new([ApproverKind::Person(Person::Olga.user_id())]);
    });
    let staffed = staffed.await;
    let [_, lead, ivan, olga] = clients(&staffed);
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(
        act(&olga, "approve", None).await,
        "NOT_FOUND",
        "she is but an employee"
    );
    assert_eq!(act(&lead, "approve", None).await, "APPROVED");
    staffed.server.stop().await;
}

#[tokio::test]
async fn a_new_manager_takes_over_what_waits_for_the_owners_manager() {
    let boss = User {
        roles: Box::new([Role::TeamManager]),
        ..records::user(Person::Stranger)
    };
    let staffed = Staffed::open_with(vec![record(boss)]).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    let boss = staffed.client(Person::Stranger);
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    let document = format!(
        "mutation {{ saveUser(input: {{ id: \"{}\", managerId: \"{}\" }}) {{ faults {{ path }} }} }}",
        Person::Ivan.id(),
        Person::Stranger.id()
    );
    assert_eq!(admin.graphql(&document, json!({})).await.get("errors"), None);
    assert_eq!(act(&lead, "approve", None).await, "NOT_FOUND");
    assert_eq!(act(&boss, "approve", None).await, "APPROVED");
    staffed.server.stop().await;
}

#[tokio::test]
async fn f7_a_template_may_let_people_approve_their_own() {
    for (allows, outcome) in [(false, "FORBIDDEN"), (true, "APPROVED")] {
        let staffed = with_template(|template| template.allows_own_approval = allows).await;
        let [admin, _, ivan, _] = clients(&staffed);
        let document = format!(
            "mutation {{ saveUser(input: {{ id: \"{}\", roles: [ADMINISTRATOR] }}) {{ faults {{ path }} }} }}",
            Person::Ivan.id()
        );
        assert_eq!(admin.graphql(&document, json!({})).await.get("errors"), None);
        assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
        assert_eq!(act(&ivan, "forceApprove", None).await, outcome);
        staffed.server.stop().await;
    }
}

#[tokio::test]
async fn an_approval_in_anothers_name_tells_of_both() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, _, ivan, _] = clients(&staffed);
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(act(&admin, "approve", None).await, "FORBIDDEN");
    let as_lead = admin.acting_for(Person::Lead.id());
    assert_eq!(act(&as_lead, "approve", None).await, "APPROVED");
    let sheet = ask(
        &ivan,
        "approval { entries { actor { name } performedBy { name } } }",
    )
    .await;
    assert_eq!(
        sheet["approval"]["entries"][1],
        json!({ "actor": { "name": "Lead" }, "performedBy": { "name": "Admin" } })
    );
    staffed.server.stop().await;
}

#[tokio::test]
async fn m3_a_changed_billing_type_recomputes_drafts_and_leaves_approved_sheets() {
    let staffed = Staffed::open_with(Vec::new()).await;
    let [admin, lead, ivan, _] = clients(&staffed);
    let sums = "billableHours nonBillableHours";
    let before = ask(&ivan, sums).await;
    assert_eq!(
        before,
        json!({ "billableHours": "7.75", "nonBillableHours": "8" })
    );
    let become_free = |billing: &'static str| {
        let (admin, project) = (admin.clone(), records::project_id(1));
        async move {
            let document = format!(
                "mutation {{ saveProject(input: {{ id: \"{project}\", billingType: {billing} }}) {{ faults {{ path }} }} }}"
            );
            let answer = admin.graphql(&document, json!({})).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
    };
    become_free("NON_BILLABLE").await;
    assert_eq!(ask(&ivan, sums).await["billableHours"], "0", "a draft follows");
    become_free("FIXED_BID").await;
    assert_eq!(act(&ivan, "submit", None).await, "SUBMITTED");
    assert_eq!(act(&lead, "approve", None).await, "APPROVED");
    become_free("NON_BILLABLE").await;
    assert_eq!(ask(&ivan, sums).await, before, "an approved sheet does not");
    let path = format!("/odata/TimeSheets({})/billableDuration", week());
    let over_odata: serde_json::Value = ivan.get(&path).await.json().await.unwrap();
    assert_eq!(over_odata["value"], json!(7.75));
    assert_eq!(act(&lead, "reopen", None).await, "DRAFT");
    assert_eq!(ask(&ivan, sums).await["billableHours"], "0");
    staffed.server.stop().await;
}
