//! Every verb there is, accepted and refused: what each leaves in the audit trail (X3).

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};

use super::reference::kinds;
use crate::support::company::{Company, Person};
use crate::support::records::sheet_id;

/// The verbs of the schema.
fn verbs() -> BTreeSet<String> {
    let document = parse_schema(punchcard::graphql::sdl()).unwrap();
    let mut definitions = document.definitions.into_iter();
    definitions
        .find_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) if ty.node.name.node == "Mutation" => match ty.node.kind {
                TypeKind::Object(object) => Some(object.fields),
                _ => None,
            },
            _ => None,
        })
        .unwrap()
        .into_iter()
        .map(|field| field.node.name.node.to_string())
        .collect()
}

/// The company with what was tried on it.
struct Tried {
    company: Company,
    verbs: BTreeSet<String>,
}

impl Tried {
    /// The verbs in the audit trail, the newest first.
    async fn trail(&self) -> Vec<Value> {
        let trail = "{ auditTrail(first: 500) { nodes { action actorId actorName } } }";
        let mut data = self.company.data(Person::Admin, trail).await;
        serde_json::from_value(data["auditTrail"]["nodes"].take()).unwrap()
    }

    async fn ask(&self, who: Person, verb: &str, arguments: &str, members: &str) -> Value {
        let operation = format!("mutation {{ it: {verb}({arguments}) {{ {members} }} }}");
        self.company.ask(who, &operation, json!({})).await
    }

    /// Calls a verb that is refused, because of who asks or of what the input says: not for being no
    /// operation of the schema.
    async fn refused(&self, who: Person, verb: &str, arguments: &str, members: &str) {
        let refusals = BTreeSet::from(["FORBIDDEN", "NOT_FOUND", "REQUIRED"]);
        let before = self.trail().await;
        let answer = self
            .ask(who, verb, arguments, &format!("{members} faults {{ code }}"))
            .await;
        let errors = answer["errors"].as_array().into_iter().flatten();
        let codes: BTreeSet<&str> = (errors.map(|error| error["extensions"]["code"].as_str().unwrap()))
            .chain(fault_codes(&answer))
            .collect();
        assert!(
            !codes.is_empty() && codes.is_subset(&refusals),
            "{verb}: {answer}"
        );
        assert_eq!(self.trail().await, before, "{verb}");
    }

    /// Calls a verb that is accepted, and then one that is refused; what the first answers.
    async fn both(&mut self, who: Person, verb: &str, arguments: &str, members: &str, action: &str) -> Value {
        self.refused(Person::Stranger, verb, arguments, members).await;
        self.accepted(who, verb, arguments, members, action).await
    }

    async fn accepted(
        &mut self,
        who: Person,
        verb: &str,
        arguments: &str,
        members: &str,
        action: &str,
    ) -> Value {
        let before = self.trail().await;
        let mut answer = self.ask(who, verb, arguments, members).await;
        assert_eq!(answer.get("errors"), None, "{verb}: {answer}");
        let mut after = self.trail().await;
        let newest = after.remove(0);
        assert_eq!(after, before, "{verb}: one more");
        assert_eq!(
            (&newest["action"], &newest["actorId"]),
            (&json!(action), &json!(who.id())),
            "{verb}"
        );
        self.verbs.insert(verb.to_owned());
        answer["data"]["it"].take()
    }
}

/// The codes of what is wrong with an input, as a payload tells them.
fn fault_codes(answer: &Value) -> impl Iterator<Item = &str> {
    let faults = answer["data"]["it"]["faults"].as_array().into_iter().flatten();
    faults.map(|fault| fault["code"].as_str().unwrap())
}

/// A value as it is written in a document.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| match (name.as_str(), value) {
                ("billingType" | "kind" | "firstDay" | "state", Value::String(name_of)) => {
                    format!("{name}: {name_of}")
                }
                ("roles", Value::Array(roles)) => {
                    let roles: Vec<&str> = roles.iter().filter_map(Value::as_str).collect();
                    format!("{name}: [{}]", roles.join(", "))
                }
                _ => format!("{name}: {}", literal(value)),
            });
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        plain => plain.to_string(),
    }
}

/// The verbs of approval, back to where the sheet is worked on.
async fn try_approvals(tried: &mut Tried, sheet: &str) {
    let (ivan, lead, admin) = (Person::Ivan, Person::Lead, Person::Admin);
    let said = format!("{sheet}, comment: \"because\"");
    for (who, verb) in [
        (ivan, "submitTimesheet"),
        (ivan, "recallTimesheet"),
        (admin, "forceSubmitTimesheet"),
        (lead, "approveTimesheet"),
        (lead, "reopenTimesheet"),
        (ivan, "submitTimesheet"),
        (lead, "rejectTimesheet"),
        (ivan, "submitTimesheet"),
        (admin, "forceApproveTimesheet"),
        (admin, "reopenTimesheet"),
        (ivan, "submitTimesheet"),
        (admin, "forceRejectTimesheet"),
    ] {
        tried.both(who, verb, &said, "timesheet { id }", verb).await;
    }
}

/// The verbs of sheets.
async fn try_sheets(tried: &mut Tried) {
    let ivan = Person::Ivan;
    let sheet = format!("id: \"{}\"", sheet_id(1));
    let id = "timesheet { id rowVersion }";

    let open = format!("userId: \"{}\", date: \"2024-03-27\"", ivan.id());
    tried
        .both(ivan, "openTimesheet", &open, id, "openTimesheet")
        .await;
    let next = tried
        .both(ivan, "openNextTimesheet", &sheet, id, "openTimesheet")
        .await;
    tried
        .both(ivan, "openPreviousTimesheet", &sheet, id, "openTimesheet")
        .await;
    let next = format!("id: {}, mode: ROWS_AND_HOURS", next["timesheet"]["id"]);
    tried
        .both(ivan, "copyLinesFromPrevious", &next, id, "copyLinesFromPrevious")
        .await;
    let read = format!("{{ it: timesheet({sheet}) {{ rowVersion }} }}");
    let version = tried.company.data(ivan, &read).await["it"]["rowVersion"].take();
    let input = format!("input: {{ {sheet}, rowVersion: {version}, name: \"Mine\" }}");
    tried
        .both(ivan, "saveTimesheet", &input, id, "saveTimesheet")
        .await;
    let before = tried.trail().await;
    let stale = tried
        .ask(ivan, "saveTimesheet", &input, "conflict { rowVersion }")
        .await;
    assert_ne!(stale["data"]["it"]["conflict"], Value::Null);
    let again = tried.ask(ivan, "copyLinesFromPrevious", &next, id).await;
    assert_eq!(again.get("errors"), None);
    assert_eq!(
        tried.trail().await,
        before,
        "a conflict, and what is so already, leave none"
    );
    try_approvals(tried, &sheet).await;
    tried
        .both(ivan, "deleteTimesheet", &sheet, "deletedId", "deleteTimesheet")
        .await;
}

/// The verbs of imports. Nobody works on them here: what that leaves is seen where it is done.
async fn try_imports(tried: &mut Tried) {
    let (admin, id) = (Person::Admin, "syncJob { id }");
    for verb in ["applyStaticData", "applyTimeEntries"] {
        let again = "input: { idempotencyKey: \"monday\" }";
        let made = tried.both(admin, verb, "input: {}", id, "acceptImport").await;
        if verb == "applyStaticData" {
            tried.accepted(admin, verb, again, id, "acceptImport").await;
        }
        let before = tried.trail().await;
        let known = tried.ask(admin, verb, again, id).await;
        assert_eq!(known.get("errors"), None, "{known}");
        assert_eq!(tried.trail().await, before, "{verb}: the import is there already");
        let job = format!("id: {}", made["syncJob"]["id"]);
        tried.both(admin, "cancelSync", &job, id, "cancelSync").await;
        let (before, over) = (
            tried.trail().await,
            tried.ask(admin, "cancelSync", &job, id).await,
        );
        assert!(over.get("errors").is_some(), "{over}");
        assert_eq!(tried.trail().await, before, "it is over already");
    }
}

#[tokio::test]
async fn x3_every_accepted_write_leaves_one_record_and_a_refused_one_none() {
    let mut tried = Tried {
        company: Company::open().await,
        verbs: BTreeSet::new(),
    };
    let (ivan, admin) = (Person::Ivan, Person::Admin);
    try_sheets(&mut tried).await;
    for (noun, member, new, _) in kinds() {
        let id = format!("{member} {{ id }}");
        let input = format!("input: {}", literal(&new));
        let save = format!("save{noun}");
        let made = tried.both(admin, &save, &input, &id, &save).await;
        let made = format!("id: {}", made[member]["id"]);
        for verb in ["archive", "restore"] {
            let verb = format!("{verb}{noun}");
            tried.both(admin, &verb, &made, &id, &verb).await;
        }
    }
    let settings = "input: { companyName: \"Another\" }";
    tried
        .both(
            admin,
            "saveSettings",
            settings,
            "settings { companyName }",
            "saveSettings",
        )
        .await;
    tried
        .refused(ivan, "createToken", "input: { name: \"\" }", "token { id }")
        .await;
    let made = tried
        .accepted(
            ivan,
            "createToken",
            "input: { name: \"laptop\" }",
            "token { id }",
            "createToken",
        )
        .await;
    let token = format!("id: {}", made["token"]["id"]);
    tried
        .both(ivan, "revokeToken", &token, "token { id }", "revokeToken")
        .await;

    try_imports(&mut tried).await;
    assert_eq!(tried.verbs, verbs(), "every verb is tried");
}
