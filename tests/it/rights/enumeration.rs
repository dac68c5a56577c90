//! Who may do what with a sheet in which state (SPEC 6): every state, role and action, over both
//! faces, against one table; and the flags say the same before anything is tried (F1, F2).

use punchcard::domain::access::Role;
use punchcard::domain::id::{TokenId, UserId};
use punchcard::domain::record::Record;
use punchcard::domain::token::AccessToken;
use punchcard::domain::user::User;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::company::Person;
use crate::support::records::{self, record, uuid};
use crate::support::staffed::Staffed;

/// Those who try, in the order of the table's letters: the owner, their manager, that one's manager,
/// somebody who leads another team, who may see everything, who may do everything.
const CAST: [&str; 6] = ["owner", "approver", "upper", "stranger", "auditor", "admin"];

/// The table: a verb, the flag that announces it, and what comes of it, a letter for each of the cast:
/// `y` it is done, `r` there is no right, `s` the state is wrong, `n` there is no such sheet. In the
/// order of [`STATES`], of which a draft and a rejected sheet are alike.
const TABLE: [(&str, &str, [&str; 4]); 10] = [
    ("save", "editAllowed", ["yrrnry", "srrnrs", "srrnrs", "yrrnry"]),
    (
        "delete",
        "deleteAllowed",
        ["yrrnry", "srrnrs", "srrnrs", "yrrnry"],
    ),
    (
        "submit",
        "submitAllowed",
        ["yrrnry", "srrnrs", "srrnrs", "yrrnry"],
    ),
    (
        "forceSubmit",
        "forceSubmitAllowed",
        ["rrrnry", "rrrnrs", "rrrnrs", "rrrnry"],
    ),
    (
        "recall",
        "reopenAllowed",
        ["sssnrs", "yyynry", "rssnrs", "sssnrs"],
    ),
    (
        "reopen",
        "reopenAllowed",
        ["sssnrs", "yyynry", "ryynry", "sssnrs"],
    ),
    (
        "approve",
        "executeAllowed",
        ["rsrnrr", "ryrnrr", "rsrnrr", "rsrnrr"],
    ),
    (
        "reject",
        "executeAllowed",
        ["rsrnrr", "ryrnrr", "rsrnrr", "rsrnrr"],
    ),
    (
        "forceApprove",
        "forceExecuteAllowed",
        ["rrrnrs", "rrrnry", "rrrnrs", "rrrnrs"],
    ),
    (
        "forceReject",
        "forceExecuteAllowed",
        ["rrrnrs", "rrrnry", "rrrnrs", "rrrnrs"],
    ),
];

/// The states, and the verbs that lead there from a draft.
const STATES: [(&str, &[&str]); 4] = [
    ("DRAFT", &[]),
    ("SUBMITTED", &["submit"]),
    ("APPROVED", &["submit", "approve"]),
    ("REJECTED", &["submit", "reject"]),
];

fn somebody(number: u128, name: &str, roles: &[Role]) -> [Record; 2] {
    let id = UserId::new(uuid('a', number));
    let user = User {
        id,
        name: name.into(),
        email: Some(format!("{name}@example.com").into()),
        manager_id: None,
        roles: roles.into(),
        ..records::user(Person::Stranger)
    };
    let token = AccessToken {
        id: TokenId::new(uuid('b', number)),
        user_id: id,
        name: name.into(),
        ..records::token(Person::Stranger)
    };
    [record(user), record(token)]
}

/// A company with so many weeks of Ivan's, all drafts.
async fn staffed(weeks: usize) -> Staffed {
    let lead = [Role::Employee, Role::TeamManager];
    let mut more: Vec<Record> = Vec::new();
    more.extend(somebody(6, "Boss", &lead));
    more.extend(somebody(7, "Auditor", &[Role::Auditor]));
    more.extend(somebody(8, "Other", &lead));
    more.push(record(User {
        manager_id: Some(UserId::new(uuid('a', 6))),
        ..records::user(Person::Lead)
    }));
    let first = records::date("2024-03-11");
    for week in 0..weeks {
        let days = i32::try_from(week).unwrap() * 7;
        let from = first.plus_days(days).to_string();
        let number = 100 + week as u128;
        more.push(record(records::sheet(number, Person::Ivan, &from)));
    }
    Staffed::open_with(more).await
}

fn cast(staffed: &Staffed) -> [Client; 6] {
    let with = |token: &str| staffed.server.client_with(token);
    [
        staffed.client(Person::Ivan),
        staffed.client(Person::Lead),
        with("pct_Boss"),
        with("pct_Other"),
        with("pct_Auditor"),
        staffed.client(Person::Admin),
    ]
}

fn letter(code: &str) -> char {
    match code {
        "" => 'y',
        "FORBIDDEN" => 'r',
        "WRONG_STATE" => 's',
        "NOT_FOUND" => 'n',
        unknown => panic!("the table knows no {unknown}"),
    }
}

/// What comes of a verb over GraphQL.
async fn over_graphql(client: &Client, verb: &str, sheet: &str, version: &Value) -> char {
    let document = match verb {
        "save" => format!(
            "mutation {{ saveTimesheet(input: {{ id: \"{sheet}\", rowVersion: {version}, name: \"x\" }}) {{ timesheet {{ id }} faults {{ message }} }} }}"
        ),
        "delete" => {
            format!("mutation {{ deleteTimesheet(id: \"{sheet}\") {{ deletedId faults {{ message }} }} }}")
        }
        verb => format!(
            "mutation {{ {verb}Timesheet(id: \"{sheet}\", comment: \"x\") {{ timesheet {{ id }} faults {{ message }} }} }}"
        ),
    };
    let answer = client.graphql(&document, json!({})).await;
    let payload = &answer["data"][format!("{verb}Timesheet")];
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return letter(code);
    }
    let done = payload["timesheet"]["id"].is_string() || payload["deletedId"].is_string();
    assert!(done, "{answer}");
    letter("")
}

/// What comes of a verb over OData.
async fn over_odata(client: &Client, verb: &str, sheet: &str) -> char {
    let entity = format!("/odata/TimeSheets({sheet})");
    let (method, path, body) = match verb {
        "save" => (Method::PATCH, entity, json!({ "name": "x" })),
        "delete" => (Method::DELETE, entity, json!({})),
        verb => {
            let (first, rest) = verb.split_at(1);
            let action = format!("{entity}/WP.{}{rest}", first.to_uppercase());
            (Method::POST, action, json!({ "comment": "x" }))
        }
    };
    let answer = client.request(method, &path).header("if-match", "*").json(&body);
    let answer = answer.send().await.unwrap();
    if answer.status().is_success() {
        return letter("");
    }
    let refusal: Value = answer.json().await.unwrap();
    letter(refusal["error"]["code"].as_str().unwrap())
}

/// What the flag says over both faces, which is the same; nothing where there is no sheet.
async fn flag(client: &Client, flag: &str, sheet: &str) -> Option<bool> {
    let document = format!("{{ timesheet(id: \"{sheet}\") {{ {flag} }} }}");
    let graphql = client.graphql(&document, json!({})).await["data"]["timesheet"][flag].as_bool();
    let odata = client
        .get(&format!("/odata/TimeSheets({sheet})?$select={flag}"))
        .await;
    let odata: Value = odata.json().await.unwrap();
    assert_eq!(graphql, odata[flag].as_bool(), "{flag}: {odata}");
    graphql
}

#[tokio::test]
async fn f1_every_state_role_and_action_over_both_faces_is_as_the_table_says() {
    let cells = STATES.len() * TABLE.len() * CAST.len() * 2;
    let staffed = staffed(cells).await;
    let cast = cast(&staffed);
    let [owner, approver, .., admin] = &cast;
    let mut sheets = (100_u128..).map(|number| records::sheet_id(number).to_string());
    for (column, (state, way)) in STATES.into_iter().enumerate() {
        for (verb, announced, outcomes) in TABLE {
            for (who, expected) in outcomes[column].chars().enumerate() {
                for face in ["GraphQL", "OData"] {
                    let sheet = sheets.next().unwrap();
                    for step in way {
                        let by = if *step == "submit" { owner } else { approver };
                        assert_eq!(over_graphql(by, step, &sheet, &Value::Null).await, 'y', "{step}");
                    }
                    let about = format!("{{ timesheet(id: \"{sheet}\") {{ rowVersion status }} }}");
                    let before = admin.graphql(&about, json!({})).await["data"]["timesheet"].take();
                    assert_eq!(before["status"], state);
                    let what = format!("{} {verb} {state} over {face}", CAST[who]);
                    if (verb, state) != ("recall", "APPROVED") {
                        let says = flag(&cast[who], announced, &sheet).await;
                        let is_seen = expected != 'n';
                        assert_eq!(says, is_seen.then_some(expected == 'y'), "{what}: {announced}");
                    }
                    let version = &before["rowVersion"];
                    let outcome = match face {
                        "GraphQL" => over_graphql(&cast[who], verb, &sheet, version).await,
                        _ => over_odata(&cast[who], verb, &sheet).await,
                    };
                    assert_eq!(outcome, expected, "{what}");
                    let after = admin.graphql(&about, json!({})).await["data"]["timesheet"].take();
                    assert_eq!(
                        after == before,
                        expected != 'y',
                        "{what}: a refused one changes nothing"
                    );
                }
            }
        }
    }
}
